/** Stretches of real walks for benches: a preset over the demo track, drawn by a model on an even raster of 30 pictures a second. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyzeTrack } from '../../src/analysis/analyze.ts';
import { cacheFolder } from '../../src/audio/cache.ts';
import { openDemo } from '../../src/audio/demo.ts';
import type { LatentPoint, Picture, Pipeline } from '../../src/diffusion/types.ts';
import { createWalk } from '../../src/latent/walk.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';

/** Ticks between two pictures of a stretch. */
export const RASTER_TICKS = 4;

export interface Stretch {
  readonly preset: string;
  /** 'drop' or 'quiet': where in the track. */
  readonly place: string;
  readonly firstTick: number;
  readonly pictures: readonly Picture[];
  readonly pointAt: (tick: number) => LatentPoint;
  readonly isCutAt: (fromTick: number, toTick: number) => boolean;
}

export const presetNames = (): string[] => readdirSync(new URL('../../presets/', import.meta.url)).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5)).toSorted();

export const demoTimeline = async (): Promise<Timeline> => await analyzeTrack(await openDemo(), { cacheFolder: cacheFolder() });

/** `count` pictures, `step` ticks apart, from the first drop and from the quietest section. */
export async function* drawStretches(pipeline: Pipeline, timeline: Timeline, preset: string, count: number, places: readonly string[] = ['drop', 'quiet'], step = RASTER_TICKS): AsyncGenerator<Stretch> {
  const parsed = parsePreset(readFileSync(fileURLToPath(new URL(`../../presets/${preset}.json`, import.meta.url)), 'utf8'), preset);
  const score = new Score({ timeline, preset: parsed, seed: 1, table: buildParameterTable() });
  const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points) });
  for (const place of places) {
    const firstTick = RASTER_TICKS * Math.round((startOf(timeline, place) * 120) / RASTER_TICKS);
    await walk.prepare(firstTick, firstTick + count * step);
    const pictures: Picture[] = [];
    for (let i = 0; i < count; i++) pictures.push(await pipeline.draw(walk.pointAt(firstTick + i * step)));
    yield { preset, place, firstTick, pictures, pointAt: (tick) => walk.pointAt(tick), isCutAt: (from, to) => walk.isCutAt(from, to) };
  }
}

/** A little into the section (s). */
function startOf({ sections }: Timeline, place: string): number {
  const drop = sections.find(({ kind }) => kind === 'drop') ?? sections[0];
  const quiet = sections.toSorted((a, b) => a.energy - b.energy)[0];
  return place === 'drop' ? (drop?.start ?? 0) + 3 : (quiet?.start ?? 0) + 1;
}
