/**
 * Frames + sound → one file. Constant memory: one frame at a time into the open segment. Each segment is closed and noted
 * in the manifest before the next begins, so a killed export loses at most SEGMENT_SECONDS; the last step joins them by
 * copying, adds the sound, and renames the finished file into place.
 */

import { rename, rm } from 'node:fs/promises';
import { messageOf, UserError } from '../base/errors.ts';
import type { Seconds } from '../base/units.ts';
import { Manifest } from './manifest.ts';
import { SEGMENT_SECONDS, type SoundTrack, type VideoBackend, type VideoSettings } from './sink.ts';
import { rgbaToYuv, yuvBytes } from './yuv.ts';

/** Makes the pictures of a video, asked in ascending order; a gap means a resumed export (effects need their pre-roll). */
export interface FrameMaker {
  /** RGBA, `width * height * 4` bytes of frame `index`; valid until the next call. */
  frame(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ExportProgress {
  readonly stage: 'drawing' | 'joining' | 'done';
  readonly framesDone: number;
  readonly framesTotal: number;
  /** Of the last seconds of drawing. */
  readonly framesPerSecond: number;
  readonly secondsLeft: Seconds;
}

export interface ExportRequest {
  readonly maker: FrameMaker;
  readonly backend: VideoBackend;
  readonly settings: VideoSettings;
  readonly frames: number;
  readonly sound: SoundTrack | null;
  /** Absolute path of the finished file; checked by output.ts before. */
  readonly out: string;
  /** Hash of all that decides the pictures. */
  readonly key: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onProgress?: (progress: ExportProgress) => void;
  readonly signal?: AbortSignal;
}

/** Writes the video. Throws UserError for a full disk; what was drawn is kept for the next try. */
export async function exportVideo(request: ExportRequest): Promise<void> {
  const manifest = await Manifest.open(`${request.out}.latentbeat`, request.key).catch(rethrowDiskFault);
  try {
    await drawSegments(request, manifest);
    report(request, 'joining', request.frames, 0, 0);
    await joinAll(request, manifest);
  } catch (error) {
    rethrowDiskFault(error);
  }
  await manifest.remove();
  report(request, 'done', request.frames, 0, 0);
}

function report(request: ExportRequest, stage: ExportProgress['stage'], framesDone: number, framesPerSecond: number, secondsLeft: number): void {
  request.onProgress?.({ stage, framesDone, framesTotal: request.frames, framesPerSecond, secondsLeft });
}

async function drawSegments(request: ExportRequest, manifest: Manifest): Promise<void> {
  const perSegment = Math.max(1, Math.round(SEGMENT_SECONDS * request.settings.fps));
  const pace = new Pace(request.now);
  for (let index = 0, first = 0; first < request.frames; index++, first += perSegment) {
    const count = Math.min(perSegment, request.frames - first);
    if (!manifest.has(index, count)) await drawSegment(request, manifest, index, first, count, pace);
    report(request, 'drawing', first + count, pace.rate, pace.secondsFor(request.frames - first - count));
  }
}

async function drawSegment(request: ExportRequest, manifest: Manifest, index: number, first: number, count: number, pace: Pace): Promise<void> {
  const { settings, signal } = request;
  const path = manifest.pathOf(index, settings.container);
  const writer = await request.backend.openSegment(path, settings);
  const yuv = new Uint8Array(yuvBytes(settings.width, settings.height));
  try {
    for (let i = 0; i < count; i++) {
      signal?.throwIfAborted();
      rgbaToYuv(await request.maker.frame(first + i), settings.width, settings.height, yuv);
      await writer.write(yuv);
      pace.step();
      if (i % 8 === 7) report(request, 'drawing', first + i + 1, pace.rate, pace.secondsFor(request.frames - first - i - 1));
    }
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await manifest.add(index, path, count);
}

async function joinAll(request: ExportRequest, manifest: Manifest): Promise<void> {
  const part = `${request.out}.part.${request.settings.container}`;
  try {
    await request.backend.join(manifest.segments(), request.sound, part, request.settings);
    await rename(part, request.out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** A full or read-only disk is said in one sentence; everything else goes on as it is. */
function rethrowDiskFault(error: unknown): never {
  const text = messageOf(error);
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOSPC' || /no space left/i.test(text)) {
    throw new UserError('again', 'the disk is full: what was drawn so far is kept beside the video; free some space and run the same command again to go on', { cause: error });
  }
  throw error;
}

/** Frames a second over the last ~5 s of drawing. */
class Pace {
  readonly #now: () => number;
  #marks: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
    this.#marks.push(now());
  }

  step(): void {
    const now = this.#now();
    this.#marks.push(now);
    while (this.#marks.length > 2 && now - (this.#marks[0] as number) > 5000) this.#marks.shift();
  }

  get rate(): number {
    const span = (this.#marks.at(-1) as number) - (this.#marks[0] as number);
    return span <= 0 ? 0 : ((this.#marks.length - 1) * 1000) / span;
  }

  secondsFor(frames: number): number {
    return this.rate === 0 ? 0 : frames / this.rate;
  }
}
