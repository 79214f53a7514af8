/**
 * LatentPoint → pixels with a model folder, in this process. `run` blocks its thread, so the show uses it inside the
 * inference worker (ahead/inference.ts); tests may use it directly.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { UserError } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import { listInnerValues, listOutputs } from '../onnx/inner-outputs.ts';
import { createSession } from '../onnx/session.ts';
import type { OnnxSession } from '../onnx/session.ts';
import { providersToTry } from '../onnx/providers.ts';
import { Decoder } from './decoder.ts';
import { Denoiser } from './denoiser.ts';
import { measurePictureDifference } from './difference.ts';
import { DrawQueue } from './draw-queue.ts';
import { Encoder } from './encoder.ts';
import { readModelFolder } from './folder.ts';
import type { ModelFolder } from './folder.ts';
import { hearIn } from './hearing.ts';
import { checkMemory } from './memory.ts';
import { centredStations, NoiseField, toolStations } from './noise.ts';
import type { DrawStation } from './noise.ts';
import { Painter } from './painter.ts';
import { layerValues } from './prompt/clip-skip.ts';
import { openPrompts } from './prompt-encoder.ts';
import { RNG_KINDS } from './rng/types.ts';
import type { RngKind } from './rng/types.ts';
import { createScheduler } from './schedulers/create.ts';
import { evenFlowSigmas } from './schedulers/flow-match.ts';
import type { TimestepOptions } from './schedulers/types.ts';
import type { LatentPoint, ModelCard, ModelSettings, Pipeline } from './types.ts';

export interface PipelineOptions extends ModelSettings {
  readonly onNotice?: (text: string) => void;
  /** See onnx/session.ts. */
  readonly onRun?: (again: () => Promise<unknown>) => void;
}

/** Wall time of the last picture's stages (ms). */
export interface StageTimes {
  readonly text: Milliseconds;
  readonly noise: Milliseconds;
  readonly denoise: Milliseconds;
  readonly decode: Milliseconds;
}

export interface LocalPipeline extends Pipeline {
  stageTimes(): StageTimes;
  /** The sessions of one picture, for benches: how often each runs is theirs to know. */
  readonly folder: ModelFolder;
  /** The latent before decoding, [channels, height, width]. */
  latentOf(point: LatentPoint): Promise<Float32Array>;
}

/** Loads a folder's graphs. Throws a UserError 'device' when the folder is not sound, too large or cannot run here. */
export async function openPipeline(folder: string, options: PipelineOptions = {}): Promise<LocalPipeline> {
  const model = await readModelFolder(folder, { decoder: options.decoder });
  createScheduler(model.scheduler, options.scheduler, { eta: options.eta });
  const failures: string[] = [];
  const providers = providersToTry(options.provider ?? 'cpu');
  for (const provider of providers) {
    try {
      checkMemory(model, provider);
      const opened = await openOn(provider, model, options);
      if (failures.length > 0) options.onNotice?.(`${failures.join('; ')}; ${provider} draws instead.`);
      return opened;
    } catch (reason) {
      if (provider === providers.at(-1) || (reason instanceof UserError && reason.fault === 'usage')) throw reason;
      failures.push(reason instanceof UserError ? `onnxruntime cannot use ${provider} here (${shortReason(reason.message)})` : `${provider} failed at the first picture (${shortReason(String(reason))})`);
    }
  }
  throw new Error('no provider was tried');
}

async function openOn(provider: string, model: ModelFolder, options: PipelineOptions): Promise<LocalPipeline> {
  const sessions = await openSessions(provider, model, options);
  try {
    const pipeline = await assemble(model, sessions, options);
    // Some providers find out at their first run what they cannot do.
    if (provider !== 'cpu') await pipeline.draw(warmUpPoint(pipeline.card));
    return pipeline;
  } catch (reason) {
    await releaseAll(sessions);
    throw reason;
  }
}

interface Sessions {
  readonly texts: readonly OnnxSession[];
  readonly unet: OnnxSession;
  readonly decoder: OnnxSession;
  readonly encoder: OnnxSession | undefined;
  readonly reader: OnnxSession | undefined;
}

async function openSessions(provider: string, { textEncoders, unet, codec, family, reader }: ModelFolder, { threads = 1, clipSkip = 1, onRun }: PipelineOptions): Promise<Sessions> {
  const opened: OnnxSession[] = [];
  const open = async (file: string, inner?: readonly string[]): Promise<OnnxSession> => {
    const session = await createSession(file, { provider, threads, only: true, inner, onRun });
    opened.push(session);
    return session;
  };
  try {
    const texts: OnnxSession[] = [];
    for (const { graph } of textEncoders) texts.push(await open(graph, missingStates(graph, family, clipSkip)));
    return { texts, unet: await open(unet), decoder: await open(codec.decoder), encoder: codec.encoder === undefined ? undefined : await open(codec.encoder), reader: reader === undefined ? undefined : await open(reader.file) };
  } catch (reason) {
    await Promise.all(opened.map((session) => session.release()));
    throw reason;
  }
}

/** The layers' results that a text encoder has to give and does not: an earlier layer's for clip skip, the last but one for SDXL. */
function missingStates(graph: string, family: ModelFolder['family'], clipSkip: number): readonly string[] {
  if (family === 'plain' || (clipSkip === 1 && family !== 'sdxl')) return [];
  if (listOutputs(graph).some((name) => name.startsWith('hidden_states'))) return [];
  return layerValues(listInnerValues(graph));
}

async function releaseAll({ texts, unet, decoder, encoder, reader }: Sessions): Promise<void> {
  const open = [...texts, unet, decoder, encoder, reader].filter((session) => session !== undefined);
  await Promise.all(open.map((session) => session.release()));
}

async function assemble(model: ModelFolder, sessions: Sessions, options: PipelineOptions): Promise<LocalPipeline> {
  const { unet } = sessions;
  const stream = options.stream === true;
  const batch = stream ? Math.max(2, model.native.steps) : Math.max(1, options.batch ?? 1);
  const denoiser = new Denoiser(unet, {
    createScheduler: () => createScheduler(model.scheduler, options.scheduler, { eta: options.eta }),
    timestepOptions: timestepOptionsFor(model, options),
    rescale: options.rescale ?? 0,
    batch,
    stream,
  });
  if (stream && !denoiser.takesMixedTimesteps) throw new UserError('usage', `${model.name} takes one timestep for all pictures of a call, so stream batch cannot be used; leave --stream-batch out.`);
  const prompts = await openPrompts(model, sessions.texts, options);
  const painter = new Painter(model, unet, {
    prompts,
    noise: new NoiseField(stationsFor(model, options)),
    denoiser,
    decoder: new Decoder(sessions.decoder, model.codec),
    encoder: sessions.encoder === undefined ? undefined : new Encoder(sessions.encoder, model.codec),
  });
  const queue = new DrawQueue((point) => painter.paint(point), nextTurn, batch);
  let closed = false;
  return {
    card: cardOf(model, unet),
    folder: model,
    draw: (point, signal) => queue.draw(point, signal),
    measureDifference: (points) => queue.measure(points, measurePictureDifference),
    hear: async (prompt) => {
      if (sessions.reader === undefined || model.reader === undefined) return null;
      const [part] = await prompts.mix([{ text: prompt, weight: 1 }]);
      return part === undefined ? null : hearIn(sessions.reader, model.reader.vocabulary, part.conditioning.pooled);
    },
    latentOf: (point) => painter.latentOf(point),
    stageTimes: () => painter.times,
    dispose: async () => {
      if (closed) return;
      closed = true;
      await queue.close();
      await releaseAll(sessions);
    },
  };
}

/** Models that predict a flow and are not SD3 were trained on even levels. */
function timestepOptionsFor(model: ModelFolder, { scheduler }: PipelineOptions): (steps: number) => TimestepOptions {
  const isEven = model.family === 'plain' && model.scheduler['_class_name'] === 'FlowMatchEulerDiscreteScheduler' && scheduler === undefined;
  return isEven ? (steps) => ({ sigmas: evenFlowSigmas(steps) }) : () => ({});
}

/** A model with several sizes shows the centre of a seed's picture at all of them; others draw what a seed means elsewhere. */
function stationsFor({ family, nativeSizes, codec }: ModelFolder, { rng = family === 'plain' ? 'native' : 'torch-cpu' }: PipelineOptions): DrawStation | undefined {
  const kind = RNG_KINDS.find((known) => known === rng) as RngKind | undefined;
  if (kind === undefined) throw new UserError('usage', `--rng is one of ${RNG_KINDS.join(', ')}, and "${rng}" came.`);
  if (kind !== 'native') return toolStations(kind);
  if (nativeSizes.length < 2) return undefined;
  return centredStations(Math.min(...nativeSizes.flatMap(({ height, width }) => [height, width])) / codec.spatialFactor);
}

function cardOf(model: ModelFolder, unet: OnnxSession): ModelCard {
  const { id, name, path, sha256, examplePrompts, native, nativeSizes } = model;
  return { id, name, folder: path, sha256, provider: unet.provider, sizes: nativeSizes, steps: native.steps, guidance: native.guidance, examplePrompts, takesPictures: model.codec.encoder !== undefined };
}

function warmUpPoint(card: ModelCard): LatentPoint {
  const { height, width } = card.sizes[0] ?? { height: 128, width: 128 };
  return { prompts: [{ text: 'light', weight: 1 }], negative: '', noise: { from: 0, to: 0, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 }, guidance: card.guidance, steps: 1, height, width };
}

function shortReason(text: string): string {
  const own = /cannot be loaded: \w+ \((.*)\); check/s.exec(text)?.[1] ?? text;
  return (own.split('\n')[0] as string).slice(0, 200);
}
