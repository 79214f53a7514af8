/**
 * NoisePoint → initial noise. A station is the standard-normal tensor of a seed; the point lies on the slerp between two
 * stations, is turned by its orbit and pushed toward a third. Layout [channels, height, width] flat float32.
 */

import { rotatePairs, slerp } from '../base/noise-math.ts';
import { randomFor } from '../base/random.ts';
import { LruCache } from './lru-cache.ts';
import { drawNoises } from './rng/draw.ts';
import type { Seed } from './rng/draw.ts';
import type { DrawType, RngKind } from './rng/types.ts';
import type { NoisePoint } from './types.ts';

export interface NoiseShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Stations kept; a walk touches a handful, times the step noises of its sampler. */
const STATIONS_KEPT = 256;

/**
 * Standard normal numbers of a seed. Even indices are the draws in the order samplers take them (0 the initial noise, 2
 * the first step's …), odd ones their independent partners for an odd channel.
 */
export type DrawStation = (seed: Seed, shape: NoiseShape, index: number) => Float32Array;

/** Draws stations once and combines them. The same point and shape always give the same numbers. */
export class NoiseField {
  readonly #draw: DrawStation;
  readonly #stations = new LruCache<string, Float32Array>(STATIONS_KEPT);

  constructor(draw: DrawStation = drawStation) {
    this.#draw = draw;
  }

  /** A new tensor of `shape`: the initial noise, or that of a later draw, which lies on the same way between the seeds. */
  resolve(point: NoisePoint, shape: NoiseShape, draw = 0): Float32Array {
    const along = this.#between(point, shape, 2 * draw);
    const partner = shape.channels % 2 === 1 ? this.#between(point, shape, 2 * draw + 1) : undefined;
    const turned = rotatePairs(along, shape.channels, point.orbit, undefined, partner);
    return point.pushAmount === 0 ? turned : slerp(turned, this.#station(point.pushSeed, shape, 2 * draw), point.pushAmount, turned);
  }

  #between(point: NoisePoint, shape: NoiseShape, index: number): Float32Array {
    const from = this.#station(point.from, shape, index);
    if (point.from === point.to || point.position === 0) return from;
    return slerp(from, this.#station(point.to, shape, index), point.position);
  }

  #station(seed: Seed, shape: NoiseShape, index: number): Float32Array {
    const key = `${seed}|${index}|${shape.channels}x${shape.height}x${shape.width}`;
    return this.#stations.getOrCreate(key, () => this.#draw(seed, shape, index));
  }
}

/** Stations as another tool draws them for the same seed. */
export function toolStations(kind: RngKind, type: DrawType = 'float32'): DrawStation {
  const streams = new LruCache<string, readonly Float32Array[]>(STATIONS_KEPT / 16);
  return (seed, shape, index) => {
    if (index % 2 === 1) return drawStation(seed, shape, index);
    const draw = index / 2;
    const { channels, height, width } = shape;
    const key = `${seed}|${channels}x${height}x${width}`;
    const known = streams.get(key) ?? [];
    if (draw < known.length) return known[draw] as Float32Array;
    // A stream begins at its beginning: draw ahead, so that few are drawn again.
    const drawn = drawNoises(kind, seed, [channels, height, width], type, draw === 0 ? 1 : Math.max(draw + 1, 2 * known.length));
    streams.set(key, drawn);
    return drawn[draw] as Float32Array;
  };
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

function drawStation(seed: Seed, shape: NoiseShape, index: number, purpose = 'noise'): Float32Array {
  const random = randomFor(seed, purpose, index);
  return Float32Array.from({ length: shape.channels * shape.height * shape.width }, () => random.normal());
}
