/** Measurements → onsets with their kinds: candidates judged by the classifier, the likeliest of each neighbourhood kept. */

import { quantile, smoothstep } from '../../base/math.ts';
import type { Seconds, Unit } from '../../base/units.ts';
import { ONSET_HIGH, ONSET_LOW, ONSET_MID } from '../../timeline/timeline.ts';
import { ATTACK_RATE } from '../attacks.ts';
import { FRAME_RATE } from '../frames.ts';
import type { Measurements } from '../measure.ts';
import { pickAdaptively } from './adaptive.ts';
import { CANDIDATE_SIZE, describeCandidates, findCandidates } from './candidates.ts';
import { type OnsetClassifier, shippedClassifier } from './classifier.ts';

export interface Onsets {
  /** Ascending (s). */
  readonly times: Float64Array;
  /** How clear each is. */
  readonly strengths: Float32Array;
  /** Bits ONSET_LOW, ONSET_MID, ONSET_HIGH. */
  readonly kinds: Uint8Array;
}

interface Onset {
  readonly time: Seconds;
  readonly strength: Unit;
}

/** `curve`: the Timeline's onset curve, for where there is no classifier. */
export function findOnsets(measurements: Measurements, curve: Float32Array, classifier = shippedClassifier(CANDIDATE_SIZE)): Onsets {
  const found = classifier === undefined ? pickAdaptively(curve, measurements.attacks).map((time) => ({ time, strength: curve[Math.round(time * FRAME_RATE)] ?? 0 })) : classify(measurements, classifier);
  const onsets = found.filter(({ time }) => time <= measurements.duration).sort((a, b) => a.time - b.time);
  const times = Float64Array.from(onsets, ({ time }) => time);
  return { times, strengths: Float32Array.from(onsets, ({ strength }) => strength), kinds: kindsOf(measurements, times) };
}

function classify(measurements: Measurements, classifier: OnsetClassifier): Onset[] {
  const times = findCandidates(measurements);
  const describe = describeCandidates(measurements, times);
  const features = new Float32Array(CANDIDATE_SIZE);
  const onsets: Onset[] = [];
  times.forEach((time, i) => {
    describe(i, features);
    const { probability, offset } = classifier.judge(features);
    if (probability >= classifier.threshold) onsets.push({ time: Math.max(0, time + offset * trustIn(measurements.attacks, time)), strength: probability });
  });
  return keepLikeliest(onsets, classifier.apart);
}

/** How far an offset is followed: a sudden attack says itself where it is. */
function trustIn(attacks: Float32Array, time: Seconds): Unit {
  return 1 - 0.5 * smoothstep(2, 4, attacks[Math.floor(time * ATTACK_RATE)] ?? 0);
}

/** Of onsets nearer than `apart` the likeliest stays. */
function keepLikeliest(onsets: readonly Onset[], apart: Seconds): Onset[] {
  const byTime = [...onsets].sort((a, b) => a.time - b.time);
  const byStrength = byTime.map((_, i) => i).sort((a, b) => (byTime[b] as Onset).strength - (byTime[a] as Onset).strength || a - b);
  const dropped = new Uint8Array(byTime.length);
  for (const i of byStrength) {
    if (dropped[i] === 1) continue;
    const { time } = byTime[i] as Onset;
    for (let k = i - 1; k >= 0 && time - (byTime[k] as Onset).time < apart; k--) dropped[k] = 1;
    for (let k = i + 1; k < byTime.length && (byTime[k] as Onset).time - time < apart; k++) dropped[k] = 1;
  }
  return byTime.filter((_, i) => dropped[i] === 0);
}

/** Frames around an onset in which its bands rise. */
const BEFORE = 1;
const AFTER = 4;
/** A band starts where it rises by this share of its strong rises; the one that rises most always does. */
const CLEAR = 0.5;

/** Which bands rise at each onset, each by its own strong rises (80th percentile over the onsets). */
function kindsOf({ raw, count }: Measurements, times: Float64Array): Uint8Array {
  const groups = [
    { bit: ONSET_LOW, columns: [raw.fluxSub, raw.fluxBass] },
    { bit: ONSET_MID, columns: [raw.fluxLowMid, raw.fluxMid] },
    { bit: ONSET_HIGH, columns: [raw.fluxHigh, raw.fluxTop] },
  ].map(({ bit, columns }) => ({ bit, heights: Float32Array.from(times, (time) => columns.reduce((sum, column) => sum + peakAt(column, time, count), 0)) }));
  const shares = groups.map(({ heights }) => {
    const strong = quantile(heights, 0.8) + 0.02;
    return heights.map((height) => height / strong);
  });
  return Uint8Array.from(times, (_, i) => {
    const most = Math.max(...shares.map((share) => share[i] as number));
    return groups.reduce((bits, { bit }, k) => ((shares[k]?.[i] as number) >= Math.min(most, CLEAR + 0.3 * most) ? bits | bit : bits), 0);
  });
}

function peakAt(column: Float32Array, time: Seconds, count: number): number {
  const frame = Math.round(time * FRAME_RATE);
  let peak = 0;
  for (let i = Math.max(0, frame - BEFORE); i <= Math.min(count - 1, frame + AFTER); i++) peak = Math.max(peak, column[i] as number);
  return peak;
}
