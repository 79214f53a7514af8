/**
 * The governor in real time on a fake pipeline: the cost of a picture steps x4, back (x0.25), and spikes x4 and x10 for 3 s.
 * Goals: 0 late frames, full quality within 5 s of the cost's return, no two changes within 2 s.
 */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { HandPlan, SIZE, steadyTimeline } from '../helpers/hand-plan.ts';

/** Cost of a picture (ms) and what it is multiplied with, from a time on (s). */
const COST = 25;
const PHASES = [
  { name: 'calm', from: 0, factor: 1 },
  { name: 'x4', from: 8, factor: 4 },
  { name: 'back', from: 20, factor: 1 },
  { name: 'spike x4', from: 28, factor: 4 },
  { name: 'calm again', from: 31, factor: 1 },
  { name: 'spike x10', from: 37, factor: 10 },
  { name: 'calm at last', from: 40, factor: 1 },
] as const;
const SECONDS = 46;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  let started = Infinity;
  const now = (): number => performance.now();
  const phaseAt = (time: number): (typeof PHASES)[number] => PHASES.findLast((phase) => phase.from <= Math.max(0, time)) ?? PHASES[0];
  const pipeline = createFakePipeline({ size: SIZE, cost: () => COST * phaseAt((now() - started) / 1000).factor });
  const transport = new Transport({ clock: 'free', duration: 600 });
  const ahead = new LookAhead({ plan: new HandPlan(), pipeline, timeline: steadyTimeline(124, 600), transport, now, onFrame: () => undefined });
  ahead.start();
  await ahead.buffered(4.5);
  transport.play((started = now()));
  const full = ahead.telemetry().subdivision;
  const changes: { readonly at: number; readonly subdivision: number }[] = [];
  const rows: Record<string, number | string>[] = [];
  let before: { phase: string; subdivision: number } = { phase: '', subdivision: full };
  for (let time = 0; time < SECONDS; time = (now() - started) / 1000) {
    const { subdivision, bufferSeconds, lateFrames, picturesPerSecond } = ahead.telemetry();
    const phase = phaseAt(time).name;
    if (subdivision !== before.subdivision) changes.push({ at: time, subdivision });
    if (subdivision !== before.subdivision || phase !== before.phase) rows.push({ time, phase, 'pictures a beat': subdivision, 'buffer s': bufferSeconds, 'pictures/s': picturesPerSecond, late: lateFrames });
    before = { phase, subdivision };
    await sleep(20);
  }
  const late = ahead.telemetry().lateFrames;
  ahead.stop();
  const restored = changes.find((change) => change.at > 20 && change.subdivision === full);
  const gaps = changes.slice(1).map((change, i) => change.at - (changes[i]?.at ?? 0));
  const figures = { late, changes: changes.length, smallestGapSeconds: gaps.length > 0 ? Math.min(...gaps) : -1, qualityBackSeconds: restored === undefined ? -1 : restored.at - 20, fullPerBeat: full };
  return { name: 'governor', rows, figures };
}
