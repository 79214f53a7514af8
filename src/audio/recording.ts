/**
 * The sound of a live input on disk, while it is heard: what the tracker got, silence for lost hops included, so that a
 * performance can be played and rendered again. Mono float32 WAV; about 690 MB an hour at 48 kHz, at most 4 GB.
 */

import { constants, copyFile, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Hertz, Milliseconds, Seconds } from '../base/units.ts';
import { hashFile } from './cache.ts';
import { openWavWriter, WAV_HEADER_BYTES, wavHeader, type WavWriter } from './wav.ts';

/** Sound is written in pieces of this length. */
const PIECE: Seconds = 1;
/** What a killed process left behind is removed after this time. */
const LEFT_BEHIND: Milliseconds = 24 * 3600_000;

export interface SoundRecordingOptions {
  /** Made where it is missing; the file appears with the first sound. */
  readonly folder: string;
  readonly name: string;
  readonly sampleRate: Hertz;
  /** Told once, where no more can be written (a full disk, 4 GB). What came before is kept. */
  readonly onFault: (text: string) => void;
}

export class SoundRecording {
  readonly path: string;
  readonly #options: SoundRecordingOptions;
  #writer: WavWriter | undefined;
  #pieces: Float32Array[] = [];
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: SoundRecordingOptions) {
    this.#options = options;
    this.path = join(options.folder, `${options.name}.wav`);
  }

  /** Seconds on disk or on their way there. */
  get seconds(): Seconds {
    return ((this.#writer?.length ?? 0) + this.#waiting) / this.#options.sampleRate;
  }

  /** Mono samples in order; copied. */
  push(samples: Float32Array): void {
    if (this.#isOver) return;
    this.#pieces.push(samples.slice());
    this.#waiting += samples.length;
    if (this.#waiting >= PIECE * this.#options.sampleRate) void this.#flush();
  }

  /** Writes all sound so far as a whole WAV file, and goes on recording. Answers its SHA-256. Throws where it cannot be written. */
  async copyTo(path: string): Promise<string> {
    void this.#flush();
    // In the same queue: sound that comes from now on is not in it.
    const copied = this.#work.then(async () => {
      const bytes = (this.#writer?.length ?? 0) * 4;
      await copyFile(this.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await completeHeader(path, this.#options.sampleRate, bytes);
    });
    this.#work = copied.catch(() => undefined);
    await copied;
    return await hashFile(path);
  }

  /** Ends it and removes the file. */
  async discard(): Promise<void> {
    this.#isOver = true;
    this.#pieces = [];
    await this.#work;
    await this.#writer?.close().catch(() => undefined);
    if (this.#writer !== undefined) await rm(this.path, { force: true });
  }

  #flush(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#work = this.#work.then(() => this.#write(pieces)).catch((thrown: unknown) => this.#fail(thrown));
    return this.#work;
  }

  async #write(pieces: readonly Float32Array[]): Promise<void> {
    if (this.#isOver || pieces.length === 0) return;
    if (this.#writer === undefined) {
      await mkdir(this.#options.folder, { recursive: true });
      this.#writer = await openWavWriter(this.path, this.#options.sampleRate, 1);
    }
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const joined = new Float32Array(length);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    await this.#writer.write(joined);
    this.#waiting -= length;
  }

  #fail(thrown: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onFault(`The live input is not recorded any further (${messageOf(thrown)}); the show goes on, and what was recorded can be saved.`);
  }
}

async function completeHeader(path: string, sampleRate: Hertz, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(wavHeader(sampleRate, 1, bytes), 0, WAV_HEADER_BYTES, 0);
    await file.truncate(WAV_HEADER_BYTES + bytes);
  } finally {
    await file.close();
  }
}

/** Removes recordings that nobody ended. */
export async function pruneRecordings(folder: string, now: Milliseconds): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const age = now - (await stat(path).then(({ mtimeMs }) => mtimeMs, () => now));
    if (age > LEFT_BEHIND) await rm(path, { force: true });
  }
}
