/**
 * What the exporter needs of an encoder. Frames go in as yuv420p (BT.709, limited range, made by yuv.ts), so that every
 * backend writes the same colours. A video is made of closed segments that are later joined by copying, with the sound added once.
 * Backends: node-av (optional dependency) and an `ffmpeg` on the PATH.
 */

import type { Seconds } from '../base/units.ts';

export interface VideoSettings {
  readonly width: number;
  readonly height: number;
  /** Frames a second, an integer or a decimal such as 29.97. */
  readonly fps: number;
  /** mp4: H.264 High + AAC, faststart. webm: VP9 + Opus. */
  readonly container: 'mp4' | 'webm';
  /** 'draft' encodes faster and coarser. */
  readonly quality: 'draft' | 'full';
}

/** Takes the frames of one segment in order. `write` resolves when the next frame may come. */
export interface SegmentWriter {
  /** Planes Y, U, V of one frame: `width * height * 3 / 2` bytes; copied before the promise resolves. */
  write(yuv: Uint8Array): Promise<void>;
  /** Finishes the file. */
  close(): Promise<void>;
  /** Gives up; the file may be left incomplete. Never throws. */
  abort(): Promise<void>;
}

/** Sound for the finished file, read in blocks. */
export interface SoundTrack {
  readonly sampleRate: number;
  /** 1 or 2. */
  readonly channels: number;
  /** Samples per channel. */
  readonly length: number;
  /** Interleaved samples [start, start + count). */
  read(start: number, count: number): Promise<Float32Array>;
}

export interface Segment {
  readonly path: string;
  readonly frames: number;
}

export interface VideoBackend {
  /** 'node-av' or 'ffmpeg'. */
  readonly name: string;
  openSegment(path: string, settings: VideoSettings): Promise<SegmentWriter>;
  /** Joins the segments by copying, adds the sound, writes `out` whole. Throws if anything fails. */
  join(segments: readonly Segment[], sound: SoundTrack | null, out: string, settings: VideoSettings): Promise<void>;
}

/** Seconds of video in one segment: small enough to lose little to a crash, large enough to join fast. */
export const SEGMENT_SECONDS: Seconds = 4;

/** The frame rate as a fraction: 29.97 → 30000/1001, 25 → 25/1. */
export function rateFraction(fps: number): { readonly num: number; readonly den: number } {
  const whole = Math.round(fps);
  if (Math.abs(fps - whole) < 1e-6) return { num: whole, den: 1 };
  if (Math.abs(fps - (whole * 1000) / 1001) < 0.005) return { num: whole * 1000, den: 1001 };
  return { num: Math.round(fps * 1000), den: 1000 };
}
