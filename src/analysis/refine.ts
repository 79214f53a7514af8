/**
 * Beats on whole frames → beats where the sounds start, on a tempo curve as smooth as the playing is. Each beat looks for an
 * attack near it; a smoother (Whittaker 1923: least squares with a penalty on changes of the interval) weighs them, as stiff
 * as the attacks allow, leaving out those that do not fit.
 */

import { quantile } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import { findAttack } from './attacks.ts';
import { FRAME_RATE } from './frames.ts';

/** The activation peaks this long after a sound starts (measured on clicks). */
const FRAME_LATENCY: Seconds = 0;
/** How far a beat looks for its attack, first and once it knows its neighbours. */
const FIRST_REACH: Seconds = 0.045;
const SECOND_REACH: Seconds = 0.025;
/** Smoothers from stiff to loose, and how far 80 % and 95 % of the attacks may lie off one. */
const STIFFNESS = [1e5, 3e3, 60, 2] as const;
const FITS_WITHIN: Seconds = 0.012;
const FEW_WITHIN: Seconds = 0.03;
/** Weight of a beat without an attack. */
const FAINT = 0.02;

/** Refined beat times (s), ascending. `attacks` from AttackEnvelope. */
export function refineBeats(frames: readonly number[], attacks: Float32Array): Float64Array {
  const coarse = Float64Array.from(frames, (frame) => frame / FRAME_RATE - FRAME_LATENCY);
  if (coarse.length < 4) return coarse.map((time) => nearestAttack(attacks, time));
  const first = settle(coarse, attacks, FIRST_REACH);
  return settle(first, attacks, SECOND_REACH);
}

function nearestAttack(attacks: Float32Array, time: Seconds): Seconds {
  return Math.max(0, findAttack(attacks, time, FIRST_REACH).time);
}

function settle(guess: Float64Array, attacks: Float32Array, reach: Seconds): Float64Array {
  const found = Array.from(guess, (time) => findAttack(attacks, time, reach));
  const strong = quantile(found.map(({ strength }) => strength), 0.7) + 1e-6;
  const times = Float64Array.from(found, ({ time }) => time);
  const weights = Float64Array.from(found, ({ strength }) => FAINT + Math.min(1, strength / strong) ** 2);
  let smooth: Float64Array = times;
  for (const stiffness of STIFFNESS) {
    smooth = smoothRobustly(times, weights, stiffness);
    const off = Array.from(smooth, (time, i) => Math.abs(time - (times[i] as number))).filter((_, i) => (weights[i] as number) > 0.3);
    if (quantile(off, 0.8) < FITS_WITHIN && quantile(off, 0.95) < FEW_WITHIN) break;
  }
  // A smoother that leaves a tracked beat behind (at the ends it can) is not believed there.
  return ascending(smooth.map((time, i) => (Math.abs(time - (guess[i] as number)) > reach ? (times[i] as number) : time)));
}

function smoothRobustly(times: Float64Array, weights: Float64Array, stiffness: number): Float64Array {
  let smooth = smoothTimes(times, weights, stiffness);
  for (let round = 0; round < 4; round++) {
    const off = Float64Array.from(times, (time, i) => Math.abs(time - (smooth[i] as number)));
    const scale = Math.max(0.004, 3 * quantile(off, 0.5));
    const kept = weights.map((weight, i) => weight * Math.max(1e-3, 1 - Math.min(1, (off[i] as number) / scale) ** 2) ** 2);
    smooth = smoothTimes(times, kept, stiffness);
  }
  return smooth;
}

/** Minimises sum w (x - z)^2 + stiffness * sum (second difference of z)^2 by a banded Cholesky (LDL') solution. */
export function smoothTimes(times: Float64Array, weights: Float64Array, stiffness: number): Float64Array {
  const n = times.length;
  if (n < 3) return times.slice();
  const diagonal = Float64Array.from(weights);
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  for (let i = 0; i + 2 < n; i++) {
    diagonal[i] = (diagonal[i] as number) + stiffness;
    diagonal[i + 1] = (diagonal[i + 1] as number) + 4 * stiffness;
    diagonal[i + 2] = (diagonal[i + 2] as number) + stiffness;
    first[i] = (first[i] as number) - 2 * stiffness;
    first[i + 1] = (first[i + 1] as number) - 2 * stiffness;
    second[i] = stiffness;
  }
  // LDL' of the matrix with bands `diagonal`, `first` (i, i+1) and `second` (i, i+2), in place.
  const z = Float64Array.from(times, (time, i) => time * (weights[i] as number));
  for (let i = 0; i < n; i++) {
    const pivot = diagonal[i] as number;
    const one = i + 1 < n ? (first[i] as number) / pivot : 0;
    const two = i + 2 < n ? (second[i] as number) / pivot : 0;
    if (i + 1 < n) {
      diagonal[i + 1] = (diagonal[i + 1] as number) - one * (first[i] as number);
      z[i + 1] = (z[i + 1] as number) - one * (z[i] as number);
      if (i + 2 < n) first[i + 1] = (first[i + 1] as number) - one * (second[i] as number);
    }
    if (i + 2 < n) {
      diagonal[i + 2] = (diagonal[i + 2] as number) - two * (second[i] as number);
      z[i + 2] = (z[i + 2] as number) - two * (z[i] as number);
    }
    first[i] = one;
    second[i] = two;
  }
  for (let i = n - 1; i >= 0; i--) {
    const later = (first[i] as number) * (z[i + 1] ?? 0) + (second[i] as number) * (z[i + 2] ?? 0);
    z[i] = (z[i] as number) / (diagonal[i] as number) - later;
  }
  return z;
}

/** Nothing before 0, each beat after the one before. */
function ascending(times: Float64Array): Float64Array {
  return Float64Array.from(Array.from(times).filter((time, i, all) => time >= -0.02 && (i === 0 || time > (all[i - 1] as number) + 0.05)), (time) => Math.max(0, time));
}

/** Tempo (BPM) at each beat from the beats within `half` to either side. */
export function tempoOfBeats(beats: Float64Array, half = 4): Float32Array {
  return Float32Array.from(beats, (_, i) => {
    const low = Math.max(0, i - half);
    const high = Math.min(beats.length - 1, i + half);
    const span = (beats[high] as number) - (beats[low] as number);
    return span > 0 ? (60 * (high - low)) / span : 120;
  });
}
