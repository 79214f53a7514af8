/** Sound inputs through FFmpeg's virtual devices: real demuxer, decoder and filter, no sound card. */

import { afterEach, describe, expect, it } from 'vitest';
import { captureDevice, listInputDevices, type Capture, type CapturedSound } from '../../src/audio/capture.ts';
import { hasNodeAv } from '../../src/audio/node-av.ts';
import { UserError } from '../../src/base/errors.ts';

const isThere = await hasNodeAv();
const captures: Capture[] = [];
afterEach(() => {
  for (const capture of captures.splice(0)) capture.stop();
});

interface Heard {
  readonly sounds: CapturedSound[];
  readonly opened: number[];
  readonly lost: string[];
}

async function listen(device: string): Promise<Heard> {
  const heard: Heard = { sounds: [], opened: [], lost: [] };
  captures.push(await captureDevice(device, {
    now: () => performance.now(),
    onOpen: (rate) => void heard.opened.push(rate),
    onSound: (sound) => void heard.sounds.push({ ...sound, samples: sound.samples.slice() }),
    onLost: (reason) => void heard.lost.push(reason),
  }));
  return heard;
}

describe.skipIf(!isThere)('sound input of this machine', () => {
  it('brings mono sound in order, counted, at the pace of the clock', async () => {
    const { sounds, opened } = await listen('lavfi:sine=frequency=480:sample_rate=48000:samples_per_frame=480,arealtime');
    await expect.poll(() => (sounds.at(-1)?.first ?? 0), { timeout: 30_000 }).toBeGreaterThan(24_000);
    expect(opened).toEqual([48_000]);
    for (let i = 1; i < sounds.length; i++) expect(sounds[i]?.first).toBe((sounds[i - 1] as CapturedSound).first + (sounds[i - 1] as CapturedSound).samples.length);
    // FFmpeg's sine: an eighth of full scale, phase 0 at sample 0.
    for (const { first, samples } of sounds) samples.forEach((sample, i) => expect(Math.abs(sample - Math.sin((2 * Math.PI * 480 * (first + i)) / 48_000) / 8)).toBeLessThan(2e-3));
    const [early, late] = [sounds[5] as CapturedSound, sounds.at(-1) as CapturedSound];
    expect(Math.abs(late.at - early.at - ((late.first + late.samples.length - early.first - early.samples.length) / 48_000) * 1000)).toBeLessThan(100);
  });

  it('mixes down, and opens a device anew that has ended, with the count from 0', async () => {
    const { sounds, opened, lost } = await listen('lavfi:aevalsrc=exprs=0.5|-0.25:sample_rate=44100:duration=0.2');
    await expect.poll(() => opened.length, { timeout: 30_000 }).toBeGreaterThan(1);
    expect(lost[0]).toBe('it ended');
    await expect.poll(() => sounds.filter(({ first }) => first === 0).length, { timeout: 30_000 }).toBeGreaterThan(1);
    const levels = sounds.flatMap(({ samples }) => Array.from(samples.subarray(0, 4)));
    for (const level of levels) expect(level).toBeCloseTo(levels[0] as number, 5);
    expect(Math.abs(levels[0] as number)).toBeGreaterThan(0.1);
  });

  it('says in one sentence that a device is not there', async () => {
    await expect(listen('no such device')).rejects.toThrow(UserError);
    await expect(listen('no such device')).rejects.toThrow(/^The sound input no such device cannot be opened \(.*\): .*see latentbeat doctor\.$/);
    expect(Array.isArray(await listInputDevices())).toBe(true);
  });
});
