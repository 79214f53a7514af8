/** Loudness as pictures want it: absolute, and within the range of the last seconds, so that quiet music moves them too. Pure. */

import { clamp } from '../../base/math.ts';
import type { Lufs } from '../../base/units.ts';
import { movingMean, tabulate } from '../series.ts';
import { LOUDNESS_RATE, lufsOf, summariseLoudness } from './loudness.ts';

/** Half the 400 ms of momentary loudness, in steps. */
const MOMENTARY_HALF = 0.2 * LOUDNESS_RATE;
/** The range is taken of this many values, one in RANGE_EVERY steps: 20 s. */
export const RANGE_VALUES = 200;
export const RANGE_EVERY = LOUDNESS_RATE / 10;
const LOW_SHARE = 0.1;
const HIGH_SHARE = 0.95;
/** Least range (LU), so that the breath of a steady tone is not blown up. */
const LEAST_RANGE = 8;
/** Silence: below this, or this far below the whole. */
const SILENT: Lufs = -58;
const FAR_BELOW = 32;

/** Momentary loudness (LUFS) around each of `count` frames, from the power in steps of 1/100 s. */
export function momentaryLoudness(power: Float32Array, count: number): Float32Array {
  const mean = movingMean(power, MOMENTARY_HALF);
  return tabulate(count, (i) => lufsOf(mean[Math.min(i, mean.length - 1)] ?? 0));
}

/** Where each frame's loudness lies in the range (10th to 95th percentile) of the 20 s before it, 0..1; silence is 0. */
export function autoLevel(lufs: Float32Array): Float32Array {
  const power = lufs.map((loudness) => 10 ** (loudness / 10));
  const gate = Math.max(SILENT, summariseLoudness(power).integrated - FAR_BELOW);
  const range = new RecentRange(RANGE_VALUES);
  let [low, high] = [gate, gate + LEAST_RANGE];
  const goal = { low, high };
  return lufs.map((loudness, i) => {
    if (loudness < gate) return 0;
    if (i % RANGE_EVERY === 0) Object.assign(goal, range.push(loudness));
    // A second to widen or narrow, so that the range does not jump.
    low += (goal.low - low) / LOUDNESS_RATE;
    high += (goal.high - high) / LOUDNESS_RATE;
    return clamp((loudness - low) / (high - low), 0, 1);
  });
}

/** The 10th to the 95th percentile of the last values, at least LEAST_RANGE apart. */
export class RecentRange {
  private readonly size: number;
  private readonly recent: number[] = [];
  private readonly sorted: number[] = [];

  constructor(size: number) {
    this.size = size;
  }

  push(value: number): { low: number; high: number } {
    this.recent.push(value);
    this.sorted.splice(this.placeOf(value), 0, value);
    if (this.recent.length > this.size) this.sorted.splice(this.placeOf(this.recent.shift() as number), 1);
    const at = (share: number): number => this.sorted[Math.round(share * (this.sorted.length - 1))] as number;
    const [low, high] = [at(LOW_SHARE), at(HIGH_SHARE)];
    return { low: Math.min(low, high - LEAST_RANGE), high };
  }

  /** First index whose value is not below `value`. */
  private placeOf(value: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
