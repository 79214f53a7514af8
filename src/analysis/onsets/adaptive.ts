/** Onset curve → onset times by adaptive picking: what is used where the classifier is missing, and its baseline. */

import type { Seconds } from '../../base/units.ts';
import { findAttack } from '../attacks.ts';
import { FRAME_RATE } from '../frames.ts';
import { findPeaks, movingMean } from '../series.ts';

/** A peak counts when it stands this far above the mean of the 0.3 s around it. */
const ABOVE_MEAN = 0.06;
const MEAN_HALF = 15;
const APART = 3;

/** Times (s), ascending. `onset` is the Timeline's curve, 0..1. */
export function pickAdaptively(onset: Float32Array, attacks: Float32Array): Seconds[] {
  const mean = movingMean(onset, MEAN_HALF);
  const above = onset.map((value, i) => value - (mean[i] as number));
  const times = findPeaks(above, ABOVE_MEAN, APART).map((frame) => findAttack(attacks, frame / FRAME_RATE, 0.025).time);
  return times.sort((a, b) => a - b).filter((time, i, all) => i === 0 || time - (all[i - 1] as number) > 0.02);
}
