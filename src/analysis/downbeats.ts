/**
 * Beats → positions in the bar: the most probable path through (metre, position), 3, 4, 5 or 7 beats a bar, given what sounds on
 * each beat: low notes and drums, snare, change of harmony, change of sound. Patterns per position are those of common
 * practice (weight on 1, snare on 2 and 4, chords change on 1), each mean-free, so that metres compare.
 */

import type { Seconds } from '../base/units.ts';
import { FRAME_RATE } from './frames.ts';
import type { Measurements } from './measure.ts';
import { TIMBRE_EVERY } from './measure.ts';
import { standardDeviation } from './series.ts';
import { TIMBRE_SIZE } from './timbre.ts';

export interface BarPositions {
  /** 1 = downbeat, one per beat. */
  readonly positions: Uint8Array;
  readonly metre: number;
}

/** Features of a beat, each to mean 0 and spread 1 over the song. */
const CUES = ['accent', 'snare', 'bass', 'chord', 'sound'] as const;
type Cue = (typeof CUES)[number];
export type BeatCues = Readonly<Record<Cue, Float32Array>>;

/** What is expected on each position of a bar: the weight on 1 (and a little on 3), or the backbeat. */
const WEIGHT = { 4: [1, -0.4, -0.1, -0.5], 3: [1, -0.5, -0.5], 5: [1, -0.4, -0.1, -0.1, -0.4], 7: [1, -0.35, -0.2, 0.05, 0.05, -0.2, -0.35] } as const;
/** Fives and sevens are grouped in more than one way (3 + 2, 2 + 3 …), so that only their 1 is sure to be none. */
const BACKBEAT = { 4: [-0.5, 0.5, -0.5, 0.5], 3: [-0.7, 0.35, 0.35], 5: [-0.6, 0.15, 0.15, 0.15, 0.15], 7: [-0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] } as const;
const SHARES: Readonly<Record<Cue, number>> = { accent: 0.3, snare: 0.6, bass: 1.5, chord: 1.5, sound: 1.2 };
type Metre = keyof typeof WEIGHT;
/** Log probability of each metre, and of a slip in the count. */
const PRIORS: Readonly<Record<Metre, number>> = { 4: 0, 3: -6, 5: -12, 7: -12 };
export const COMMON_METRES: readonly Metre[] = [4, 3];
const ALL_METRES: readonly Metre[] = [4, 3, 5, 7];
const SLIP_COST = 30;

/** Finds the bars. `beats` in seconds. */
export function findDownbeats(beats: Float64Array, measurements: Measurements, activation: Float32Array): BarPositions {
  if (beats.length < 3) return { positions: Uint8Array.from(beats, (_, i) => i + 1), metre: 4 };
  return findBars(computeBeatCues(beats, measurements, activation));
}

/** What the cues of a beat say for its being at a position (from 0) of a bar of 3, 4, 5 or 7; 0 of other bars. */
export function cueEvidence(cues: BeatCues, beat: number, metre: number, position: number): number {
  if (!isKnown(metre)) return 0;
  let evidence = 0;
  for (const cue of CUES) evidence += SHARES[cue] * ((cue === 'snare' ? BACKBEAT : WEIGHT)[metre][position] as number) * (cues[cue][beat] as number);
  return evidence;
}

function isKnown(metre: number): metre is Metre {
  return metre in WEIGHT;
}

/** The best of the metres' best paths. */
export function findBars(cues: BeatCues, metres: readonly Metre[] = ALL_METRES): BarPositions {
  let [best, found]: [number, BarPositions] = [-Infinity, { positions: new Uint8Array(), metre: 4 }];
  for (const metre of metres) {
    const { positions, score } = bestPath(cues, metre);
    if (score + PRIORS[metre] > best) [best, found] = [score + PRIORS[metre], { positions, metre }];
  }
  return found;
}

function bestPath(cues: BeatCues, metre: Metre): { positions: Uint8Array; score: number } {
  const count = cues.accent.length;
  const back = new Uint8Array(count * metre);
  let scores = new Float64Array(metre);
  for (let beat = 0; beat < count; beat++) {
    const next = new Float64Array(metre);
    for (let position = 0; position < metre; position++) {
      let best = beat === 0 ? 0 : (scores[(position + metre - 1) % metre] as number);
      let from = (position + metre - 1) % metre;
      for (let other = 0; beat > 0 && position === 0 && other < metre - 1; other++) {
        const slipped = (scores[other] as number) - SLIP_COST;
        if (slipped > best) [best, from] = [slipped, other];
      }
      next[position] = best + cueEvidence(cues, beat, metre, position);
      back[beat * metre + position] = from;
    }
    scores = next;
  }
  let position = scores.indexOf(Math.max(...scores));
  const score = scores[position] as number;
  const positions = new Uint8Array(count);
  for (let beat = count - 1; beat >= 0; beat--) {
    positions[beat] = position + 1;
    position = back[beat * metre + position] as number;
  }
  return { positions, score };
}

/** What sounds on each beat. */
export function computeBeatCues(beats: Float64Array, { raw, timbre }: Measurements, activation: Float32Array): BeatCues {
  const bass = raw.fluxSub.map((value, i) => value + (raw.fluxBass[i] as number));
  const chroma = beatMeans(beats, timbre.slice(TIMBRE_SIZE));
  const sound = beatMeans(beats, timbre.slice(0, TIMBRE_SIZE).map(whiten));
  return {
    accent: standardise(peaksAtBeats(beats, activation)),
    snare: standardise(peaksAtBeats(beats, raw.snare)),
    bass: standardise(peaksAtBeats(beats, bass)),
    chord: standardise(differences(chroma, 2, cosineDistance)),
    sound: standardise(differences(sound, 4, euclideanDistance)),
  };
}

/** Largest value within -30 .. +50 ms of each beat. */
function peaksAtBeats(beats: Float64Array, curve: Float32Array): Float32Array {
  return Float32Array.from(beats, (time) => {
    const frame = Math.round(time * FRAME_RATE);
    let best = 0;
    for (let i = Math.max(0, frame - 3); i <= Math.min(curve.length - 1, frame + 5); i++) best = Math.max(best, curve[i] as number);
    return best;
  });
}

/** Mean of each column from one beat to the next; the last beat lasts as long as the one before. */
function beatMeans(beats: Float64Array, columns: readonly Float32Array[]): Float32Array[] {
  const rate = FRAME_RATE / TIMBRE_EVERY;
  const endOf = (i: number): Seconds => beats[i + 1] ?? 2 * (beats[i] as number) - (beats[i - 1] as number);
  return Array.from(beats, (start, i) => {
    const from = Math.max(0, Math.ceil(start * rate));
    const to = Math.max(from + 1, Math.ceil(endOf(i) * rate));
    return Float32Array.from(columns, (column) => {
      let sum = 0;
      for (let at = from; at < to; at++) sum += column[Math.min(at, column.length - 1)] ?? 0;
      return sum / (to - from);
    });
  });
}

/** Distance between the means of `span` beats before and from each beat on. */
function differences(rows: readonly Float32Array[], span: number, distance: (a: Float32Array, b: Float32Array) => number): Float32Array {
  return Float32Array.from(rows, (_, i) => {
    if (i === 0) return 0;
    return distance(meanRow(rows.slice(Math.max(0, i - span), i)), meanRow(rows.slice(i, i + span)));
  });
}

function meanRow(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array((rows[0] as Float32Array).length);
  for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (row[i] as number) / rows.length;
  return sum;
}

export function cosineDistance(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += (a[i] as number) * (b[i] as number);
    aa += (a[i] as number) ** 2;
    bb += (b[i] as number) ** 2;
  }
  return aa > 1e-9 && bb > 1e-9 ? 1 - dot / Math.sqrt(aa * bb) : 0;
}

function euclideanDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum);
}

function whiten(column: Float32Array): Float32Array {
  const spread = standardDeviation(column) + 1e-6;
  return column.map((value) => value / spread);
}

/** To mean 0 and spread 1, extremes limited. */
export function standardise(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const spread = standardDeviation(values) + 1e-6;
  return values.map((value) => Math.max(-2.5, Math.min(2.5, (value - mean) / spread)));
}
