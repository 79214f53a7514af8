/** Timeline → the JSON of `analyze --json` (a contract, see design.md). Times in seconds, rounded to 0.1 ms; curves to 4 digits. */

import { median } from '../base/math.ts';
import { CURVE_NAMES, ONSET_HIGH, ONSET_LOW, ONSET_MID, type Section, STEM_CURVE_NAMES, type TimedLine, type Timeline, type TimelineEvent } from '../timeline/timeline.ts';

export interface TimelineReport {
  readonly version: number;
  readonly duration: number;
  /** BPM: 60 / median time from beat to beat; 0 without beats. */
  readonly tempo: number;
  readonly metre: number;
  readonly confidence: number;
  readonly beats: readonly number[];
  readonly downbeats: readonly number[];
  readonly onsets: readonly number[];
  /** Which bands start at each onset: 'low', 'mid', 'high' or several ('low+high'), and how clear it is (0..1). */
  readonly onsetKinds?: readonly string[];
  readonly onsetStrengths?: readonly number[];
  /** LUFS and LU. */
  readonly loudness?: { readonly integrated: number; readonly range: number };
  /** 'A minor', '' for none. */
  readonly key?: { readonly name: string; readonly confidence: number };
  /** Twelve shares (C first) a row, at `rate` Hz. */
  readonly chroma?: { readonly rate: number; readonly values: readonly (readonly number[])[] };
  readonly stems?: readonly { readonly name: string; readonly names: readonly string[]; readonly values: readonly (readonly number[])[] }[];
  readonly lines?: readonly TimedLine[];
  readonly sections: readonly Section[];
  readonly events: readonly TimelineEvent[];
  readonly curves: { readonly rate: number; readonly names: readonly string[]; readonly values: readonly (readonly number[])[] };
  /** With --causal: when each beat was known (s of the stream). */
  readonly announced?: readonly number[];
}

export function timelineToJson(timeline: Timeline, announced?: readonly number[]): TimelineReport {
  const { grid } = timeline;
  const beats = Array.from(grid.beats, toTime);
  return {
    version: timeline.version,
    duration: toTime(timeline.duration),
    tempo: tempoOf(grid.beats),
    metre: grid.metre,
    confidence: toValue(grid.confidence),
    beats,
    downbeats: beats.filter((_, i) => grid.positions[i] === 1),
    onsets: Array.from(timeline.onsets, toTime),
    ...detailToJson(timeline),
    sections: timeline.sections.map((section) => ({ ...section, start: toTime(section.start), end: toTime(section.end), energy: toValue(section.energy) })),
    events: timeline.events.map((event) => ({ ...event, start: toTime(event.start), end: toTime(event.end), strength: toValue(event.strength) })),
    curves: { rate: timeline.rate, names: CURVE_NAMES, values: CURVE_NAMES.map((name) => Array.from(timeline.curves[name], toValue)) },
    ...(announced === undefined ? {} : { announced: announced.map(toTime) }),
  };
}

function detailToJson({ detail, stems, lines }: Timeline): Partial<TimelineReport> {
  return {
    ...(detail === undefined ? {} : {
      onsetKinds: Array.from(detail.onsetKinds, nameOfKind),
      onsetStrengths: Array.from(detail.onsetStrengths, toValue),
      loudness: { integrated: Math.round(detail.loudness * 10) / 10, range: Math.round(detail.loudnessRange * 10) / 10 },
      key: { name: detail.key, confidence: toValue(detail.keyConfidence) },
      chroma: { rate: detail.chromaRate, values: Array.from({ length: detail.chroma.length / 12 }, (_, row) => Array.from(detail.chroma.subarray(12 * row, 12 * row + 12), (value) => Math.round(value * 100) / 100)) },
    }),
    ...(stems === undefined ? {} : { stems: stems.map((stem) => ({ name: stem.name, names: STEM_CURVE_NAMES, values: STEM_CURVE_NAMES.map((name) => Array.from(stem.curves[name], toValue)) })) }),
    ...(lines === undefined ? {} : { lines }),
  };
}

function nameOfKind(kind: number): string {
  return [kind & ONSET_LOW ? 'low' : '', kind & ONSET_MID ? 'mid' : '', kind & ONSET_HIGH ? 'high' : ''].filter((name) => name !== '').join('+');
}

function tempoOf(beats: Float64Array): number {
  if (beats.length < 2) return 0;
  const gaps = Array.from(beats.subarray(1), (time, i) => time - (beats[i] as number));
  return Math.round((6000 / median(gaps)) * 1) / 100;
}

function toTime(seconds: number): number {
  return Math.round(seconds * 1e4) / 1e4;
}

function toValue(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
