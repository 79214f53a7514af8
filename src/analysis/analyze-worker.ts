/** The analysis in a thread of its own: reads the decoded sound, answers with progress and the encoded Timeline. */

import { parentPort, workerData } from 'node:worker_threads';
import { openWavSource } from '../audio/wav-source.ts';
import { messageOf } from '../base/errors.ts';
import { encodeTimeline } from '../timeline/binary.ts';
import { buildTimeline } from './build-timeline.ts';
import { measureTrack } from './measure.ts';

export interface AnalyzeJob {
  readonly path: string;
  readonly sha256: string;
  readonly wavPath: string;
}

export type AnalyzeAnswer =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'done'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string };

async function run(job: AnalyzeJob, answer: (message: AnalyzeAnswer) => void): Promise<void> {
  const source = await openWavSource(job.path, job.sha256, job.wavPath);
  let told = 0;
  const measurements = await measureTrack(source, (fraction) => {
    if (fraction < told + 0.01) return;
    told = fraction;
    answer({ kind: 'progress', fraction: 0.9 * fraction });
  });
  answer({ kind: 'done', bytes: encodeTimeline(buildTimeline(measurements)) });
}

const port = parentPort;
if (port !== null) {
  run(workerData as AnalyzeJob, (message) => port.postMessage(message)).catch((error: unknown) => port.postMessage({ kind: 'failed', message: messageOf(error) } satisfies AnalyzeAnswer));
}
