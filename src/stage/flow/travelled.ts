/**
 * How far the walk is from one generated frame to the next at a moment between them: the way dances, so this is not the
 * share of time that has passed. Pure.
 */

import { lerp } from '../../base/math.ts';
import type { Unit } from '../../base/units.ts';
import type { StoredFrame, Travel } from '../frame-store.ts';

interface Pair {
  readonly from: Pick<StoredFrame<unknown>, 'tick'>;
  readonly to: Pick<StoredFrame<unknown>, 'tick' | 'travel'>;
  readonly mix: Unit;
}

/** What is left of a way to be told apart from none. */
const SHORTEST = 0.02;

/** Fraction of the visible way at the pair's `mix` (share of time): 0 at `from`, 1 at `to`, in between what the walk said (it may overshoot a little). */
export function travelled({ from, to, mix }: Pair): number {
  const { travel } = to;
  if (travel === undefined || travel.fractions.length === 0 || mix <= 0 || mix >= 1) return mix;
  const span = to.tick - travel.fromTick;
  const start = (from.tick - travel.fromTick) / span;
  // The fractions begin at a frame that is older than what is shown, or newer: only the first can be read.
  if (!(span > 0) || start < 0 || start >= 1) return mix;
  const begun = fractionAt(travel, start);
  if (1 - begun < SHORTEST) return mix;
  return (fractionAt(travel, lerp(start, 1, mix)) - begun) / (1 - begun);
}

/** `place` = share of the time, 0..1. */
function fractionAt({ fractions }: Travel, place: Unit): number {
  const at = place * (fractions.length + 1);
  const before = Math.min(fractions.length, Math.floor(at));
  const value = (i: number): number => (i <= 0 ? 0 : (fractions[i - 1] ?? 1));
  return lerp(value(before), value(before + 1), at - before);
}
