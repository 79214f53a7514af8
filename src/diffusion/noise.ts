/**
 * NoisePoint → initial noise. A station is the standard-normal tensor of a seed; the point lies on the slerp between two
 * stations, is turned by its orbit and pushed toward a third. Layout [channels, height, width] flat float32.
 */

import { rotatePairs, slerp } from '../base/noise-math.ts';
import { randomFor } from '../base/random.ts';
import { LruCache } from './lru-cache.ts';
import type { NoisePoint } from './types.ts';

export interface NoiseShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Stations kept; a walk touches a handful. */
const STATIONS_KEPT = 64;

/** Draws stations once and combines them. The same point and shape always give the same numbers. */
export class NoiseField {
  readonly #stations = new LruCache<string, Float32Array>(STATIONS_KEPT);

  /** A new tensor of `shape`. */
  resolve(point: NoisePoint, shape: NoiseShape): Float32Array {
    const along = this.#between(point, shape, 0);
    const partner = shape.channels % 2 === 1 ? this.#between(point, shape, 1) : undefined;
    const turned = rotatePairs(along, shape.channels, point.orbit, undefined, partner);
    return point.pushAmount === 0 ? turned : slerp(turned, this.#station(point.pushSeed, shape, 0), point.pushAmount, turned);
  }

  #between(point: NoisePoint, shape: NoiseShape, index: number): Float32Array {
    const from = this.#station(point.from, shape, index);
    if (point.from === point.to || point.position === 0) return from;
    return slerp(from, this.#station(point.to, shape, index), point.position);
  }

  #station(seed: number, shape: NoiseShape, index: number): Float32Array {
    const key = `${seed}|${index}|${shape.channels}x${shape.height}x${shape.width}`;
    return this.#stations.getOrCreate(key, () => drawStation(seed, shape, index));
  }
}

function drawStation(seed: number, shape: NoiseShape, index: number): Float32Array {
  const random = randomFor(seed, 'noise', index);
  return Float32Array.from({ length: shape.channels * shape.height * shape.width }, () => random.normal());
}
