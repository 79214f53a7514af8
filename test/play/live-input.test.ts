/** Live input through a real Chromium: the tracker hears what `analyze --causal` hears, and the light is on the beat. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { median } from '../../src/base/math.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { causalBeats, runLive, type LiveRun } from '../helpers/live-chain.ts';
import { agreement, diagnosis, lightErrors, onsetInstants, onsetsOf } from '../helpers/live-truth.ts';

const RATE = 44_100;
const BPM = 120;
const SECONDS = 18;
const OFFSET = 0.5;

let folder: string;
let run: LiveRun;
const samples = drumSamples({ seconds: SECONDS + 12, bpm: BPM, rate: RATE, offset: OFFSET });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-live-wav-'));
  const wav = join(folder, 'drums.wav');
  await writeWav(wav, samples, RATE, 1);
  run = await runLive(wav, SECONDS);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('live input', () => {
  it('announces the beats that analyze --causal announces of the sound that arrived', () => {
    const expected = causalBeats(run.samples, run.sampleRate);
    const { share, compared } = agreement(run.announced, expected);
    expect(compared).toBeGreaterThan(15);
    expect(share).toBeGreaterThan(0.95);
    // Pages hear of a beat before it sounds; on a busy machine what they are told is older than what the tracker knows.
    expect(agreement(run.beats, expected, 0.02).share).toBeGreaterThan(0.6);
  });

  it('shows them: the light comes with the drum', () => {
    const ruleFinds = median(onsetsOf(samples, RATE).map((onset) => (onset - OFFSET) % (60 / BPM))) * 1000;
    const beats = onsetInstants(run, run.stamped).map((onset) => onset - ruleFinds);
    const errors = lightErrors(run.frames, beats, 60_000 / BPM, (beats[0] ?? 0) + 9_000);
    const found = diagnosis(run, run.stamped, beats, errors, run.frames);
    expect(errors.length, found).toBeGreaterThan(5);
    expect(Math.abs(median(errors)), found).toBeLessThan(60);
  });
});
