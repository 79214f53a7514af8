/**
 * What the samplers share on tensors: from a model's output to the predicted clean latent x0, clipping and dynamic
 * thresholding (Saharia et al. 2022, section 2.3), and linear combinations.
 */

import type { SchedulerSettings } from './config.ts';

export interface Limits {
  readonly thresholding: SchedulerSettings['thresholding'];
  readonly clipSampleRange: SchedulerSettings['clipSampleRange'];
}

/** out = a·x + b·y; `out` may be x or y. */
export function combine(a: number, x: Float32Array, b: number, y: Float32Array, out: Float32Array): Float32Array {
  for (let i = 0; i < x.length; i++) out[i] = a * (x[i] as number) + b * (y[i] as number);
  return out;
}

/** out = (x − b·y) / a, every operation rounded to float32 as torch rounds it: near a = 0 it shows. `out` may be x or y. */
export function solveFor(a: number, x: Float32Array, b: number, y: Float32Array, out: Float32Array): Float32Array {
  const [divisor, factor] = [Math.fround(a), Math.fround(b)];
  for (let i = 0; i < x.length; i++) out[i] = Math.fround((x[i] as number) - Math.fround(factor * (y[i] as number))) / divisor;
  return out;
}

/** out = a·x + b·y with every operation rounded to float32. `out` may be x or y. */
export function combineRounded(a: number, x: Float32Array, b: number, y: Float32Array, out: Float32Array): Float32Array {
  const [first, second] = [Math.fround(a), Math.fround(b)];
  for (let i = 0; i < x.length; i++) out[i] = Math.fround(first * (x[i] as number)) + Math.fround(second * (y[i] as number));
  return out;
}

/** out += a·x, rounded as torch rounds it. */
export function accumulate(out: Float32Array, a: number, x: Float32Array): Float32Array {
  const factor = Math.fround(a);
  for (let i = 0; i < x.length; i++) out[i] = (out[i] as number) + Math.fround(factor * (x[i] as number));
  return out;
}

/** Thresholding where it is on, else the clip where there is one; in place. */
export function limitPrediction(x0: Float32Array, { thresholding, clipSampleRange }: Limits): Float32Array {
  if (thresholding !== undefined) return thresholdSample(x0, thresholding.ratio, thresholding.max);
  if (clipSampleRange !== undefined) clampTo(x0, clipSampleRange);
  return x0;
}

function clampTo(values: Float32Array, range: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(range, Math.max(-range, values[i] as number));
}

/** Clamps to the quantile of |x0| (1 to `max`) and divides by it, in place. */
export function thresholdSample(x0: Float32Array, ratio: number, max: number): Float32Array {
  const limit = Math.min(max, Math.max(1, quantile(x0.map(Math.abs).sort(), ratio)));
  for (let i = 0; i < x0.length; i++) x0[i] = Math.min(limit, Math.max(-limit, x0[i] as number)) / limit;
  return x0;
}

/** Of ascending values, linear between ranks. */
function quantile(sorted: Float32Array, ratio: number): number {
  const rank = Math.fround(ratio * (sorted.length - 1));
  const low = Math.floor(rank);
  const a = sorted[low] as number;
  return a + ((sorted[Math.min(low + 1, sorted.length - 1)] as number) - a) * (rank - low);
}
