/**
 * A model folder in diffusers' ONNX layout with tiny deterministic weights: 3 latent channels (odd, so that orbits need
 * their spare channel), 4 pixels per latent cell, text width 4, any size. One step: latent = tanh(conv(noise) + text).
 */

import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { randomFor } from '../../src/base/random.ts';
import { writeOnnx } from './onnx-writer.ts';
import type { WeightSpec } from './onnx-writer.ts';

const WIDTH = 4;
const CHANNELS = 3;
const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'neon', 'jelly', '##fish', 'stained', 'glass', 'city', 'fire', 'nebula'];

/** Writes the folder into a fresh temporary one and gives its path. */
export async function writeTinyModel(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'latentbeat-model-')), 'tiny');
  const files: Record<string, Uint8Array | object> = {
    'model_index.json': { _class_name: 'TinyPipeline', text_encoder: ['transformers', 'BertModel'], tokenizer: ['transformers', 'BertTokenizerFast'], unet: ['diffusers', 'UNet2DConditionModel'], scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'], vae_decoder: ['diffusers', 'AutoencoderTiny'] },
    'scheduler/scheduler_config.json': { _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift: 1 },
    'unet/config.json': { _class_name: 'UNet2DConditionModel', in_channels: CHANNELS, sample_size: 6, prediction_type: 'flow' },
    'vae_decoder/config.json': { _class_name: 'AutoencoderTiny', scaling_factor: 0.5, shift_factor: 0.1, block_out_channels: [8, 8, 8] },
    'tokenizer/tokenizer.json': tokenizer(),
    'tokenizer/tokenizer_config.json': { model_max_length: 8, pad_token: '[PAD]' },
    'text_encoder/model.onnx': textEncoder(),
    'unet/model.onnx': unet(),
    'vae_decoder/model.onnx': decoder(),
    'card.json': { name: 'Tiny', nativeSteps: 1, nativeGuidance: 1, nativeSize: [24, 24], examplePrompts: ['neon jellyfish', 'stained glass'] },
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  return folder;
}

function weight(name: string, dims: readonly number[], scale = 1): WeightSpec {
  const random = randomFor(0, `tiny ${name}`);
  return { name, dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => scale * random.normal()) };
}

function tokenizer(): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: WORDS.slice(0, 4).map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])) },
  };
}

function textEncoder(): Uint8Array {
  return writeOnnx({
    inputs: [{ name: 'input_ids', type: 'int64', dims: ['batch', 'length'] }, { name: 'attention_mask', type: 'int64', dims: ['batch', 'length'] }],
    outputs: [{ name: 'last_hidden_state', type: 'float32', dims: ['batch', 'length', WIDTH] }, { name: 'text_embeds', type: 'float32', dims: ['batch', WIDTH] }],
    weights: [weight('table', [WORDS.length, WIDTH])],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['last_hidden_state'], attributes: { axis: 0 } },
      { op: 'ReduceMean', inputs: ['last_hidden_state'], outputs: ['mean'], attributes: { axes: [1], keepdims: 0 } },
      { op: 'LpNormalization', inputs: ['mean'], outputs: ['text_embeds'], attributes: { axis: 1, p: 2 } },
    ],
  });
}

function unet(): Uint8Array {
  return writeOnnx({
    inputs: [
      { name: 'sample', type: 'float32', dims: [1, CHANNELS, 'height', 'width'] },
      { name: 'timestep', type: 'float32', dims: [1] },
      { name: 'encoder_hidden_states', type: 'float32', dims: [1, 'length', WIDTH] },
      { name: 'text_embeds', type: 'float32', dims: [1, WIDTH] },
    ],
    outputs: [{ name: 'out_sample', type: 'float32', dims: [1, CHANNELS, 'height', 'width'] }],
    weights: [weight('conv', [CHANNELS, CHANNELS, 3, 3], 0.3), weight('read', [WIDTH, CHANNELS]), { name: 'cell', dims: [4], data: BigInt64Array.of(1n, BigInt(CHANNELS), 1n, 1n) }],
    nodes: [
      { op: 'Conv', inputs: ['sample', 'conv'], outputs: ['mixed'], attributes: { pads: [1, 1, 1, 1] } },
      { op: 'MatMul', inputs: ['text_embeds', 'read'], outputs: ['words'] },
      { op: 'Reshape', inputs: ['words', 'cell'], outputs: ['tint'] },
      { op: 'Add', inputs: ['mixed', 'tint'], outputs: ['sum'] },
      { op: 'Tanh', inputs: ['sum'], outputs: ['latent'] },
      { op: 'Sub', inputs: ['sample', 'latent'], outputs: ['out_sample'] },
    ],
  });
}

function decoder(): Uint8Array {
  return writeOnnx({
    inputs: [{ name: 'latent_sample', type: 'float32', dims: [1, CHANNELS, 'height', 'width'] }],
    outputs: [{ name: 'sample', type: 'float32', dims: [1, 3, 'tall', 'wide'] }],
    weights: [weight('spread', [CHANNELS, 3, 4, 4], 0.5)],
    nodes: [
      { op: 'ConvTranspose', inputs: ['latent_sample', 'spread'], outputs: ['planes'], attributes: { strides: [4, 4] } },
      { op: 'Tanh', inputs: ['planes'], outputs: ['sample'] },
    ],
  });
}
