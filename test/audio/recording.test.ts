/** Sound of a live input on disk: whole files at any moment, nothing left behind, a full disk told once. */

import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashFile } from '../../src/audio/cache.ts';
import { pruneRecordings, SoundRecording } from '../../src/audio/recording.ts';
import { openWavSource } from '../../src/audio/wav-source.ts';

const RATE = 8000;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-recording-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ramp = (from: number, count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => ((from + i) % 1000) / 1000);
const start = (name: string, onFault: (text: string) => void = () => undefined): SoundRecording => new SoundRecording({ folder: join(folder, 'recordings'), name, sampleRate: RATE, onFault });

async function readAll(path: string): Promise<Float32Array> {
  const source = await openWavSource(path, '', path);
  expect(source).toMatchObject({ sampleRate: RATE, channels: 1 });
  return source.read(0, source.length);
}

describe('a recording', () => {
  it('is a whole file whenever it is copied, and goes on', async () => {
    const recording = start('one');
    // The caller's block is its own again after the call.
    const block = new Float32Array(700);
    let pushed = 0;
    const push = (blocks: number): void => {
      for (let i = 0; i < blocks; i++, pushed += block.length) {
        block.set(ramp(pushed, block.length));
        recording.push(block);
      }
    };
    push(30);
    const first = recording.copyTo(join(folder, 'first.wav'));
    push(25);
    const sha256 = await first;
    expect(sha256).toBe(await hashFile(join(folder, 'first.wav')));
    expect(await readAll(join(folder, 'first.wav'))).toEqual(ramp(0, 30 * 700));
    await recording.copyTo(join(folder, 'second.wav'));
    expect(await readAll(join(folder, 'second.wav'))).toEqual(ramp(0, 55 * 700));
    expect(recording.seconds).toBeCloseTo((55 * 700) / RATE, 6);
    await expect(recording.copyTo(join(folder, 'second.wav'))).rejects.toThrow(/EEXIST/);
    await recording.discard();
    expect(readdirSync(join(folder, 'recordings'))).toEqual([]);
  });

  it('says once where it cannot write, and the show goes on', async () => {
    writeFileSync(join(folder, 'in-the-way'), '');
    const faults: string[] = [];
    const recording = new SoundRecording({ folder: join(folder, 'in-the-way'), name: 'x', sampleRate: RATE, onFault: (text) => faults.push(text) });
    for (let i = 0; i < 5; i++) recording.push(ramp(0, RATE));
    await expect(recording.copyTo(join(folder, 'none.wav'))).rejects.toThrow();
    for (let i = 0; i < 5; i++) recording.push(ramp(0, RATE));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^The live input is not recorded any further \(.+\); the show goes on/);
    await recording.discard();
  });

  it('of a process that was killed is removed after a day', async () => {
    const recordings = join(folder, 'left');
    const recording = new SoundRecording({ folder: recordings, name: 'new', sampleRate: RATE, onFault: () => undefined });
    recording.push(ramp(0, 2 * RATE));
    await recording.copyTo(join(folder, 'copy.wav'));
    writeFileSync(join(recordings, 'old.wav'), 'x');
    utimesSync(join(recordings, 'old.wav'), Date.now() / 1000 - 90_000, Date.now() / 1000 - 90_000);
    await pruneRecordings(recordings, Date.now());
    expect(readdirSync(recordings)).toEqual(['new.wav']);
    await recording.discard();
  });
});
