/**
 * Tapping along: how late a hand is on a steady pulse. A hand leans early on sound and light alike, so only the difference of two
 * trials, one with the eyes and one with the ears, says how late the light is. Pure; seconds on any one clock.
 */

import { median, wrap } from '../../base/math.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';

export const TAPS_WANTED = 10;
/** The first taps find the pulse and do not count. */
const WARM_UP = 2;
/** A tap farther from its beat (ms) was a slip. */
const SLIP: Milliseconds = 250;

export class TapTrial {
  readonly #period: Seconds;
  readonly #errors: Milliseconds[] = [];

  constructor(period: Seconds) {
    this.#period = period;
  }

  /** A tap at `time`, of a pulse that has a beat at `beat`. */
  tap(time: Seconds, beat: Seconds): void {
    const error = (wrap(time - beat + this.#period / 2, this.#period) - this.#period / 2) * 1000;
    if (Math.abs(error) < SLIP) this.#errors.push(error);
  }

  get count(): number {
    return this.#errors.length;
  }

  get isDone(): boolean {
    return this.#errors.length >= TAPS_WANTED + WARM_UP;
  }

  /** Median lateness (ms, early is negative); null before enough taps. */
  get lateness(): Milliseconds | null {
    return this.isDone ? median(this.#errors.slice(WARM_UP)) : null;
  }
}
