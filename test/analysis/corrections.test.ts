import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correctTimeline, loadCorrections, readBeatsFile, saveCorrections, validateCorrections } from '../../src/analysis/corrections.ts';
import { UserError } from '../../src/base/errors.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const timeline = syntheticTimeline({ bpm: 124, offset: 0.2 });
const period = 60 / 124;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latentbeat-corrections-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a corrected grid', () => {
  it('is the timeline itself without corrections', () => {
    expect(correctTimeline(timeline, undefined)).toBe(timeline);
    expect(correctTimeline(timeline, {})).toBe(timeline);
  });

  it('at a given tempo lies on the onsets that are there, to the end', () => {
    const { grid } = correctTimeline(timeline, { bpm: 124 });
    expect(grid.confidence).toBe(1);
    for (const beat of timeline.grid.beats) expect(Math.min(...Array.from(grid.beats, (time) => Math.abs(time - beat)))).toBeLessThan(0.02);
    expect(grid.beats.at(-1)).toBeGreaterThan(timeline.duration - period - 0.01);
  });

  it('at half the tempo keeps every other beat', () => {
    const { grid } = correctTimeline(timeline, { bpm: 62 });
    for (let i = 1; i < grid.beats.length; i++) expect((grid.beats[i] as number) - (grid.beats[i - 1] as number)).toBeCloseTo(2 * period, 2);
    for (const beat of grid.beats) expect(Math.min(...Array.from(timeline.grid.beats, (time) => Math.abs(time - beat)))).toBeLessThan(0.02);
  });

  it('runs through a given downbeat, at tempi beyond any that is tracked too', () => {
    for (const bpm of [30, 124, 300]) {
      const { grid } = correctTimeline(timeline, { bpm, downbeat: 2.2 });
      const index = Array.from(grid.beats).findIndex((time) => Math.abs(time - 2.2) < 0.02);
      expect(grid.positions[index]).toBe(1);
      expect(grid.tempo[0]).toBeCloseTo(bpm, -0.5);
    }
  });

  it('counts from the downbeat that is given', () => {
    const third = timeline.grid.beats[2] as number;
    const { grid } = correctTimeline(timeline, { downbeat: third + 0.05 });
    expect(Array.from(grid.positions.subarray(0, 6))).toEqual([3, 4, 1, 2, 3, 4]);
    expect(grid.beats).toEqual(timeline.grid.beats);
  });

  it('takes beats as they are, with positions or counted', () => {
    const counted = correctTimeline(timeline, { beats: [1, 1.5, 2.1, 2.6, 3].map((time) => ({ time })) }).grid;
    expect(Array.from(counted.beats)).toEqual([1, 1.5, 2.1, 2.6, 3]);
    expect(Array.from(counted.positions)).toEqual([1, 2, 3, 4, 1]);
    const placed = correctTimeline(timeline, { beats: [3, 1, 2, 3, 1].map((position, i) => ({ time: 1 + i, position })) }).grid;
    expect(Array.from(placed.positions)).toEqual([3, 1, 2, 3, 1]);
    expect(placed.metre).toBe(3);
  });

  it('moves by a shift, and sections and drops with it to the nearest downbeat', () => {
    const moved = correctTimeline(timeline, { shift: 0.05 });
    moved.grid.beats.forEach((time, i) => expect(time).toBeCloseTo((timeline.grid.beats[i] as number) + 0.05, 9));
    const downbeats = Array.from(moved.grid.beats).filter((_, i) => moved.grid.positions[i] === 1);
    for (const { start } of moved.sections.slice(1)) expect(downbeats).toContain(start);
    expect(moved.sections[0]?.start).toBe(0);
    expect(moved.sections.at(-1)?.end).toBe(timeline.duration);
    for (const event of moved.events.filter(({ kind }) => kind === 'drop')) expect(downbeats).toContain(event.start);
  });

  it.each([
    [{ bpm: 0 }, '--bpm'],
    [{ bpm: NaN }, '--bpm'],
    [{ bpm: 1000 }, '--bpm'],
    [{ downbeat: -1 }, '--downbeat'],
    [{ shift: Infinity }, 'shifted'],
    [{ beats: [{ time: 1 }] }, 'at least 2'],
  ])('refuses %j in one sentence', (corrections, words) => {
    expect(() => validateCorrections(corrections)).toThrow(UserError);
    expect(() => correctTimeline(timeline, corrections)).toThrow(words);
  });
});

describe('the store of corrections', () => {
  it('gives back what was saved, nothing where nothing was, and forgets when emptied', async () => {
    const corrections = { bpm: 93.5, downbeat: 1.25, shift: -0.01 };
    expect(await loadCorrections(folder, 'aa')).toBeUndefined();
    await saveCorrections(folder, 'aa', corrections);
    expect(await loadCorrections(folder, 'aa')).toEqual(corrections);
    expect(await loadCorrections(folder, 'bb')).toBeUndefined();
    await saveCorrections(folder, 'aa', {});
    expect(await loadCorrections(folder, 'aa')).toBeUndefined();
  });

  it('says so where the stored file is damaged', async () => {
    await saveCorrections(folder, 'cc', { bpm: 100 });
    await writeFile(join(folder, 'corrections', 'cc.json'), '{"bpm": "fast"}');
    await expect(loadCorrections(folder, 'cc')).rejects.toThrow('damaged');
  });
});

describe('a beats file', () => {
  const write = async (text: string): Promise<string> => {
    const path = join(folder, 'beats.txt');
    await writeFile(path, text);
    return path;
  };

  it('holds a time a line, positions and comments as they come', async () => {
    expect(await readBeatsFile(await write('# mine\n0.5 1\n1.0, 2\r\n\n1.5;3\n2.0\t4\n'))).toEqual([1, 2, 3, 4].map((position) => ({ time: position / 2, position })));
    expect(await readBeatsFile(await write('2\n1\n'))).toEqual([{ time: 1 }, { time: 2 }]);
  });

  it.each([
    ['0.5\nhello\n', 'Line 2'],
    ['0.5 0\n1 1\n', 'Line 1'],
    ['-1\n2\n', 'Line 1'],
    ['0.5\n', '1 beats'],
  ])('%j is refused with the place', async (text, words) => {
    await expect(readBeatsFile(await write(text))).rejects.toThrow(words);
  });

  it('that is missing is named', async () => {
    await expect(readBeatsFile(join(folder, 'none.txt'))).rejects.toThrow('none.txt');
  });
});
