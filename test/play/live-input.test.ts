/** Live input through a real Chromium: the tracker hears what `analyze --causal` hears, and the light is on the beat. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { median } from '../../src/base/math.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { agreement, causalBeats, lightErrors, onsetsOf, runLive, type LiveRun } from '../helpers/live-chain.ts';

const RATE = 44_100;
const BPM = 120;
const SECONDS = 18;

let folder: string;
let run: LiveRun;
const samples = drumSamples({ seconds: SECONDS + 12, bpm: BPM, rate: RATE, offset: 0.5 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-live-wav-'));
  const wav = join(folder, 'drums.wav');
  await writeWav(wav, samples, RATE, 1);
  run = await runLive(wav, SECONDS);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('live input', () => {
  it('announces the beats that analyze --causal announces', () => {
    // A busy machine loses sound on the way; how near they lie otherwise is measured by `bench stage --only live`.
    const { share, compared } = agreement(run.beats, causalBeats(samples, RATE), 0.02);
    expect(compared).toBeGreaterThan(15);
    expect(share).toBeGreaterThan(0.6);
  });

  it('shows them: the light comes with the drum', () => {
    const heardAfter = median(onsetsOf(samples, RATE).map((onset) => (onset - 0.5) % (60 / BPM))) * 1000;
    const beats = run.onsets.map((onset) => onset - heardAfter);
    const errors = lightErrors(run.frames, beats, 60_000 / BPM, (beats[0] ?? 0) + 9_000);
    expect(errors.length).toBeGreaterThan(5);
    expect(Math.abs(median(errors))).toBeLessThan(60);
  });
});
