/** The demo track and 20 variations of it (70–180 BPM, swing, 3/4, late start): beats, downbeats, sections and drops where they are. */

import { describe, expect, it } from 'vitest';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { type DemoOptions, demoTruth, synthesiseDemo } from '../../src/audio/demo.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { sourceOf, toMono } from './tracks.ts';

const TEMPI = [70, 80, 88, 95, 100, 107, 112, 117, 120, 124, 128, 132, 138, 144, 150, 156, 162, 168, 174, 180];
const SWINGS = [0, 0, 1 / 3, 0.2];
const OFFSETS = [0, 0.37, 0, 1.21, 0.05];

const VARIATIONS: readonly DemoOptions[] = [
  {},
  ...TEMPI.map((bpm, i): DemoOptions => ({
    bpm,
    metre: i % 4 === 3 ? 3 : 4,
    swing: i % 3 === 0 ? 0 : (SWINGS[i % 4] as number),
    offsetSeconds: OFFSETS[i % 5] as number,
    seed: i + 2,
  })),
];

async function analyse(options: DemoOptions): Promise<Timeline> {
  const { samples, sampleRate, channels } = synthesiseDemo(options);
  return buildTimeline(await measureTrack(sourceOf(toMono(samples, channels), sampleRate), () => {}));
}

function nearestTo(times: readonly number[], time: number): number {
  return times.reduce((best, other) => (Math.abs(other - time) < Math.abs(best - time) ? other : best), Infinity);
}

describe('the grid of a track of known truth', () => {
  it.each(VARIATIONS.map((options) => [JSON.stringify(options), options] as const))('%s', async (_, options) => {
    const timeline = await analyse(options);
    const truth = demoTruth(options);
    const { beats, positions } = timeline.grid;
    const found = Array.from(beats);
    for (const beat of truth.beats) expect(Math.abs(nearestTo(found, beat) - beat)).toBeLessThan(0.02);
    const [first, last] = [truth.beats[0] as number, truth.beats.at(-1) as number];
    expect(found.filter((time) => time > first - 0.05 && time < last + 0.05)).toHaveLength(truth.beats.length);
    const downbeats = found.filter((_time, i) => positions[i] === 1);
    const hit = truth.downbeats.filter((time) => Math.abs(nearestTo(downbeats, time) - time) < 0.02);
    expect(hit.length / truth.downbeats.length).toBeGreaterThanOrEqual(0.9);
    expect(timeline.grid.metre).toBe(truth.metre);
    const drops = timeline.events.filter(({ kind }) => kind === 'drop').map(({ start }) => start);
    expect(drops).toHaveLength(2);
    truth.drops.forEach((drop, i) => expect(Math.abs((drops[i] as number) - drop)).toBeLessThan(0.02));
    const bar = (60 / truth.bpm) * truth.metre;
    const borders = timeline.sections.map(({ start }) => start);
    for (const { start } of truth.sections.slice(1)) expect(Math.abs(nearestTo(borders, start) - start)).toBeLessThan(bar * 1.02);
  });

  it('hears the demo as it was composed: kinds, returning letters, kicks on kicks', async () => {
    const timeline = await analyse({});
    expect(timeline.sections.map(({ kind }) => kind)).toEqual(['intro', 'verse', 'build', 'drop', 'breakdown', 'drop', 'outro']);
    const drops = timeline.sections.filter(({ kind }) => kind === 'drop');
    expect(drops[1]?.label).toBe(drops[0]?.label);
    const kick = timeline.curves.kick;
    const strongest = (time: number): number => Math.max(...kick.subarray(Math.round(time * 100) - 2, Math.round(time * 100) + 5));
    const inDrop = Array.from(timeline.grid.beats).filter((time) => time > (drops[0]?.start as number) - 0.01 && time < (drops[0]?.end as number) - 1);
    const onBeats = inDrop.reduce((sum, time) => sum + strongest(time), 0) / inDrop.length;
    const between = inDrop.reduce((sum, time) => sum + strongest(time + 30 / 124), 0) / inDrop.length;
    expect(onBeats).toBeGreaterThan(0.7);
    expect(between).toBeLessThan(0.2);
    for (const tempo of timeline.grid.tempo) expect(tempo).toBeCloseTo(124, 0);
  });
});
