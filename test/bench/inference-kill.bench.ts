/**
 * The inference process is killed ten times while it draws ahead for a playing show, twice of these within 5 s, and once it is
 * stopped instead. Times from the blow to the next fresh frame on the server; all frames made are compared with those of
 * an undisturbed pipeline. Goals: fresh ≤ 5 s, pictures keep coming (real or looped) at least every 250 ms, same bytes.
 */

import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { startInference } from '../../src/ahead/inference.ts';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { median } from '../../src/base/math.ts';
import { HandPlan, steadyTimeline } from '../helpers/hand-plan.ts';
import { benchModel, localPipeline } from '../helpers/bench-model.ts';

/** Pauses before each blow (s); the third and fourth come within 5 s. */
const PAUSES = [3, 6, 6, 2, 6, 6, 6, 6, 6, 6];
const STOPPED = 6;
const hashOf = (frame: { readonly pixels: Uint8Array }): string => createHash('sha1').update(frame.pixels).digest('hex');

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  const now = (): number => performance.now();
  const pipeline = await startInference({ model: benchModel(), threads: 1 });
  const plan = new HandPlan(pipeline.card.sizes[0]);
  const transport = new Transport({ clock: 'free', duration: 600 });
  const frames: { readonly frame: Frame; readonly at: number }[] = [];
  const ahead = new LookAhead({ plan, pipeline, timeline: steadyTimeline(124, 600), transport, now, onFrame: (frame) => frames.push({ frame, at: now() }) });
  ahead.start();
  await ahead.buffered(4);
  transport.play(now());
  const rows: Record<string, number | string>[] = [];
  for (const [index, pause] of PAUSES.entries()) {
    await sleep(pause * 1000);
    while (pipeline.processId === undefined) await sleep(10);
    const signal = index === STOPPED ? 'SIGSTOP' : 'SIGKILL';
    const at = now();
    const buffer = ahead.telemetry().bufferSeconds;
    process.kill(pipeline.processId, signal);
    const losses = pipeline.losses;
    while (pipeline.losses === losses || !pipeline.alive) await sleep(5);
    const count = frames.filter(({ frame }) => frame.loop !== true).length;
    while (frames.filter(({ frame }) => frame.loop !== true).length === count) await sleep(5);
    rows.push({ blow: index + 1, signal, 'buffer then s': buffer, 'fresh after s': (now() - at) / 1000, 'buffer after s': ahead.telemetry().bufferSeconds });
  }
  await sleep(3000);
  const { lateFrames } = ahead.telemetry();
  ahead.stop();
  await pipeline.dispose();
  const real = frames.filter(({ frame }) => frame.loop !== true);
  const waits = rows.map((row) => row['fresh after s'] as number);
  const figures = {
    freshSecondsWorst: Math.max(...waits),
    freshSecondsMedian: median(waits),
    longestGapOnStageMs: longestGapOnStage(frames.map(({ frame }) => frame)),
    frames: real.length,
    looped: frames.length - real.length,
    late: lateFrames,
    differentFrames: await countDifferent(real.map(({ frame }) => frame), plan),
  };
  return { name: 'inference killed ten times', rows, figures };
}

/** Longest show time between pictures that the stage had, real or looped (ms). */
function longestGapOnStage(frames: readonly Frame[]): number {
  const dues = frames.map((frame) => frame.due).sort((a, b) => a - b);
  return Math.max(...dues.slice(1).map((due, i) => (due - (dues[i] as number)) * 1000));
}

/** Every frame against the same tick drawn in a pipeline that nothing happened to. */
async function countDifferent(frames: readonly Frame[], plan: HandPlan): Promise<number> {
  const pipeline = await localPipeline();
  let different = 0;
  for (const frame of frames) if (hashOf(await pipeline.draw(plan.pointAt(frame.tick))) !== hashOf(frame)) different++;
  await pipeline.dispose();
  return different;
}
