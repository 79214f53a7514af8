/**
 * The graphs of Stable Diffusion's families in small: the same inputs, outputs, types and ranks as the exporters give
 * them, a few thousand random weights. Text mixes causally, the UNet has time embedding, cross attention and SDXL's added
 * conditions, the VAE enlarges eight times.
 */

import { GraphBuilder } from './graph-builder.ts';
import { withHalfWeights } from './onnx-writer.ts';
import type { GraphSpec, TensorSpec } from './onnx-writer.ts';

export type FloatType = 'float32' | 'float16';

export const TOKENS = 77;
/** Channels within the UNet. */
const CHANNELS = 8;
export const LATENT_CHANNELS = 4;
export const TIME_COND = 16;

export interface TextGraph {
  readonly key: string;
  readonly vocabulary: number;
  readonly width: number;
  readonly ids: 'int32' | 'int64';
  readonly io: FloatType;
  /** Names hidden_states.0 … .2 too. */
  readonly hiddenStates: boolean;
  /** Width of text_embeds, where the encoder projects its pooled output. */
  readonly projection?: number;
}

/** Two layers; last_hidden_state is the normed third state. */
export function textGraph({ key, vocabulary, width, ids, io, hiddenStates, projection }: TextGraph): GraphSpec {
  const g = new GraphBuilder(`text ${key}`);
  const states = [g.add(g.op('Gather', [g.weight([vocabulary, width], 1), 'input_ids']), g.weight([TOKENS, width], 0.3))];
  const causal = g.floats([TOKENS, TOKENS], Array.from({ length: TOKENS * TOKENS }, (_, i) => (i % TOKENS <= Math.floor(i / TOKENS) ? 1 / (1 + Math.floor(i / TOKENS)) : 0)));
  for (let layer = 0; layer < 2; layer++) {
    const state = states.at(-1) as string;
    const mixed = g.add(g.linear(g.op('MatMul', [causal, state]), width, width, 2), g.linear(state, width, width));
    states.push(g.add(state, g.op('Tanh', [mixed])));
  }
  const last = g.layerNorm(states.at(-1) as string);
  const at = g.op('ArgMax', [g.cast('input_ids', 'int64')], { axis: 1, keepdims: 1 });
  const pooled = g.op('GatherND', [last, at], { batch_dims: 1 });
  const outputs: TensorSpec[] = [];
  const give = (value: string, name: string, dims: TensorSpec['dims']): void => {
    g.name(io === 'float16' ? g.cast(value, 'float16') : value, name);
    outputs.push({ name, type: io, dims });
  };
  if (projection !== undefined) give(g.linear(pooled, width, projection), 'text_embeds', ['batch_size', projection]);
  give(last, 'last_hidden_state', ['batch_size', TOKENS, width]);
  if (projection === undefined) give(pooled, 'pooler_output', ['batch_size', width]);
  if (hiddenStates) states.forEach((state, i) => give(state, `hidden_states.${i}`, ['batch_size', TOKENS, width]));
  const graph = g.build([{ name: 'input_ids', type: ids, dims: ['batch_size', 'sequence_length'] }], outputs);
  return io === 'float16' ? withHalfWeights(graph) : graph;
}

export interface UnetGraph {
  readonly key: string;
  readonly textWidth: number;
  readonly io: FloatType;
  readonly timestep: TensorSpec;
  readonly timeCond: boolean;
  /** Width of text_embeds where SDXL's conditions are added. */
  readonly added?: number;
  readonly outputName?: string;
}

export function unetGraph({ key, textWidth, io, timestep, timeCond, added, outputName = 'out_sample' }: UnetGraph): GraphSpec {
  const g = new GraphBuilder(`unet ${key}`);
  const read = (name: string): string => (io === 'float16' ? g.cast(name, 'float32') : name);
  const time = timestep.type === 'float32' ? timestep.name : g.cast(timestep.name, 'float32');
  let embedding = waves(g, g.reshape(time, [-1, 1]), 0.002, 1, CHANNELS);
  if (timeCond) embedding = g.add(embedding, g.linear(read('timestep_cond'), TIME_COND, CHANNELS));
  if (added !== undefined) embedding = g.add(embedding, g.add(g.linear(read('text_embeds'), added, CHANNELS), waves(g, read('time_ids'), 0.005, 6, CHANNELS)));
  const sample = read('sample');
  const features = g.silu(g.add(g.conv(sample, LATENT_CHANNELS, CHANNELS, 0.7), g.reshape(embedding, [-1, CHANNELS, 1, 1])));
  const shape = g.op('Shape', [features]);
  const queries = g.op('Transpose', [g.reshape(features, [0, CHANNELS, -1])], { perm: [0, 2, 1] });
  const text = read('encoder_hidden_states');
  const keys = g.op('Transpose', [g.linear(text, textWidth, CHANNELS)], { perm: [0, 2, 1] });
  const scores = g.mul(g.op('MatMul', [g.linear(queries, CHANNELS, CHANNELS, 2), keys]), g.scalar(1 / Math.sqrt(CHANNELS)));
  const heard = g.op('MatMul', [g.op('Softmax', [scores], { axis: -1 }), g.linear(text, textWidth, CHANNELS)]);
  const answer = g.op('Reshape', [g.op('Transpose', [g.linear(heard, CHANNELS, CHANNELS)], { perm: [0, 2, 1] }), shape]);
  const out = g.add(g.conv(g.silu(g.conv(g.add(features, answer), CHANNELS, CHANNELS, 1.5)), CHANNELS, LATENT_CHANNELS, 1), g.mul(sample, g.scalar(0.5)));
  g.name(io === 'float16' ? g.cast(out, 'float16') : out, outputName);
  const latent = ['batch_size', LATENT_CHANNELS, 'height', 'width'];
  const inputs: TensorSpec[] = [{ name: 'sample', type: io, dims: latent }, timestep, { name: 'encoder_hidden_states', type: io, dims: ['batch_size', 'sequence_length', textWidth] }];
  if (timeCond) inputs.push({ name: 'timestep_cond', type: io, dims: ['batch_size', TIME_COND] });
  if (added !== undefined) inputs.push({ name: 'text_embeds', type: io, dims: ['batch_size', added] }, { name: 'time_ids', type: io, dims: ['batch_size', 6] });
  const graph = g.build(inputs, [{ name: outputName, type: io, dims: latent }]);
  return io === 'float16' ? withHalfWeights(graph) : graph;
}

/** sin and cos of each number at four pitches, then a linear map: [rows, count] → [rows, to]. */
function waves(g: GraphBuilder, value: string, pitch: number, count: number, to: number): string {
  const angles = g.reshape(g.mul(g.reshape(value, [-1, count, 1]), g.floats([4], [pitch, pitch * 4, pitch * 9, pitch / 4])), [-1, 4 * count]);
  return g.linear(g.op('Concat', [g.op('Sin', [angles]), g.op('Cos', [angles])], { axis: 1 }), 8 * count, to);
}

/** latent_sample → sample, eight times as large. */
export function decoderGraph(key: string, io: FloatType): GraphSpec {
  const g = new GraphBuilder(`decoder ${key}`);
  const latent = io === 'float16' ? g.cast('latent_sample', 'float32') : 'latent_sample';
  const features = g.silu(g.conv(g.mul(latent, g.scalar(0.4)), LATENT_CHANNELS, 6));
  const planes = g.op('Tanh', [g.op('ConvTranspose', [features, g.weight([6, 3, 8, 8], 0.5)], { strides: [8, 8] })]);
  g.name(io === 'float16' ? g.cast(planes, 'float16') : planes, 'sample');
  const graph = g.build([{ name: 'latent_sample', type: io, dims: ['batch_size', LATENT_CHANNELS, 'height', 'width'] }], [{ name: 'sample', type: io, dims: ['batch_size', 3, 'tall', 'wide'] }]);
  return io === 'float16' ? withHalfWeights(graph) : graph;
}

/** sample → mean and log variance (`latent_parameters`, 8 channels) or an already sampled latent (`latent_sample`). */
export function encoderGraph(key: string, io: FloatType, output: 'latent_parameters' | 'latent_sample'): GraphSpec {
  const g = new GraphBuilder(`encoder ${key}`);
  const channels = output === 'latent_sample' ? LATENT_CHANNELS : 2 * LATENT_CHANNELS;
  const sample = io === 'float16' ? g.cast('sample', 'float32') : 'sample';
  const latent = g.op('Conv', [sample, g.weight([channels, 3, 8, 8], 0.2)], { strides: [8, 8] });
  g.name(io === 'float16' ? g.cast(latent, 'float16') : latent, output);
  const graph = g.build([{ name: 'sample', type: io, dims: ['batch_size', 3, 'tall', 'wide'] }], [{ name: output, type: io, dims: ['batch_size', channels, 'height', 'width'] }]);
  return io === 'float16' ? withHalfWeights(graph) : graph;
}
