/**
 * What the music does, over time. Pure data and sampling: no decoding, no I/O, browser-safe.
 * Times in seconds of the track, curves 0..1 at `rate` Hz starting at time 0 (`curvesFrom` where the past is forgotten).
 */

import { lastIndexAtOrBefore, sampleCurve } from '../base/math.ts';
import type { Bpm, Hertz, Lufs, Seconds, Unit } from '../base/units.ts';

/** Version of the analysis whose results are stored; part of every cache key. */
export const TIMELINE_VERSION = 7;

/**
 * Curves of a Timeline, each 0..1, scaled by the 5th to 95th percentile of the song unless said otherwise.
 * - energy: 0.4 low band + 0.3 onset density + 0.3 short-term loudness (motion.md)
 * - loudness: short-term loudness; level: fast level (for meters and silence, absolute: 0 = -60 dBFS, 1 = 0 dBFS)
 * - kick, snare, hats: onset strength of low, mid and high percussive bands (peaky, 1 = the song's strong hits)
 * - bass: sustained low harmonic; voice: mid harmonic; brightness: spectral centroid; noisiness: spectral flatness
 * - onset: broad-band onset strength; chroma: angle of the mean pitch class on a circle (0..1 = one turn, wraps)
 * - percussive, harmonic: how much of each sounds (drums against held notes); chord: strength of a change of harmony here
 * - roughness: beating of partials against each other (distortion, dissonance)
 * - lufs: momentary loudness, absolute (ITU-R BS.1770, 400 ms): 0 = -60 LUFS, 1 = 0 LUFS
 * - autolevel: that loudness within the range of the 20 s before, 0 where it is silent: rides along with quiet and loud passages
 */
export const CURVE_NAMES = [
  'energy',
  'loudness',
  'level',
  'kick',
  'snare',
  'hats',
  'bass',
  'voice',
  'brightness',
  'noisiness',
  'onset',
  'chroma',
  'percussive',
  'harmonic',
  'chord',
  'roughness',
  'lufs',
  'autolevel',
] as const;
export type CurveName = (typeof CURVE_NAMES)[number];
export type Curves = Readonly<Record<CurveName, Float32Array>>;

export interface BeatGrid {
  /** Beat times (s), ascending. */
  readonly beats: Float64Array;
  /** Position in bar of each beat; 1 = downbeat. Same length as `beats`. */
  readonly positions: Uint8Array;
  /** Tempo (BPM) at each beat. Same length as `beats`. */
  readonly tempo: Float32Array;
  /** Beats a bar that hold for most of the track (3, 4, 6 …). */
  readonly metre: number;
  /** 0..1. */
  readonly confidence: Unit;
}

/** A drop comes after a build-up or a breakdown with a sudden low end; a chorus is as loud without that. */
export type SectionKind = 'intro' | 'verse' | 'chorus' | 'build' | 'drop' | 'breakdown' | 'outro';

export interface Section {
  readonly start: Seconds;
  readonly end: Seconds;
  /** Same letter, same material: 'A', 'B' … A returning chorus carries its first letter. */
  readonly label: string;
  readonly kind: SectionKind;
  /** Mean energy of the section. */
  readonly energy: Unit;
}

export interface TimelineEvent {
  readonly kind: 'drop' | 'build-up' | 'silence';
  readonly start: Seconds;
  /** Equal to `start` for a drop. */
  readonly end: Seconds;
  readonly strength: Unit;
}

/** Bits of an onset's kind: which bands start there. A kick under a hat is LOW + HIGH. */
export const ONSET_LOW = 1;
export const ONSET_MID = 2;
export const ONSET_HIGH = 4;

/** The sound in few numbers, for drawings: at `rate` Hz, linear amplitude 0..1 (1 = full scale). */
export interface Overview {
  readonly rate: Hertz;
  readonly peak: Float32Array;
  /** Root mean square below 250 Hz, to 2500 Hz, and above. */
  readonly low: Float32Array;
  readonly mid: Float32Array;
  readonly high: Float32Array;
}

/** What is known of a whole track beside its curves. */
export interface TrackDetail {
  /** One per onset: bits ONSET_LOW, ONSET_MID, ONSET_HIGH. */
  readonly onsetKinds: Uint8Array;
  /** One per onset: how clear it is. */
  readonly onsetStrengths: Float32Array;
  /** Gated loudness of the whole (LUFS) and its range (LU), after ITU-R BS.1770 and EBU Tech 3342. */
  readonly loudness: Lufs;
  readonly loudnessRange: number;
  /** 'A minor', or '' where nothing pitched sounds. */
  readonly key: string;
  readonly keyConfidence: Unit;
  /** Shares of the twelve pitch classes (C first), 12 values a row, at `chromaRate` Hz; each row's largest is 1, or all are 0. */
  readonly chroma: Float32Array;
  readonly chromaRate: Hertz;
  readonly overview: Overview;
}

/** A part of the mix that came as a file of its own, analysed beside it on the same time line. */
export interface Stem {
  /** 'drums', 'vocals' … */
  readonly name: string;
  /** Same rate and length as the track's curves. */
  readonly curves: Readonly<Record<StemCurveName, Float32Array>>;
}

export const STEM_CURVE_NAMES = ['energy', 'loudness', 'level', 'onset', 'kick', 'snare', 'hats', 'brightness'] as const satisfies readonly CurveName[];
export type StemCurveName = (typeof STEM_CURVE_NAMES)[number];

/** A line of lyrics or subtitles. */
export interface TimedLine {
  readonly start: Seconds;
  readonly end: Seconds;
  readonly text: string;
}

export interface Timeline {
  readonly version: number;
  readonly duration: Seconds;
  /** Samples a second of every curve. */
  readonly rate: Hertz;
  readonly curves: Curves;
  /** Time (s) of the curves' first sample; left out: 0. A live timeline forgets what is long past. */
  readonly curvesFrom?: Seconds | undefined;
  readonly grid: BeatGrid;
  readonly onsets: Float64Array;
  readonly sections: readonly Section[];
  readonly events: readonly TimelineEvent[];
  /** Known once a track has been heard as a whole. */
  readonly detail?: TrackDetail | undefined;
  /** Parts given beside the track. */
  readonly stems?: readonly Stem[] | undefined;
  /** Lyrics given beside the track, in order. */
  readonly lines?: readonly TimedLine[] | undefined;
  /** Where the analysis still runs: curves, beats and sections are known up to here (s). */
  readonly knownUntil?: Seconds | undefined;
}

/** A curve's value at a time (s), linear between hops. */
export function curveAt(timeline: Timeline, name: CurveName, time: Seconds): Unit {
  return sampleCurve(timeline.curves[name], timeline.rate, time - (timeline.curvesFrom ?? 0));
}

export interface BeatPlace {
  /** Index of the beat at or before the time; -1 before the first. */
  readonly index: number;
  /** 0..1 from this beat to the next. */
  readonly phase: Unit;
  /** 1 = downbeat; counts on through extrapolated beats. */
  readonly positionInBar: number;
  /** Bars since the first downbeat (negative before it). */
  readonly bar: number;
  readonly tempo: Bpm;
  /** Continuous beat count: index + phase. */
  readonly beat: number;
}

/** Where a time lies in the grid; beyond its ends the nearest tempo goes on. Without beats: 120 BPM from 0. */
export function placeInGrid(grid: BeatGrid, time: Seconds): BeatPlace {
  const count = grid.beats.length;
  if (count < 2) return placeInSteadyGrid(time, 120, grid.metre, 0, 0);
  const last = count - 1;
  const index = lastIndexAtOrBefore(grid.beats, time);
  if (index < 0) return placeInSteadyGrid(time, grid.tempo[0] as number, grid.metre, grid.beats[0] as number, 0, grid);
  if (index >= last) return placeInSteadyGrid(time, grid.tempo[last] as number, grid.metre, grid.beats[last] as number, last, grid);
  const start = grid.beats[index] as number;
  const phase = (time - start) / ((grid.beats[index + 1] as number) - start);
  return { index, phase, positionInBar: grid.positions[index] as number, bar: barOfBeat(grid, index), tempo: grid.tempo[index] as number, beat: index + phase };
}

/** Time (s) of a continuous beat count, the inverse of `placeInGrid(...).beat`. */
export function timeOfBeat(grid: BeatGrid, beat: number): Seconds {
  const count = grid.beats.length;
  if (count < 2) return beat * 0.5;
  const last = count - 1;
  if (beat < 0) return (grid.beats[0] as number) + (beat * 60) / (grid.tempo[0] as number);
  if (beat >= last) return (grid.beats[last] as number) + ((beat - last) * 60) / (grid.tempo[last] as number);
  const index = Math.floor(beat);
  const start = grid.beats[index] as number;
  return start + ((grid.beats[index + 1] as number) - start) * (beat - index);
}

/** The section that holds a time; undefined where the timeline has none. */
export function sectionAt(timeline: Timeline, time: Seconds): Section | undefined {
  const starts = timeline.sections.map((section) => section.start);
  return timeline.sections[Math.max(0, lastIndexAtOrBefore(starts, time))];
}

const barCache = new WeakMap<BeatGrid, Int32Array>();

/** Bars since the first downbeat of the beat with this index. */
function barOfBeat(grid: BeatGrid, index: number): number {
  let bars = barCache.get(grid);
  if (bars === undefined) {
    bars = new Int32Array(grid.positions.length);
    let bar = grid.positions[0] === 1 ? -1 : -2;
    for (let i = 0; i < bars.length; i++) {
      if (grid.positions[i] === 1 || i === 0) bar++;
      bars[i] = bar;
    }
    barCache.set(grid, bars);
  }
  return bars[index] ?? 0;
}

function placeInSteadyGrid(time: Seconds, tempo: Bpm, metre: number, anchorTime: Seconds, anchorIndex: number, grid?: BeatGrid): BeatPlace {
  const beatsAway = ((time - anchorTime) * tempo) / 60;
  const whole = Math.floor(beatsAway);
  const index = anchorIndex + whole;
  const anchorPosition = (grid?.positions[anchorIndex] ?? 1) - 1;
  const anchorBar = grid === undefined ? 0 : barOfBeat(grid, anchorIndex);
  const along = anchorPosition + whole;
  const positionInBar = (((along % metre) + metre) % metre) + 1;
  return { index, phase: beatsAway - whole, positionInBar, bar: anchorBar + Math.floor(along / metre), tempo, beat: index + beatsAway - whole };
}
