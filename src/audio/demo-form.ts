/**
 * The demo track on paper: its form, its grid and its harmony. Pure: the instruments and the truth both read it, so what
 * is said about the track is what sounds. Times in seconds of the track, bars and beats counted from 0.
 */

import { randomFor } from '../base/random.ts';
import type { Bpm, Seconds, Unit } from '../base/units.ts';

export interface DemoOptions {
  /** 60–200; default 124. */
  readonly bpm?: Bpm;
  /** Beats a bar: 3 or 4 (default). */
  readonly metre?: 3 | 4;
  /** How late the off-beat eighths come: 0 straight (default), 1/3 triplets. */
  readonly swing?: Unit;
  /** Silence before the first beat (s), default 0. */
  readonly offsetSeconds?: Seconds;
  /** Chooses key, progression and figures; 1 is the track that ships. */
  readonly seed?: number;
  /** Sections of half the length, for tests. */
  readonly short?: boolean;
}

export type DemoKind = 'intro' | 'verse' | 'build' | 'drop' | 'breakdown' | 'outro';

export interface DemoSection {
  readonly kind: DemoKind;
  /** Same letter, same material. */
  readonly label: string;
  readonly firstBar: number;
  readonly bars: number;
}

/** A bar's harmony as MIDI note numbers. */
export interface Chord {
  readonly bass: number;
  /** Four notes, ascending. */
  readonly notes: readonly number[];
}

export interface DemoForm {
  readonly bpm: Bpm;
  readonly metre: 3 | 4;
  readonly seed: number;
  readonly sections: readonly DemoSection[];
  readonly bars: number;
  /** Length with the last echo (s). */
  readonly duration: Seconds;
  /** Time (s) of a continuous beat count; swing bends what lies between beats. */
  timeOf(beat: number): Seconds;
  sectionOfBar(bar: number): DemoSection;
  chordOfBar(bar: number): Chord;
}

export interface DemoTruth {
  readonly beats: readonly Seconds[];
  readonly downbeats: readonly Seconds[];
  readonly sections: readonly { readonly start: Seconds; readonly end: Seconds; readonly label: string; readonly kind: DemoKind }[];
  readonly drops: readonly Seconds[];
  readonly bpm: Bpm;
  readonly metre: number;
  readonly duration: Seconds;
}

/** Seconds of echo after the last bar. */
const TAIL: Seconds = 1.2;

const FORM: readonly { readonly kind: DemoKind; readonly label: string; readonly bars: number }[] = [
  { kind: 'intro', label: 'A', bars: 4 },
  { kind: 'verse', label: 'B', bars: 8 },
  { kind: 'build', label: 'C', bars: 4 },
  { kind: 'drop', label: 'D', bars: 8 },
  { kind: 'breakdown', label: 'E', bars: 4 },
  { kind: 'drop', label: 'D', bars: 8 },
  { kind: 'outro', label: 'F', bars: 3 },
];

const A_MINOR: Chord = { bass: 45, notes: [57, 60, 64, 67] };
const F_MAJOR: Chord = { bass: 41, notes: [57, 60, 64, 65] };
const C_MAJOR: Chord = { bass: 48, notes: [55, 59, 60, 64] };
const G_MAJOR: Chord = { bass: 43, notes: [55, 59, 62, 64] };
const D_MINOR: Chord = { bass: 38, notes: [57, 60, 62, 65] };
const E_MINOR: Chord = { bass: 40, notes: [55, 59, 62, 64] };
const PROGRESSIONS: readonly (readonly Chord[])[] = [
  [A_MINOR, F_MAJOR, C_MAJOR, G_MAJOR],
  [F_MAJOR, G_MAJOR, A_MINOR, E_MINOR],
  [D_MINOR, A_MINOR, F_MAJOR, G_MAJOR],
  [A_MINOR, E_MINOR, F_MAJOR, C_MAJOR],
];

/** Lays the track out. Unset options are those of the track that ships. */
export function layOutDemo(options: DemoOptions = {}): DemoForm {
  const { bpm = 124, metre = 4, swing = 0, offsetSeconds = 0, seed = 1, short = false } = options;
  let firstBar = 0;
  const sections = FORM.map(({ kind, label, bars }) => {
    const section = { kind, label, firstBar, bars: short ? Math.ceil(bars / 2) : bars };
    firstBar += section.bars;
    return section;
  });
  const dice = randomFor(seed, 'demo-harmony');
  const progression = PROGRESSIONS[seed === 1 ? 0 : dice.integer(PROGRESSIONS.length)] as readonly Chord[];
  const key = seed === 1 ? 0 : dice.integer(7) - 3;
  const timeOf = (beat: number): Seconds => offsetSeconds + (bendBySwing(beat, swing) * 60) / bpm;
  return {
    bpm,
    metre,
    seed,
    sections,
    bars: firstBar,
    duration: timeOf(firstBar * metre) + TAIL,
    timeOf,
    sectionOfBar: (bar) => sections.findLast((section) => section.firstBar <= bar) ?? (sections[0] as DemoSection),
    chordOfBar: (bar) => transpose(progression[bar % progression.length] as Chord, key),
  };
}

/** The true grid and form of the track with these options. */
export function demoTruth(options: DemoOptions = {}): DemoTruth {
  const form = layOutDemo(options);
  const timeOfBar = (bar: number): Seconds => form.timeOf(bar * form.metre);
  return {
    beats: Array.from({ length: form.bars * form.metre }, (_, beat) => form.timeOf(beat)),
    downbeats: Array.from({ length: form.bars }, (_, bar) => timeOfBar(bar)),
    sections: form.sections.map(({ kind, label, firstBar, bars }) => ({ kind, label, start: timeOfBar(firstBar), end: timeOfBar(firstBar + bars) })),
    drops: form.sections.filter(({ kind }) => kind === 'drop').map(({ firstBar }) => timeOfBar(firstBar)),
    bpm: form.bpm,
    metre: form.metre,
    duration: form.duration,
  };
}

/** Moves the middle of each beat later by `swing` of a half beat; whole beats stay. */
function bendBySwing(beat: number, swing: Unit): number {
  const whole = Math.floor(beat);
  const phase = beat - whole;
  return whole + (phase < 0.5 ? phase * (1 + swing) : 1 - (1 - phase) * (1 - swing));
}

function transpose(chord: Chord, semitones: number): Chord {
  return { bass: chord.bass + semitones, notes: chord.notes.map((note) => note + semitones) };
}
