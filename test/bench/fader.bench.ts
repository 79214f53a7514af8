/**
 * A walk fader is swept at 60 Hz for 10 s while the show plays, with a real score, walk and inference process; then 40 single
 * moves, each timed to the first frame made with it. Goals: 0 late, fresh frames keep arriving, p95 of a move ≤ 2
 * generation times + 50 ms.
 */

import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { startInference } from '../../src/ahead/inference.ts';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { median, quantile } from '../../src/base/math.ts';
import { createWalk } from '../../src/latent/walk.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import { benchModel } from '../helpers/bench-model.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const FADERS = ['/walk/speed', '/walk/noise', '/walk/pulse'] as const;
const SWEEP_SECONDS = 10;
const MOVES = 40;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  const show = await openBenchShow();
  const rows: Record<string, number | string>[] = [];
  for (const fader of FADERS) rows.push(await sweep(show, fader));
  await sleep(3000);
  const waits: number[] = [];
  for (let i = 0; i < MOVES; i++) {
    waits.push(await timeMove(show, i % 2));
    await sleep(120 + 17 * (i % 7));
  }
  const generation = median(show.frames.slice(-200).map((frame) => frame.cost));
  show.ahead.stop();
  await show.close();
  rows.push({ fader: 'single moves', 'median ms': median(waits), 'p95 ms': quantile(waits, 0.95), 'allowed ms': 2 * generation + 50, 'generation ms': generation });
  const worst = (column: string): number => Math.max(...rows.slice(0, FADERS.length).map((row) => row[column] as number));
  return { name: 'fader', rows, figures: { late: rows.slice(0, FADERS.length).reduce((sum, row) => sum + (row['late'] as number), 0), longestFreshGapMs: worst('longest gap ms'), moveP95Ms: quantile(waits, 0.95), moveAllowedMs: 2 * generation + 50, generationMs: generation } };
}

interface BenchShow {
  readonly ahead: LookAhead;
  readonly frames: Frame[];
  readonly arrivals: number[];
  move(path: string, value: number): void;
  close(): Promise<void>;
}

async function openBenchShow(): Promise<BenchShow> {
  const now = (): number => performance.now();
  const pipeline = await startInference({ model: benchModel(), threads: 1 });
  const timeline = syntheticTimeline();
  const preset = parsePreset(readFileSync(new URL('../../presets/deep-nebula.json', import.meta.url), 'utf8'), 'deep-nebula');
  const score = new Score({ timeline, preset, seed: 1, table: buildParameterTable() });
  const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points) });
  const transport = new Transport({ clock: 'free', duration: timeline.duration });
  const frames: Frame[] = [];
  const arrivals: number[] = [];
  const ahead = new LookAhead({ plan: walk, pipeline, timeline, transport, now, onFrame: (frame) => {
    frames.push(frame);
    arrivals.push(now());
  } });
  ahead.start();
  await ahead.buffered(4.5);
  transport.play(now());
  await sleep(2000);
  return {
    ahead, frames, arrivals,
    move: (path, value) => {
      const appliesFromTick = ahead.earliestTick();
      score.apply({ kind: 'value', path, value, source: 'bench', arrival: now(), appliesFromTick });
      walk.invalidate(appliesFromTick);
      ahead.invalidate(appliesFromTick);
    },
    close: () => pipeline.dispose(),
  };
}

async function sweep(show: BenchShow, fader: string): Promise<Record<string, number | string>> {
  const started = performance.now();
  const first = show.arrivals.length;
  const late = show.ahead.telemetry().lateFrames;
  for (let step = 0; step < SWEEP_SECONDS * 60; step++) {
    show.move(fader, 1 + 0.8 * Math.sin(step / 20));
    await sleep(Math.max(0, started + ((step + 1) * 1000) / 60 - performance.now()));
  }
  const arrivals = show.arrivals.slice(first);
  const gaps = arrivals.slice(1).map((at, i) => at - (arrivals[i] as number));
  const row = { fader, late: show.ahead.telemetry().lateFrames - late, 'fresh frames': arrivals.length, 'longest gap ms': Math.max(...gaps, 0), 'buffer s': show.ahead.telemetry().bufferSeconds };
  await sleep(2000);
  return row;
}

/** From a move to the first frame that was made with it (ms). */
async function timeMove(show: BenchShow, value: number): Promise<number> {
  const { generation } = show.ahead.telemetry();
  const at = performance.now();
  show.move('/walk/pulse', 0.5 + value);
  while ((show.frames.at(-1)?.generation ?? 0) <= generation) await sleep(1);
  return (show.arrivals[show.frames.findIndex((frame) => frame.generation > generation)] as number) - at;
}
