/**
 * LatentPoint → pixels with a model folder, in this process. `run` blocks its thread, so the show uses it inside the
 * inference worker (ahead/inference.ts); `image` and tests may use it directly.
 */

import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UserError } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import { createSession } from '../onnx/session.ts';
import type { OnnxSession } from '../onnx/session.ts';
import { Decoder } from './decoder.ts';
import { Denoiser } from './denoiser.ts';
import { measurePictureDifference } from './difference.ts';
import { DrawQueue } from './draw-queue.ts';
import { readModelFolder } from './folder.ts';
import type { ModelFolder } from './folder.ts';
import { centredStations, NoiseField } from './noise.ts';
import type { DrawStation, NoiseShape } from './noise.ts';
import { createFlowMatchEuler } from './scheduler.ts';
import { TextEncoder } from './text-encoder.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { LatentPoint, ModelCard, Picture, Pipeline } from './types.ts';

export interface PipelineOptions {
  /** See onnx/session.ts; default 'cpu'. */
  readonly provider?: string;
  readonly threads?: number;
  readonly onNotice?: (text: string) => void;
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
}

/** Loads a folder's graphs. Throws a UserError 'device' when the folder is not sound. */
export async function openPipeline(folder: string, options: PipelineOptions = {}): Promise<LocalPipeline> {
  const model = await readModelFolder(folder);
  const [tokenizer, text, unet, decoder] = await Promise.all([loadTokenizer(model.files.tokenizer, model.files.tokenizerConfig), createSession(model.files.textEncoder, options), createSession(model.files.unet, options), createSession(model.files.decoder, options)]);
  const sessions = [text, unet, decoder];
  const painter = new Painter(model, unet, {
    text: new TextEncoder(text, tokenizer),
    denoiser: new Denoiser(unet, createFlowMatchEuler(model.scheduler)),
    decoder: new Decoder(decoder, model),
  });
  const queue = new DrawQueue((point) => painter.paint(point), nextTurn);
  let closed = false;
  return {
    card: cardOf(model, unet),
    draw: (point, signal) => queue.draw(point, signal),
    measureDifference: (points) => queue.measure(points, measurePictureDifference),
    stageTimes: () => painter.times,
    dispose: async () => {
      if (closed) return;
      closed = true;
      await queue.close();
      await Promise.all(sessions.map((session) => session.release()));
    },
  };
}

function cardOf(model: ModelFolder, unet: OnnxSession): ModelCard {
  const { id, name, path, sha256, examplePrompts, native, nativeSizes } = model;
  return { id, name, folder: path, sha256, provider: unet.provider, sizes: nativeSizes, steps: native.steps, guidance: native.guidance, examplePrompts };
}

/** A model with several sizes shows the centre of a seed's picture at all of them. */
function stationsFor({ nativeSizes, spatialFactor }: ModelFolder): DrawStation | undefined {
  if (nativeSizes.length < 2) return undefined;
  return centredStations(Math.min(...nativeSizes.flatMap(({ height, width }) => [height, width])) / spatialFactor);
}

interface Parts {
  readonly text: TextEncoder;
  readonly denoiser: Denoiser;
  readonly decoder: Decoder;
}

/** The stages of one picture, in order. */
class Painter {
  readonly #model: ModelFolder;
  readonly #parts: Parts;
  readonly #noise: NoiseField;
  /** Latent height and width of a graph that takes one size only; undefined where free. */
  readonly #fixed: { readonly height: number | undefined; readonly width: number | undefined };
  times: StageTimes = { text: 0, noise: 0, denoise: 0, decode: 0 };

  constructor(model: ModelFolder, unet: OnnxSession, parts: Parts) {
    this.#model = model;
    this.#parts = parts;
    this.#noise = new NoiseField(stationsFor(model));
    const dims = unet.inputs.find((input) => input.name === 'sample')?.dims ?? [];
    const fixed = (dim: number | string | undefined): number | undefined => (typeof dim === 'number' && dim > 0 ? dim : undefined);
    this.#fixed = { height: fixed(dims[2]), width: fixed(dims[3]) };
  }

  async paint(point: LatentPoint): Promise<Picture> {
    const start = performance.now();
    const shape = this.#latentShape(point);
    const condition = await this.#parts.text.encodeMix(point.prompts);
    const negative = point.guidance === 1 ? undefined : await this.#parts.text.encode(point.negative);
    const encoded = performance.now();
    const noise = this.#noise.resolve(point.noise, shape);
    const resolved = performance.now();
    const latent = await this.#parts.denoiser.denoise({ noise, shape, condition, negative, guidance: point.guidance, steps: point.steps });
    const denoised = performance.now();
    const picture = await this.#parts.decoder.decode(latent, shape);
    const end = performance.now();
    this.times = { text: encoded - start, noise: resolved - encoded, denoise: denoised - resolved, decode: end - denoised };
    return { ...picture, cost: end - start };
  }

  #latentShape({ height, width }: LatentPoint): NoiseShape {
    const { spatialFactor, latentChannels, name } = this.#model;
    const shape = { channels: latentChannels, height: height / spatialFactor, width: width / spatialFactor };
    const fits = (side: number, fixed: number | undefined): boolean => Number.isInteger(side) && side > 0 && (fixed === undefined || fixed === side);
    if (!fits(shape.height, this.#fixed.height) || !fits(shape.width, this.#fixed.width)) {
      const { height: tall, width: wide } = this.#fixed;
      const expected = tall !== undefined && wide !== undefined ? `only ${wide * spatialFactor}x${tall * spatialFactor}` : `sides that are multiples of ${spatialFactor}`;
      throw new UserError('usage', `${name} draws ${expected} pixels, but ${width}x${height} was asked for; change --size.`);
    }
    return shape;
  }
}
