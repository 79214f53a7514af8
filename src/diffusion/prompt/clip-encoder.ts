/**
 * Prompts → conditioning for the Stable Diffusion families: parse, cut into chunks, encode each chunk once, weigh, join. One
 * encoder (SD 1, SD 2) or two side by side (SDXL: widths add up, the second one gives the pooled vector, of the first chunk).
 * Encoded prompts are kept by their text (least recently used ones are forgotten).
 */

import { LruCache } from '../lru-cache.ts';
import type { Conditioning } from '../text-encoder.ts';
import type { PromptWeight } from '../types.ts';
import { CHUNK_LENGTH, chunkPieces } from './chunks.ts';
import type { TokenChunk } from './chunks.ts';
import type { ClipTokenizer } from './clip-tokenizer.ts';
import { applyEmphasis, mixParts } from './conditioning.ts';
import type { ConditioningPart } from './conditioning.ts';
import { parsePrompt } from './parse.ts';
import type { PromptPiece } from './parse.ts';

/** What an encoder makes of one chunk. */
export interface EncodedChunk {
  /** [77, width], free to be changed. */
  readonly hidden: Float32Array;
  /** Empty where the encoder gives none. */
  readonly pooled: Float32Array;
}

export interface ChunkEncoder {
  readonly tokenizer: ClipTokenizer;
  /** `ids`: 77 token ids. */
  encode(ids: Int32Array): Promise<EncodedChunk>;
}

export interface ClipPromptOptions {
  /** Scale weighted chunks back to their mean, as the web UI does; off for SDXL, whose mean lies near 0. */
  readonly keepMean: boolean;
  /** An empty negative prompt is all zeros (SDXL's force_zeros_for_empty_prompt). */
  readonly zeroWhenEmpty: boolean;
}

const PROMPTS_KEPT = 256;
const MIXES_KEPT = 8;

export class ClipPromptEncoder {
  readonly #encoders: readonly ChunkEncoder[];
  readonly #options: ClipPromptOptions;
  readonly #prompts = new LruCache<string, readonly ConditioningPart[]>(PROMPTS_KEPT);
  readonly #mixes = new LruCache<string, readonly ConditioningPart[]>(MIXES_KEPT);

  /** One encoder or two. */
  constructor(encoders: readonly ChunkEncoder[], options: ClipPromptOptions) {
    this.#encoders = encoders;
    this.#options = options;
  }

  /** The AND parts of a prompt, one without AND. Throws UserError('input') for a prompt that cannot be read. */
  async encode(text: string): Promise<readonly ConditioningPart[]> {
    const kept = this.#prompts.get(text);
    if (kept !== undefined) return kept;
    const parts: ConditioningPart[] = [];
    for (const { weight, pieces } of parsePrompt(text)) parts.push({ weight, conditioning: await this.#encodePieces(pieces) });
    this.#prompts.set(text, parts);
    return parts;
  }

  /** A mix of prompts; weights are taken relative to their sum. */
  async encodeMix(prompts: readonly PromptWeight[]): Promise<readonly ConditioningPart[]> {
    if (prompts.length === 1) return this.encode((prompts[0] as PromptWeight).text);
    const key = JSON.stringify(prompts.map(({ text, weight }) => [text, weight]));
    const kept = this.#mixes.get(key);
    if (kept !== undefined) return kept;
    const encoded = [];
    for (const { text, weight } of prompts) encoded.push({ parts: await this.encode(text), weight });
    const mixed = mixParts(encoded);
    this.#mixes.set(key, mixed);
    return mixed;
  }

  /** The negative prompt; AND has no meaning in it and is read as a word. */
  async encodeNegative(text: string): Promise<Conditioning> {
    const key = `\u0000${text}`;
    const kept = this.#prompts.get(key)?.[0];
    if (kept !== undefined) return kept.conditioning;
    const plain = await this.#encodePieces(parsePrompt(text.replaceAll(/\bAND\b/g, 'and')).flatMap(({ pieces }) => pieces));
    const conditioning = text.trim() === '' && this.#options.zeroWhenEmpty ? { ...plain, hidden: new Float32Array(plain.hidden.length), pooled: new Float32Array(plain.pooled.length) } : plain;
    this.#prompts.set(key, [{ conditioning, weight: 1 }]);
    return conditioning;
  }

  async #encodePieces(pieces: readonly PromptPiece[]): Promise<Conditioning> {
    const columns: EncodedChunk[][] = [];
    for (const encoder of this.#encoders) {
      const column: EncodedChunk[] = [];
      for (const chunk of chunkPieces(pieces, encoder.tokenizer)) column.push(await this.#encodeChunk(encoder, chunk));
      columns.push(column);
    }
    return joinColumns(columns);
  }

  async #encodeChunk(encoder: ChunkEncoder, { ids, weights }: TokenChunk): Promise<EncodedChunk> {
    const { hidden, pooled } = await encoder.encode(ids);
    return { hidden: applyEmphasis(hidden, weights, this.#options.keepMean), pooled };
  }
}

/** Chunks follow each other, encoders lie side by side; the pooled vector is the last encoder's, of the first chunk. */
function joinColumns(columns: readonly (readonly EncodedChunk[])[]): Conditioning {
  const widths = columns.map(([first]) => (first as EncodedChunk).hidden.length / CHUNK_LENGTH);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const chunks = columns[0]?.length ?? 0;
  const hidden = new Float32Array(chunks * CHUNK_LENGTH * width);
  let left = 0;
  columns.forEach((column, c) => {
    const own = widths[c] as number;
    column.forEach((chunk, k) => {
      for (let token = 0; token < CHUNK_LENGTH; token++) hidden.set(chunk.hidden.subarray(token * own, (token + 1) * own), (k * CHUNK_LENGTH + token) * width + left);
    });
    left += own;
  });
  return { hidden, length: chunks * CHUNK_LENGTH, width, pooled: columns.at(-1)?.[0]?.pooled ?? new Float32Array(0) };
}
