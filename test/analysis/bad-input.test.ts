/** Input that no analysis likes: it ends, every number is finite, and the confidence says how much to trust. */

import { describe, expect, it } from 'vitest';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { type Measurements, measureTrack } from '../../src/analysis/measure.ts';
import { timelineToJson } from '../../src/analysis/report.ts';
import { CURVE_NAMES, type Timeline } from '../../src/timeline/timeline.ts';
import { clickTrack, gridTimes, sourceOf } from './tracks.ts';

const RATE = 16_000;

const analyse = async (mono: Float32Array, rate = RATE): Promise<Timeline> => buildTimeline(await measureTrack(sourceOf(mono, rate), {}));

/** Every number of the report, at any depth. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

function expectFinite(timeline: Timeline): void {
  const numbers = numbersOf({ ...timelineToJson(timeline), curves: [] });
  expect(numbers.every(Number.isFinite)).toBe(true);
  for (const name of CURVE_NAMES) expect(timeline.curves[name].every((value) => value >= 0 && value <= 1), name).toBe(true);
}

describe('unlikely music', () => {
  it('a click a minute has onsets and no trustworthy beat', async () => {
    const timeline = await analyse(clickTrack([5, 65], 70, 8000), 8000);
    expectFinite(timeline);
    for (const click of [5, 65]) expect(timeline.onsets.some((time) => Math.abs(time - click) < 0.03)).toBe(true);
    expect(timeline.grid.beats.length < 2 || timeline.grid.confidence < 0.2).toBe(true);
  });

  it.each([30, 300])('clicks at %d BPM give finite beats', async (bpm) => {
    expectFinite(await analyse(clickTrack(gridTimes(bpm, 0.2, 19), 20, RATE)));
  });

  it('a jump of the tempo is followed on both sides', async () => {
    const times = [...gridTimes(100, 0.2, 15), ...gridTimes(140, 15.2, 30)];
    const timeline = await analyse(clickTrack(times, 30.5, RATE));
    expectFinite(timeline);
    const near = (from: number, to: number): number => times.filter((time) => time > from && time < to && timeline.grid.beats.some((beat) => Math.abs(beat - time) < 0.04)).length / times.filter((time) => time > from && time < to).length;
    expect(near(2, 13)).toBeGreaterThan(0.8);
    expect(near(18, 29)).toBeGreaterThan(0.8);
  });

  it.each([
    ['0.2 s of noise', Float32Array.from({ length: 0.2 * RATE }, (_, i) => Math.sin(i * i))],
    ['a constant', new Float32Array(3 * RATE).fill(0.7)],
    ['infinities', Float32Array.from({ length: 2 * RATE }, (_, i) => (i % 1000 === 0 ? Infinity : 0.01))],
    ['a square far beyond full scale', Float32Array.from({ length: 3 * RATE }, (_, i) => (i % 160 < 80 ? 40 : -40))],
  ])('%s', async (_, mono) => expectFinite(await analyse(mono)));

  it('six channels are mixed, their loudness weighed by channel', async () => {
    const mono = clickTrack(gridTimes(120, 0.5, 9), 10, RATE);
    const six = new Float32Array(6 * mono.length);
    mono.forEach((sample, i) => six.fill(sample, 6 * i, 6 * i + 6));
    const source = { ...sourceOf(mono, RATE), channels: 6, read: (start: number, count: number) => Promise.resolve(six.slice(6 * start, 6 * (start + count))) };
    const [one, all] = [await analyse(mono), buildTimeline(await measureTrack(source, {}))];
    expect(Array.from(all.onsets)).toEqual(Array.from(one.onsets));
    expect((all.detail?.loudness ?? 0) - (one.detail?.loudness ?? 0)).toBeCloseTo(10 * Math.log10(5.82), 1);
  });
});

describe('the beginning', () => {
  it('is known after half a minute, as the same music by itself, while the rest is measured', async () => {
    const mono = clickTrack(gridTimes(120, 0.5, 49), 50, RATE);
    const parts: { until: number; timeline: Timeline }[] = [];
    const onPart = (measure: () => Measurements, until: number): void => void parts.push({ until, timeline: buildTimeline(measure()) });
    const whole = buildTimeline(await measureTrack(sourceOf(mono, RATE), { onPart }));
    expect(parts).toHaveLength(1);
    const { until, timeline } = parts[0] as (typeof parts)[number];
    expect(until).toBeGreaterThanOrEqual(30);
    expect(timeline.duration).toBe(until);
    const early = Array.from(timeline.grid.beats).filter((time) => time < 28);
    expect(early.length).toBeGreaterThan(50);
    for (const time of early) expect(whole.grid.beats.some((beat) => Math.abs(beat - time) < 0.01)).toBe(true);
  });
});
