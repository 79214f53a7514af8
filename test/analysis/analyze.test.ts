/** The whole way: a WAV file, the worker, the cache, the report, the picture and the clicks. */

import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeTrack } from '../../src/analysis/analyze.ts';
import { renderClickTrack } from '../../src/analysis/click.ts';
import { plotTimeline } from '../../src/analysis/plot/page.ts';
import { timelineToJson } from '../../src/analysis/report.ts';
import type { AudioSource } from '../../src/audio/types.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { openWavSource } from '../../src/audio/wav-source.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { clickTrack, gridTimes } from './tracks.ts';

const RATE = 44_100;
const truth = gridTimes(120, 0.5, 19);
let folder = '';
let source: AudioSource;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latentbeat-analyze-'));
  const wav = join(folder, 'clicks.wav');
  await writeWav(wav, clickTrack(truth, 20, RATE), RATE, 1);
  source = await openWavSource(wav, 'ab'.repeat(32), wav);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('analyzeTrack', () => {
  it('makes the timeline in a worker, tells how far it is, and reads it from the cache the next time', async () => {
    const told: number[] = [];
    const first = await analyzeTrack(source, { cacheFolder: folder, onProgress: (fraction) => told.push(fraction) });
    expect(told.length).toBeGreaterThan(5);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    expect(told.at(-1)).toBe(1);
    const [name] = await readdir(join(folder, 'timelines'));
    const before = await stat(join(folder, 'timelines', name as string));
    const second = await analyzeTrack(source, { cacheFolder: folder });
    expect(second).toEqual(first);
    expect((await stat(join(folder, 'timelines', name as string))).mtimeMs).toBe(before.mtimeMs);
  });

  it('makes a damaged cache file anew', async () => {
    const good = await analyzeTrack(source, { cacheFolder: folder });
    const [name] = await readdir(join(folder, 'timelines'));
    await writeFile(join(folder, 'timelines', name as string), 'nonsense');
    expect(await analyzeTrack(source, { cacheFolder: folder })).toEqual(good);
  });

  it('hands over the beginning while the rest is heard, with the same beats', async () => {
    const wav = join(folder, 'long.wav');
    await writeWav(wav, clickTrack(gridTimes(120, 0.5, 79), 80, 22_050), 22_050, 1);
    const parts: Timeline[] = [];
    const whole = await analyzeTrack(await openWavSource(wav, 'ef'.repeat(32), wav), { cacheFolder: folder, onPart: (part) => parts.push(part) });
    expect(whole.knownUntil).toBeUndefined();
    const [part] = parts as [Timeline];
    expect(part.duration).toBe(whole.duration);
    expect(part.knownUntil).toBeGreaterThanOrEqual(30);
    expect(part.knownUntil).toBeLessThan(57);
    expect(part.sections.at(-1)?.end).toBe(whole.duration);
    const early = part.grid.beats.filter((time) => time > 2 && time < 28);
    expect(early.length).toBeGreaterThan(45);
    for (const time of early) expect(Math.min(...whole.grid.beats.map((other) => Math.abs(other - time)))).toBeLessThan(0.03);
  });

  it('applies corrections after the cache', async () => {
    const corrected = await analyzeTrack(source, { cacheFolder: folder, corrections: { shift: 0.1 } });
    const plain = await analyzeTrack(source, { cacheFolder: folder });
    expect(corrected.grid.beats[3]).toBeCloseTo((plain.grid.beats[3] as number) + 0.1, 9);
  });

  it('stops when told to, and leaves nothing half-written', async () => {
    const other = { ...source, sha256: 'cd'.repeat(32) };
    const stop = new AbortController();
    const running = analyzeTrack(other, { cacheFolder: folder, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
    await expect(running).rejects.toThrow('enough');
    expect((await readdir(join(folder, 'timelines'))).filter((name) => name.startsWith('cd') || name.endsWith('.part'))).toEqual([]);
  });
});

describe('what is made of a timeline', () => {
  it('the report holds the contract of analyze --json', async () => {
    const timeline = await analyzeTrack(source, { cacheFolder: folder });
    const report = timelineToJson(timeline, [1, 2]);
    expect(report).toMatchObject({ version: timeline.version, duration: 20, announced: [1, 2], curves: { rate: 100 } });
    expect(report.tempo).toBeCloseTo(120, 1);
    expect(report.beats.length).toBeGreaterThanOrEqual(truth.length);
    for (const downbeat of report.downbeats) expect(report.beats).toContain(downbeat);
    expect(report.curves.values).toHaveLength(report.curves.names.length);
    expect(report.curves.values[0]).toHaveLength(2001);
    expect(report.sections[0]).toMatchObject({ start: 0, label: 'A' });
    expect(timelineToJson(timeline)).not.toHaveProperty('announced');
  });

  it('the picture is a PNG of many colours', async () => {
    const picture = sharp(await plotTimeline(await analyzeTrack(source, { cacheFolder: folder })));
    expect(await picture.metadata()).toMatchObject({ format: 'png', width: 1800 });
    const { channels } = await picture.stats();
    for (const { stdev } of channels.slice(0, 3)) expect(stdev).toBeGreaterThan(5);
  });

  it('the clicks start on the beats', async () => {
    const timeline = await analyzeTrack(source, { cacheFolder: folder });
    const path = join(folder, 'out.wav');
    const silence = join(folder, 'silence.wav');
    await writeWav(silence, new Float32Array(20 * RATE), RATE, 1);
    await renderClickTrack(await openWavSource(silence, '00', silence), timeline, path);
    const clicked = await (await openWavSource(path, '00', path)).read(0, 20 * RATE);
    for (const beat of timeline.grid.beats) {
      const at = Math.round(beat * RATE);
      if (at + 400 > clicked.length || at < 500) continue;
      expect(Math.max(...clicked.subarray(at - 400, at - 1).map(Math.abs))).toBeLessThan(0.02);
      expect(Math.max(...clicked.subarray(at, at + 400).map(Math.abs))).toBeGreaterThan(0.2);
    }
  });
});
