/** The stages of one picture, in order: prompts, noise, starting picture, denoiser, decoder. */

import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import { UserError, messageOf } from '../base/errors.ts';
import type { OnnxSession } from '../onnx/session.ts';
import type { DecodedPicture, Decoder } from './decoder.ts';
import type { Denoiser, DenoiseRequest } from './denoiser.ts';
import type { Encoder } from './encoder.ts';
import { FeedbackChain } from './feedback.ts';
import type { ModelFolder } from './folder.ts';
import { LruCache } from './lru-cache.ts';
import type { NoiseField, NoiseShape } from './noise.ts';
import type { StageTimes } from './pipeline.ts';
import type { Prompts } from './prompt-encoder.ts';
import { alignLengths } from './prompt/conditioning.ts';
import { needsNegative } from './prompt/guidance.ts';
import type { Conditioning } from './text-encoder.ts';
import type { InitPicture, LatentPoint, Picture } from './types.ts';

export interface PainterParts {
  readonly prompts: Prompts;
  readonly noise: NoiseField;
  readonly denoiser: Denoiser;
  readonly decoder: Decoder;
  readonly encoder: Encoder | undefined;
}

interface Prepared {
  readonly request: DenoiseRequest;
  readonly textMs: number;
  readonly noiseMs: number;
}

/** Starting pictures kept at their drawn size. */
const PICTURES_KEPT = 4;

export class Painter {
  readonly #model: ModelFolder;
  readonly #parts: PainterParts;
  /** Latent height and width of a graph that takes one size only; undefined where free. */
  readonly #fixed: { readonly height: number | undefined; readonly width: number | undefined };
  readonly #pictures = new LruCache<string, DecodedPicture>(PICTURES_KEPT);
  readonly #chain = new FeedbackChain();
  #preparing: Promise<unknown> = Promise.resolve();
  times: StageTimes = { text: 0, noise: 0, denoise: 0, decode: 0 };

  constructor(model: ModelFolder, unet: OnnxSession, parts: PainterParts) {
    this.#model = model;
    this.#parts = parts;
    const dims = unet.inputs.find((input) => input.name === 'sample')?.dims ?? [];
    const fixed = (dim: number | string | undefined): number | undefined => (typeof dim === 'number' && dim > 0 ? dim : undefined);
    this.#fixed = { height: fixed(dims[2]), width: fixed(dims[3]) };
  }

  async paint(point: LatentPoint): Promise<Picture> {
    const start = performance.now();
    const shape = this.#latentShape(point);
    const { request, textMs, noiseMs } = await this.#prepare(point, shape);
    const prepared = performance.now();
    const latent = await this.#parts.denoiser.denoise(request);
    const denoised = performance.now();
    const picture = await this.#parts.decoder.decode(latent, shape);
    const end = performance.now();
    this.times = { text: textMs, noise: noiseMs, denoise: denoised - prepared, decode: end - denoised };
    if (point.feedback !== undefined) this.#chain.remember(point.feedback, picture);
    return { ...picture, cost: end - start };
  }

  async latentOf(point: LatentPoint): Promise<Float32Array> {
    const { request } = await this.#prepare(point, this.#latentShape(point));
    return this.#parts.denoiser.denoise(request);
  }

  /** One at a time, so that pictures that begin together do not encode their prompt twice. */
  #prepare(point: LatentPoint, shape: NoiseShape): Promise<Prepared> {
    const prepared = this.#preparing.then(() => this.#prepareNow(point, shape));
    this.#preparing = prepared.catch(() => undefined);
    return prepared;
  }

  async #prepareNow(point: LatentPoint, shape: NoiseShape): Promise<Prepared> {
    const { prompts, denoiser } = this.#parts;
    const start = performance.now();
    const mixed = await prompts.mix(point.prompts);
    const negative = !denoiser.takesGuidance && needsNegative(point.guidance, mixed) ? await prompts.negative(point.negative) : undefined;
    // All rows of a call have one length.
    const levelled = alignLengths([...mixed.map(({ conditioning }) => conditioning), ...(negative === undefined ? [] : [negative])]);
    const encoded = performance.now();
    const init = await this.#startOf(point, shape);
    const noise = this.#parts.noise;
    const first = init?.draws ?? 0;
    const request: DenoiseRequest = {
      noise: noise.resolve(point.noise, shape, first),
      stepNoise: (draw) => noise.resolve(point.noise, shape, first + draw),
      shape,
      parts: mixed.map(({ weight }, i) => ({ weight, conditioning: levelled[i] as Conditioning })),
      negative: negative === undefined ? undefined : levelled.at(-1),
      guidance: point.guidance,
      steps: point.steps,
      size: { height: point.height, width: point.width },
      init: init === undefined ? undefined : { latent: init.latent, strength: init.strength },
    };
    return { request, textMs: encoded - start, noiseMs: performance.now() - encoded };
  }

  /** The latent that a picture starts from, and how many draws of its noise that took. */
  async #startOf(point: LatentPoint, shape: NoiseShape): Promise<{ readonly latent: Float32Array; readonly strength: number; readonly draws: number } | undefined> {
    const { feedback, init } = point;
    const moved = feedback === undefined || feedback.index === 0 ? undefined : this.#chain.moved(feedback, point);
    const picture = moved ?? (init === undefined ? undefined : await this.#initPicture(init, point));
    if (picture === undefined) return undefined;
    const { encoder, noise } = this.#parts;
    if (encoder === undefined) throw new UserError('device', `${this.#model.name} has no vae_encoder, which a starting picture needs; add the folder vae_encoder or leave --init and --feedback out.`);
    const strength = moved === undefined ? (init as InitPicture).strength : (feedback as NonNullable<typeof feedback>).strength;
    // diffusers draws the encoder's noise first, from the same stream.
    const latent = await encoder.encode(picture, shape, encoder.draws ? noise.resolve(point.noise, shape, 0) : undefined);
    return { latent, strength, draws: encoder.draws ? 1 : 0 };
  }

  async #initPicture({ image }: InitPicture, { height, width }: LatentPoint): Promise<DecodedPicture> {
    const key = `${image} ${width}x${height}`;
    const kept = this.#pictures.get(key);
    if (kept !== undefined) return kept;
    const made = await readPicture(image, height, width);
    this.#pictures.set(key, made);
    return made;
  }

  #latentShape({ height, width }: LatentPoint): NoiseShape {
    const { codec: { spatialFactor }, latentChannels, name } = this.#model;
    const shape = { channels: latentChannels, height: height / spatialFactor, width: width / spatialFactor };
    // Sizes that share their centre need room for it.
    const least = this.#model.nativeSizes.length > 1 ? Math.min(...this.#model.nativeSizes.flatMap((size) => [size.height, size.width])) : spatialFactor;
    const fits = (side: number, fixed: number | undefined): boolean => Number.isInteger(side) && side * spatialFactor >= least && (fixed === undefined || fixed === side);
    if (!fits(shape.height, this.#fixed.height) || !fits(shape.width, this.#fixed.width)) {
      const { height: tall, width: wide } = this.#fixed;
      const expected = tall !== undefined && wide !== undefined ? `only ${wide * spatialFactor}x${tall * spatialFactor}` : `sides that are multiples of ${spatialFactor}${least > spatialFactor ? ` from ${least} on` : ''}`;
      throw new UserError('usage', `${name} draws ${expected} pixels, but ${width}x${height} was asked for; change --size.`);
    }
    return shape;
  }
}

/** An image file cropped to cover the size, RGBA. Throws a UserError 'input' for one that is no image. */
async function readPicture(image: string, height: number, width: number): Promise<DecodedPicture> {
  try {
    const pixels = await sharp(image, { limitInputPixels: 2 ** 28 }).rotate().resize(width, height, { fit: 'cover', kernel: 'lanczos3' }).toColourspace('srgb').flatten({ background: '#000000' }).ensureAlpha().raw().toBuffer();
    return { height, width, pixels: new Uint8Array(pixels) };
  } catch (reason) {
    throw new UserError('input', `${image} cannot be used as --init: it is not an image that can be read (${(messageOf(reason).split('\n')[0] as string).slice(0, 120)}); give a PNG, JPEG, WebP or TIFF.`);
  }
}
