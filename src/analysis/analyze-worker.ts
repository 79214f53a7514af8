/** The analysis in a thread of its own: reads the decoded sound, answers with progress and the encoded Timeline. */

import { parentPort, workerData } from 'node:worker_threads';
import { openWavSource } from '../audio/wav-source.ts';
import { messageOf } from '../base/errors.ts';
import { collectGarbage } from './memory.ts';
import type { Seconds } from '../base/units.ts';
import { encodeTimeline } from '../timeline/binary.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { openBeatNetwork } from './beat-model.ts';
import { buildTimeline } from './build-timeline.ts';
import { type Measurements, measureTrack } from './measure.ts';

export interface AnalyzeJob {
  readonly path: string;
  readonly sha256: string;
  readonly wavPath: string;
  /** Send what is known of the beginning while the rest is measured. */
  readonly parts: boolean;
}

export type AnalyzeAnswer =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'part'; readonly bytes: Uint8Array }
  | { readonly kind: 'done'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string };

async function run(job: AnalyzeJob, answer: (message: AnalyzeAnswer) => void): Promise<void> {
  const source = await openWavSource(job.path, job.sha256, job.wavPath);
  let told = 0;
  const onProgress = (fraction: number): void => {
    if (fraction < told + 0.01) return;
    told = fraction;
    answer({ kind: 'progress', fraction: 0.9 * fraction });
  };
  const onPart = (measure: () => Measurements): void => answer({ kind: 'part', bytes: encodeTimeline(beginningOf(buildTimeline(measure()), source.duration)) });
  const network = await openBeatNetwork();
  // Nothing here holds the measurements, so that they can go before the timeline is copied into its bytes.
  const timeline = buildTimeline(await measureTrack(source, { onProgress, ...(job.parts ? { onPart } : {}), network }));
  collectGarbage();
  answer({ kind: 'done', bytes: encodeTimeline(timeline) });
}

/** A timeline of the first seconds as one of the whole track, known only so far. */
function beginningOf(timeline: Timeline, duration: Seconds): Timeline {
  const sections = timeline.sections.map((section, i, all) => (i === all.length - 1 ? { ...section, end: duration } : section));
  return { ...timeline, duration, sections, knownUntil: timeline.duration };
}

const port = parentPort;
if (port !== null) {
  // The bytes are handed over, not copied: two hours of curves are tens of megabytes.
  const answer = (message: AnalyzeAnswer): void => port.postMessage(message, 'bytes' in message ? [message.bytes.buffer as ArrayBuffer] : []);
  run(workerData as AnalyzeJob, answer).catch((error: unknown) => answer({ kind: 'failed', message: messageOf(error) }));
}
