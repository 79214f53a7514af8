/**
 * Runs the decode worker with a time limit. A decoder that hangs (Opus in WebM does) or crashes ends with its thread.
 */

import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../base/entry.ts';
import type { Seconds } from '../base/units.ts';
import type { DecodeAnswer, DecodeJob } from './decode-worker.ts';

/** Decodes the file at `path` into a float32 WAV at `wavPath`. Throws a plain Error with the decoder's reason. */
export async function decodeInWorker(job: DecodeJob, timeLimit: Seconds, onProgress: (fraction: number) => void): Promise<void> {
  const worker = new Worker(compiledEntry(import.meta.url, './decode-worker.js'), { workerData: job, stdout: true, stderr: true });
  try {
    await answerOf(worker, timeLimit, onProgress);
  } finally {
    await worker.terminate();
  }
}

function answerOf(worker: Worker, timeLimit: Seconds, onProgress: (fraction: number) => void): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => reject(new Error(`it could not be decoded within ${timeLimit} s`)), timeLimit * 1000);
    worker.on('message', (answer: DecodeAnswer) => {
      if (answer.kind === 'progress') return onProgress(answer.fraction);
      if (answer.kind === 'failed') return fail(new Error(answer.message));
      clearTimeout(timer);
      resolve();
    });
    worker.once('error', fail);
    worker.once('exit', () => fail(new Error('the decoder stopped')));
  });
}
