/**
 * Encoding with an `ffmpeg` program on the PATH, each segment in a process of its own. Used where node-av is not installed.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import type { Segment, SegmentWriter, SoundTrack, VideoBackend, VideoSettings } from './sink.ts';
import { rateFraction } from './sink.ts';

const SOUND_BLOCK = 16_384;

/** Null where no `ffmpeg` can be started. */
export async function loadFfmpegBackend(command = 'ffmpeg'): Promise<VideoBackend | null> {
  const child = spawn(command, ['-hide_banner', '-version'], { stdio: 'ignore' });
  const works = await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
  if (!works) return null;
  return {
    name: 'ffmpeg',
    openSegment: (path, settings) => openSegment(command, path, settings),
    join: (segments, sound, out, settings) => joinSegments(command, segments, sound, out, settings),
  };
}

const rateText = (fps: number): string => {
  const { num, den } = rateFraction(fps);
  return `${num}/${den}`;
};

function videoArguments(settings: VideoSettings): string[] {
  const draft = settings.quality === 'draft';
  const colours = ['-pix_fmt', 'yuv420p', '-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  const gop = ['-g', String(Math.max(1, Math.round(settings.fps * 2)))];
  if (settings.container === 'mp4') return ['-c:v', 'libx264', '-preset', draft ? 'superfast' : 'veryfast', '-crf', draft ? '23' : '18', '-bf', '0', ...gop, ...colours];
  return ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', draft ? '8' : '6', '-crf', draft ? '36' : '28', '-b:v', '0', '-row-mt', '1', '-lag-in-frames', '0', ...gop, ...colours];
}

async function openSegment(command: string, path: string, settings: VideoSettings): Promise<SegmentWriter> {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${settings.width}x${settings.height}`, '-r', rateText(settings.fps), '-i', 'pipe:0'];
  const run = startFfmpeg(command, [...input, ...videoArguments(settings), path]);
  return {
    write: (yuv) => run.feed(yuv),
    close: () => run.finish(),
    async abort() {
      run.child.kill();
      await run.finish().catch(() => {});
    },
  };
}

interface FfmpegRun {
  readonly child: ChildProcess;
  feed(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
}

/** ffmpeg may end with 0 though the end of the file could not be written. */
const UNFINISHED = /no space left|error writing trailer|error closing file/i;

function startFfmpeg(command: string, args: readonly string[]): FfmpegRun {
  const child = spawn(command, ['-hide_banner', '-loglevel', 'error', '-y', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 && !UNFINISHED.test(complaint) ? resolve() : reject(new Error(`ffmpeg ended with ${code}: ${complaint.trim()}`))));
  });
  ended.catch(() => {});
  child.stdin.on('error', () => {});
  return {
    child,
    async feed(bytes) {
      if (child.exitCode !== null) await ended;
      // Copied: the caller reuses its buffer as soon as we resolve.
      if (child.stdin.write(Buffer.from(bytes))) return;
      // A broken pipe only says that ffmpeg has left; why, it says itself.
      await Promise.race([once(child.stdin, 'drain').catch(() => ended), ended]);
    },
    async finish() {
      child.stdin.end();
      await ended;
    },
  };
}

async function joinSegments(command: string, segments: readonly Segment[], sound: SoundTrack | null, out: string, settings: VideoSettings): Promise<void> {
  const listPath = `${(segments[0] as Segment).path}.list.txt`;
  const quote = (path: string): string => `file '${path.replaceAll('\\', '/').replaceAll("'", "'\\''")}'`;
  const { num, den } = rateFraction(settings.fps);
  await writeFile(listPath, segments.map((segment) => `${quote(segment.path)}\nduration ${(segment.frames * den) / num}`).join('\n'));
  const soundInput = sound === null ? [] : ['-f', 'f32le', '-ar', String(sound.sampleRate), '-ac', String(sound.channels), '-i', 'pipe:0'];
  const soundCodec = sound === null ? [] : ['-map', '1:a', ...(settings.container === 'mp4' ? ['-c:a', 'aac', '-b:a', '256k'] : ['-c:a', 'libopus', '-b:a', '192k'])];
  const container = settings.container === 'mp4' ? ['-movflags', '+faststart', '-video_track_timescale', String(num * 512), '-f', 'mp4'] : ['-f', 'webm'];
  const run = startFfmpeg(command, ['-f', 'concat', '-safe', '0', '-i', listPath, ...soundInput, '-map', '0:v', '-c:v', 'copy', ...soundCodec, ...container, out]);
  try {
    for (let at = 0; sound !== null && at < sound.length; at += SOUND_BLOCK) {
      const samples = await sound.read(at, Math.min(SOUND_BLOCK, sound.length - at));
      await run.feed(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    }
    await run.finish();
  } finally {
    await rm(listPath, { force: true });
  }
}
