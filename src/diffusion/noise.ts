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

/** Standard normal numbers of a seed; `index` tells independent tensors of one seed apart. */
export type DrawStation = (seed: number, shape: NoiseShape, index: number) => Float32Array;

/** Draws stations once and combines them. The same point and shape always give the same numbers. */
export class NoiseField {
  readonly #draw: DrawStation;
  readonly #stations = new LruCache<string, Float32Array>(STATIONS_KEPT);

  constructor(draw: DrawStation = drawStation) {
    this.#draw = draw;
  }

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
    return this.#stations.getOrCreate(key, () => this.#draw(seed, shape, index));
  }
}

/**
 * Stations on one endless canvas of `side` x `side` tiles, each with a stream of its own; a tensor is cut out around the
 * middle of tile 0, which is the plain station of the square. So one seed shows the same centre at every size.
 */
export function centredStations(side: number): DrawStation {
  return (seed, shape, index) => {
    const { channels, height, width } = shape;
    const station = new Float32Array(channels * height * width);
    const top = Math.floor((side - height) / 2);
    const left = Math.floor((side - width) / 2);
    for (let down = Math.floor(top / side); down * side < top + height; down++) {
      for (let across = Math.floor(left / side); across * side < left + width; across++) {
        const tile = drawStation(seed, { channels, height: side, width: side }, index, down === 0 && across === 0 ? 'noise' : `noise tile ${down} ${across}`);
        pasteTile(tile, side, down * side - top, across * side - left, station, shape);
      }
    }
    return station;
  };
}

/** Copies the part of a tile that lies inside `shape`; the tile's first cell belongs at (`top`, `left`). */
function pasteTile(tile: Float32Array, side: number, top: number, left: number, into: Float32Array, { channels, height, width }: NoiseShape): void {
  const from = Math.max(0, -left);
  const to = Math.min(side, width - left);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = Math.max(0, -top); y < Math.min(side, height - top); y++) {
      const row = (channel * side + y) * side;
      into.set(tile.subarray(row + from, row + to), (channel * height + top + y) * width + left + from);
    }
  }
}

function drawStation(seed: number, shape: NoiseShape, index: number, purpose = 'noise'): Float32Array {
  const random = randomFor(seed, purpose, index);
  return Float32Array.from({ length: shape.channels * shape.height * shape.width }, () => random.normal());
}
