/**
 * Model folders of every family and layout that exporters make, with tiny deterministic weights: diffusers' old script,
 * optimum before and after 1.24, Olive (float16), ONNX Runtime Web's demo, shards, flat files. What each differs in is
 * one row of RECIPES.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeOnnx, writeOnnxWithFiles } from './onnx-writer.ts';
import type { GraphSpec, TensorSpec } from './onnx-writer.ts';
import { END, tinyClipTokenizer } from './tiny-clip-tokenizer.ts';
import { decoderGraph, encoderGraph, textGraph, TIME_COND, TOKENS, unetGraph } from './tiny-diffusion-graphs.ts';
import type { FloatType } from './tiny-diffusion-graphs.ts';

export interface Recipe {
  readonly pipeline: string;
  readonly io: FloatType;
  readonly ids: 'int32' | 'int64';
  readonly timestep: { readonly type: TensorSpec['type']; readonly dims: TensorSpec['dims'] };
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly pad: string;
  readonly timeCond?: boolean;
  readonly sdxl?: boolean;
  /** Files of weights beside each graph. */
  readonly weights?: readonly string[];
  readonly encoderOutput?: 'latent_parameters' | 'latent_sample';
  /** diffusers' old script writes no configs of parts. */
  readonly bare?: boolean;
  /** All graphs beside each other, no index. */
  readonly flat?: boolean;
  readonly taesd?: boolean;
  /** Latent side; pictures are 8 times as large. */
  readonly sampleSize?: number;
}

const BETAS = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', num_train_timesteps: 1000, trained_betas: null };
const PNDM = { ...BETAS, _class_name: 'PNDMScheduler', skip_prk_steps: true, set_alpha_to_one: false, steps_offset: 1, clip_sample: false };
const TURBO = { ...BETAS, _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'trailing', steps_offset: 1, prediction_type: 'epsilon', interpolation_type: 'linear', set_alpha_to_one: false, skip_prk_steps: true, sample_max_value: 1.0, clip_sample: false };
const LCM = { ...BETAS, _class_name: 'LCMScheduler', original_inference_steps: 50, set_alpha_to_one: true, steps_offset: 0, timestep_spacing: 'leading', clip_sample: false, thresholding: false, rescale_betas_zero_snr: false };
const SDXL = { ...BETAS, _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'leading', steps_offset: 1, prediction_type: 'epsilon', interpolation_type: 'linear', use_karras_sigmas: false };
const SCALAR = { type: 'float32', dims: [] } as const;
const STEPS = { type: 'int64', dims: ['steps'] } as const;
const HALF_BATCH = { type: 'float16', dims: ['unet_time_batch'] } as const;
const NEW = { io: 'float32', ids: 'int64', timestep: SCALAR, encoderOutput: 'latent_parameters', pad: END } as const;

export const RECIPES = {
  'sd15-script': { pipeline: 'OnnxStableDiffusionPipeline', io: 'float32', ids: 'int32', timestep: { type: 'float32', dims: ['batch'] }, scheduler: PNDM, pad: END, weights: ['weights.pb'], encoderOutput: 'latent_sample', bare: true },
  'sd15-optimum-old': { pipeline: 'StableDiffusionPipeline', io: 'float32', ids: 'int32', timestep: STEPS, scheduler: PNDM, pad: END, weights: ['model.onnx_data'], encoderOutput: 'latent_sample' },
  'sd15-optimum': { ...NEW, pipeline: 'StableDiffusionPipeline', scheduler: PNDM },
  'sd2-v': { ...NEW, pipeline: 'StableDiffusionPipeline', scheduler: { ...BETAS, _class_name: 'DDIMScheduler', prediction_type: 'v_prediction', set_alpha_to_one: false, steps_offset: 1, clip_sample: false, timestep_spacing: 'leading' }, pad: '!' },
  'sd-turbo-olive': { pipeline: 'StableDiffusionPipeline', io: 'float16', ids: 'int32', timestep: HALF_BATCH, scheduler: TURBO, pad: '!', weights: ['weights.pb'], encoderOutput: 'latent_sample' },
  'sd-turbo-optimum': { ...NEW, pipeline: 'StableDiffusionPipeline', scheduler: TURBO, pad: '!' },
  'sd-turbo-web': { pipeline: 'StableDiffusionPipeline', io: 'float32', ids: 'int32', timestep: { type: 'int64', dims: [1] }, scheduler: TURBO, pad: '!', flat: true },
  'lcm-int64': { pipeline: 'LatentConsistencyModelPipeline', io: 'float32', ids: 'int32', timestep: STEPS, scheduler: LCM, pad: END, timeCond: true, encoderOutput: 'latent_sample' },
  'lcm-half': { pipeline: 'LatentConsistencyModelPipeline', io: 'float16', ids: 'int64', timestep: { type: 'float16', dims: [] }, scheduler: LCM, pad: END, timeCond: true, taesd: true },
  sdxl: { ...NEW, pipeline: 'StableDiffusionXLPipeline', scheduler: SDXL, sdxl: true },
  'sdxl-turbo-olive': { pipeline: 'StableDiffusionXLPipeline', io: 'float16', ids: 'int32', timestep: HALF_BATCH, scheduler: { ...TURBO, _class_name: 'EulerAncestralDiscreteScheduler' }, pad: END, sdxl: true, weights: ['weights.pb'] },
  'sdxl-turbo': { ...NEW, pipeline: 'StableDiffusionXLPipeline', scheduler: { ...TURBO, _class_name: 'EulerAncestralDiscreteScheduler' }, sdxl: true },
  'sdxl-lightning-4step': { ...NEW, pipeline: 'StableDiffusionXLPipeline', scheduler: { ...SDXL, timestep_spacing: 'trailing' }, sdxl: true, weights: ['model.onnx_data', 'model.onnx_data_1', 'model.onnx_data_2'] },
} as const satisfies Readonly<Record<string, Recipe>>;

export type RecipeName = keyof typeof RECIPES;

const WIDTH = 16;
const SECOND_WIDTH = 20;
/** Of the second encoder's text_embeds. */
const PROJECTION = 12;
const SCALING = { sd: 0.18215, sdxl: 0.13025 } as const;

/** Writes a recipe's folder. The same recipe gives the same bytes everywhere. */
export async function writeTinyDiffusion(folder: string, name: RecipeName): Promise<string> {
  const recipe: Recipe = RECIPES[name];
  const path = join(folder, name);
  for (const [file, content] of filesOf(name, recipe)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

function filesOf(name: string, recipe: Recipe): ReadonlyMap<string, Uint8Array | string> {
  const files = new Map<string, Uint8Array | string>();
  const json = (file: string, value: object): void => void files.set(file, JSON.stringify(value, null, 2));
  const tokenizer = tinyClipTokenizer();
  const { io, ids, sdxl = false, flat = false } = recipe;
  const configs: Record<string, object> = configsOf(recipe);
  const graph = (part: string, spec: GraphSpec): void => {
    addGraph(files, flat ? '' : part, flat ? `${part}.onnx` : 'model.onnx', spec, recipe.weights);
    const config = configs[part];
    if (recipe.bare !== true && !flat && config !== undefined) json(`${part}/config.json`, config);
  };
  graph('text_encoder', textGraph({ key: name, vocabulary: tokenizer.size, width: WIDTH, ids, io, hiddenStates: sdxl }));
  if (sdxl) graph('text_encoder_2', textGraph({ key: `${name} 2`, vocabulary: tokenizer.size, width: SECOND_WIDTH, ids: 'int64', io, hiddenStates: true, projection: PROJECTION }));
  const timestep = { name: 'timestep', ...recipe.timestep };
  graph('unet', unetGraph({ key: name, textWidth: sdxl ? WIDTH + SECOND_WIDTH : WIDTH, io, timestep, timeCond: recipe.timeCond === true, ...(sdxl ? { added: PROJECTION } : {}) }));
  graph('vae_decoder', decoderGraph(name, io));
  if (recipe.encoderOutput !== undefined) graph('vae_encoder', encoderGraph(name, io, recipe.encoderOutput));
  for (const [file, text] of Object.entries(tokenizer.files(recipe.pad))) files.set(flat ? file : `tokenizer/${file}`, text);
  if (sdxl) for (const [file, text] of Object.entries(tokenizer.files('!'))) files.set(`tokenizer_2/${file}`, text);
  if (!flat) json('model_index.json', indexOf(recipe));
  json(flat ? 'scheduler_config.json' : 'scheduler/scheduler_config.json', recipe.scheduler);
  return files;
}

function addGraph(files: Map<string, Uint8Array | string>, folder: string, file: string, spec: GraphSpec, weights: readonly string[] | undefined): void {
  if (weights === undefined) return void files.set(join(folder, file), writeOnnx(spec));
  const written = writeOnnxWithFiles(spec, weights);
  files.set(join(folder, file), written.graph);
  for (const [location, bytes] of written.files) files.set(join(folder, location), bytes);
}

function configsOf({ sdxl = false, timeCond = false, taesd = false, sampleSize = 8 }: Recipe): Record<string, object> {
  const vae = { _class_name: taesd ? 'AutoencoderTiny' : 'AutoencoderKL', latent_channels: 4, block_out_channels: [8, 8, 8, 8], ...(taesd ? {} : { scaling_factor: sdxl ? SCALING.sdxl : SCALING.sd }) };
  const text = (width: number, extra: object = {}): object => ({ model_type: 'clip_text_model', architectures: ['CLIPTextModel'], hidden_size: width, max_position_embeddings: TOKENS, num_hidden_layers: 2, ...extra });
  return {
    text_encoder: text(WIDTH),
    text_encoder_2: text(SECOND_WIDTH, { architectures: ['CLIPTextModelWithProjection'], projection_dim: PROJECTION }),
    unet: { _class_name: 'UNet2DConditionModel', in_channels: 4, out_channels: 4, sample_size: sampleSize, cross_attention_dim: sdxl ? WIDTH + SECOND_WIDTH : WIDTH, time_cond_proj_dim: timeCond ? TIME_COND : null, ...(sdxl ? { addition_embed_type: 'text_time', addition_time_embed_dim: 2, projection_class_embeddings_input_dim: PROJECTION + 12 } : {}) },
    vae_decoder: vae,
    vae_encoder: vae,
  };
}

function indexOf({ pipeline, bare = false, sdxl = false, encoderOutput, scheduler }: Recipe): object {
  const part = (library: string, className: string): readonly [string, string] => (bare ? ['diffusers', 'OnnxRuntimeModel'] : [library, className]);
  return {
    _class_name: pipeline,
    _diffusers_version: '0.30.0',
    scheduler: ['diffusers', scheduler['_class_name']],
    text_encoder: part('transformers', 'CLIPTextModel'),
    tokenizer: ['transformers', 'CLIPTokenizer'],
    ...(sdxl ? { text_encoder_2: part('transformers', 'CLIPTextModelWithProjection'), tokenizer_2: ['transformers', 'CLIPTokenizer'], force_zeros_for_empty_prompt: true } : {}),
    unet: part('diffusers', 'UNet2DConditionModel'),
    vae_decoder: part('diffusers', 'AutoencoderKL'),
    ...(encoderOutput === undefined ? {} : { vae_encoder: part('diffusers', 'AutoencoderKL') }),
    safety_checker: [null, null],
    feature_extractor: [null, null],
  };
}
