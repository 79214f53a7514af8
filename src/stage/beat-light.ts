/**
 * How far the light of a beat is from its sound on this page: for each beat the first display frame drawn for it, seen one frame
 * later, against the instant at which the beat is heard. Positive: the light is late. Pure; instants in ms, times in s.
 */

import { median, quantile } from '../base/math.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import { placeInGrid, type BeatGrid } from '../timeline/timeline.ts';

/** Beats looked back on. */
const KEPT = 64;
const LEAST = 4;
/** A longer gap between frames was a sleeping tab. */
const ASLEEP: Milliseconds = 250;

export interface DrawnFrame {
  readonly instant: Milliseconds;
  /** Show time that the frame was drawn for, and the one heard at its instant. */
  readonly time: Seconds;
  readonly heard: Seconds;
  /** How much later than one frame the display shows it (ms): the calibrated offset. */
  readonly offset: Milliseconds;
}

export class BeatLight {
  readonly #errors: Milliseconds[] = [];
  #last: { readonly beat: number; readonly instant: Milliseconds; readonly time: Seconds } | null = null;

  add(grid: BeatGrid, { instant, time, heard, offset }: DrawnFrame): void {
    const beat = grid.beats.length < 2 ? Number.NaN : Math.floor(placeInGrid(grid, time).beat);
    const before = this.#last;
    this.#last = { beat, instant, time };
    if (before === null || beat !== before.beat + 1 || time < before.time || instant - before.instant > ASLEEP) return;
    const at = grid.beats[beat];
    if (at === undefined) return;
    const interval = instant - before.instant;
    this.#errors.push(interval + offset + (heard - at) * 1000);
    if (this.#errors.length > KEPT) this.#errors.shift();
  }

  /** Median and 95th percentile of the size of the last beats' errors (ms); null before there are any. */
  get summary(): { readonly median: Milliseconds; readonly p95: Milliseconds } | null {
    if (this.#errors.length < LEAST) return null;
    return { median: median(this.#errors), p95: quantile(this.#errors.map(Math.abs), 0.95) };
  }
}
