/**
 * Pixels → latent, by the codec's encoder graph: RGB planes −1..1 in. A graph gives a latent that it has drawn itself, or
 * mean and log variance of one (twice the channels), of which mean + deviation · noise is taken; then (z − shift) · scaling.
 */

import { UserError } from '../base/errors.ts';
import type { OnnxSession } from '../onnx/session.ts';
import type { DecodedPicture } from './decoder.ts';
import type { Codec } from './folder-codec.ts';
import type { NoiseShape } from './noise.ts';

export class Encoder {
  readonly #session: OnnxSession;
  readonly #codec: Codec;

  constructor(session: OnnxSession, codec: Codec) {
    this.#session = session;
    this.#codec = codec;
  }

  /** Mean and log variance come out, so that `noise` is used. */
  get draws(): boolean {
    return this.#session.outputs[0]?.name === 'latent_parameters';
  }

  /** [channels, height, width] of a picture whose sides fit `shape`. `noise`: unit normal of that shape; none takes the mean. */
  async encode(picture: DecodedPicture, shape: NoiseShape, noise?: Float32Array): Promise<Float32Array> {
    const name = this.#session.inputs[0]?.name ?? 'sample';
    const results = await this.#session.run({ [name]: { data: toPlanes(picture), dims: [1, 3, picture.height, picture.width] } });
    const output = Object.values(results)[0];
    const { channels, height, width } = shape;
    const count = channels * height * width;
    const got = output?.dims[1];
    if (output === undefined || (got !== channels && got !== 2 * channels) || output.dims[2] !== height || output.dims[3] !== width) {
      throw new UserError('device', `${this.#codec.encoder ?? 'the encoder'} gives [${output?.dims.join(', ') ?? ''}], and latents of [1, ${channels}, ${height}, ${width}] are needed; give an encoder that fits the model.`);
    }
    const data = output.data as Float32Array;
    const { scalingFactor, shiftFactor } = this.#codec;
    return Float32Array.from({ length: count }, (_, i) => {
      const mean = data[i] as number;
      if (got === channels || noise === undefined) return (mean - shiftFactor) * scalingFactor;
      // diffusers clamps the log variance so that no deviation overflows.
      const deviation = Math.exp(0.5 * Math.min(20, Math.max(-30, data[count + i] as number)));
      return (mean + deviation * (noise[i] as number) - shiftFactor) * scalingFactor;
    });
  }
}

/** RGBA bytes → planes [3, height, width] of −1..1. */
function toPlanes({ pixels, height, width }: DecodedPicture): Float32Array {
  const area = height * width;
  const planes = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) {
    planes[i] = (pixels[4 * i] as number) / 127.5 - 1;
    planes[area + i] = (pixels[4 * i + 1] as number) / 127.5 - 1;
    planes[2 * area + i] = (pixels[4 * i + 2] as number) / 127.5 - 1;
  }
  return planes;
}
