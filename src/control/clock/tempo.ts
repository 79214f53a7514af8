/**
 * Who gives the beat now. Sources by rank: the track's grid, MIDI clock, another program's beats by OSC, the operator (tap,
 * a tempo set by hand; for 8 bars), then the live tracker, then free run at the last tempo. Pure: time is an argument
 * (monotonic ms). Beats are counted from 0 = the downbeat of bar 0. Where another source takes over, or the one that leads
 * thinks again, the phase slews and never jumps; only "downbeat now" jumps, since it says so.
 */

import { clamp, wrap } from '../../base/math.ts';
import type { Bpm, Milliseconds, Seconds, Unit } from '../../base/units.ts';
import { placeInGrid, type BeatGrid } from '../../timeline/timeline.ts';
import type { MidiMessage } from '../midi/midi-bytes.ts';
import { MidiClock, type BeatLine } from '../midi/midi-clock.ts';
import { PulseLoop } from './pulse-loop.ts';
import { Taps } from './taps.ts';

export { TAP_PAUSE, TAPS_NEEDED } from './taps.ts';

export type TempoSource = 'track' | 'midi' | 'beats' | 'osc' | 'tap' | 'live' | 'free';
type Operator = 'osc' | 'tap';

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
/** A step of the nudge buttons. */
export const NUDGE_STEP: Milliseconds = 10;
/** A full push runs this much of the tempo ahead. */
export const PUSH_DEPTH = 0.04;
/** A phase that is off is made up for at this share of the tempo: half a beat takes a beat. */
export const SLEW_SHARE = 0.5;
/** The live tracker is believed from this confidence on, and until it has been silent for this long. */
const LIVE_CONFIDENCE = 0.3;
const LIVE_SILENCE: Milliseconds = 4000;
/** Beats by OSC lead until so many are missing. */
const BEATS_MISSING = 4;
const MIN_TEMPO = 20;
const MAX_TEMPO = 999;
const FREE_CONFIDENCE = 0.1;

const AT_REST: BeatLine = { at: 0, beat: 0, tempo: 120, held: false };

export class TempoClock {
  private readonly metre: number;
  private grid: BeatGrid | null = null;
  private gridSource: 'track' | 'tap' = 'track';
  /** The beat of whoever leads; goes on by itself when nobody does. */
  private line: BeatLine;
  /** What the shown phase still lacks at an instant (beats), worked off from there. */
  private lack: { readonly beats: number; readonly at: Milliseconds } = { beats: 0, at: 0 };
  private operator: { source: Operator; until: Milliseconds; confidence: Unit } | null = null;
  private live: { heard: HeardTempo; at: Milliseconds } | null = null;
  private readonly midi = new MidiClock();
  private readonly beats = new PulseLoop(1);
  private beatsAt: Milliseconds = -Infinity;
  private readonly taps = new Taps();
  private nudge: Milliseconds = 0;
  private push = { depth: 0, since: 0 };

  constructor(options: { readonly now: Milliseconds; readonly tempo?: Bpm; readonly metre?: number }) {
    this.metre = options.metre ?? 4;
    this.line = { ...AT_REST, at: options.now, tempo: options.tempo ?? 120 };
  }

  /** The track's grid, or null for none; it outranks everything while show time is given. `tap`: a hand has corrected it. */
  useGrid(grid: BeatGrid | null, source: 'track' | 'tap' = 'track'): void {
    this.grid = grid;
    this.gridSource = source;
  }

  /** Takes the beat and tempo of another clock as its own. */
  align(now: Milliseconds, beat: number, tempo: Bpm): void {
    this.line = { at: now - this.shift(now), beat, tempo: clamp(tempo, MIN_TEMPO, MAX_TEMPO), held: false };
    this.lack = { beats: 0, at: now };
  }

  /** Beat of whoever leads, nudged, without what the shown phase still lacks. */
  lineBeatAt(now: Milliseconds): number {
    return beatOf(this.line, now - this.shift(now));
  }

  /** Place at an instant; `showTime` (s) is where the track is, null without one. */
  placeAt(now: Milliseconds, showTime: Seconds | null = null): TempoPlace {
    if (showTime !== null && this.grid !== null && this.grid.beats.length >= 2) return placeInTrack(this.grid, showTime, this.gridSource);
    const source = this.sourceAt(now);
    const beat = this.shownBeat(now);
    const whole = Math.floor(beat + 1e-9);
    const bar = Math.floor(whole / this.metre);
    return { source, confidence: this.confidenceOf(source), tempo: this.line.tempo, beat, positionInBar: whole - bar * this.metre + 1, bar, phase: Math.max(0, beat - whole) };
  }

  /** The operator or another clock leads, not what was heard in the room. */
  isLedAt(now: Milliseconds): boolean {
    const source = this.sourceAt(now);
    return source !== 'live' && source !== 'free';
  }

  /** One tap. From the third on they set tempo and phase; the octave is kept that a confident live tracker hears. */
  tap(now: Milliseconds): void {
    const tapped = this.taps.tap(now);
    if (tapped === null) return;
    const tempo = this.foldToLive(tapped.tempo);
    this.takeOver('tap', now, tapped.confidence, tempo);
    this.follow('tap', now, { at: tapped.beatAt, beat: Math.round(beatOf(this.line, tapped.beatAt)), tempo, held: false });
  }

  /** Now is beat 1 of bar 1 of the phrase. */
  setDownbeat(now: Milliseconds, source: Operator = 'tap'): void {
    this.takeOver(source, now, Math.max(0.6, this.operator?.confidence ?? 0), this.line.tempo);
    this.line = { at: now - this.shift(now), beat: 0, tempo: this.line.tempo, held: false };
    this.lack = { beats: 0, at: now };
    if (this.sourceAt(now) === 'midi') this.midi.setDownbeat(now);
  }

  /** Sets the tempo; the place in the beat stays. */
  setTempo(now: Milliseconds, tempo: Bpm, source: Operator = 'osc'): void {
    this.takeOver(source, now, 0.8, tempo);
    this.follow(source, now, { ...this.line, at: now, beat: beatOf(this.line, now), tempo });
  }

  /** The nearest whole BPM; the place in the beat stays. */
  roundTempo(now: Milliseconds, source: Operator = 'tap'): void {
    this.setTempo(now, Math.round(this.line.tempo), source);
  }

  /** Twice or half as fast, from the beat that is on. */
  scaleTempo(now: Milliseconds, factor: 2 | 0.5, source: Operator = 'tap'): void {
    const start = Math.floor(beatOf(this.line, now));
    const at = this.line.at + ((start - this.line.beat) * 60_000) / this.line.tempo;
    this.takeOver(source, now, this.operator?.confidence ?? 0.6, this.line.tempo * factor);
    this.follow(source, now, { at, beat: start, tempo: this.line.tempo * factor, held: false });
  }

  /** Moves all beats later (positive) or earlier by this much in all (ms, not in addition to the last nudge). */
  setNudge(offset: Milliseconds): void {
    this.nudge = offset;
  }

  /** −1..1, while held: beats run ahead or are pulled back; where it leaves them they stay. Answers the nudge that it comes to. */
  setPush(now: Milliseconds, depth: number): Milliseconds {
    this.nudge = this.shift(now);
    this.push = { depth: clamp(depth, -1, 1), since: now };
    return this.nudge;
  }

  /** News from the live tracker; it leads unless somebody of higher rank does. */
  hear(now: Milliseconds, heard: HeardTempo): void {
    if (heard.confidence < LIVE_CONFIDENCE || !(heard.tempo >= MIN_TEMPO && heard.tempo <= MAX_TEMPO)) return;
    this.live = { heard, at: now };
    if (this.sourceAt(now) !== 'live') return;
    this.operator = null;
    const beat = nearestBeatAt(heard.positionInBar - 1, beatOf(this.line, heard.lastBeatAt), this.metre);
    this.follow('live', now, { at: heard.lastBeatAt, beat, tempo: heard.tempo, held: false });
  }

  /** Clock messages of a MIDI device. True where the message belonged to a clock. */
  hearMidi(now: Milliseconds, message: MidiMessage): boolean {
    if (!this.midi.hear(message, now)) return false;
    const line = this.midi.lineAt(now);
    if (line !== null) this.follow('midi', now, line);
    return true;
  }

  /** Another program's beat, by OSC: `position` in the bar (1 = downbeat) and its tempo where it says them. */
  hearBeat(now: Milliseconds, position?: number, tempo?: Bpm): void {
    const said = tempo !== undefined && tempo >= MIN_TEMPO && tempo <= MAX_TEMPO ? tempo : undefined;
    this.beats.hear(now, said);
    this.beatsAt = now;
    if (!this.beats.locked) return;
    const near = beatOf(this.line, this.beats.lastAt);
    const beat = position === undefined || !Number.isFinite(position) ? Math.round(near) : nearestBeatAt(Math.round(position) - 1, near, this.metre);
    this.follow('beats', now, { at: this.beats.lastAt, beat, tempo: this.beats.tempo, held: false });
  }

  /** The line of a source becomes ours if it leads: whole beats are renumbered at once, the rest of the phase slews. */
  private follow(source: TempoSource, now: Milliseconds, line: BeatLine): void {
    if (this.sourceAt(now) !== source) return;
    const before = this.shownBeat(now);
    this.line = { ...line, tempo: clamp(line.tempo, MIN_TEMPO, MAX_TEMPO) };
    const lack = before - beatOf(this.line, now - this.shift(now));
    this.lack = { beats: wrap(lack + 0.5, 1) - 0.5, at: now };
  }

  private shownBeat(now: Milliseconds): number {
    const { beats, at } = this.lack;
    const made = (SLEW_SHARE * Math.max(0, now - at) * this.line.tempo) / 60_000;
    return beatOf(this.line, now - this.shift(now)) + Math.sign(beats) * Math.max(0, Math.abs(beats) - made);
  }

  /** How much later all beats are (ms): the nudge, and what a push has added so far. */
  private shift(now: Milliseconds): Milliseconds {
    return this.nudge - this.push.depth * PUSH_DEPTH * (now - this.push.since);
  }

  private takeOver(source: Operator, now: Milliseconds, confidence: Unit, tempo: Bpm): void {
    const reign = (OPERATOR_BARS * this.metre * 60_000) / clamp(tempo, MIN_TEMPO, MAX_TEMPO);
    this.operator = { source, until: now + reign, confidence };
  }

  /** With no tracker to hand over to, the operator's tempo stays in charge. */
  private sourceAt(now: Milliseconds): Exclude<TempoSource, 'track'> {
    if (this.midi.lineAt(now) !== null) return 'midi';
    if (this.beats.locked && now - this.beatsAt <= (BEATS_MISSING * 60_000) / this.beats.tempo) return 'beats';
    const hears = this.live !== null && now - this.live.at <= LIVE_SILENCE;
    if (this.operator !== null && (now <= this.operator.until || !hears)) return this.operator.source;
    return hears ? 'live' : 'free';
  }

  private confidenceOf(source: TempoSource): Unit {
    if (source === 'midi') return this.midi.confidence;
    if (source === 'beats') return this.beats.confidence;
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

function placeInTrack(grid: BeatGrid, showTime: Seconds, source: TempoSource): TempoPlace {
  const { beat, positionInBar, bar, tempo, phase } = placeInGrid(grid, showTime);
  return { source, confidence: grid.confidence, tempo, beat, positionInBar, bar, phase };
}

function beatOf(line: BeatLine, now: Milliseconds): number {
  return line.held ? line.beat : line.beat + ((now - line.at) * line.tempo) / 60_000;
}

/** The whole beat nearest to `near` that stands at `position` (0 = downbeat) of its bar. */
function nearestBeatAt(position: number, near: number, metre: number): number {
  return Math.round((near - position) / metre) * metre + position;
}
