/** Click tracks: beats on the samples where the clicks start, at any rate; what cannot be analysed still gives a timeline. */

import { describe, expect, it } from 'vitest';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { randomFor } from '../../src/base/random.ts';
import { CURVE_NAMES, type Timeline } from '../../src/timeline/timeline.ts';
import { clickTrack, gridTimes, sourceOf } from './tracks.ts';

const analyse = async (mono: Float32Array, rate: number): Promise<Timeline> => buildTimeline(await measureTrack(sourceOf(mono, rate), () => {}));

function worstOffset(found: Float64Array, truth: readonly number[]): number {
  return Math.max(...truth.map((time) => Math.min(...Array.from(found, (beat) => Math.abs(beat - time)))));
}

function expectSound(timeline: Timeline, seconds: number): void {
  for (const name of CURVE_NAMES) {
    const curve = timeline.curves[name];
    expect(curve).toHaveLength(Math.floor(seconds * timeline.rate + 1e-6) + 1);
    for (const value of curve) expect(value >= 0 && value <= 1, name).toBe(true);
  }
  const { grid, sections } = timeline;
  for (const list of [grid.beats, grid.tempo, timeline.onsets]) for (const value of list) expect(Number.isFinite(value)).toBe(true);
  for (let i = 1; i < grid.beats.length; i++) expect(grid.beats[i]).toBeGreaterThan(grid.beats[i - 1] as number);
  expect(grid.positions).toHaveLength(grid.beats.length);
  expect(sections[0]?.start).toBe(0);
  expect(sections.at(-1)?.end).toBe(timeline.duration);
  for (let i = 1; i < sections.length; i++) expect(sections[i]?.start).toBe(sections[i - 1]?.end);
}

describe('clicks', () => {
  it.each([8000, 22_050, 44_100, 48_000, 96_000, 192_000])('are found within 4 ms at %d Hz', async (rate) => {
    const truth = gridTimes(117, 0.4, 19.5);
    const timeline = await analyse(clickTrack(truth, 20, rate), rate);
    expect(worstOffset(timeline.grid.beats, truth)).toBeLessThan(0.004);
    expectSound(timeline, 20);
  });

  it.each([82, 101, 126, 144])('at %d BPM give the tempo to 0.1 BPM and each an onset', async (bpm) => {
    const truth = gridTimes(bpm, 0.25, 29);
    const timeline = await analyse(clickTrack(truth, 30, 44_100), 44_100);
    expect(worstOffset(timeline.grid.beats, truth)).toBeLessThan(0.004);
    expect(timeline.grid.tempo[20]).toBeCloseTo(bpm, 1);
    expect(worstOffset(timeline.onsets, truth)).toBeLessThan(0.004);
    expect(timeline.onsets).toHaveLength(truth.length);
    expect(timeline.grid.confidence).toBeGreaterThan(0.6);
  });

  it('whose tempo drifts are followed', async () => {
    const truth: number[] = [];
    for (let time = 0.5; time < 39; time += 60 / (105 + 20 * Math.sin(time / 8))) truth.push(time);
    const timeline = await analyse(clickTrack(truth, 40, 44_100), 44_100);
    expect(worstOffset(timeline.grid.beats, truth.slice(2, -2))).toBeLessThan(0.02);
  });
});

describe('odd input', () => {
  const random = randomFor(3, 'odd');
  const cases: readonly (readonly [string, Float32Array, number])[] = [
    ['0.1 s', clickTrack([0.02], 0.1, 44_100), 44_100],
    ['one sample', new Float32Array([0.5]), 44_100],
    ['silence', new Float32Array(44_100 * 5), 44_100],
    ['noise', Float32Array.from({ length: 44_100 * 6 }, () => 0.3 * random.normal()), 44_100],
    ['8 kHz mono', Float32Array.from({ length: 8000 * 6 }, (_, i) => 0.5 * Math.sin(i * 0.3)), 8000],
    ['not a number', Float32Array.from({ length: 44_100 * 3 }, (_, i) => (i % 5 === 0 ? NaN : 0.1)), 44_100],
    ['a constant', new Float32Array(44_100 * 4).fill(0.9), 44_100],
    ['clipping', Float32Array.from({ length: 44_100 * 4 }, (_, i) => (i % 200 < 100 ? 1 : -1)), 44_100],
  ];

  it.each(cases)('%s: every curve finite and in 0..1', async (_, mono, rate) => {
    expectSound(await analyse(mono, rate), mono.length / rate);
  });

  it('silence has no beats, no confidence and says so as an event', async () => {
    const timeline = await analyse(new Float32Array(44_100 * 5), 44_100);
    expect(timeline.grid.beats).toHaveLength(0);
    expect(timeline.grid.confidence).toBe(0);
    expect(timeline.events.map(({ kind }) => kind)).toEqual(['silence']);
    expect(Math.max(...timeline.curves.energy)).toBe(0);
  });

  it('a quiet copy of a track gives the same grid and energy as the track', async () => {
    const loud = clickTrack(gridTimes(120, 0.3, 19), 20, 44_100);
    const [a, b] = [await analyse(loud, 44_100), await analyse(loud.map((sample) => sample * 0.5), 44_100)];
    expect(worstOffset(b.grid.beats, Array.from(a.grid.beats))).toBeLessThan(0.002);
    const far = a.curves.kick.findIndex((value, i) => Math.abs(value - (b.curves.kick[i] as number)) > 0.1);
    expect(far).toBe(-1);
  });
});
