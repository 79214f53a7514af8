/**
 * Songs on paper, drawn by a seed: dance tracks (intro, verses, build-ups, drops, breakdowns) and songs (verse, pre-chorus,
 * chorus, bridge), each kind of section with its own layers, patterns and chords. What is said here is what sounds
 * (song-sound.ts), so it is the truth that the sections found are measured against. Times in seconds.
 */

import { type Random, randomFor } from '../../src/base/random.ts';

export type SongStyle = 'edm' | 'song';
export type PartKind = 'intro' | 'verse' | 'pre' | 'chorus' | 'bridge' | 'build' | 'drop' | 'breakdown' | 'outro';

/** How one kind of section sounds; levels 0 (absent) to 1. */
export interface Arrangement {
  readonly kick: number;
  /** Steps (sixteenths) of the bar with a kick. */
  readonly kickSteps: readonly number[];
  readonly snare: number;
  readonly hats: number;
  /** Steps from hat to hat: 4 quarters, 2 eighths, 1 sixteenths. */
  readonly hatEvery: number;
  readonly bass: number;
  readonly bassSteps: readonly number[];
  readonly pad: number;
  /** Cutoff (Hz) of the pad at the section's start and end. */
  readonly cutoff: readonly [number, number];
  readonly arp: number;
  readonly arpEvery: number;
  readonly lead: number;
  /** Chord roots as scale degrees, one a bar. */
  readonly chords: readonly number[];
  /** Degrees of the lead over two bars of eighths; -1 rests. */
  readonly tune: readonly number[];
  /** A snare roll that thickens and a riser through the section. */
  readonly rising: boolean;
  /** Level of hats and arpeggio in the section's first half: 1, or less where a layer joins half-way. */
  readonly firstHalf: number;
}

export interface Part {
  readonly kind: PartKind;
  readonly label: string;
  readonly firstBar: number;
  readonly bars: number;
  readonly arrangement: Arrangement;
  /** The last beat is left empty. */
  readonly gap: boolean;
}

export interface SongForm {
  readonly seed: number;
  readonly style: SongStyle;
  readonly bpm: number;
  readonly metre: 3 | 4;
  readonly minor: boolean;
  /** MIDI note of the tonic, 36–47. */
  readonly tonic: number;
  readonly offset: number;
  readonly parts: readonly Part[];
  readonly bars: number;
  readonly duration: number;
}

export interface SongTruth {
  readonly beats: readonly number[];
  readonly downbeats: readonly number[];
  readonly sections: readonly { readonly start: number; readonly end: number; readonly label: string; readonly kind: PartKind }[];
  readonly drops: readonly number[];
  /** Drums that come in at once after a part without them, in no drop: who calls it one is not wrong. */
  readonly maybeDrops: readonly number[];
  readonly buildUps: readonly { readonly start: number; readonly end: number }[];
}

const EDM_FORMS: readonly (readonly (readonly [PartKind, number])[])[] = [
  [['intro', 8], ['build', 4], ['drop', 8], ['breakdown', 8], ['build', 4], ['drop', 8], ['outro', 4]],
  [['intro', 4], ['verse', 8], ['build', 8], ['drop', 8], ['breakdown', 4], ['drop', 8], ['outro', 4]],
  [['verse', 8], ['build', 4], ['drop', 8], ['verse', 8], ['build', 4], ['drop', 8], ['outro', 8]],
  [['intro', 8], ['verse', 8], ['breakdown', 8], ['build', 4], ['drop', 16], ['breakdown', 8], ['drop', 8]],
  [['intro', 4], ['drop', 8], ['breakdown', 8], ['build', 8], ['drop', 16], ['outro', 4]],
];
const SONG_FORMS: readonly (readonly (readonly [PartKind, number])[])[] = [
  [['intro', 4], ['verse', 8], ['chorus', 8], ['verse', 8], ['chorus', 8], ['bridge', 8], ['chorus', 8], ['outro', 4]],
  [['verse', 8], ['pre', 4], ['chorus', 8], ['verse', 8], ['pre', 4], ['chorus', 8], ['chorus', 8]],
  [['intro', 4], ['verse', 8], ['verse', 8], ['chorus', 8], ['bridge', 4], ['verse', 8], ['chorus', 8], ['outro', 4]],
  [['verse', 8], ['verse', 8], ['bridge', 8], ['verse', 8], ['outro', 4]],
  [['intro', 8], ['verse', 16], ['chorus', 8], ['verse', 8], ['chorus', 16], ['outro', 4]],
];
const PROGRESSIONS: readonly (readonly number[])[] = [[0, 4, 5, 3], [5, 3, 0, 4], [0, 5, 3, 4], [0, 3, 4, 3], [1, 4, 0, 0], [3, 0, 4, 5], [0, 2, 3, 4], [5, 4, 3, 4], [0, 0, 3, 4]];

const KICKS: readonly (readonly number[])[] = [[0, 4, 8, 12], [0, 8], [0, 6, 8], [0, 10], [0, 7, 8, 10], [0, 3, 8, 11]];
const BASSES: readonly (readonly number[])[] = [[0, 4, 8, 12], [2, 6, 10, 14], [0, 3, 6, 8, 11, 14], [0, 8], [0, 2, 4, 6, 8, 10, 12, 14], [0, 6, 12], [0]];

/** Lays a song out. */
export function layOutSong(seed: number, style: SongStyle): SongForm {
  const dice = randomFor(seed, `song ${style}`);
  const between = (low: number, high: number): number => low + (high - low) * dice.uniform();
  const form = pick(dice, style === 'edm' ? EDM_FORMS : SONG_FORMS);
  const metre = style === 'song' && dice.uniform() < 0.12 ? 3 : 4;
  const bpm = Math.round(style === 'edm' ? between(100, 174) : between(74, 150));
  const arrangements = drawArrangements(dice, style, metre);
  const gaps = dice.uniform() < 0.6;
  let firstBar = 0;
  const parts = form.map(([kind, bars], i): Part => {
    const part = { kind, label: kind, firstBar, bars, arrangement: vary(arrangements[kind], dice), gap: gaps && form[i + 1]?.[0] === 'drop' };
    firstBar += bars;
    return part;
  });
  const offset = dice.uniform() < 0.5 ? 0 : between(0.05, 1);
  return { seed, style, bpm, metre, minor: dice.uniform() < 0.55, tonic: 36 + dice.integer(12), offset, parts, bars: firstBar, duration: offset + (firstBar * metre * 60) / bpm + 1 };
}

/** No section returns exactly as it was: levels move a little, a layer comes or goes. */
function vary(plan: Arrangement, dice: Random): Arrangement {
  const around = (level: number): number => level * (0.85 + 0.3 * dice.uniform());
  const toggle = dice.uniform();
  return {
    ...plan, snare: around(plan.snare), hats: around(plan.hats), bass: around(plan.bass), pad: around(plan.pad), lead: around(plan.lead),
    arp: toggle < 0.2 ? (plan.arp > 0 ? 0 : 0.3) : around(plan.arp),
    hatEvery: toggle > 0.85 && plan.hatEvery > 1 ? plan.hatEvery / 2 : plan.hatEvery,
  };
}

function pick<T>(dice: Random, list: readonly T[]): T {
  return list[dice.integer(list.length)] as T;
}

type Arrangements = Readonly<Record<PartKind, Arrangement>>;

/** One arrangement for each kind of section: who plays by kind, how by dice. */
function drawArrangements(dice: Random, style: SongStyle, metre: number): Arrangements {
  const between = (low: number, high: number): number => low + (high - low) * dice.uniform();
  const chance = (share: number): boolean => dice.uniform() < share;
  const steps = 4 * metre;
  const within = (list: readonly number[]): number[] => list.filter((step) => step < steps);
  const shared = pick(dice, PROGRESSIONS);
  const base = (): Arrangement => ({
    kick: 0.9, kickSteps: within(style === 'edm' && chance(0.8) ? (KICKS[0] as readonly number[]) : pick(dice, KICKS)), snare: between(0.5, 0.8),
    hats: between(0.25, 0.5), hatEvery: pick(dice, [2, 2, 4, 1]), bass: between(0.5, 0.8), bassSteps: within(pick(dice, BASSES)),
    pad: between(0.3, 0.7), cutoff: [between(800, 2500), between(800, 2500)], arp: chance(0.5) ? between(0.2, 0.5) : 0, arpEvery: pick(dice, [1, 2, 2, 4]),
    lead: 0, chords: chance(0.5) ? shared : pick(dice, PROGRESSIONS), tune: Array.from({ length: 16 }, () => (chance(0.4) ? -1 : dice.integer(8))), rising: false,
    firstHalf: chance(0.35) ? 0.3 : 1,
  });
  const drumless = (): Pick<Arrangement, 'kick' | 'snare' | 'hats'> => ({ kick: 0, snare: 0, hats: chance(0.4) ? 0.15 : 0 });
  return {
    intro: { ...base(), ...(chance(0.5) ? drumless() : { snare: 0, kick: chance(0.5) ? 0.8 : 0 }), bass: chance(0.3) ? 0.4 : 0, lead: 0 },
    verse: { ...base(), lead: style === 'song' ? between(0.3, 0.5) : 0, kick: between(0.6, 0.8), snare: between(0.35, 0.55), hats: between(0.15, 0.3) },
    pre: { ...base(), kick: chance(0.5) ? 0.5 : 0, snare: chance(0.5) ? 0.4 : 0, lead: between(0.2, 0.4), rising: chance(0.3) },
    chorus: { ...base(), lead: between(0.45, 0.65), pad: between(0.6, 0.9), hats: between(0.4, 0.6), cutoff: [3500, 3500], snare: between(0.65, 0.85) },
    bridge: { ...base(), ...(chance(0.5) ? drumless() : {}), lead: chance(0.5) ? 0.3 : 0, cutoff: [500, 1200], chords: pick(dice, PROGRESSIONS) },
    build: { ...base(), kick: chance(0.6) ? 0.7 : 0, snare: 0, bass: chance(0.4) ? 0.3 : 0, cutoff: [600, 6000], rising: true },
    drop: { ...base(), kick: 1, bass: between(0.75, 1), pad: between(0.6, 0.95), cutoff: [4500, 5000], lead: chance(0.7) ? between(0.4, 0.6) : 0, hats: between(0.4, 0.6), hatEvery: 2, snare: between(0.6, 0.85) },
    breakdown: { ...base(), ...drumless(), bass: chance(0.3) ? 0.25 : 0, cutoff: [700, 2500], arp: chance(0.7) ? 0.35 : 0 },
    outro: { ...base(), snare: 0, bass: chance(0.5) ? 0.4 : 0, kick: chance(0.5) ? 0.7 : 0, cutoff: [1500, 400] },
  };
}

/** What a listener should find. */
export function songTruth(form: SongForm): SongTruth {
  const beat = 60 / form.bpm;
  const timeOf = (bar: number): number => form.offset + bar * form.metre * beat;
  const sections = form.parts.map(({ kind, label, firstBar, bars }) => ({ kind, label, start: timeOf(firstBar), end: timeOf(firstBar + bars) }));
  return {
    beats: Array.from({ length: form.bars * form.metre }, (_, i) => form.offset + i * beat),
    downbeats: Array.from({ length: form.bars }, (_, i) => timeOf(i)),
    sections: joinRepeats(sections),
    drops: sections.filter(({ kind }, i) => kind === 'drop' && i > 0).map(({ start }) => start),
    maybeDrops: sections.filter(({ kind }, i) => kind !== 'drop' && (form.parts[i]?.arrangement.kick ?? 0) > 0.4 && form.parts[i - 1]?.arrangement.kick === 0).map(({ start }) => start),
    buildUps: sections.filter(({ kind }) => kind === 'build').map(({ start, end }) => ({ start, end })),
  };
}

/** Two verses in a row are one section to the ear: nothing changes between them. */
function joinRepeats(sections: readonly SongTruth['sections'][number][]): SongTruth['sections'] {
  return sections.reduce<SongTruth['sections'][number][]>((joined, section) => {
    const last = joined.at(-1);
    if (last?.label !== section.label) return [...joined, section];
    return [...joined.slice(0, -1), { ...last, end: section.end }];
  }, []);
}
