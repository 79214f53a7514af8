/** Onset curve → onset times, each put on the attack itself. */

import { movingMean, findPeaks } from './series.ts';
import { findAttack } from './attacks.ts';
import { FRAME_RATE } from './frames.ts';

/** A peak counts when it stands this far above the mean of the 0.3 s around it. */
const ABOVE_MEAN = 0.06;
const MEAN_HALF = 15;
const APART = 3;

/** Times (s), ascending. `onset` is the Timeline's curve, 0..1. */
export function findOnsets(onset: Float32Array, attacks: Float32Array): Float64Array {
  const mean = movingMean(onset, MEAN_HALF);
  const above = onset.map((value, i) => value - (mean[i] as number));
  const times = findPeaks(above, ABOVE_MEAN, APART).map((frame) => findAttack(attacks, frame / FRAME_RATE, 0.025).time);
  return Float64Array.from(times.sort((a, b) => a - b).filter((time, i, all) => i === 0 || time - (all[i - 1] as number) > 0.02));
}
