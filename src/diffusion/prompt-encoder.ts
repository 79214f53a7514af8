/** A folder's text encoders, opened for its family: prompts in, what the UNet is told of them out. */

import type { OnnxSession, PlainTensor } from '../onnx/session.ts';
import { UserError } from '../base/errors.ts';
import type { ModelFolder } from './folder.ts';
import { ClipPromptEncoder } from './prompt/clip-encoder.ts';
import type { ChunkEncoder } from './prompt/clip-encoder.ts';
import { HiddenStateReader } from './prompt/clip-skip.ts';
import { loadClipTokenizer } from './prompt/clip-tokenizer.ts';
import type { ConditioningPart } from './prompt/conditioning.ts';
import { TextEncoder } from './text-encoder.ts';
import type { Conditioning } from './text-encoder.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { PromptWeight } from './types.ts';

export interface PromptOptions {
  /** As the web UI counts: 1 skips nothing. */
  readonly clipSkip?: number | undefined;
  /** Embeddings are kept by prompt; default true. */
  readonly remember?: boolean | undefined;
}

export interface Prompts {
  /** One part a prompt, more where they are joined by AND. Weights are taken relative to their sum. */
  mix(prompts: readonly PromptWeight[]): Promise<readonly ConditioningPart[]>;
  negative(text: string): Promise<Conditioning>;
}

/** `sessions` are those of `model.textEncoders`, in order. Throws a UserError 'device' for a tokenizer that does not fit. */
export async function openPrompts(model: ModelFolder, sessions: readonly OnnxSession[], options: PromptOptions): Promise<Prompts> {
  const create = model.family === 'plain' ? await openPlain(model, sessions[0] as OnnxSession) : await openClip(model, sessions, options);
  if (options.remember !== false) return create();
  return { mix: (prompts) => create().mix(prompts), negative: (text) => create().negative(text) };
}

async function openPlain({ textEncoders: [{ tokenizer }], path }: ModelFolder, session: OnnxSession): Promise<() => Prompts> {
  if (tokenizer === undefined) throw new UserError('device', `the model folder ${path} is incomplete: tokenizer/tokenizer.json is missing; copy the whole folder again.`);
  const loaded = await loadTokenizer(tokenizer);
  return () => {
    const encoder = new TextEncoder(session, loaded);
    return { mix: async (prompts) => [{ conditioning: await encoder.encodeMix(prompts), weight: 1 }], negative: (text) => encoder.encode(text) };
  };
}

async function openClip(model: ModelFolder, sessions: readonly OnnxSession[], { clipSkip }: PromptOptions): Promise<() => Prompts> {
  const isXl = model.family === 'sdxl';
  const tokenizers = await Promise.all(model.textEncoders.map(({ tokenizer }) => loadClipTokenizer(tokenizer)));
  const encoders = sessions.map((session, i): ChunkEncoder => {
    const reader = new HiddenStateReader({ clipSkip, penultimate: isXl });
    const wanted = wantedOutputs(session, isXl || (clipSkip ?? 1) > 1);
    return {
      tokenizer: tokenizers[i] as (typeof tokenizers)[number],
      encode: async (ids) => {
        const outputs = await session.run(feedsOf(session, ids), wanted);
        return { hidden: Float32Array.from(reader.read(outputs).data as Float32Array), pooled: pooledOf(outputs, isXl) };
      },
    };
  });
  return () => {
    const encoder = new ClipPromptEncoder(encoders, { keepMean: !isXl, zeroWhenEmpty: model.zeroEmptyNegative });
    return { mix: (prompts) => encoder.encodeMix(prompts), negative: (text) => encoder.encodeNegative(text) };
  };
}

function feedsOf(session: OnnxSession, ids: Int32Array): Record<string, PlainTensor> {
  const dims = [1, ids.length];
  return Object.fromEntries(session.inputs.map(({ name }) => [name, { data: name === 'attention_mask' ? new Int32Array(ids.length).fill(1) : ids, dims }]));
}

/** The hidden states of all layers are fetched where an earlier layer's are needed. */
function wantedOutputs(session: OnnxSession, allStates: boolean): readonly string[] | undefined {
  const names = session.outputs.map(({ name }) => name);
  return allStates || !names.includes('last_hidden_state') ? undefined : ['last_hidden_state'];
}

/** SDXL's second encoder projects its pooled output. */
function pooledOf(outputs: Readonly<Record<string, PlainTensor>>, isXl: boolean): Float32Array {
  const pooled = isXl ? outputs['text_embeds'] : undefined;
  return pooled === undefined ? new Float32Array(0) : Float32Array.from(pooled.data as Float32Array);
}
