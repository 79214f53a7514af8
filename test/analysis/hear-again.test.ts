/** A recorded live input gives the curves that were on stage, whatever the blocks were; its beats are those that passed. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hearAgain } from '../../src/analysis/hear-again.ts';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { openAudio } from '../../src/audio/open.ts';
import type { AudioSource } from '../../src/audio/types.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { CURVE_NAMES } from '../../src/timeline/timeline.ts';
import { drumSamples } from '../helpers/drum-samples.ts';

const RATE = 44_100;
let folder: string;
let audio: AudioSource;
/** Eight seconds of drums with three of silence in between. */
const samples = drumSamples({ seconds: 8, bpm: 120, rate: RATE }).fill(0, 3 * RATE, 6 * RATE);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-again-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  const path = join(folder, 'live.wav');
  await writeWav(path, samples, RATE, 1);
  audio = await openAudio(path);
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

describe('a live input heard again', () => {
  it('has the curves that were on stage', async () => {
    const live = new LiveAnalyzer(RATE);
    for (let at = 0; at < samples.length; at += 960) live.push(samples.subarray(at, at + 960));
    const again = await hearAgain(audio, []);
    for (const name of CURVE_NAMES) expect(again.curves[name]).toEqual(live.timeline.curves[name].slice());
    expect(again.grid.beats).toEqual(live.timeline.grid.beats);
  });

  it('has the beats that passed, and the silence from when it was known', async () => {
    const beats = [0.1, 0.6, 1.1, 1.6, 2.05, 2.55].map((time, i) => ({ time, position: (i % 4) + 1 }));
    const { grid, events, duration } = await hearAgain(audio, beats);
    expect([...grid.beats.subarray(0, 6)]).toEqual(beats.map(({ time }) => time));
    expect([...grid.positions.subarray(0, 6)]).toEqual([1, 2, 3, 4, 1, 2]);
    expect(duration).toBeCloseTo(8, 3);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'silence' });
    // Known after a second and a half of quiet, over with the first drum.
    expect(events[0]?.start).toBeGreaterThan(4.3);
    expect(events[0]?.start).toBeLessThan(5.2);
    expect(Math.abs((events[0]?.end ?? 0) - 6)).toBeLessThan(0.1);
  });
});
