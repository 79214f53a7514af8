/**
 * Where the walk is between two drawn frames. A groove dances: half-way in time is rarely half-way in the picture, and the
 * stage, which sees only the two frames, cannot know. So the walk tells: the symbolic points in between, projected on the
 * straight line from the first to the last, as fractions of the way.
 */

import type { Tick } from '../base/units.ts';
import type { LatentPoint } from '../diffusion/types.ts';

/** At most this many fractions between two frames. */
const MOST = 15;
/** Not finer than a thirtieth of a second (ticks). */
const FINEST: Tick = 4;
/** The overshoot of a beat stays near the line; what lies farther is another place, which two frames cannot show. */
const LEAST_FRACTION = -0.25;
const LARGEST_FRACTION = 1.25;
/** Squared length of a way that leads nowhere. */
const NOWHERE = 1e-8;

/** Fractions of the way at equal steps of time between the ticks, ends left out; empty where there is no way to measure. */
export function travelBetween(pointAt: (tick: Tick) => LatentPoint, fromTick: Tick, toTick: Tick): number[] {
  const gaps = Math.min(MOST + 1, Math.floor((toTick - fromTick) / FINEST));
  if (gaps < 2) return [];
  const first = coordinatesOf(pointAt(fromTick));
  const way = subtract(coordinatesOf(pointAt(toTick)), first);
  const length = dot(way, way);
  if (length < NOWHERE) return [];
  return Array.from({ length: gaps - 1 }, (_, i) => {
    const tick = Math.round(fromTick + ((i + 1) / gaps) * (toTick - fromTick));
    const fraction = dot(way, subtract(coordinatesOf(pointAt(tick)), first)) / length;
    return Math.min(LARGEST_FRACTION, Math.max(LEAST_FRACTION, fraction));
  });
}

type Coordinates = ReadonlyMap<string, number>;

/**
 * A point in a basis that is orthogonal up to chance: one axis a prompt, two a seed (its noise, and its noise turned a
 * quarter of an orbit). Independent Gaussian noises of this many values are all but perpendicular.
 */
function coordinatesOf({ prompts, noise, under }: LatentPoint): Coordinates {
  const sum = new Map<string, number>();
  const add = (axis: string, value: number): void => void sum.set(axis, (sum.get(axis) ?? 0) + value);
  for (const { text, weight } of prompts) add(`prompt ${text}`, weight);
  const quarter = Math.PI / 2;
  const kept = Math.cos(noise.pushAmount * quarter);
  const turn = 2 * Math.PI * noise.orbit;
  const stations = noise.from === noise.to ? [[noise.from, 1] as const] : [[noise.from, Math.cos(noise.position * quarter)] as const, [noise.to, Math.sin(noise.position * quarter)] as const];
  for (const [seed, share] of stations) {
    add(`noise ${seed}`, share * kept * Math.cos(turn));
    add(`turned ${seed}`, share * kept * Math.sin(turn));
  }
  add(`noise ${noise.pushSeed}`, Math.sin(noise.pushAmount * quarter));
  return under === undefined ? sum : mixCoordinates(sum, coordinatesOf(under.point), under.share);
}

function mixCoordinates(above: Coordinates, below: Coordinates, share: number): Coordinates {
  const mixed = new Map<string, number>();
  for (const [axis, value] of above) mixed.set(axis, value * (1 - share));
  for (const [axis, value] of below) mixed.set(axis, (mixed.get(axis) ?? 0) + value * share);
  return mixed;
}

function subtract(a: Coordinates, b: Coordinates): Coordinates {
  const difference = new Map(a);
  for (const [axis, value] of b) difference.set(axis, (difference.get(axis) ?? 0) - value);
  return difference;
}

function dot(a: Coordinates, b: Coordinates): number {
  let sum = 0;
  for (const [axis, value] of a) sum += value * (b.get(axis) ?? 0);
  return sum;
}
