/**
 * Places where a sound may start, and what is seen around each: the input of the onset classifier. Candidates are the local
 * maxima of the onset bands together (log flux against a frequency-max-filtered earlier frame, "SuperFlux", Böck and Widmer
 * 2013) and sudden rises of the signal's energy that no such maximum explains. Pure.
 */

import { quantile } from '../../base/math.ts';
import type { Seconds } from '../../base/units.ts';
import { ATTACK_RATE, findAttack } from '../attacks.ts';
import { FLUX_NAMES } from '../activation.ts';
import type { RawName } from '../features.ts';
import { FRAME_RATE } from '../frames.ts';
import type { Measurements } from '../measure.ts';
import { standardDeviation, tabulate } from '../series.ts';

const FINE_NAMES = ['fineSub', 'fineBass', 'fineLowMid', 'fineMid', 'fineHigh', 'fineTop'] as const satisfies readonly RawName[];
const COLUMNS = [...FLUX_NAMES, ...FINE_NAMES];

/** Frames before and after a candidate that are looked at. */
const BEFORE = 6;
const AFTER = 7;
/** Pairs of attack steps to either side. */
const ATTACK_PAIRS = 10;
const LEVEL_FRAMES = [-4, -1, 2, 5] as const;
/** Numbers that describe one candidate. */
export const CANDIDATE_SIZE = COLUMNS.length * (BEFORE + AFTER + 1) + 2 * ATTACK_PAIRS + 1 + LEVEL_FRAMES.length + 2;

/** Share of its usual strength from which a maximum counts, and log-energy rise of an attack of its own. */
const FAINT = 0.1;
const LEAST_ATTACK = 0.6;
/** An attack this near to another candidate is the same. */
const SAME: Seconds = 0.022;
const REFINE_REACH: Seconds = 0.03;
/** Distances to neighbours are told up to this. */
const FAR: Seconds = 0.3;

/** Times (s), ascending. */
export function findCandidates(measurements: Measurements): Float64Array {
  const { attacks } = measurements;
  const times = fluxPeaks(measurements).map((frame) => findAttack(attacks, frame / FRAME_RATE, REFINE_REACH).time);
  times.sort((a, b) => a - b);
  const all = [...times, ...attackPeaks(attacks).filter((time) => distanceTo(times, time) > SAME)].sort((a, b) => a - b);
  return Float64Array.from(all.filter((time, i) => i === 0 || time - (all[i - 1] as number) > 0.004));
}

function fluxPeaks(measurements: Measurements): number[] {
  const sum = new Float32Array(measurements.count);
  for (const column of scaledColumns(measurements)) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (column.values[i] as number) * column.scale;
  const least = FAINT * standardDeviation(sum);
  const peaks: number[] = [];
  for (let i = 0; i < sum.length; i++) {
    const value = sum[i] as number;
    if (value > least && value > (sum[i - 1] ?? 0) && value >= (sum[i + 1] ?? 0)) peaks.push(i);
  }
  return peaks;
}

interface ScaledColumn {
  readonly values: Float32Array;
  readonly scale: number;
}

/** Each onset band with what brings it to a spread of 1. */
function scaledColumns({ raw }: Measurements): ScaledColumn[] {
  return COLUMNS.map((name) => ({ values: raw[name], scale: 1 / (standardDeviation(raw[name]) + 0.01) }));
}

function attackPeaks(attacks: Float32Array): Seconds[] {
  const times: Seconds[] = [];
  for (let i = 0; i < attacks.length; i++) {
    const value = attacks[i] as number;
    if (value < LEAST_ATTACK) continue;
    let largest = true;
    for (let k = Math.max(0, i - 6); largest && k <= Math.min(attacks.length - 1, i + 6); k++) largest = k < i ? (attacks[k] as number) < value : (attacks[k] as number) <= value;
    if (largest) times.push((i + 0.5) / ATTACK_RATE);
  }
  return times;
}

/** To the nearest of ascending times. */
function distanceTo(times: readonly Seconds[], time: Seconds): Seconds {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return Math.min(Math.abs((times[low] ?? Infinity) - time), Math.abs((times[low - 1] ?? -Infinity) - time));
}

/** Writes what is seen around candidate `index` into `out` (CANDIDATE_SIZE). */
export type CandidateDescriber = (index: number, out: Float32Array) => void;

/** Everything is relative to this track, and square-rooted so that no band outshouts the rest. */
export function describeCandidates(measurements: Measurements, times: Float64Array): CandidateDescriber {
  const columns = scaledColumns(measurements);
  const { attacks, count } = measurements;
  const { amplitude } = measurements.raw;
  const usualAttack = 1 / (strongAttack(attacks, times) + 0.05);
  const usualLevel = Math.log(quantile(sparse(amplitude), 0.9) + 1e-5);
  return (index, out) => {
    const time = times[index] as number;
    const frame = Math.round(time * FRAME_RATE);
    let at = 0;
    for (const { values, scale } of columns) {
      for (let i = frame - BEFORE; i <= frame + AFTER; i++) out[at++] = i < 0 || i >= count ? 0 : Math.sqrt((values[i] as number) * scale);
    }
    const step = Math.floor(time * ATTACK_RATE);
    for (let pair = -ATTACK_PAIRS; pair <= ATTACK_PAIRS; pair++) {
      const [a, b] = [attacks[step + 2 * pair] ?? 0, attacks[step + 2 * pair + 1] ?? 0];
      out[at++] = Math.sqrt(Math.max(a, b) * usualAttack);
    }
    for (const offset of LEVEL_FRAMES) out[at++] = 0.3 * (Math.log((amplitude[Math.max(0, frame + offset)] ?? 0) + 1e-5) - usualLevel);
    out[at++] = Math.min(FAR, time - (times[index - 1] ?? -1)) / FAR;
    out[at] = Math.min(FAR, (times[index + 1] ?? Infinity) - time) / FAR;
  };
}

/** The 80th percentile of the attacks at the candidates. */
function strongAttack(attacks: Float32Array, times: Float64Array): number {
  return quantile(Float64Array.from(times, (time) => attacks[Math.floor(time * ATTACK_RATE)] ?? 0), 0.8);
}

/** At most about 20 000 of the values. */
function sparse(values: Float32Array): Float32Array {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  return tabulate(Math.ceil(values.length / step), (i) => values[i * step] as number);
}
