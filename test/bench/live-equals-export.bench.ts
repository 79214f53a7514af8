/**
 * Design rule 1 on the real parts: a show is played for some seconds in real time while hands move faders, its log is
 * rendered from nothing by another process, and the frames that the stage had last at their ticks are compared by hash. On
 * the fake pipeline for 12 s and on the model folder for 5 s. Goal: none differs.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { startInference } from '../../src/ahead/inference.ts';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { randomFor } from '../../src/base/random.ts';
import type { Pipeline } from '../../src/diffusion/types.ts';
import { createWalk } from '../../src/latent/walk.ts';
import type { Walk } from '../../src/latent/walk.ts';
import type { ControlChange } from '../../src/score/control.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import { benchModel } from '../helpers/bench-model.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const timeline = syntheticTimeline();
const hashOf = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  const rows = [await compare('fake', 12)];
  if (benchModel() !== 'fake') rows.push(await compare(benchModel(), 5));
  const sum = (column: string): number => rows.reduce((total, row) => total + (row[column] as number), 0);
  return { name: 'live = export', rows, figures: { compared: sum('compared'), different: sum('different'), allEqual: sum('different') === 0 } };
}

interface Opened {
  readonly score: Score;
  readonly walk: Walk;
}

function openWalk(pipeline: Pipeline, log: readonly ControlChange[]): Opened {
  const preset = parsePreset(readFileSync(new URL('../../presets/deep-nebula.json', import.meta.url), 'utf8'), 'deep-nebula');
  const score = new Score({ timeline, preset, seed: 3, table: buildParameterTable(), log });
  return { score, walk: createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points) }) };
}

async function compare(model: string, seconds: number): Promise<Record<string, number | string>> {
  const played = await perform(model, seconds);
  const pipeline = await startInference({ model, threads: 1 });
  const { walk } = openWalk(pipeline, played.log);
  const ticks = [...played.frames.keys()].toSorted((a, b) => a - b);
  await walk.prepare(0, ticks.at(-1) ?? 0);
  let different = 0;
  for (const tick of ticks) if (hashOf((await pipeline.draw(walk.pointAt(tick))).pixels) !== hashOf((played.frames.get(tick) as Frame).pixels)) different++;
  await pipeline.dispose();
  return { pipeline: pipeline.card.name, seconds, changes: played.log.length, compared: ticks.length, different };
}

/** The last frame of each tick that no later change touches. */
async function perform(model: string, seconds: number): Promise<{ readonly frames: Map<number, Frame>; readonly log: ControlChange[] }> {
  const now = (): number => performance.now();
  const pipeline = await startInference({ model, threads: 1, fakeCost: 20 });
  const { score, walk } = openWalk(pipeline, []);
  const transport = new Transport({ clock: 'free', duration: timeline.duration });
  const frames = new Map<number, Frame>();
  const log: ControlChange[] = [];
  /** Frames up to this generation, from this tick on, do not know of a change. */
  const unaware: { readonly generation: number; readonly fromTick: number }[] = [];
  const ahead = new LookAhead({ plan: walk, pipeline, timeline, transport, now, onFrame: (frame) => {
    if (frame.loop !== true) frames.set(frame.tick, frame);
  } });
  ahead.start();
  await ahead.buffered(3);
  transport.play(now());
  const random = randomFor(1, 'bench hands');
  const paths = ['/walk/speed', '/walk/noise', '/walk/pulse'];
  const started = now();
  while (now() - started < seconds * 1000) {
    await sleep(300 + 500 * random.uniform());
    const appliesFromTick = ahead.earliestTick();
    const change: ControlChange = { kind: 'value', path: paths[random.integer(paths.length)] as string, value: 2 * random.uniform(), source: 'bench', arrival: now(), appliesFromTick };
    log.push(change);
    score.apply(change);
    unaware.push({ generation: ahead.telemetry().generation, fromTick: appliesFromTick });
    walk.invalidate(appliesFromTick);
    ahead.invalidate(appliesFromTick);
  }
  await sleep(1500);
  ahead.stop();
  await pipeline.dispose();
  for (const [tick, frame] of frames) if (unaware.some((change) => tick >= change.fromTick && frame.generation <= change.generation)) frames.delete(tick);
  return { frames, log };
}
