/**
 * A tile of film grain: Gaussian noise, a little soft, without a seam, as bytes around 127.5. Shifted to another place 24 times a
 * second it does not repeat to the eye. Pure but for the texture.
 */

import { DataTexture, LinearFilter, NoColorSpace, RedFormat, RepeatWrapping, UnsignedByteType } from 'three';

import { randomFor } from '../../base/random.ts';
import type { Seconds } from '../../base/units.ts';

/** Pixels of the tile each way. */
export const GRAIN_TILE = 256;
/** Pictures of grain a second. */
const RATE = 24;
/** Standard deviation in bytes: three of them reach the ends. */
const DEVIATION = 42;

/** `size` x `size` bytes, row-major: mean 127.5, standard deviation 42. */
export function grainTile(size: number): Uint8Array {
  const random = randomFor(1, 'film grain');
  const raw = Float32Array.from({ length: size * size }, () => random.normal());
  const at = (x: number, y: number): number => raw[((y + size) % size) * size + ((x + size) % size)] as number;
  // Each grain reaches a little into its neighbours; the weights' squares add to 1.
  const [own, near] = [0.94, 0.17];
  return Uint8Array.from(raw, (value, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    const soft = own * value + near * (at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1));
    return Math.min(255, Math.max(0, Math.round(127.5 + DEVIATION * soft)));
  });
}

/** Where the tile stands at a time: fractions of it, another every 1/24 s. */
export function grainPlaceAt(time: Seconds): { readonly x: number; readonly y: number } {
  // A live show's time may be below 0.
  const picture = Math.floor(Math.max(0, time) * RATE);
  // Steps of the plastic number's powers: evenly spread, and far from each other one after another.
  return { x: (picture * 0.754_877_666) % 1, y: (picture * 0.569_840_291) % 1 };
}

export function grainTexture(): DataTexture {
  const texture = new DataTexture(grainTile(GRAIN_TILE) as Uint8Array<ArrayBuffer>, GRAIN_TILE, GRAIN_TILE, RedFormat, UnsignedByteType);
  Object.assign(texture, { wrapS: RepeatWrapping, wrapT: RepeatWrapping, minFilter: LinearFilter, magFilter: LinearFilter, generateMipmaps: false, colorSpace: NoColorSpace, needsUpdate: true });
  return texture;
}
