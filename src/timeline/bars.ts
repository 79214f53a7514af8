/** Whole bars of a track as a stretch of time. Pure; a metre that changes within the track is taken as that of its grid. */

import type { Loop } from '../base/loop.ts';
import { clamp } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import { placeInGrid, timeOfBeat, type Timeline } from './timeline.ts';

/** `count` bars from the `first` (1 is the track's first), or from the one at `time`; cut to the track, so it may be empty. */
export function barsFrom({ grid, duration }: Timeline, time: Seconds, count: number, first?: number): Loop {
  const metre = Math.max(1, grid.metre);
  // A little on, so that a time on the bar line is that of the bar it begins.
  const place = placeInGrid(grid, time + 1e-3);
  const barBeat = Math.round(place.beat - place.phase) - (place.positionInBar - 1);
  const start = barBeat + (first === undefined ? 0 : Math.round(first) - 1 - place.bar) * metre;
  return { start: clamp(timeOfBeat(grid, start), 0, duration), end: clamp(timeOfBeat(grid, start + count * metre), 0, duration) };
}
