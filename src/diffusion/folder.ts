/**
 * A model is a folder in the layout of diffusers' ONNX exports. This reads its configs once and checks that it is whole;
 * every size, factor and class comes from here or from the graphs, nothing is assumed. Sizes in pixels unless `latent`.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError, messageOf } from '../base/errors.ts';
import type { PixelSize } from '../base/picture-shape.ts';

export interface ModelFolder {
  readonly path: string;
  readonly id: string;
  readonly name: string;
  /** Of SHA256SUMS where there is one (it names every file's hash), else of the graphs and configs. */
  readonly sha256: string;
  readonly files: { readonly textEncoder: string; readonly unet: string; readonly decoder: string; readonly tokenizer: string; readonly tokenizerConfig: string };
  readonly latentChannels: number;
  /** Native latent height and width. */
  readonly latentSize: number;
  /** Pixels per latent cell, a power of two. */
  readonly spatialFactor: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  readonly scheduler: { readonly className: string; readonly shift: number; readonly trainSteps: number };
  /** The best size, and what to draw it with. */
  readonly native: { readonly steps: number; readonly guidance: number; readonly height: number; readonly width: number };
  /** All sizes the model was trained for, best first. */
  readonly nativeSizes: readonly PixelSize[];
  readonly examplePrompts: readonly string[];
}

type Config = Readonly<Record<string, unknown>>;

const PARTS = ['text_encoder', 'tokenizer', 'unet', 'scheduler', 'vae_decoder'] as const;
const SCHEDULERS = ['FlowMatchEulerDiscreteScheduler'];

/** Throws a UserError 'device' that names the missing file or the kind of model that is not supported. */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const path = resolve(folder);
  await checkIsFolder(path);
  const index = await readConfig(path, 'model_index.json');
  checkIsSupported(path, index);
  const unet = await readConfig(path, 'unet/config.json');
  const vae = await readConfig(path, 'vae_decoder/config.json');
  const scheduler = await readConfig(path, 'scheduler/scheduler_config.json');
  const card = await readOptionalConfig(path, 'card.json');
  const files = {
    textEncoder: await need(path, 'text_encoder/model.onnx'),
    unet: await need(path, 'unet/model.onnx'),
    decoder: await need(path, 'vae_decoder/model.onnx'),
    tokenizer: await need(path, 'tokenizer/tokenizer.json'),
    tokenizerConfig: await need(path, 'tokenizer/tokenizer_config.json'),
  };
  const latentSize = numberIn(unet, 'sample_size', `${path}/unet/config.json`);
  const spatialFactor = 2 ** (blocksOf(vae, path).length - 1);
  const nativeSizes = readNativeSizes(card, latentSize * spatialFactor, `${path}/card.json`);
  const [size] = nativeSizes;
  return {
    path,
    id: basename(path),
    name: textIn(card, 'name') ?? basename(path),
    sha256: await hashFolder(path),
    files,
    latentChannels: numberIn(unet, 'in_channels', `${path}/unet/config.json`),
    latentSize,
    spatialFactor,
    scalingFactor: numberIn(vae, 'scaling_factor', `${path}/vae_decoder/config.json`, 1),
    shiftFactor: numberIn(vae, 'shift_factor', `${path}/vae_decoder/config.json`, 0),
    scheduler: readScheduler(scheduler, path),
    native: { steps: numberIn(card, 'nativeSteps', `${path}/card.json`, 4), guidance: numberIn(card, 'nativeGuidance', `${path}/card.json`, 1), ...size },
    nativeSizes,
    examplePrompts: textsIn(card, 'examplePrompts'),
  };
}

/** One line per file of SHA256SUMS that is missing or differs; empty for a sound folder or one without sums. */
export async function findDamage(folder: string): Promise<string[]> {
  const sums = await readFile(join(folder, 'SHA256SUMS'), 'utf8').catch(() => '');
  const found: string[] = [];
  for (const line of sums.split(/\r?\n/)) {
    const [, expected, name] = /^([0-9a-f]{64})\s+\*?(.+)$/.exec(line) ?? [];
    if (expected === undefined || name === undefined) continue;
    const came = await hashFile(join(folder, name)).catch(() => undefined);
    if (came === undefined) found.push(`${name} is missing`);
    else if (came !== expected) found.push(`${name} has another content than SHA256SUMS says`);
  }
  return found;
}

async function checkIsFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError('device', `the model folder ${path} does not exist; check the path after --model.`);
  if (!found.isDirectory()) throw new UserError('device', `${path} is a file, but --model wants a folder with a model_index.json.`);
}

function checkIsSupported(path: string, index: Config): void {
  const className = textIn(index, '_class_name') ?? 'an unnamed pipeline';
  const refuse = (saw: string): never => {
    throw new UserError('device', `the model in ${path} is ${className} with ${saw}, which is not supported yet; give a folder with ${PARTS.join(', ')}.`);
  };
  if ('transformer' in index) refuse('a transformer (as in SD3 or Flux)');
  if ('text_encoder_2' in index) refuse('a second text encoder (as in SDXL)');
  const missing = PARTS.filter((part) => !(part in index) && !(part === 'vae_decoder' && 'vae' in index));
  if (missing.length > 0) refuse(`no ${missing.join(' and no ')} in its model_index.json`);
}

function readScheduler(config: Config, path: string): ModelFolder['scheduler'] {
  const className = textIn(config, '_class_name') ?? 'no class';
  if (!SCHEDULERS.includes(className)) throw new UserError('device', `${path}/scheduler names ${className}, which is not supported yet; ${SCHEDULERS.join(', ')} is.`);
  const where = `${path}/scheduler/scheduler_config.json`;
  return { className, shift: numberIn(config, 'shift', where, 1), trainSteps: numberIn(config, 'num_train_timesteps', where, 1000) };
}

async function need(path: string, name: string): Promise<string> {
  const file = join(path, name);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size === 0) throw new UserError('device', `the model folder ${path} is incomplete: ${name} is ${found === undefined ? 'missing' : 'empty'}; copy the whole folder again.`);
  return file;
}

async function readConfig(path: string, name: string): Promise<Config> {
  const text = await readFile(await need(path, name), 'utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object');
    return value as Config;
  } catch (reason) {
    throw new UserError('device', `${join(path, name)} is not a readable config (${messageOf(reason)}); copy the model folder again.`);
  }
}

async function readOptionalConfig(path: string, name: string): Promise<Config> {
  const found = await stat(join(path, name)).catch(() => undefined);
  return found === undefined ? {} : readConfig(path, name);
}

function numberIn(config: Config, key: string, where: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new UserError('device', `${where}: "${key}" should be a number, but is ${JSON.stringify(config[key])}; copy the model folder again.`);
  return value;
}

function textIn(config: Config, key: string): string | undefined {
  const value = config[key];
  return typeof value === 'string' ? value : undefined;
}

function textsIn(config: Config, key: string): readonly string[] {
  const value = config[key];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

function blocksOf(vae: Config, path: string): readonly unknown[] {
  const blocks = vae['block_out_channels'];
  if (!Array.isArray(blocks) || blocks.length === 0) throw new UserError('device', `${path}/vae_decoder/config.json: "block_out_channels" should be a list, but is ${JSON.stringify(blocks)}.`);
  return blocks;
}

/** `nativeSizes` [[height, width] …] of the card, else `nativeSize` (a pair or one side), else the square of the configs. */
function readNativeSizes(card: Config, side: number, where: string): readonly [PixelSize, ...PixelSize[]] {
  const several = card['nativeSizes'];
  if (several === undefined) return [readSize(card['nativeSize'] ?? side, where)];
  const sizes = Array.isArray(several) ? several.map((value) => readSize(value, where)) : [];
  const [best, ...rest] = sizes;
  if (best === undefined) throw new UserError('device', `${where}: "nativeSizes" should be a list of [height, width], but is ${JSON.stringify(several)}; copy the model folder again.`);
  return [best, ...rest];
}

function readSize(value: unknown, where: string): PixelSize {
  const pair: unknown[] = Array.isArray(value) ? value : [value, value];
  const [height, width] = pair;
  const isSide = (side: unknown): side is number => typeof side === 'number' && Number.isInteger(side) && side > 0;
  if (pair.length !== 2 || !isSide(height) || !isSide(width)) throw new UserError('device', `${where}: a native size should be [height, width] in pixels, but is ${JSON.stringify(value)}; copy the model folder again.`);
  return { height, width };
}

async function hashFolder(path: string): Promise<string> {
  const sums = await stat(join(path, 'SHA256SUMS')).catch(() => undefined);
  if (sums !== undefined) return hashFile(join(path, 'SHA256SUMS'));
  const hash = createHash('sha256');
  for (const name of ['model_index.json', 'text_encoder/model.onnx', 'unet/model.onnx', 'vae_decoder/model.onnx', 'tokenizer/tokenizer.json', 'scheduler/scheduler_config.json']) {
    hash.update(await hashFile(join(path, name)));
  }
  return hash.digest('hex');
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
