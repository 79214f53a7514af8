/**
 * Which ticks are drawn: subdivisions of the beat, so that every beat *is* a generated picture. Where a track has no
 * beats the steady grid of `timeline` (120 BPM) gives even spacing. Ticks are 1/120 s of show time.
 */

import { secondsOfTick, tickOfSeconds } from '../base/units.ts';
import type { Seconds, Tick } from '../base/units.ts';
import { placeInGrid, timeOfBeat } from '../timeline/timeline.ts';
import type { BeatGrid } from '../timeline/timeline.ts';

/** Pictures a beat that the governor may choose from, ascending; below 1 only every other or fourth beat has one. */
export const SUBDIVISIONS: readonly number[] = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16];

/** Tolerance (beats) for a tick that stands on a subdivision. */
const ON_GRID = 0.02;

/** Ticks of every 1/`perBeat` beat within [fromTick, toTick), ascending, none twice. */
export function keyframeTicks(grid: BeatGrid, fromTick: Tick, toTick: Tick, perBeat: number): Tick[] {
  const ticks: Tick[] = [];
  let step = Math.floor(placeInGrid(grid, secondsOfTick(fromTick)).beat * perBeat - ON_GRID);
  for (let last = fromTick - 1; ; step++) {
    const tick = tickOfSeconds(timeOfBeat(grid, step / perBeat));
    if (tick >= toTick) return ticks;
    if (tick <= last) continue;
    ticks.push(tick);
    last = tick;
  }
}

/** Tick of the first downbeat at or after `tick`. */
export function barTickFrom(grid: BeatGrid, tick: Tick): Tick {
  const first = Math.floor(placeInGrid(grid, secondsOfTick(tick)).beat);
  for (let beat = first; beat < first + 32; beat++) {
    const time = timeOfBeat(grid, beat);
    const at = tickOfSeconds(time);
    if (at >= tick && placeInGrid(grid, time + 1e-6).positionInBar === 1) return at;
  }
  return tick;
}

/** Beats a second and length of a bar (s) at a time. */
export function paceAt(grid: BeatGrid, time: Seconds): { readonly beatsPerSecond: number; readonly barSeconds: Seconds } {
  const beatsPerSecond = placeInGrid(grid, Math.max(0, time)).tempo / 60;
  return { beatsPerSecond, barSeconds: Math.max(1, grid.metre) / beatsPerSecond };
}

/** The subdivision in force along the show: it changes at ticks (bar lines) and holds until the next change. */
export class KeyframePlan {
  #changes: { readonly fromTick: Tick; readonly perBeat: number }[];

  constructor(perBeat: number) {
    this.#changes = [{ fromTick: -Infinity, perBeat }];
  }

  /** Forgets all changes. */
  reset(perBeat: number): void {
    this.#changes = [{ fromTick: -Infinity, perBeat }];
  }

  /** All changes of another plan instead of its own. */
  adopt(other: KeyframePlan): void {
    this.#changes = other.#changes;
  }

  /** From this tick on `perBeat` holds; changes planned later are dropped. */
  changeFrom(fromTick: Tick, perBeat: number): void {
    this.#changes = [...this.#changes.filter((change) => change.fromTick < fromTick), { fromTick, perBeat }];
  }

  perBeatAt(tick: Tick): number {
    return this.#changes.findLast((change) => change.fromTick <= tick)?.perBeat ?? 1;
  }

  /** Keyframe ticks within [fromTick, toTick). */
  ticksBetween(grid: BeatGrid, fromTick: Tick, toTick: Tick): Tick[] {
    return this.#changes.flatMap(({ fromTick: start, perBeat }, index) => {
      const end = this.#changes[index + 1]?.fromTick ?? Infinity;
      const low = Math.max(start, fromTick);
      const high = Math.min(end, toTick);
      return low < high ? keyframeTicks(grid, low, high, perBeat) : [];
    });
  }
}
