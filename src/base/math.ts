/** Small pure mathematics shared by every room. No state, no I/O. */

import type { Unit } from './units.ts';

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function lerp(from: number, to: number, position: Unit): number {
  return from + (to - from) * position;
}

/** Hermite ease from 0 at `edge0` to 1 at `edge1`; flat outside. */
export function smoothstep(edge0: number, edge1: number, x: number): Unit {
  const t = clamp((x - edge0) / (edge1 - edge0), 0, 1);
  return t * t * (3 - 2 * t);
}

/** The non-negative remainder: `wrap(-0.25, 1) === 0.75`. */
export function wrap(value: number, period: number): number {
  return value - Math.floor(value / period) * period;
}

/** Weight that is kept after `elapsed` seconds of an exponential with time constant `tau` seconds. */
export function decayOver(elapsed: number, tau: number): Unit {
  return tau <= 0 ? 0 : Math.exp(-elapsed / tau);
}

/** Index of the last element that is `<= value`, or -1. `sorted` ascends. */
export function lastIndexAtOrBefore(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Linear reading of samples spaced `1/rate` apart, held flat outside. */
export function sampleCurve(samples: ArrayLike<number>, rate: number, time: number): number {
  if (samples.length === 0) return 0;
  const place = clamp(time * rate, 0, samples.length - 1);
  const index = Math.floor(place);
  const here = samples[index] as number;
  const next = samples[Math.min(index + 1, samples.length - 1)] as number;
  return lerp(here, next, place - index);
}

/** The `fraction` quantile (0..1) of the values, linear between neighbours; 0 for none. */
export function quantile(values: ArrayLike<number>, fraction: Unit): number {
  if (values.length === 0) return 0;
  const sorted = new Float64Array(values).sort();
  return sampleCurve(sorted, 1, fraction * (sorted.length - 1));
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return values.length === 0 ? 0 : sum / values.length;
}
