/** Latent → pixels, by the folder's decoder graph: latent / scaling + shift in, RGB planes −1..1 out, RGBA bytes back. */

import type { OnnxSession } from '../onnx/session.ts';
import type { NoiseShape } from './noise.ts';

export interface DecodedPicture {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

export class Decoder {
  readonly #session: OnnxSession;
  readonly #scaling: number;
  readonly #shift: number;

  constructor(session: OnnxSession, options: { readonly scalingFactor: number; readonly shiftFactor: number }) {
    this.#session = session;
    this.#scaling = options.scalingFactor;
    this.#shift = options.shiftFactor;
  }

  /** `latent` is [channels, height, width]. */
  async decode(latent: Float32Array, shape: NoiseShape): Promise<DecodedPicture> {
    const input = this.#scaling === 1 && this.#shift === 0 ? latent : latent.map((value) => value / this.#scaling + this.#shift);
    const name = this.#session.inputs[0]?.name ?? 'latent_sample';
    const results = await this.#session.run({ [name]: { data: input, dims: [1, shape.channels, shape.height, shape.width] } });
    const output = results['sample'] ?? Object.values(results)[0];
    if (output === undefined || output.dims.length !== 4) throw new Error('the decoder gave no picture');
    const [, , height, width] = output.dims as [number, number, number, number];
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
