/**
 * Design rule 1: a performance is played with random delays and random moves of the controls, its log is rendered from
 * nothing, and every picture that the stage had last at its tick must be the same bytes.
 */

import { createHash } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { randomFor } from '../../src/base/random.ts';
import type { Tick } from '../../src/base/units.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import type { LatentPoint, Picture, Pipeline } from '../../src/diffusion/types.ts';
import { createWalk } from '../../src/latent/walk.ts';
import type { Walk } from '../../src/latent/walk.ts';
import type { ControlChange } from '../../src/score/control.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { presetFromData } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import { readFileSync } from 'node:fs';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const SIZE = { height: 24, width: 24 };
const PRESET = presetFromData(JSON.parse(readFileSync(new URL('../../presets/deep-nebula.json', import.meta.url), 'utf8')), 'deep-nebula');
const timeline = syntheticTimeline();

interface Stage {
  readonly score: Score;
  readonly walk: Walk;
  readonly pipeline: Pipeline;
}

function openStage(log: readonly ControlChange[], cost?: () => number): Stage {
  const score = new Score({ timeline, preset: PRESET, seed: 7, table: buildParameterTable(), log });
  const pipeline = createFakePipeline({ size: SIZE, ...(cost === undefined ? {} : { cost }) });
  const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points), size: SIZE, seed: 7 });
  return { score, walk, pipeline };
}

const hashOf = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

/** Frames as they came, each with the number of changes that its point knew of. */
interface Shown {
  readonly frame: Frame;
  readonly known: number;
}

/** Plays 30 s; the hands move something about `movesPerSecond` times a second. */
async function perform(seed: number, movesPerSecond: number, withCues: boolean): Promise<{ readonly shown: Shown[]; readonly log: readonly ControlChange[]; readonly late: number }> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  const random = randomFor(seed, 'hands');
  const now = (): number => performance.now();
  const { score, walk, pipeline } = openStage([], () => 8 + 40 * random.uniform() + (random.uniform() < 0.005 ? 700 : 0));
  const known = new WeakMap<Uint8Array, number>();
  const log: ControlChange[] = [];
  const watched: Pipeline = { ...pipeline, draw: (point: LatentPoint, signal?: AbortSignal): Promise<Picture> => {
    const count = log.length;
    return pipeline.draw(point, signal).then((picture) => {
      known.set(picture.pixels, count);
      return picture;
    });
  } };
  const shown: Shown[] = [];
  const transport = new Transport({ clock: 'free', duration: timeline.duration });
  const ahead = new LookAhead({ plan: walk, pipeline: watched, timeline, transport, now, onFrame: (frame) => shown.push({ frame, known: known.get(frame.pixels) ?? -1 }) });
  ahead.start();
  await vi.advanceTimersByTimeAsync(6000);
  transport.play(now());
  for (let step = 0; step < 30 * 50; step++) {
    await vi.advanceTimersByTimeAsync(20);
    if (random.uniform() > movesPerSecond / 50) continue;
    const change = randomMove(random, withCues, ahead.earliestTick(), now());
    log.push(change);
    score.apply(change);
    walk.invalidate(change.appliesFromTick);
    ahead.invalidate(change.appliesFromTick);
  }
  ahead.stop();
  vi.useRealTimers();
  return { shown, log, late: ahead.telemetry().lateFrames };
}

function randomMove(random: ReturnType<typeof randomFor>, withCues: boolean, appliesFromTick: Tick, arrival: number): ControlChange {
  const base = { source: 'test', arrival, appliesFromTick };
  const roll = withCues ? random.integer(8) : 1 + random.integer(7);
  if (roll === 0) return { kind: 'trigger', path: '/cue/go', args: [], ...base };
  const path = ['/walk/speed', '/walk/noise', '/walk/pulse', '/walk/prompt/2', '/walk/sister', '/walk/speed', '/walk/noise'][roll - 1] as string;
  return { kind: 'value', path, value: random.uniform() * (path === '/walk/speed' ? 2 : 1), ...base };
}

/** The picture of each tick by a fresh score with this log. */
async function render(log: readonly ControlChange[], ticks: readonly Tick[]): Promise<Map<Tick, string>> {
  const { walk, pipeline } = openStage(log);
  const hashes = new Map<Tick, string>();
  await walk.prepare(0, Math.max(...ticks));
  for (const tick of ticks) hashes.set(tick, hashOf((await pipeline.draw(walk.pointAt(tick))).pixels));
  return hashes;
}

afterEach(() => {
  vi.useRealTimers();
});

it.each([[1, 0, false], [2, 4, false], [3, 0.7, true]])('plays the same frames that its log renders (seed %d, %d moves a second, cues: %s)', async (seed, movesPerSecond, withCues) => {
  const { shown, log, late } = await perform(seed, movesPerSecond, withCues);
  const last = new Map(shown.filter(({ frame }) => frame.loop !== true).map((one) => [one.frame.tick, one]));
  const fresh = [...last.values()].filter(({ frame, known }) => !log.slice(known).some((change) => change.appliesFromTick <= frame.tick));
  expect(fresh.length).toBeGreaterThan(150);
  expect(fresh.length / last.size).toBeGreaterThan(0.4);
  const rendered = await render(log, fresh.map(({ frame }) => frame.tick).toSorted((a, b) => a - b));
  const different = fresh.filter(({ frame }) => rendered.get(frame.tick) !== hashOf(frame.pixels));
  expect(different.map(({ frame }) => frame.tick)).toEqual([]);
  expect(new Set(rendered.values()).size).toBeGreaterThan(100);
  // Stalls, probes of new stretches and hands that never rest may cost frames, but not many.
  expect(late).toBeLessThan(0.15 * last.size);
}, 120_000);
