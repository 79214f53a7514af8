/**
 * Who gives the beat now. Sources by rank: the track's grid, then the operator (tap, OSC; for 8 bars), then the live
 * tracker, then free run at the last tempo. Pure: time is an argument (monotonic ms). Beats are counted from 0 = the
 * downbeat of bar 0; the count never loses its place when the source changes or the tempo is set.
 */

import { clamp, mean, median } from '../base/math.ts';
import type { Bpm, Milliseconds, Seconds, Unit } from '../base/units.ts';
import { placeInGrid, type BeatGrid } from '../timeline/timeline.ts';

export type TempoSource = 'track' | 'osc' | 'tap' | 'live' | 'free';

export interface TempoPlace {
  readonly source: TempoSource;
  readonly confidence: Unit;
  readonly tempo: Bpm;
  /** Continuous count of beats. */
  readonly beat: number;
  /** 1 = downbeat. */
  readonly positionInBar: number;
  readonly bar: number;
  /** 0..1 within the beat. */
  readonly phase: Unit;
}

/** What the live tracker says: its last beat as a monotonic instant. */
export interface HeardTempo {
  readonly tempo: Bpm;
  readonly lastBeatAt: Milliseconds;
  readonly positionInBar: number;
  readonly confidence: Unit;
}

/** The operator outranks the live tracker for this many bars after the last tap or setting. */
export const OPERATOR_BARS = 8;
/** A pause this long starts a new series of taps. */
export const TAP_PAUSE: Milliseconds = 2000;
export const TAPS_NEEDED = 3;
const TAPS_KEPT = 5;
/** The live tracker is believed from this confidence on, and until it has been silent for this long. */
const LIVE_CONFIDENCE = 0.3;
const LIVE_SILENCE: Milliseconds = 4000;
const MIN_TEMPO = 20;
const MAX_TEMPO = 999;
const FREE_CONFIDENCE = 0.1;

/** Beat `beat` fell at instant `at`, and beats go on at `tempo`. */
interface Anchor {
  readonly at: Milliseconds;
  readonly beat: number;
  readonly tempo: Bpm;
}

export class TempoClock {
  private readonly metre: number;
  private grid: BeatGrid | null = null;
  private anchor: Anchor;
  private operator: { source: 'osc' | 'tap'; until: Milliseconds; confidence: Unit } | null = null;
  private live: { heard: HeardTempo; at: Milliseconds } | null = null;
  private taps: Milliseconds[] = [];
  private nudge: Milliseconds = 0;

  constructor(options: { readonly now: Milliseconds; readonly tempo?: Bpm; readonly metre?: number }) {
    this.metre = options.metre ?? 4;
    this.anchor = { at: options.now, beat: 0, tempo: options.tempo ?? 120 };
  }

  /** The track's grid, or null for none; it outranks everything while show time is given. */
  useGrid(grid: BeatGrid | null): void {
    this.grid = grid;
  }

  /** Place at an instant; `showTime` (s) is where the track is, null without one. */
  placeAt(now: Milliseconds, showTime: Seconds | null = null): TempoPlace {
    if (showTime !== null && this.grid !== null && this.grid.beats.length >= 2) return placeInTrack(this.grid, showTime);
    const source = this.sourceAt(now);
    const beat = beatOf(this.anchor, now - this.nudge);
    const whole = Math.floor(beat + 1e-9);
    const bar = Math.floor(whole / this.metre);
    return { source, confidence: this.confidenceOf(source), tempo: this.anchor.tempo, beat, positionInBar: whole - bar * this.metre + 1, bar, phase: Math.max(0, beat - whole) };
  }

  /**
   * One tap. From the third on they set tempo and phase: the mean of the last four intervals, a missed or doubled tap
   * counted as such, and the octave kept that a confident live tracker hears.
   */
  tap(now: Milliseconds): void {
    const last = this.taps.at(-1);
    if (last !== undefined && now - last > TAP_PAUSE) this.taps = [];
    this.taps = [...this.taps, now].slice(-TAPS_KEPT);
    if (this.taps.length < TAPS_NEEDED) return;
    const beatLengths = beatLengthsOf(this.taps);
    const tempo = clamp(this.foldToLive(60_000 / mean(beatLengths)), MIN_TEMPO, MAX_TEMPO);
    this.anchor = { at: now, beat: Math.round(beatOf(this.anchor, now)), tempo };
    this.takeOver('tap', now, tapConfidence(beatLengths));
  }

  /** Now is beat 1 of bar 1 of the phrase. */
  setDownbeat(now: Milliseconds, source: 'osc' | 'tap' = 'tap'): void {
    this.anchor = { at: now, beat: 0, tempo: this.anchor.tempo };
    this.takeOver(source, now, Math.max(0.6, this.operator?.confidence ?? 0));
  }

  /** Sets the tempo; the place in the beat stays. */
  setTempo(now: Milliseconds, tempo: Bpm, source: 'osc' | 'tap' = 'osc'): void {
    this.anchor = { at: now, beat: beatOf(this.anchor, now), tempo: clamp(tempo, MIN_TEMPO, MAX_TEMPO) };
    this.takeOver(source, now, 0.8);
  }

  /** Twice or half as fast, from the beat that is on. */
  scaleTempo(now: Milliseconds, factor: 2 | 0.5): void {
    const start = Math.floor(beatOf(this.anchor, now));
    const at = this.anchor.at + ((start - this.anchor.beat) * 60_000) / this.anchor.tempo;
    this.anchor = { at, beat: start, tempo: clamp(this.anchor.tempo * factor, MIN_TEMPO, MAX_TEMPO) };
    this.takeOver('tap', now, this.operator?.confidence ?? 0.6);
  }

  /** Moves all beats later (positive) or earlier by this much in all (ms, not in addition to the last nudge). */
  setNudge(offset: Milliseconds): void {
    this.nudge = offset;
  }

  /** News from the live tracker; it leads unless the operator does. */
  hear(now: Milliseconds, heard: HeardTempo): void {
    if (heard.confidence < LIVE_CONFIDENCE || !(heard.tempo >= MIN_TEMPO && heard.tempo <= MAX_TEMPO)) return;
    this.live = { heard, at: now };
    if (this.sourceAt(now) !== 'live') return;
    this.operator = null;
    const beat = nearestBeatAt(heard.positionInBar - 1, beatOf(this.anchor, heard.lastBeatAt), this.metre);
    this.anchor = { at: heard.lastBeatAt, beat, tempo: heard.tempo };
  }

  private takeOver(source: 'osc' | 'tap', now: Milliseconds, confidence: Unit): void {
    const reign = (OPERATOR_BARS * this.metre * 60_000) / this.anchor.tempo;
    this.operator = { source, until: now + reign, confidence };
  }

  /** With no tracker to hand over to, the operator's tempo stays in charge. */

  private sourceAt(now: Milliseconds): Exclude<TempoSource, 'track'> {
    const hears = this.live !== null && now - this.live.at <= LIVE_SILENCE;
    if (this.operator !== null && (now <= this.operator.until || !hears)) return this.operator.source;
    return hears ? 'live' : 'free';
  }

  private confidenceOf(source: TempoSource): Unit {
    if (source === 'live') return this.live?.heard.confidence ?? 0;
    return source === 'free' ? FREE_CONFIDENCE : (this.operator?.confidence ?? 0);
  }

  /** A tempo tapped at half or double of what a confident tracker hears takes the tracker's octave. */
  private foldToLive(tempo: Bpm): Bpm {
    const heard = this.live?.heard;
    if (heard === undefined || heard.confidence < 0.6) return tempo;
    const octave = [2, 0.5].find((factor) => Math.abs((tempo * factor) / heard.tempo - 1) < 0.06);
    return tempo * (octave ?? 1);
  }
}

function placeInTrack(grid: BeatGrid, showTime: Seconds): TempoPlace {
  const { beat, positionInBar, bar, tempo, phase } = placeInGrid(grid, showTime);
  return { source: 'track', confidence: grid.confidence, tempo, beat, positionInBar, bar, phase };
}

function beatOf(anchor: Anchor, now: Milliseconds): number {
  return anchor.beat + ((now - anchor.at) * anchor.tempo) / 60_000;
}

/** The whole beat nearest to `near` that stands at `position` (0 = downbeat) of its bar. */
function nearestBeatAt(position: number, near: number, metre: number): number {
  return Math.round((near - position) / metre) * metre + position;
}

/** Lengths of single beats between taps: an interval near twice the usual hides a missed tap, two short ones a doubled. */
function beatLengthsOf(taps: readonly Milliseconds[]): number[] {
  const intervals = taps.slice(1).map((tap, i) => tap - (taps[i] as number));
  const usual = median(intervals);
  return intervals.map((interval) => {
    const ratio = interval / usual;
    if (ratio > 1.75 && ratio < 2.25) return interval / 2;
    return ratio > 0.44 && ratio < 0.57 ? interval * 2 : interval;
  });
}

/** Even taps are believed more, and more of them. */
function tapConfidence(lengths: readonly number[]): Unit {
  const usual = mean(lengths);
  const spread = Math.sqrt(mean(lengths.map((length) => (length - usual) ** 2))) / usual;
  return clamp(0.5 + 0.1 * lengths.length - 2 * spread, 0.1, 0.95);
}
