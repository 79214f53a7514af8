/**
 * Activation → beats in two passes. The first finds the pulse; then its metrical level is judged (a listener's beat, not
 * twice or half of it); the second follows the beat at that level, held near one tempo where the music is steady, so that
 * loud off-beats cannot pull it over for the length of a chorus.
 */

import { median } from '../base/math.ts';
import type { Bpm } from '../base/units.ts';
import { trackBeats } from './beats.ts';
import { FRAME_RATE } from './frames.ts';
import { findRegularGrid, type PhaseCue } from './regular.ts';
import { standardDeviation } from './series.ts';
import { autocorrelate, FASTEST, scorePeriods, SLOWEST } from './tempo.ts';

/** What level and phase are judged by, at the frame rate. */
export interface PulseSignals {
  readonly activation: Float32Array;
  readonly kick: Float32Array;
  readonly snare: Float32Array;
  /** Rises below 260 Hz, and from 620 Hz to 2 kHz. */
  readonly low: Float32Array;
  readonly middle: Float32Array;
}

/** A steady tempo may stray by this share from its median, and does so at most in this share of its beats. */
const STEADY_WITHIN = 0.06;
const STRAY_SHARE = 0.15;
const HOLD_WITHIN = 0.04;
const HOLD_CHANGE_COST = 40;
const AT_START = 4;

/** Beat frames (fractions where the tempo is fixed), ascending. */
export function findBeatFrames(signals: PulseSignals): number[] {
  const { activation } = signals;
  const { pulse, gaps, period, level } = findPulse(signals);
  if (pulse.length < 8) return pulse;
  const tempo = (60 * FRAME_RATE) / (period * level);
  if (!isSteady(gaps, period)) return level === 1 ? pulse : followNear(activation, tempo, 0.3);
  const followed = followNear(activation, tempo, HOLD_WITHIN, HOLD_CHANGE_COST);
  return regularFrames(activation, period * level, followed, phaseCues(signals));
}

/** Frames from beat to beat at the level that a listener would tap; undefined where there is no pulse to speak of. */
export function findBeatPeriod(signals: PulseSignals): number | undefined {
  const { pulse, period, level } = findPulse(signals);
  return pulse.length < 8 ? undefined : period * level;
}

interface Pulse {
  readonly pulse: number[];
  readonly gaps: readonly number[];
  /** Frames, and what they are to be multiplied by (judgeLevel). */
  readonly period: number;
  readonly level: number;
}

function findPulse(signals: PulseSignals): Pulse {
  const pulse = trackBeats(signals.activation, scorePeriods(signals.activation));
  const gaps = pulse.slice(1).map((frame, i) => frame - (pulse[i] as number));
  const period = meanNear(gaps, median(gaps));
  return { pulse, gaps, period, level: pulse.length < 8 ? 1 : judgeLevel(signals, period) };
}

/** Followed beats on a grid of one tempo where the music keeps one; as they are where it does not. `beat`: how much each frame is one. */
export function steadyFrames(beat: Float32Array, followed: readonly number[]): readonly number[] {
  if (followed.length < 8) return followed;
  const gaps = followed.slice(1).map((frame, i) => frame - (followed[i] as number));
  const period = meanNear(gaps, median(gaps));
  return isSteady(gaps, period) ? regularFrames(beat, period, followed, [{ values: beat, weight: 1 }]) : followed;
}

function isSteady(gaps: readonly number[], period: number): boolean {
  return gaps.filter((gap) => Math.abs(gap / period - 1) > STEADY_WITHIN + 1 / period).length <= STRAY_SHARE * gaps.length;
}

function regularFrames(activation: Float32Array, period: number, followed: readonly number[], cues: readonly PhaseCue[]): number[] {
  const fixed = findRegularGrid(activation, period, followed, cues);
  if (fixed === undefined) return [...followed];
  // A first beat a few frames before the start is one at the start.
  const first = fixed.phase - fixed.period > -AT_START ? fixed.phase - fixed.period : fixed.phase;
  return Array.from({ length: Math.ceil((activation.length - first) / fixed.period) }, (_, i) => first + i * fixed.period);
}

/** Snares, kicks and middle bands mark beats; bass notes often come between them too. */
function phaseCues({ activation, kick, snare, low, middle }: PulseSignals): PhaseCue[] {
  return [
    { values: activation, weight: 1 },
    { values: snare, weight: 1 },
    { values: middle, weight: 1 },
    { values: kick, weight: 0.6 },
    { values: low, weight: 0.3 },
  ];
}

/** Beat frames at about a tempo. */
export function followNear(activation: Float32Array, tempo: Bpm, within: number, changeCost?: number): number[] {
  return trackBeats(activation, scorePeriods(activation, { slowest: tempo / (1 + within), fastest: tempo * (1 + within) }), changeCost);
}

/** Mean of the gaps within a frame and a half of the median: finer than whole frames. */
function meanNear(gaps: readonly number[], middle: number): number {
  const near = gaps.filter((gap) => Math.abs(gap - middle) <= 1.5);
  return near.reduce((sum, gap) => sum + gap, 0) / Math.max(1, near.length);
}

/** Thresholds of judgeLevel, from recordings with annotated beats. */
const ALTERNATION_HALVES = 0.4;
const HALVE_ABOVE: Bpm = 132;
const BARE_ABOVE: Bpm = 165;
const DOUBLE_BELOW: Bpm = 90;

/** What the period (frames) is to be multiplied by: 2 where the pulse is twice too fast, 0.5 where half too slow, else 1. */
export function judgeLevel({ activation, kick, snare }: Pick<PulseSignals, 'activation' | 'kick' | 'snare'>, period: number): 0.5 | 1 | 2 {
  const tempo = (60 * FRAME_RATE) / period;
  const all = correlationsAt(activation, period);
  const hits = correlationsAt(sumOfSpreads(kick, snare), period);
  // Drums (kick or snare) that come on every other pulse only: the pulse counts off-beats too. One after the other is no such case.
  const alternation = all.twice - all.once + 2 * (hits.twice - hits.once);
  if (tempo > HALVE_ABOVE && tempo / 2 >= SLOWEST && alternation > ALTERNATION_HALVES) return 2;
  // A fast pulse with nothing between is likelier the eighths of a slower one than a beat.
  if (tempo > BARE_ABOVE && all.half < -0.05) return 2;
  if (tempo < DOUBLE_BELOW && tempo * 2 <= FASTEST && all.half > 0.8 * all.once && all.half > 0.2) return 0.5;
  return 1;
}

/** Both curves, each over its own spread. */
function sumOfSpreads(a: Float32Array, b: Float32Array): Float32Array {
  const [spreadOfA, spreadOfB] = [standardDeviation(a) + 1e-6, standardDeviation(b) + 1e-6];
  return a.map((value, i) => value / spreadOfA + (b[i] as number) / spreadOfB);
}

interface Correlations {
  readonly half: number;
  readonly once: number;
  readonly twice: number;
}

function correlationsAt(values: Float32Array, period: number): Correlations {
  const correlation = autocorrelate(values, Math.ceil(2 * period) + 3);
  const near = (lag: number): number => {
    const middle = Math.round(lag);
    return Math.max(...correlation.subarray(Math.max(1, middle - 2), middle + 3));
  };
  return { half: near(period / 2), once: near(period), twice: near(2 * period) };
}
