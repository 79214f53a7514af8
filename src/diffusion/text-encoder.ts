/**
 * Prompts → conditioning. Each prompt is encoded once (least recently used ones are forgotten); a mix is the weighted
 * mean of the prompts' embeddings: hidden states padded to one fixed length, so that a prompt that enters at weight 0
 * changes nothing, pooled embeddings brought back to their own length after mixing.
 */

import type { OnnxSession, PlainTensor } from '../onnx/session.ts';
import { LruCache } from './lru-cache.ts';
import type { PromptTokenizer } from './tokenizer.ts';
import type { PromptWeight } from './types.ts';

export interface Conditioning {
  /** [length, width] flat. */
  readonly hidden: Float32Array;
  readonly length: number;
  readonly width: number;
  /** [width], empty where the encoder gives no pooled embedding. */
  readonly pooled: Float32Array;
}

const PROMPTS_KEPT = 256;
const MIXES_KEPT = 8;
/** Hidden states are padded to this length at least, or to the tokenizer's limit where that is less. */
const SHORTEST = 32;

export class TextEncoder {
  readonly #session: OnnxSession;
  readonly #tokenizer: PromptTokenizer;
  readonly #prompts = new LruCache<string, Conditioning>(PROMPTS_KEPT);
  readonly #mixes = new LruCache<string, Conditioning>(MIXES_KEPT);
  /** Length of a graph that takes one length only (77 for CLIP). */
  readonly #graphLength: number | undefined;

  constructor(session: OnnxSession, tokenizer: PromptTokenizer) {
    this.#session = session;
    this.#tokenizer = tokenizer;
    const length = session.inputs.find((input) => input.name === 'input_ids')?.dims[1];
    this.#graphLength = typeof length === 'number' && length > 0 ? length : undefined;
  }

  /** Weights are taken relative to their sum. */
  async encodeMix(prompts: readonly PromptWeight[]): Promise<Conditioning> {
    const key = JSON.stringify(prompts.map(({ text, weight }) => [text, weight]));
    const kept = this.#mixes.get(key);
    if (kept !== undefined) return kept;
    const parts: Conditioning[] = [];
    for (const { text } of prompts) parts.push(await this.encode(text));
    const mixed = mixConditionings(parts, prompts.map(({ weight }) => weight));
    this.#mixes.set(key, mixed);
    return mixed;
  }

  async encode(text: string): Promise<Conditioning> {
    const kept = this.#prompts.get(text);
    if (kept !== undefined) return kept;
    const made = await this.#run(text);
    this.#prompts.set(text, made);
    return made;
  }

  async #run(text: string): Promise<Conditioning> {
    const { ids, mask } = this.#idsOf(text);
    const dims = [1, ids.length];
    const feeds: Record<string, PlainTensor> = {};
    for (const { name } of this.#session.inputs) {
      feeds[name] = name === 'attention_mask' ? { data: mask, dims } : name === 'token_type_ids' ? { data: new Int32Array(ids.length), dims } : { data: ids, dims };
    }
    const results = await this.#session.run(feeds);
    const outputs = Object.entries(results);
    const hidden = results['last_hidden_state'] ?? outputs.find(([, tensor]) => tensor.dims.length === 3)?.[1];
    if (hidden === undefined) throw new Error(`the text encoder gives no hidden states, only ${outputs.map(([name]) => name).join(', ')}`);
    const pooled = results['text_embeds'] ?? results['pooler_output'];
    return padConditioning(hidden, pooled, this.#paddedLength(ids.length));
  }

  #idsOf(text: string): { readonly ids: Int32Array; readonly mask: Int32Array } {
    const tokens = this.#tokenizer.encode(text);
    const length = this.#graphLength ?? tokens.length;
    const ids = Int32Array.from({ length }, (_, i) => tokens[i] ?? this.#tokenizer.padId);
    const mask = Int32Array.from({ length }, (_, i) => (i < tokens.length ? 1 : 0));
    if (tokens.length > length) ids[length - 1] = tokens.at(-1) as number;
    return { ids, mask };
  }

  #paddedLength(tokens: number): number {
    if (this.#graphLength !== undefined) return this.#graphLength;
    const floor = Math.min(SHORTEST, this.#tokenizer.maxLength);
    return tokens <= floor ? floor : this.#tokenizer.maxLength;
  }
}

/** Weighted mean; the pooled part gets the mean length of its parts. All parts are of one width. */
export function mixConditionings(parts: readonly Conditioning[], weights: readonly number[]): Conditioning {
  const first = parts[0];
  if (first === undefined) throw new Error('a point needs at least one prompt');
  if (parts.length === 1) return first;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => (total > 0 ? weight / total : 1 / parts.length));
  const length = Math.max(...parts.map((part) => part.length));
  const hidden = addScaled(parts.map((part) => part.hidden), shares, length * first.width);
  const pooled = addScaled(parts.map((part) => part.pooled), shares, first.pooled.length);
  const wanted = parts.reduce((sum, part, i) => sum + (shares[i] as number) * normOf(part.pooled), 0);
  const norm = normOf(pooled);
  if (norm > 0) for (let i = 0; i < pooled.length; i++) pooled[i] = ((pooled[i] as number) * wanted) / norm;
  return { hidden, length, width: first.width, pooled };
}

function addScaled(tensors: readonly Float32Array[], shares: readonly number[], length: number): Float32Array {
  const sum = new Float32Array(length);
  tensors.forEach((tensor, index) => {
    const share = shares[index] as number;
    for (let i = 0; i < tensor.length; i++) sum[i] = (sum[i] as number) + share * (tensor[i] as number);
  });
  return sum;
}

function normOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function padConditioning(hidden: PlainTensor, pooled: PlainTensor | undefined, length: number): Conditioning {
  const width = hidden.dims[2] as number;
  const padded = new Float32Array(length * width);
  padded.set((hidden.data as Float32Array).subarray(0, padded.length));
  return { hidden: padded, length, width, pooled: pooled === undefined ? new Float32Array(0) : Float32Array.from(pooled.data as Float32Array) };
}
