/**
 * A timeline with known truth: 124 BPM unless said otherwise, sections on bar lines, kicks on every beat of the loud
 * sections, snares on 2 and 4, hats on eighths. Made from arithmetic, no sound.
 */

import { randomFor } from '../../src/base/random.ts';
import type { CurveName, Curves, Section, SectionKind, Timeline, TimelineEvent } from '../../src/timeline/timeline.ts';
import { CURVE_NAMES, TIMELINE_VERSION } from '../../src/timeline/timeline.ts';

export interface SyntheticSection {
  readonly bars: number;
  readonly kind: SectionKind;
  readonly label: string;
  readonly energy: number;
}

export interface SyntheticOptions {
  readonly bpm?: number;
  readonly metre?: number;
  readonly offset?: number;
  readonly sections?: readonly SyntheticSection[];
}

/** About the demo track's form: 40 bars. */
export const DEMO_FORM: readonly SyntheticSection[] = [
  { bars: 4, kind: 'intro', label: 'A', energy: 0.1 },
  { bars: 8, kind: 'build', label: 'B', energy: 0.45 },
  { bars: 8, kind: 'drop', label: 'C', energy: 0.9 },
  { bars: 8, kind: 'breakdown', label: 'D', energy: 0.2 },
  { bars: 8, kind: 'drop', label: 'C', energy: 0.95 },
  { bars: 4, kind: 'outro', label: 'A', energy: 0.1 },
];

const RATE = 100;

export function syntheticTimeline(options: SyntheticOptions = {}): Timeline {
  const { bpm = 124, metre = 4, offset = 0, sections: form = DEMO_FORM } = options;
  const beat = 60 / bpm;
  const bars = form.reduce((sum, section) => sum + section.bars, 0);
  const count = bars * metre;
  const duration = offset + count * beat;
  const sections = sectionsOf(form, offset, beat * metre);
  return {
    version: TIMELINE_VERSION, duration, rate: RATE, sections,
    curves: curvesOf(sections, { offset, beat, metre, duration }),
    grid: {
      beats: Float64Array.from({ length: count }, (_, i) => offset + i * beat),
      positions: Uint8Array.from({ length: count }, (_, i) => (i % metre) + 1),
      tempo: new Float32Array(count).fill(bpm), metre, confidence: 0.95,
    },
    onsets: Float64Array.from({ length: count }, (_, i) => offset + i * beat),
    events: eventsOf(sections, beat),
  };
}

function sectionsOf(form: readonly SyntheticSection[], offset: number, bar: number): Section[] {
  let at = offset;
  return form.map(({ bars, kind, label, energy }, i) => {
    const start = i === 0 ? 0 : at;
    at += bars * bar;
    return { start, end: at, kind, label, energy };
  });
}

function eventsOf(sections: readonly Section[], beat: number): TimelineEvent[] {
  return sections.flatMap(({ kind, start, end }): TimelineEvent[] =>
    kind === 'drop' ? [{ kind: 'drop', start, end: start, strength: 1 }]
      : kind === 'build' ? [{ kind: 'build-up', start: end - 16 * beat, end, strength: 1 }] : []);
}

function curvesOf(sections: readonly Section[], grid: { readonly offset: number; readonly beat: number; readonly metre: number; readonly duration: number }): Curves {
  const length = Math.ceil(grid.duration * RATE) + 1;
  const wobble = randomFor(1, 'synthetic curves');
  const curves = Object.fromEntries(CURVE_NAMES.map((name) => [name, new Float32Array(length)])) as Record<CurveName, Float32Array>;
  for (let i = 0; i < length; i++) {
    const time = i / RATE;
    const energy = (sections.findLast(({ start }) => start <= time) as Section).energy;
    const beats = (time - grid.offset) / grid.beat;
    const hit = (every: number, shift: number): number => Math.exp(-(((((beats - shift) % every) + every) % every) * grid.beat) / 0.06);
    const loud = energy > 0.4 ? 1 : 0.15;
    const values: Readonly<Record<CurveName, number>> = {
      energy, loudness: energy, level: 0.5 + 0.5 * energy, kick: loud * hit(1, 0), snare: loud * hit(2, 1), hats: 0.6 * loud * hit(0.5, 0),
      bass: 0.7 * energy, voice: energy < 0.4 ? 0.6 : 0.2, brightness: 0.2 + 0.6 * energy, noisiness: 0.3, onset: loud * hit(1, 0),
      chroma: (Math.floor(beats / grid.metre) % 4) / 4,
      percussive: loud * hit(1, 0), harmonic: 0.5 * energy, chord: hit(grid.metre, 0), roughness: 0.2, lufs: 0.5 + 0.3 * energy, autolevel: energy,
    };
    for (const name of CURVE_NAMES) curves[name][i] = Math.min(1, Math.max(0, values[name] + 0.02 * wobble.normal()));
  }
  return curves;
}
