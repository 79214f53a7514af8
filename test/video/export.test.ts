import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVideoBackend } from '../../src/video/backend.ts';
import { exportVideo, type ExportProgress, type FrameMaker } from '../../src/video/export.ts';
import { loadFfmpegBackend } from '../../src/video/ffmpeg-backend.ts';
import { checkOutput, containerOf } from '../../src/video/output.ts';
import type { SoundTrack, VideoBackend, VideoSettings } from '../../src/video/sink.ts';
import { decodeVideo, type DecodedVideo } from '../helpers/decode-video.ts';

const FPS = 30;
const RATE = 44_100;
const CLICKS = [0.5, 1.5, 4.2, 5.1];
const settings: VideoSettings = { width: 64, height: 36, fps: FPS, container: 'mp4', quality: 'full' };

/** Black, white in the frame that is on screen when a click sounds. */
function flashes(asked: number[] = []): FrameMaker {
  const lit = new Set(CLICKS.map((time) => Math.floor(time * FPS)));
  return {
    async frame(index) {
      asked.push(index);
      return new Uint8Array(64 * 36 * 4).fill(lit.has(index) ? 255 : 0);
    },
    close: async () => {},
  };
}

/** 5.5 s of sound with 5 ms of a 3 kHz tone at each click. */
function clickSound(sampleRate: number, channels: number): SoundTrack {
  return {
    sampleRate,
    channels,
    length: Math.round(5.5 * sampleRate),
    async read(start, count) {
      const out = new Float32Array(count * channels);
      for (let i = 0; i < count; i++) {
        const time = (start + i) / sampleRate;
        const near = CLICKS.some((click) => time >= click && time < click + 0.005);
        if (near) out.fill(0.8 * Math.cos(2 * Math.PI * 3000 * time), i * channels, (i + 1) * channels);
      }
      return out;
    },
  };
}
const clicks = clickSound(RATE, 2);

let folder = '';
let backend: VideoBackend;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latentbeat-video-'));
  backend = await openVideoBackend();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const request = (out: string, maker: FrameMaker, use: VideoBackend = backend) => ({ maker, backend: use, settings, frames: 165, sound: clicks, out, key: 'k', now: () => performance.now() });

/** Times (s) at which a decoded click starts. */
function clickTimes(sound: Float32Array, rate: number): number[] {
  const times: number[] = [];
  for (let i = 0; i < sound.length; i++) if (Math.abs(sound[i]!) > 0.3 && (times.length === 0 || i / rate - times.at(-1)! > 0.2)) times.push(i / rate);
  return times;
}

async function checkVideo(out: string): Promise<void> {
  const video = await decodeVideo(out);
  expect(video.luma.length).toBe(165);
  expect(video.videoCodec).toBe('h264');
  expect(video.soundCodec).toBe('aac');
  video.times.forEach((time, i) => expect(time).toBeCloseTo(i / FPS, 4));
  const lit = video.luma.flatMap((value, i) => (value > 128 ? [i] : []));
  expect(lit).toEqual(CLICKS.map((time) => Math.floor(time * FPS)));
  checkSound(video);
}

function checkSound({ sound, soundStart, soundEnd, sampleRate }: DecodedVideo): void {
  // Stamps that drift against the samples would put the last packet elsewhere.
  expect(Math.abs(soundEnd - 5.5)).toBeLessThan(0.2);
  const heard = clickTimes(sound, sampleRate).map((time) => time + soundStart);
  expect(heard.length).toBe(CLICKS.length);
  heard.forEach((time, i) => expect(Math.abs(time - CLICKS[i]!)).toBeLessThan(0.003));
}

describe('exportVideo', () => {
  it('puts every flash on its frame and every click on its time, across segments', async () => {
    const out = join(folder, 'whole.mp4');
    const seen: ExportProgress[] = [];
    await exportVideo({ ...request(out, flashes()), onProgress: (progress) => seen.push(progress) });
    await checkVideo(out);
    expect(seen.at(-1)!.stage).toBe('done');
    expect(seen.every((progress) => progress.framesTotal === 165)).toBe(true);
    expect(await readdir(folder)).toEqual(['whole.mp4']);
  });

  it('goes on after a failure with the segments it has', async () => {
    const out = join(folder, 'resumed.mp4');
    const broken: FrameMaker = { ...flashes(), frame: async (index) => (index === 150 ? Promise.reject(new Error('power cut')) : flashes().frame(index)) };
    await expect(exportVideo(request(out, broken))).rejects.toThrow('power cut');
    expect(await stat(out).catch(() => null)).toBeNull();
    const asked: number[] = [];
    await exportVideo(request(out, flashes(asked)));
    expect(asked[0]).toBe(120);
    await checkVideo(out);
  });

  it('draws anew when the show has changed', async () => {
    const out = join(folder, 'changed.mp4');
    const broken: FrameMaker = { ...flashes(), frame: async (index) => (index === 150 ? Promise.reject(new Error('stop')) : flashes().frame(index)) };
    await expect(exportVideo(request(out, broken))).rejects.toThrow('stop');
    const asked: number[] = [];
    await exportVideo({ ...request(out, flashes(asked)), key: 'another' });
    expect(asked.length).toBe(165);
  });

  it('says a full disk in one sentence and keeps what it has', async () => {
    const full: VideoBackend = { ...backend, openSegment: () => Promise.reject(Object.assign(new Error('write failed'), { code: 'ENOSPC' })) };
    await expect(exportVideo(request(join(folder, 'full.mp4'), flashes(), full))).rejects.toMatchObject({ fault: 'again', message: expect.stringContaining('disk is full') });
  });

  it('hears from ffmpeg that the disk is full', async (context) => {
    const ffmpeg = await loadFfmpegBackend();
    if (ffmpeg === null || !existsSync('/dev/full')) return context.skip('no ffmpeg on the PATH, or no /dev/full');
    await symlink('/dev/full', join(folder, 'disk.webm'));
    const disk: VideoBackend = { ...ffmpeg, openSegment: (_path, use) => ffmpeg.openSegment(join(folder, 'disk.webm'), use) };
    const noise: FrameMaker = { frame: async () => randomBytes(64 * 36 * 4), close: async () => {} };
    const small = { ...settings, container: 'webm' } as const;
    await expect(exportVideo({ ...request(join(folder, 'full.webm'), noise, disk), settings: small, key: 'disk' })).rejects.toMatchObject({ fault: 'again' });
  });

  it('writes the same with an ffmpeg on the PATH', async (context) => {
    const ffmpeg = await loadFfmpegBackend();
    if (ffmpeg === null) return context.skip('no ffmpeg on the PATH');
    const out = join(folder, 'by-ffmpeg.mp4');
    await exportVideo(request(out, flashes(), ffmpeg));
    await checkVideo(out);
  });

  it.each([
    { container: 'mp4', rate: 192_000, channels: 2 }, { container: 'mp4', rate: 8000, channels: 1 },
    { container: 'webm', rate: 48_000, channels: 1 }, { container: 'webm', rate: 22_050, channels: 2 },
  ] as const)('keeps the sound in time: $rate Hz, $channels channels in $container', async ({ container, rate, channels }) => {
    const out = join(folder, `sound-${rate}.${container}`);
    await exportVideo({ ...request(out, flashes()), sound: clickSound(rate, channels), settings: { ...settings, container } });
    checkSound(await decodeVideo(out));
  });

  it.for(['node-av', 'ffmpeg'])('writes webm with %s', async (name, context) => {
    const out = join(folder, `small-${name}.webm`);
    const writer = name === 'ffmpeg' ? await loadFfmpegBackend() : backend;
    if (writer === null) return context.skip('no ffmpeg on the PATH');
    await exportVideo({ ...request(out, flashes(), writer), settings: { ...settings, container: 'webm' } });
    const video = await decodeVideo(out);
    checkSound(video);
    expect([video.luma.length, video.videoCodec, video.soundCodec]).toEqual([165, 'vp9', 'opus']);
    expect(video.luma.flatMap((value, i) => (value > 128 ? [i] : []))).toEqual(CLICKS.map((time) => Math.floor(time * FPS)));
  });
});

describe('checkOutput', () => {
  it('refuses what cannot be written, each in a sentence', async () => {
    await expect(checkOutput(join(folder, 'no', 'x.mp4'), false)).rejects.toMatchObject({ fault: 'input', message: expect.stringContaining('does not exist') });
    await expect(checkOutput(folder, true)).rejects.toMatchObject({ fault: 'input' });
    const there = join(folder, 'there.mp4');
    await writeFile(there, 'x');
    await expect(checkOutput(there, false)).rejects.toMatchObject({ fault: 'usage', message: expect.stringContaining('--force') });
    expect(await checkOutput(there, true)).toBe(there);
    expect(() => containerOf('x.avi')).toThrow('.mp4 or .webm');
  });
});
