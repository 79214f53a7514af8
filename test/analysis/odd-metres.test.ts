/** Bars of five and seven beats, from sound to grid, by the signal alone and with the network. */

import { describe, expect, it } from 'vitest';
import { openBeatNetwork } from '../../src/analysis/beat-model.ts';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { randomFor } from '../../src/base/random.ts';
import { sourceOf } from './tracks.ts';

const RATE = 32_000;
const BPM = 124;
const START = 0.4;
/** Roots (Hz) of the chords, one a bar. */
const ROOTS = [110, 87.31, 130.81, 98];
/** Beats (from 0) with a snare, by metre: 3 + 2 and 2 + 2 + 3. */
const SNARES: Readonly<Record<number, readonly number[]>> = { 5: [3], 7: [2, 4] };

/** A band of kick, snare, hats, bass and chords in bars of `metre` beats; the first downbeat lies at START. */
function playBars(metre: number, bars: number): Float32Array {
  const random = randomFor(metre, 'odd bars');
  const beat = 60 / BPM;
  const samples = new Float32Array(Math.round(RATE * (START + bars * metre * beat + 0.5)));
  const add = (time: number, length: number, soundAt: (t: number) => number): void => {
    const from = Math.round(time * RATE);
    for (let i = 0; i < length * RATE && from + i < samples.length; i++) samples[from + i] = (samples[from + i] as number) + soundAt(i / RATE);
  };
  for (let bar = 0; bar < bars; bar++) {
    const root = ROOTS[bar % ROOTS.length] as number;
    const start = START + bar * metre * beat;
    for (const ratio of [2, 2.52, 3]) add(start, metre * beat, (t) => 0.04 * Math.sin(2 * Math.PI * root * ratio * t));
    for (let k = 0; k < metre; k++) {
      const at = start + k * beat;
      add(at, 0.05, (t) => 0.12 * Math.exp(-90 * t) * random.normal());
      add(at, 0.9 * beat, (t) => (k === 0 ? 0.25 : 0.12) * Math.exp(-3 * t) * Math.sin(2 * Math.PI * root * t));
      if (k === 0) add(at, 0.2, (t) => 0.8 * Math.exp(-18 * t) * Math.sin(2 * Math.PI * (48 * t + 3 * (1 - Math.exp(-30 * t)))));
      if ((SNARES[metre] as readonly number[]).includes(k)) add(at, 0.15, (t) => 0.35 * Math.exp(-25 * t) * (random.normal() + Math.sin(2 * Math.PI * 190 * t)));
    }
  }
  return samples;
}

describe('bars of five and seven', () => {
  const cases = [5, 7].flatMap((metre) => (['the signal alone', 'signal and network'] as const).map((by) => ({ metre, by })));
  it.each(cases)('$metre beats are counted by $by', async ({ metre, by }) => {
    const bars = 16;
    const network = by === 'the signal alone' ? undefined : await openBeatNetwork();
    const { grid } = buildTimeline(await measureTrack(sourceOf(playBars(metre, bars), RATE), { network }));
    const downbeats = Array.from(grid.beats).filter((_, i) => grid.positions[i] === 1);
    expect(grid.metre).toBe(metre);
    // Bars settle after the first two.
    for (let bar = 2; bar < bars; bar++) {
      const truth = START + (bar * metre * 60) / BPM;
      expect(Math.min(...downbeats.map((time) => Math.abs(time - truth)))).toBeLessThan(0.04);
    }
    expect(downbeats.length).toBeLessThanOrEqual(bars + 2);
  });
});
