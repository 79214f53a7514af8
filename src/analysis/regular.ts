/**
 * Music made to a click: one tempo from end to end. Its period comes from how coherent the activation's harmonics stay over
 * the whole track, its phase from what sounds where within a beat; neither can slip in a chorus of loud off-beats.
 */

import { standardDeviation } from './series.ts';

export interface RegularGrid {
  /** Frames from beat to beat. */
  readonly period: number;
  /** Frame of the first beat, below one period. */
  readonly phase: number;
}

/** Even: they are taken by twos. */
const HARMONICS = 6;
/** Frames of the windows that find the period coarsely. */
const WINDOW = 1000;
/** Coherence over the whole track, of that within windows, from which a tempo counts as fixed. */
const FIXED_FROM = 0.82;
/** Longer music is followed beat by beat. */
const LONGEST_FRAMES = 90_000;
const BINS = 48;
/** Another phase than the followed one must sound this much more like a beat (in spreads of the cues). */
const MARGIN = 0.4;

/** What sounds on a beat rather than between beats. */
export interface PhaseCue {
  readonly values: Float32Array;
  readonly weight: number;
}

/** The fixed grid near `period`; undefined where the tempo is not fixed. `beats`: frames of beats already followed. */
export function findRegularGrid(activation: Float32Array, period: number, beats: readonly number[], cues: readonly PhaseCue[]): RegularGrid | undefined {
  if (activation.length > LONGEST_FRAMES || activation.length < 8 * period) return undefined;
  const coarse = searchPeriod(period, 0.02, 0.0005, (candidate) => coherenceInWindows(activation, candidate));
  const fine = searchPeriod(coarse.period, 0.003, 0.00005, (candidate) => coherence(activation, candidate, 0, activation.length));
  if (fine.score < FIXED_FROM * coarse.score) return undefined;
  return { period: fine.period, phase: choosePhase(activation, fine.period, beats, cues) };
}

function searchPeriod(middle: number, reach: number, step: number, scoreOf: (period: number) => number): { period: number; score: number } {
  let best = { period: middle, score: -1 };
  for (let offset = -reach; offset <= reach; offset += step) {
    const period = middle * (1 + offset);
    const score = scoreOf(period);
    if (score > best.score) best = { period, score };
  }
  return best;
}

function coherenceInWindows(values: Float32Array, period: number): number {
  const windows = Math.max(1, Math.floor(values.length / WINDOW));
  let sum = 0;
  for (let window = 0; window < windows; window++) sum += coherence(values, period, window * WINDOW, Math.min(values.length, (window + 1) * WINDOW));
  return sum / windows;
}

/** Power of the first harmonics of `period` in values[from..to), relative to that of their sum. */
function coherence(values: Float32Array, period: number, from: number, to: number): number {
  let total = 1e-9;
  for (let i = from; i < to; i++) total += values[i] as number;
  let power = 0;
  for (let harmonic = 1; harmonic <= HARMONICS; harmonic += 2) power += powerOfTwo(values, (2 * Math.PI * harmonic) / period, (2 * Math.PI * (harmonic + 1)) / period, from, to);
  return power / (total * total);
}

/** Power of values[from..to) at two angles a value, by rotations like Goertzel's; both at once, since each waits for itself. */
function powerOfTwo(values: Float32Array, turnA: number, turnB: number, from: number, to: number): number {
  const [stepCosA, stepSinA, stepCosB, stepSinB] = [Math.cos(turnA), Math.sin(turnA), Math.cos(turnB), Math.sin(turnB)];
  let [cosA, sinA, realA, imaginaryA] = [1, 0, 0, 0];
  let [cosB, sinB, realB, imaginaryB] = [1, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    realA += value * cosA;
    imaginaryA += value * sinA;
    realB += value * cosB;
    imaginaryB += value * sinB;
    const nextA = cosA * stepCosA - sinA * stepSinA;
    const nextB = cosB * stepCosB - sinB * stepSinB;
    sinA = sinA * stepCosA + cosA * stepSinA;
    sinB = sinB * stepCosB + cosB * stepSinB;
    cosA = nextA;
    cosB = nextB;
  }
  return realA * realA + imaginaryA * imaginaryA + (realB * realB + imaginaryB * imaginaryB);
}

/** The followed beats' phase, or another peak of the activation within a beat that sounds clearly more like one. */
function choosePhase(activation: Float32Array, period: number, beats: readonly number[], cues: readonly PhaseCue[]): number {
  const followed = commonPhase(beats, period);
  const profile = Float32Array.from({ length: BINS }, (_, bin) => meanAt(activation, period, followed + (bin * period) / BINS));
  const scale = cues.map(({ values }) => standardDeviation(values) + 1e-9);
  const scoreOf = (phase: number): number => cues.reduce((sum, { values, weight }, i) => sum + (weight * meanAt(values, period, phase)) / (scale[i] as number), 0);
  let best = followed;
  let bestScore = scoreOf(followed) + MARGIN;
  for (const bin of peaksOf(profile)) {
    const phase = followed + (bin * period) / BINS;
    const score = scoreOf(phase);
    if (score > bestScore) [best, bestScore] = [phase, score];
  }
  return best % period;
}

/** Bins of a circular profile that are local peaks of at least 40 % of the largest. */
function peaksOf(profile: Float32Array): number[] {
  const largest = Math.max(...profile);
  const at = (bin: number): number => profile[(bin + BINS) % BINS] as number;
  return Array.from(profile.keys()).filter((bin) => at(bin) >= 0.4 * largest && at(bin) >= at(bin - 1) && at(bin) >= at(bin + 1));
}

/** The phase (frames) most of the beats share. */
function commonPhase(beats: readonly number[], period: number): number {
  const counts = new Float32Array(BINS * 2);
  for (const beat of beats) counts[Math.floor(((beat % period) / period) * counts.length) % counts.length]! += 1;
  const smooth = counts.map((count, bin) => count + 0.6 * ((counts.at(bin - 1) as number) + (counts[(bin + 1) % counts.length] as number)));
  const mode = (smooth.indexOf(Math.max(...smooth)) + 0.5) / counts.length;
  let [real, imaginary] = [0, 0];
  for (const beat of beats) {
    const away = ((beat / period - mode + 100.5) % 1) - 0.5;
    if (Math.abs(away) > 0.06) continue;
    real += Math.cos(2 * Math.PI * away);
    imaginary += Math.sin(2 * Math.PI * away);
  }
  return (mode + Math.atan2(imaginary, real) / (2 * Math.PI) + 1) * period;
}

/** Mean over beats of the largest value within -2 .. +3 frames of each. */
function meanAt(values: Float32Array, period: number, phase: number): number {
  let sum = 0;
  let count = 0;
  for (let place = phase % period; place < values.length - 1; place += period, count++) {
    const middle = Math.round(place);
    let largest = 0;
    for (let i = Math.max(0, middle - 2); i <= Math.min(values.length - 1, middle + 3); i++) largest = Math.max(largest, values[i] as number);
    sum += largest;
  }
  return count > 0 ? sum / count : 0;
}
