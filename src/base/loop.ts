/**
 * A loop of the track: time that reaches its end goes on at its start, as often as it comes there. A loop catches what comes
 * from before its end; time beyond it plays on. Pure; all in seconds of the track.
 */

import type { Seconds } from './units.ts';

export interface Loop {
  readonly start: Seconds;
  readonly end: Seconds;
}

/** A stretch of the track; `lap` counts the turns before it. */
export interface Span {
  readonly from: Seconds;
  readonly to: Seconds;
  readonly lap: number;
}

export const SHORTEST_LOOP: Seconds = 0.1;

/** True where the loop will turn what plays at `time`. */
export function catches(loop: Loop | null, time: Seconds): loop is Loop {
  return loop !== null && time < loop.end;
}

/** Turns of the loop on the way from `from` over `elapsed` seconds of play. */
export function turnsWithin(from: Seconds, elapsed: Seconds, loop: Loop | null): number {
  if (!catches(loop, from) || from + elapsed < loop.end) return 0;
  return 1 + Math.floor((from + elapsed - loop.end) / (loop.end - loop.start));
}

/** Where `elapsed` seconds of play lead from `from`. */
export function playOn(from: Seconds, elapsed: Seconds, loop: Loop | null): Seconds {
  const time = from + elapsed;
  if (!catches(loop, from) || time < loop.end) return time;
  return loop.start + (time - loop.end) % (loop.end - loop.start);
}

/** A time at or beyond the end that is asked for from `time` is that of the next lap: the loop's start. */
export function withinLoop(target: Seconds, time: Seconds, loop: Loop | null): Seconds {
  return catches(loop, time) && target >= loop.end ? loop.start : target;
}

/**
 * Seconds of play until `target` comes, negative where it is past. What has passed in the loop comes again a lap later;
 * within `behind` it still counts as past. What lies beyond the loop's end is measured straight on.
 */
export function secondsUntil(target: Seconds, time: Seconds, loop: Loop | null, behind: Seconds = 0): Seconds {
  const straight = target - time;
  if (!catches(loop, time) || Math.min(time, target) < loop.start || target >= loop.end) return straight;
  const length = loop.end - loop.start;
  const past = Math.min(behind, length / 2);
  if (straight < -past) return straight + length;
  return straight >= length - past ? straight - length : straight;
}

/** What plays between `from` and `to` seconds on from `time`, in its order and each place once: at most one lap. */
export function spansAhead(time: Seconds, from: Seconds, to: Seconds, loop: Loop | null): Span[] {
  if (!catches(loop, time) || time + to <= loop.end) return [{ from: time + from, to: time + to, lap: 0 }];
  const length = loop.end - loop.start;
  const left = loop.end - time;
  const isBefore = from < left;
  const begin = loop.start + (isBefore ? 0 : (from - left) % length);
  const rest = to - Math.max(from, left);
  const lap = turnsWithin(time, from, loop);
  const first: Span = { from: time + from, to: loop.end, lap };
  // After a turn: up to the end, then from the start up to where it began.
  const spans: Span[] = isBefore
    ? [first, { from: begin, to: Math.min(begin + rest, first.from > begin ? first.from : loop.end), lap: lap + 1 }]
    : [{ from: begin, to: Math.min(loop.end, begin + rest), lap }, { from: loop.start, to: Math.min(begin, loop.start + Math.max(0, rest - (loop.end - begin))), lap: lap + 1 }];
  return spans.filter((span) => span.to > span.from);
}
