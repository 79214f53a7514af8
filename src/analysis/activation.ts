/** Onset bands → one beat activation: each band by its own spread, less its local mean, evened out over the song. */

import type { RawName } from './features.ts';
import { movingMean, standardDeviation } from './series.ts';

export const FLUX_NAMES = ['fluxSub', 'fluxBass', 'fluxLowMid', 'fluxMid', 'fluxHigh', 'fluxTop'] as const satisfies readonly RawName[];

/** Frames over which the local mean is taken (to either side), and those that even out loud and quiet parts. */
const MEAN_HALF = 50;
const EVEN_HALF = 400;
/** Compression and limit: the strongest hits must not outvote the rest. */
const POWER = 0.7;
const LIMIT = 2;
/** Keeps silent bands from being blown up. */
export const SPREAD_FLOOR = 0.01;

/** Activation >= 0 at the frame rate, about 1 on a typical beat. */
export function computeActivation(raw: Readonly<Record<RawName, Float32Array>>): Float32Array {
  const sum = new Float32Array(raw.fluxMid.length);
  for (const name of FLUX_NAMES) {
    const band = raw[name];
    const weight = 1 / (standardDeviation(band) + SPREAD_FLOOR);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + weight * (band[i] as number);
  }
  return shapeActivation(sum);
}

/** A sum of onset bands as an activation: less its local mean, over its power in the seconds around, limited and compressed. */
export function shapeActivation(sum: Float32Array): Float32Array {
  const local = movingMean(sum, MEAN_HALF);
  const rising = sum.map((value, i) => Math.max(0, value - (local[i] as number)));
  const power = movingMean(rising.map((value) => value * value), EVEN_HALF);
  const floor = 0.1 * standardDeviation(rising) + 1e-6;
  return rising.map((value, i) => Math.min(LIMIT, value / (Math.sqrt(power[i] as number) + floor)) ** POWER);
}
