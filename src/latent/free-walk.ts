/**
 * A walk without music: stations of prompts and seeds, joined by stretches, cut into frames. Sized, all frames are the same
 * visible change apart over the whole way; uniform, they are the same weight apart.
 */

import { UserError } from '../base/errors.ts';
import type { Unit } from '../base/units.ts';
import type { LatentPoint, ModelCard } from '../diffusion/types.ts';
import type { Place } from '../score/modulation.ts';
import { placeOf } from '../score/place.ts';
import { lastIndexAtOrBefore } from '../base/math.ts';
import { pointBetween, pointFrame } from './point.ts';
import { SegmentTables } from './segments.ts';
import type { MeasureDifference } from './segments.ts';

export interface FreeWalkRequest {
  /** One or more; the shorter of prompts and seeds repeats its last. */
  readonly prompts: readonly string[];
  /** Left out: one station of noise for the whole way. */
  readonly seeds?: readonly number[];
  /** At least 2. */
  readonly frames: number;
  /** Frames the same weight apart, without measuring. */
  readonly uniform?: boolean;
  readonly card: ModelCard;
  readonly measureDifference: MeasureDifference;
  readonly size?: { readonly height: number; readonly width: number } | undefined;
  readonly steps?: number | undefined;
  readonly guidance?: number | undefined;
  readonly negative?: string | undefined;
}

/** The points of the walk in order. Throws UserError('usage') for a walk that goes nowhere. */
export async function walkWithoutMusic(request: FreeWalkRequest): Promise<LatentPoint[]> {
  const places = stationsOf(request.prompts, request.seeds ?? [0]);
  if (places.length < 2) throw new UserError('usage', 'A walk needs two stations: give --prompt or --seed twice or more.');
  return walkBetweenPlaces(places, request);
}

/** The same between places that may mix prompts. */
export async function walkBetweenPlaces(places: readonly Place[], request: Omit<FreeWalkRequest, 'prompts' | 'seeds'>): Promise<LatentPoint[]> {
  const frame = pointFrame(request.card, request);
  const tables = new SegmentTables(request.measureDifference, frame);
  const lengths: number[] = [];
  for (let i = 0; i + 1 < places.length; i++) {
    const table = request.uniform === true ? undefined : await tables.measure(places[i] as Place, places[i + 1] as Place);
    lengths.push(Math.max(1e-6, table?.length ?? 1));
  }
  return Array.from({ length: request.frames }, (_, i) => {
    const { stretch, fraction } = placeOnWay(lengths, request.frames < 2 ? 0 : i / (request.frames - 1));
    const from = places[stretch] as Place;
    const to = places[stretch + 1] as Place;
    return pointBetween(from, to, tables.positionAt(from, to, fraction), frame);
  });
}

function stationsOf(prompts: readonly string[], seeds: readonly number[]): Place[] {
  const count = Math.max(prompts.length, seeds.length);
  return Array.from({ length: count }, (_, i) => placeOf(prompts[Math.min(i, prompts.length - 1)] ?? '', seeds[Math.min(i, seeds.length - 1)] ?? 0));
}

/** Which stretch a share of the whole way falls on, and how far along it. */
function placeOnWay(lengths: readonly number[], share: Unit): { readonly stretch: number; readonly fraction: Unit } {
  const starts = [0];
  for (const length of lengths) starts.push((starts.at(-1) ?? 0) + length);
  const way = share * (starts.at(-1) ?? 0);
  const stretch = Math.min(lengths.length - 1, Math.max(0, lastIndexAtOrBefore(starts, way)));
  return { stretch, fraction: Math.min(1, (way - (starts[stretch] ?? 0)) / (lengths[stretch] ?? 1)) };
}
