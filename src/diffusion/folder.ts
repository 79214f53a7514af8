/**
 * A model is a folder in the layout of diffusers' ONNX exports, or its graphs flat beside each other. This reads its
 * configs once and checks that it is whole; every size, factor and class comes from here or from the graphs.
 * Sizes in pixels unless `latent`.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { PixelSize } from '../base/picture-shape.ts';
import { inspectGraph } from '../onnx/graph-file.ts';
import type { GraphFile } from '../onnx/graph-file.ts';
import { readKnowledge, readPromptReader } from './card-words.ts';
import type { Knowledge, PromptReader } from './card-words.ts';
import { hasPart, needsConfig, numberIn, readFirstConfig, readNativeSizes, textIn, textsIn } from './config-values.ts';
import type { Config } from './config-values.ts';
import { checkIsSupported, defaultScheduler, familyOf, nativeDrawing } from './families.ts';
import type { Family } from './families.ts';
import { findGraph, findTokenizer, needFile, needGraph } from './folder-files.ts';
import { readCodec } from './folder-codec.ts';
import type { Codec, DecoderChoice } from './folder-codec.ts';

export interface TextPart {
  readonly graph: string;
  /** Folder of its tokenizer's files; undefined where a flat folder brings none. */
  readonly tokenizer: string | undefined;
}

export interface ModelFolder {
  readonly path: string;
  readonly id: string;
  readonly name: string;
  /** Of SHA256SUMS where there is one (it names every file's hash), else of the graphs' sizes and samples and the configs. */
  readonly sha256: string;
  readonly family: Family;
  readonly textEncoders: readonly [TextPart, ...TextPart[]];
  readonly unet: string;
  readonly codec: Codec;
  readonly latentChannels: number;
  /** Native latent height and width. */
  readonly latentSize: number;
  /** scheduler_config.json as it is, what the UNet's config says of the prediction filled in. */
  readonly scheduler: Config;
  /** Empty negative prompts are zeros (SDXL). */
  readonly zeroEmptyNegative: boolean;
  /** The best size, and what to draw it with; guidance 1 is none. */
  readonly native: { readonly steps: number; readonly guidance: number; readonly height: number; readonly width: number };
  /** All sizes the model was trained for, best first. */
  readonly nativeSizes: readonly PixelSize[];
  readonly examplePrompts: readonly string[];
  /** What the card says the model knows well. */
  readonly knows: Knowledge;
  /** Undefined where a model has none. */
  readonly reader: PromptReader | undefined;
  /** Bytes of all graphs and their weights. */
  readonly bytes: number;
}

export interface FolderOptions {
  /** 'full': the folder's vae_decoder; 'tiny': its taesd_decoder; 'auto': tiny where there is one; else another folder. Default 'full'. */
  readonly decoder?: DecoderChoice | undefined;
}

/** Throws a UserError 'device' that names the missing file or the kind of model that is not supported. */
export async function readModelFolder(folder: string, options: FolderOptions = {}): Promise<ModelFolder> {
  const path = resolve(folder);
  await checkIsFolder(path);
  const index = await readIndex(path);
  const graphs = await findGraphs(path, index);
  const [unetGraph, ...textGraphs] = [graphs.unet, ...graphs.texts].map((file) => inspectGraph(file, path)) as [GraphFile, ...GraphFile[]];
  const codec = await readCodec(path, index, options.decoder ?? 'full');
  const unet = await readPartConfig(path, index, 'unet', graphs.unet);
  const inputs = unetGraph.inputs.map(({ name }) => name);
  const family = familyOf({ index, unet, text: await readPartConfig(path, {}, 'text_encoder', graphs.texts[0]), inputs });
  const id = basename(path);
  const scheduler = await readScheduler(path, index, family);
  const card = (await readFirstConfig(path, ['card.json'])) ?? {};
  const latentSize = numberIn(unet, 'sample_size', `${path}/unet/config.json`, fixedSide(unetGraph) ?? 64);
  const latentChannels = numberIn(unet, 'in_channels', `${path}/unet/config.json`, fixedChannels(unetGraph) ?? codec.latentChannels);
  checkFits(path, unetGraph, latentChannels, codec);
  const nativeSizes = readNativeSizes(card, latentSize * codec.spatialFactor, `${path}/card.json`);
  const drawing = nativeDrawing(family, scheduler, [id, textIn(index, '_name_or_path') ?? '', textIn(unet, '_name_or_path') ?? '']);
  return {
    path,
    id,
    name: textIn(card, 'name') ?? id,
    sha256: await hashFolder(path, [graphs.unet, ...graphs.texts, codec.decoder]),
    family,
    textEncoders: (await Promise.all(graphs.texts.map(async (graph, i) => ({ graph, tokenizer: await tokenizerFor(path, index, i) })))) as unknown as ModelFolder['textEncoders'],
    unet: graphs.unet,
    codec,
    latentChannels,
    latentSize,
    scheduler,
    zeroEmptyNegative: family === 'sdxl' && index['force_zeros_for_empty_prompt'] !== false,
    native: { steps: numberIn(card, 'nativeSteps', `${path}/card.json`, drawing.steps), guidance: numberIn(card, 'nativeGuidance', `${path}/card.json`, drawing.guidance), ...nativeSizes[0] },
    nativeSizes,
    examplePrompts: textsIn(card, 'examplePrompts'),
    knows: readKnowledge(card),
    reader: await readPromptReader(card, path),
    bytes: [unetGraph, ...textGraphs].reduce((sum, { bytes }) => sum + bytes, codec.bytes),
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

/** model_index.json; empty for a flat folder, which is known by its graphs. */
async function readIndex(path: string): Promise<Config> {
  const index = await readFirstConfig(path, ['model_index.json']);
  if (index !== undefined) {
    checkIsSupported(path, index);
    return index;
  }
  // diffusers' folders have a scheduler folder; graphs that come without one are a demo's or flat.
  for (const sign of ['scheduler/scheduler_config.json', 'card.json']) if ((await stat(join(path, sign)).catch(() => undefined)) !== undefined) await needFile(path, 'model_index.json');
  if ((await findGraph(path, ['transformer'])) !== undefined) throw new UserError('device', `the model in ${path} has a transformer (as in SD3 or Flux), which is not supported yet; give a folder of Stable Diffusion 1, 2, XL, Turbo or LCM.`);
  if ((await findGraph(path, ['unet'])) === undefined) throw new UserError('device', `the model folder ${path} is incomplete: model_index.json is missing, and no unet.onnx is there either; give the folder that holds them.`);
  return {};
}

interface Graphs {
  readonly unet: string;
  readonly texts: readonly [string, ...string[]];
}

async function findGraphs(path: string, index: Config): Promise<Graphs> {
  const first = await needGraph(path, ['text_encoder']);
  const isIndexed = Object.keys(index).length > 0;
  const second = hasPart(index, 'text_encoder_2') ? await needGraph(path, ['text_encoder_2']) : isIndexed ? undefined : await findGraph(path, ['text_encoder_2']);
  return { unet: await needGraph(path, ['unet']), texts: second === undefined ? [first] : [first, second] };
}

async function tokenizerFor(path: string, index: Config, encoder: number): Promise<string | undefined> {
  const own = encoder === 0 ? 'tokenizer' : 'tokenizer_2';
  const found = await findTokenizer(path, [own, ...(encoder === 0 ? ['text_encoder', '.'] : ['tokenizer', '.'])]);
  if (found === undefined && hasPart(index, own)) await needFile(path, `${own}/tokenizer.json`);
  return found;
}

/** A part's config.json. Exports as OnnxRuntimeModel and flat folders bring none. */
async function readPartConfig(path: string, index: Config, part: string, graph: string): Promise<Config> {
  const own = dirname(graph);
  const name = basename(graph, '.onnx');
  const found = (own === path ? undefined : await readFirstConfig(own, ['config.json'])) ?? (await readFirstConfig(path, [`${name}_config.json`, `${name}.json`, `${name}/config.json`]));
  if (found === undefined && needsConfig(index, part)) await needFile(path, `${part}/config.json`);
  return found ?? {};
}

async function readScheduler(path: string, index: Config, family: Family): Promise<Config> {
  const found = await readFirstConfig(path, ['scheduler/scheduler_config.json', 'scheduler_config.json', 'scheduler/config.json']);
  if (found !== undefined) return found;
  if (hasPart(index, 'scheduler')) throw new UserError('device', `the model folder ${path} is incomplete: scheduler/scheduler_config.json is missing; copy the whole folder again.`);
  return defaultScheduler(family, basename(path));
}

/** Graphs of different models laid together are found here rather than at the first picture. */
function checkFits(path: string, unet: GraphFile, channels: number, codec: Codec): void {
  const refuse = (what: string, todo: string): never => {
    throw new UserError('device', `the model in ${path} does not fit together: ${what}; ${todo}.`);
  };
  const own = fixedChannels(unet) ?? channels;
  if (own !== channels) refuse(`unet/config.json says ${channels} latent channels ("in_channels"), and the graph takes ${own}`, own > codec.latentChannels ? 'models for inpainting are not supported' : 'copy the whole folder again');
  if (codec.latentChannels !== channels) refuse(`its UNet gives ${channels} latent channels and the decoder ${codec.decoder} takes ${codec.latentChannels}`, 'give a decoder of the same family');
  const odd = unet.inputs.find(({ type }) => !USABLE_TYPES.includes(type));
  if (odd !== undefined) refuse(`its UNet's input ${odd.name} is of a type that is not supported (${odd.type})`, 'export it with float32, float16, int32 or int64 inputs');
}

function fixedSide({ inputs }: GraphFile): number | undefined {
  return fixedDim(inputs.find(({ name }) => name === 'sample')?.dims[2]);
}

function fixedChannels({ inputs }: GraphFile): number | undefined {
  return fixedDim(inputs.find(({ name }) => name === 'sample')?.dims[1]);
}

function fixedDim(dim: number | string | undefined): number | undefined {
  return typeof dim === 'number' && dim > 0 ? dim : undefined;
}

const USABLE_TYPES: readonly string[] = ['float32', 'float16', 'float64', 'int32', 'int64'];

/** Gigabytes of weights are told apart by size and samples from both ends; reading all of them would hold up every start. */
const SAMPLE_BYTES = 1024 * 1024;

async function hashFolder(path: string, graphs: readonly string[]): Promise<string> {
  const sums = await stat(join(path, 'SHA256SUMS')).catch(() => undefined);
  if (sums !== undefined) return hashFile(join(path, 'SHA256SUMS'));
  const hash = createHash('sha256');
  for (const graph of graphs) {
    for (const file of [graph, ...inspectGraph(graph, dirname(graph) === path ? path : dirname(dirname(graph))).weights]) hash.update(await sampleHash(file));
  }
  for (const name of ['model_index.json', 'tokenizer/tokenizer.json', 'tokenizer/merges.txt', 'scheduler/scheduler_config.json']) hash.update(await hashFile(join(path, name)).catch(() => 'none'));
  return hash.digest('hex');
}

async function sampleHash(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size <= 8 * SAMPLE_BYTES) return hashFile(file);
  const hash = createHash('sha256').update(String(size));
  const handle = await open(file);
  try {
    for (const at of [0, Math.floor(size / 2), size - SAMPLE_BYTES]) hash.update((await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, at)).buffer);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
