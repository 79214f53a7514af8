/**
 * A track's Timeline: from the cache, or made in a worker thread and kept there by the file's hash and the analysis' version;
 * on request the beginning comes first, while the rest is still being heard.
 * Corrections to the grid are applied after the cache, so that they answer at once.
 */

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AudioSource } from '../audio/types.ts';
import { compiledEntry } from '../base/entry.ts';
import { UserError } from '../base/errors.ts';
import type { Unit } from '../base/units.ts';
import { decodeTimeline } from '../timeline/binary.ts';
import { type Timeline, TIMELINE_VERSION } from '../timeline/timeline.ts';
import type { AnalyzeAnswer, AnalyzeJob } from './analyze-worker.ts';
import { correctTimeline, type GridCorrections } from './corrections.ts';

export interface AnalyzeOptions {
  /** Absolute; see audio/cache.ts. */
  readonly cacheFolder: string;
  readonly corrections?: GridCorrections | undefined;
  /** Called with 0..1 as the work goes on. */
  readonly onProgress?: ((fraction: Unit) => void) | undefined;
  /** What is known of the beginning (`knownUntil`), from the first half minute on, while the rest is still measured. Never called where the cache answers. */
  readonly onPart?: ((timeline: Timeline) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The Timeline of a track. Throws the signal's reason when aborted, a UserError where the sound cannot be analysed. */
export async function analyzeTrack(source: AudioSource, options: AnalyzeOptions): Promise<Timeline> {
  options.signal?.throwIfAborted();
  const path = join(options.cacheFolder, 'timelines', `${source.sha256}-v${TIMELINE_VERSION}.timeline`);
  const timeline = (await readCached(path)) ?? (await makeAndKeep(source, path, options));
  options.onProgress?.(1);
  return correctTimeline(timeline, options.corrections);
}

/** A damaged cache file counts as none. */
async function readCached(path: string): Promise<Timeline | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    return decodeTimeline(await readFile(path));
  } catch {
    return undefined;
  }
}

async function makeAndKeep(source: AudioSource, path: string, options: AnalyzeOptions): Promise<Timeline> {
  const bytes = await analyzeInWorker(source, options);
  await mkdir(join(options.cacheFolder, 'timelines'), { recursive: true });
  const temporary = `${path}.${process.pid}-${(writes += 1)}.part`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
  return decodeTimeline(bytes);
}

let writes = 0;

async function analyzeInWorker({ path, sha256, wavPath }: AudioSource, { onProgress, onPart, signal, corrections }: AnalyzeOptions): Promise<Uint8Array> {
  const job: AnalyzeJob = { path, sha256, wavPath, parts: onPart !== undefined };
  const worker = new Worker(compiledEntry(import.meta.url, './analyze-worker.js'), { workerData: job });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the analysis of ${basename(path)} stopped (exit ${code})`)));
      worker.on('message', (answer: AnalyzeAnswer) => {
        if (answer.kind === 'progress') onProgress?.(answer.fraction);
        else if (answer.kind === 'part') onPart?.(correctTimeline(decodeTimeline(answer.bytes), corrections));
        else if (answer.kind === 'done') resolve(answer.bytes);
        else reject(new UserError('input', `${basename(path)} could not be analysed (${answer.message}): convert it to WAV and try again.`));
      });
    });
  } finally {
    await worker.terminate();
  }
}
