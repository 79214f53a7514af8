/**
 * A track's beats as the operator corrects them while it plays: taps, nudges, ×2, ÷2, "downbeat now" and round work on a
 * tempo clock that runs on show time, and the grid follows that clock from a given time on. Beats before it stay; the phase
 * slews and never jumps. Pure: times are arguments (show time, s).
 */

import { wrap } from '../../base/math.ts';
import type { Milliseconds, Seconds, Tick } from '../../base/units.ts';
import type { GridChange } from '../../score/show-file.ts';
import { placeInGrid, timeOfBeat, type BeatGrid } from '../../timeline/timeline.ts';
import { SLEW_SHARE, TempoClock } from './tempo.ts';

/** A beat of a corrected grid, as analysis/corrections.ts takes them. */
export interface HandBeat {
  readonly time: Seconds;
  /** 1 = downbeat. */
  readonly position: number;
}

export class GridHand {
  readonly #clock: TempoClock;
  readonly #metre: number;
  #lastAt: Seconds = -Infinity;
  #leads = false;

  constructor(grid: BeatGrid) {
    this.#metre = Math.max(1, grid.metre);
    this.#clock = new TempoClock({ now: 0, metre: this.#metre });
  }

  /** True once anything was asked that changes the grid. */
  get leads(): boolean {
    return this.#leads;
  }

  /** The track has jumped: the hand joins the grid again where it acts next. */
  rest(): void {
    this.#leads = false;
  }

  /** The hand does something at `time`; `act` gets the clock and the instant on it (show time in ms). Answers what `act` does. */
  act<T>(grid: BeatGrid, time: Seconds, act: (clock: TempoClock, at: Milliseconds) => T): T {
    const at = time * 1000;
    if (!this.#leads || time < this.#lastAt) this.#clock.align(at, wholeBeat(grid, time, this.#metre), placeInGrid(grid, time).tempo);
    this.#lastAt = time;
    const before = [0, 10_000].map((later) => this.#clock.lineBeatAt(at + later));
    const answer = act(this.#clock, at);
    if (before.some((beat, i) => Math.abs(beat - this.#clock.lineBeatAt(at + i * 10_000)) > 1e-6)) this.#leads = true;
    return answer;
  }

  /** Beats of the grid up to the first one at or after `from`, and the hand's from there to `end`. */
  beats(grid: BeatGrid, from: Seconds, end: Seconds): HandBeat[] {
    const start = timeOfBeat(grid, Math.ceil(placeInGrid(grid, from).beat - 1e-6));
    const past = Array.from(grid.beats, (time, i): HandBeat => ({ time, position: grid.positions[i] ?? 1 })).filter(({ time }) => time < start - 1e-6);
    const line = this.#clock.lineBeatAt(start * 1000);
    const pace = this.#clock.lineBeatAt(start * 1000 + 1000) - line;
    const first = Math.round(line);
    const ahead: HandBeat[] = [];
    for (let beat = first; ; beat++) {
      const time = start + crossing(beat - first, pace, first - line);
      if (time > end + 1 / pace) return [...past, ...ahead];
      if (time >= 0) ahead.push({ time, position: wrap(beat, this.#metre) + 1 });
    }
  }
}

/** The change that these beats make to a grid; times to a microsecond, as a show file keeps them. */
export function gridChangeOf(grid: BeatGrid, beats: readonly HandBeat[], fromTick: Tick): GridChange {
  let kept = 0;
  while (kept < grid.beats.length && beats[kept]?.time === grid.beats[kept] && beats[kept]?.position === grid.positions[kept]) kept++;
  // Never nothing: the last one is written again.
  kept = Math.min(kept, beats.length - 1);
  return { fromTick, kept, times: beats.slice(kept).map(({ time }) => Math.round(time * 1e6) / 1e6), position: beats[kept]?.position ?? 1 };
}

/** All beats of a grid after a change. */
export function beatsAfter(grid: BeatGrid, { kept, times, position }: GridChange): HandBeat[] {
  const past = Array.from(grid.beats.subarray(0, kept), (time, i): HandBeat => ({ time, position: grid.positions[i] ?? 1 }));
  return [...past, ...times.map((time, i): HandBeat => ({ time, position: wrap(position - 1 + i, Math.max(1, grid.metre)) + 1 }))];
}

/** Seconds until `beats` more have passed, while a phase that is `lack` ahead is worked off at a share of the pace (beats/s). */
function crossing(beats: number, pace: number, lack: number): Seconds {
  const slewing = Math.abs(lack) / (SLEW_SHARE * pace);
  const slewPace = pace * (1 - Math.sign(lack) * SLEW_SHARE);
  const slewed = slewing * slewPace;
  return beats <= slewed ? beats / slewPace : slewing + (beats - slewed) / pace;
}

/** The grid's place as a count of beats whose multiples of the metre are downbeats. */
function wholeBeat(grid: BeatGrid, time: Seconds, metre: number): number {
  const { bar, positionInBar, phase } = placeInGrid(grid, time);
  return bar * metre + positionInBar - 1 + phase;
}
