/**
 * Step sizing: a stretch of walk is probed, the measured differences between neighbours are summed, and the sum is
 * inverted, so that equal fractions are equal visible change. Tables are monotone, from 0 at 0 to 1 at 1.
 * Source: arc-length parametrisation; the piecewise-linear inverse is checked against a published reference in the tests.
 */

import { clamp, lastIndexAtOrBefore, lerp } from '../base/math.ts';
import type { Unit } from '../base/units.ts';

/** Share of even travel mixed in, so that a stretch where nothing was seen to move is not jumped over. */
const EVEN_SHARE = 0.02;

export interface ArcLengthTable {
  /** Positions probed, ascending from 0 to 1. */
  readonly positions: Float64Array;
  /** Share of the visible change up to each position, ascending from 0 to 1. */
  readonly travelled: Float64Array;
  /** Sum of the measured differences (mean |ΔRGB| in 0..1). */
  readonly length: number;
}

/** Builds the table from `positions` and the differences between neighbours (one fewer). All zero gives the straight table. */
export function arcLengthTable(positions: ArrayLike<number>, differences: ArrayLike<number>, evenShare = EVEN_SHARE): ArcLengthTable {
  const count = positions.length;
  if (differences.length !== count - 1) throw new Error(`arc length of ${count} positions needs ${count - 1} differences, got ${differences.length}`);
  let length = 0;
  for (let i = 0; i < count - 1; i++) length += Math.max(0, differences[i] as number);
  const travelled = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    const step = (positions[i] as number) - (positions[i - 1] as number);
    const share = length > 0 ? lerp(Math.max(0, differences[i - 1] as number) / length, step, evenShare) : step;
    travelled[i] = (travelled[i - 1] as number) + share;
  }
  travelled[count - 1] = 1;
  return { positions: Float64Array.from(positions), travelled, length };
}

/** The position at which a share of the visible change has been travelled. */
export function positionAt(table: ArcLengthTable, share: Unit): Unit {
  return interpolate(table.travelled, table.positions, clamp(share, 0, 1));
}

/** The inverse: how much has been travelled at a position. */
export function travelledAt(table: ArcLengthTable, position: Unit): Unit {
  return interpolate(table.positions, table.travelled, clamp(position, 0, 1));
}

/** Where to probe next: `count` positions at equal shares of what the table has seen so far. */
export function refinedPositions(table: ArcLengthTable, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : positionAt(table, i / (count - 1))));
}

function interpolate(xs: Float64Array, ys: Float64Array, x: number): number {
  const index = clamp(lastIndexAtOrBefore(xs, x), 0, xs.length - 2);
  const from = xs[index] as number;
  const to = xs[index + 1] as number;
  return to === from ? (ys[index] as number) : lerp(ys[index] as number, ys[index + 1] as number, (x - from) / (to - from));
}
