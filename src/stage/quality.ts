/**
 * Chooses how many pixels the stage draws: a level goes down when frames take too long (95th percentile above 16 ms or
 * the display's rate is missed), and up again after ten quiet seconds. Pure; times in milliseconds.
 */

import { quantile } from '../base/math.ts';
import type { Milliseconds } from '../base/units.ts';

/** Share of the display's pixels per side, finest first. */
export const LEVELS = [1, 0.75, 0.5, 0.375, 0.25] as const;

/** Frames looked at together. */
const WINDOW = 45;
const SLOW: Milliseconds = 16;
/** A frame interval longer than this is a missed display frame at 60 Hz. */
const MISSED: Milliseconds = 25;
const QUIET_BEFORE_RISE: Milliseconds = 10_000;

export class Quality {
  #level = 0;
  #times: Milliseconds[] = [];
  #changedAt: Milliseconds = 0;
  #floor = 0;
  #p95: Milliseconds = 0;

  get level(): number {
    return this.#level;
  }

  get scale(): number {
    return LEVELS[this.#level] as number;
  }

  /** 95th percentile of the last window of draw times. */
  get p95(): Milliseconds {
    return this.#p95;
  }

  /** One drawn frame: its cost on this thread and the interval since the last. True when the level changed. */
  add(cost: Milliseconds, interval: Milliseconds, now: Milliseconds): boolean {
    this.#times.push(interval > MISSED && interval < 1000 ? Math.max(cost, interval) : cost);
    if (this.#times.length < WINDOW) return false;
    this.#p95 = quantile(this.#times, 0.95);
    const typical = quantile(this.#times, 0.7);
    this.#times = [];
    // One late frame is the machine's hiccup; a third of them is our size.
    if (Math.min(this.#p95, typical) > SLOW) return this.#move(1, now);
    if (this.#p95 < SLOW * 0.6 && now - this.#changedAt > QUIET_BEFORE_RISE) return this.#move(-1, now);
    return false;
  }

  #move(step: 1 | -1, now: Milliseconds): boolean {
    const next = this.#level + step;
    if (next >= LEVELS.length || next < this.#floor) return false;
    // A rise that had to be taken back is not tried again soon: the coarser level becomes the ceiling of quality.
    if (step === 1 && this.#level < LEVELS.length - 1 && now - this.#changedAt < QUIET_BEFORE_RISE) this.#floor = next;
    this.#level = next;
    this.#changedAt = now;
    return true;
  }
}
