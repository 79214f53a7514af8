/** Latent → pixels, by the codec's decoder graph: latent / scaling + shift in, RGB planes −1..1 out, RGBA bytes back. */

import { UserError } from '../base/errors.ts';
import type { OnnxSession } from '../onnx/session.ts';
import type { Codec } from './folder-codec.ts';
import type { NoiseShape } from './noise.ts';

export interface DecodedPicture {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

export class Decoder {
  readonly #session: OnnxSession;
  readonly #codec: Pick<Codec, 'decoder' | 'scalingFactor' | 'shiftFactor' | 'spatialFactor'>;

  constructor(session: OnnxSession, codec: Pick<Codec, 'decoder' | 'scalingFactor' | 'shiftFactor' | 'spatialFactor'>) {
    this.#session = session;
    this.#codec = codec;
  }

  /** `latent` is [channels, height, width]. */
  async decode(latent: Float32Array, shape: NoiseShape): Promise<DecodedPicture> {
    const { scalingFactor, shiftFactor, spatialFactor, decoder } = this.#codec;
    const input = scalingFactor === 1 && shiftFactor === 0 ? latent : latent.map((value) => value / scalingFactor + shiftFactor);
    const name = this.#session.inputs[0]?.name ?? 'latent_sample';
    const results = await this.#session.run({ [name]: { data: input, dims: [1, shape.channels, shape.height, shape.width] } });
    const output = results['sample'] ?? Object.values(results)[0];
    if (output === undefined || output.dims.length !== 4 || output.dims[1] !== 3) throw new UserError('device', `${decoder} gives no picture of three planes; give a VAE decoder that fits the model.`);
    const [, , height, width] = output.dims as [number, number, number, number];
    if (height !== shape.height * spatialFactor || width !== shape.width * spatialFactor) throw new UserError('device', `${decoder} enlarges ${height / shape.height} times, but its config says ${spatialFactor} ("block_out_channels"); give a decoder that fits the model.`);
    return { height, width, pixels: toRgba(output.data as Float32Array, height * width) };
  }
}

/** Planes [3, area] of −1..1 → RGBA bytes, rounded and clamped. */
function toRgba(planes: Float32Array, area: number): Uint8Array {
  const clamped = new Uint8ClampedArray(area * 4);
  for (let i = 0; i < area; i++) {
    clamped[4 * i] = ((planes[i] as number) + 1) * 127.5;
    clamped[4 * i + 1] = ((planes[area + i] as number) + 1) * 127.5;
    clamped[4 * i + 2] = ((planes[2 * area + i] as number) + 1) * 127.5;
    clamped[4 * i + 3] = 255;
  }
  return new Uint8Array(clamped.buffer);
}
