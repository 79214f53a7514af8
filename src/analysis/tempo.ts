/**
 * How well each beat period fits the activation: autocorrelation at the period and its multiples, with a log-normal prior
 * around 120 BPM (people hear beats there).
 */

import type { Bpm } from '../base/units.ts';
import { FRAME_RATE } from './frames.ts';

export const SLOWEST: Bpm = 50;
export const FASTEST: Bpm = 220;
const PRIOR_BPM: Bpm = 120;
const PRIOR_OCTAVES = 0.9;
/** How much the fit counts against the prior. */
const FIT_WEIGHT = 8;
const MULTIPLES = 4;

export interface TempoRange {
  readonly slowest: Bpm;
  readonly fastest: Bpm;
}

export interface PeriodScores {
  /** Shortest period in frames; scores[i] is of period shortest + i. */
  readonly shortest: number;
  readonly scores: Float64Array;
}

/** Log score of every whole period (frames) of the range. */
export function scorePeriods(activation: Float32Array, range: TempoRange = { slowest: SLOWEST, fastest: FASTEST }): PeriodScores {
  const shortest = Math.round((60 * FRAME_RATE) / range.fastest);
  const longest = Math.max(shortest + 1, Math.round((60 * FRAME_RATE) / range.slowest));
  const correlation = autocorrelate(activation, longest * MULTIPLES + MULTIPLES);
  const scores = Float64Array.from({ length: longest - shortest + 1 }, (_, i) => {
    const period = shortest + i;
    const octaves = Math.log2((60 * FRAME_RATE) / period / PRIOR_BPM) / PRIOR_OCTAVES;
    return FIT_WEIGHT * Math.max(0, fitOf(correlation, period)) - 0.5 * octaves * octaves;
  });
  return { shortest, scores };
}

/** Mean of the correlation at 1 to MULTIPLES periods; a longer lag may be off by a little more. */
function fitOf(correlation: Float64Array, period: number): number {
  let sum = 0;
  for (let multiple = 1; multiple <= MULTIPLES; multiple++) {
    let best = -1;
    for (let lag = multiple * period - multiple + 1; lag < multiple * period + multiple; lag++) best = Math.max(best, correlation[lag] as number);
    sum += best;
  }
  return sum / MULTIPLES;
}

/** Autocorrelation of the mean-free values at lags 0..longest, 1 at lag 0; 0 beyond their length. */
export function autocorrelate(values: Float32Array, longest: number): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const free = new Float64Array(values);
  for (let i = 0; i < free.length; i++) free[i] = (free[i] as number) - mean;
  const correlation = new Float64Array(longest + 1);
  for (let lag = 0; lag <= Math.min(longest, free.length - 1); lag++) {
    let sum = 0;
    for (let i = lag; i < free.length; i++) sum += (free[i] as number) * (free[i - lag] as number);
    correlation[lag] = sum / (free.length - lag);
  }
  const power = (correlation[0] as number) + 1e-9;
  return correlation.map((value) => value / power);
}
