/** Arithmetic on curves (arrays of equally spaced values) that several steps of the analysis share. Pure. */

import { clamp, quantile } from '../base/math.ts';

/** A curve of `length` values (Float32Array.from takes ten times as long). */
export function tabulate(length: number, valueAt: (index: number) => number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = valueAt(i);
  return values;
}

/** Running sums of movingMean, kept: of two hours they are 6 MB, and a track takes dozens of means. */
let sums = new Float64Array(0);

/** Mean over `half` values to either side (fewer at the ends). */
export function movingMean(values: ArrayLike<number>, half: number): Float32Array {
  if (sums.length <= values.length) sums = new Float64Array(values.length + 1);
  sums[0] = 0;
  for (let i = 0; i < values.length; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number);
  return tabulate(values.length, (i) => {
    const low = Math.max(0, i - half);
    const high = Math.min(values.length, i + half + 1);
    return ((sums[high] as number) - (sums[low] as number)) / (high - low);
  });
}

export function standardDeviation(values: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i] as number;
    squares += (values[i] as number) ** 2;
  }
  const count = Math.max(1, values.length);
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/** Values moved earlier by `frames`, the last one held. */
export function advance(values: Float32Array, frames: number): Float32Array {
  const last = values.length - 1;
  return tabulate(values.length, (i) => values[Math.min(last, i + frames)] as number);
}

/** Places of local maxima of at least `threshold`, each the largest within `half` values to either side. */
export function findPeaks(values: ArrayLike<number>, threshold: number, half: number): number[] {
  const peaks: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < threshold || value <= 0) continue;
    let largest = true;
    for (let k = Math.max(0, i - half); largest && k <= Math.min(values.length - 1, i + half); k++) {
      const other = values[k] as number;
      largest = k < i ? other < value : other <= value;
    }
    if (largest) peaks.push(i);
  }
  return peaks;
}

/** Brings the values to 0..1 between two quantiles of those where `counts` holds (all when none does), in place; all 0 for a flat curve. */
export function scaleInPlace(values: Float32Array, counts: (index: number) => boolean, low = 0.05, high = 0.95): Float32Array {
  const chosen = sparse(values).filter((i) => counts(i));
  const sample = (chosen.length > 0 ? chosen : sparse(values)).map((i) => values[i] as number);
  const from = quantile(sample, low);
  const range = quantile(sample, high) - from;
  if (!(range > 1e-6)) return values.fill(0);
  for (let i = 0; i < values.length; i++) values[i] = clamp(((values[i] as number) - from) / range, 0, 1);
  return values;
}

/** At most about 20 000 indices, evenly spread, so that quantiles of long tracks stay cheap. */
function sparse(values: ArrayLike<number>): number[] {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  return Array.from({ length: Math.ceil(values.length / step) }, (_, i) => i * step);
}
