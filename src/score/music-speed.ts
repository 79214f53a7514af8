/** How fast the music alone lets the walk go: the score steps by it, the panel draws it along the track. */

import { clamp } from '../base/math.ts';
import type { Moment } from './moment.ts';

/** A drop's speed right on it and at the end of its eight bars. */
const DROP_SPEED = { first: 3, last: 1.5 };
const SILENCE_SPEED = 0.15;

/** Speed factors at the song's quietest and loudest. */
export interface SpeedRange {
  readonly slowest: number;
  readonly fastest: number;
}

/** Energy (0..1; undefined: no route gives any) drives speed exponentially between slowest and fastest; a drop lifts it, silence lowers it. */
export function musicSpeed({ slowest, fastest }: SpeedRange, energy: number | undefined, moment: Pick<Moment, 'drop' | 'silence'>): number {
  const own = energy === undefined ? 1 : slowest * (fastest / Math.max(0.01, slowest)) ** clamp(energy, 0, 1);
  const dropped = moment.drop > 0 ? Math.max(own, DROP_SPEED.last + (DROP_SPEED.first - DROP_SPEED.last) * moment.drop) : own;
  return moment.silence > 0 ? Math.min(dropped, SILENCE_SPEED) : dropped;
}
