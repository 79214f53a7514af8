/**
 * Onset strengths → the peaky curves that pictures dance to: each hit a peak on its attack, its height relative to the strong
 * hits of the song and of the seconds around it, so that a kick under a full arrangement counts as one on its own does.
 */

import { clamp, quantile, smoothstep } from '../base/math.ts';
import type { Unit } from '../base/units.ts';
import { FRAME_RATE } from './frames.ts';
import { findPeaks, tabulate } from './series.ts';

/** Frames to either side in which a hit is the only one. */
const APART = 6;
/** Strong hits are looked for this many frames to either side. */
const AROUND = 4 * FRAME_RATE;
/** Weakest "strong" level of a passage, relative to the song's. */
const LEAST_LOCAL = 0.3;

/** The curve, 0..1; `gate` is 0 where nothing sounds. */
export function scaleHits(values: Float32Array, gate: Float32Array): Float32Array {
  const peaks = findPeaks(values, 1e-4, APART);
  if (peaks.length === 0) return new Float32Array(values.length);
  const heights = peaks.map((at) => values[at] as number);
  const strong = strongOf(heights);
  const usual = quantile(values, 0.5);
  const local = localStrong(peaks, heights, strong, values.length);
  return values.map((value, i) => {
    const top = local[i] as number;
    const floor = Math.min(0.3 * top, usual);
    return clamp((value - floor) / (top - floor + 1e-9), 0, 1) * (gate[i] as number);
  });
}

/** The 90th percentile of the clear hits. */
function strongOf(heights: readonly number[]): number {
  const least = 0.25 * quantile(heights, 0.95);
  return quantile(
    heights.filter((height) => height > least),
    0.9,
  );
}

/** Geometric mean of the song's strong level and that of the seconds around each frame; taken each half second, linear between. */
function localStrong(peaks: readonly number[], heights: readonly number[], strong: number, length: number): Float32Array {
  const step = FRAME_RATE / 2;
  const marks: number[] = [];
  let from = 0;
  let to = 0;
  for (let at = 0; at < length + step; at += step) {
    while (from < peaks.length && (peaks[from] as number) < at - AROUND) from++;
    while (to < peaks.length && (peaks[to] as number) < at + AROUND) to++;
    const near = heights.slice(from, to);
    const here = near.length < 4 ? strong : clamp(strongOf(near), LEAST_LOCAL * strong, strong);
    marks.push(Math.sqrt(here * strong));
  }
  return tabulate(length, (i) => {
    const place = Math.floor(i / step);
    const here = marks[place] as number;
    return here + (((marks[place + 1] ?? here) - here) * (i - place * step)) / step;
  });
}

/** Frames from a kick's start to its lowest swing, and from there to where its start has died away. */
const SWEEP = 4;
const DIED_FROM = 6;
const DIED_TO = 9;

/**
 * Kicks out of rises of the low end: a drum's body (90–400 Hz) dies within 0.1 s of its start, a bass note's stays. Each
 * rise becomes a peak on its start, weighed by that.
 */
export function shapeKicks(rises: Float32Array, body: Float32Array): Float32Array {
  const kicks = new Float32Array(rises.length);
  for (const peak of findPeaks(rises, 1e-4, APART)) {
    const height = (rises[peak] as number) * drumShare(body, peak);
    const start = startOf(rises, peak);
    for (let i = Math.max(0, start - 1); i < Math.min(kicks.length, start + 8); i++) {
      const shape = i < start ? 0.5 : 0.72 ** (i - start);
      kicks[i] = Math.max(kicks[i] as number, height * shape);
    }
  }
  return kicks;
}

function drumShare(body: Float32Array, peak: number): Unit {
  let before = 1e-9;
  for (let i = Math.max(0, peak - SWEEP); i <= Math.min(body.length - 1, peak + 2); i++) before = Math.max(before, body[i] as number);
  let after = Infinity;
  for (let i = peak + DIED_FROM; i <= Math.min(body.length - 1, peak + DIED_TO); i++) after = Math.min(after, body[i] as number);
  const died = after === Infinity ? 1 : 1 - after / before;
  return 0.1 + 0.9 * smoothstep(0.25, 0.65, died);
}

/** The frame at which the rise passes a quarter of its peak, at most SWEEP + 2 frames before it, plus the window's lead. */
function startOf(rises: Float32Array, peak: number): number {
  let start = peak;
  while (start > Math.max(0, peak - SWEEP - 2) && (rises[start - 1] as number) > 0.25 * (rises[peak] as number)) start--;
  return start;
}
