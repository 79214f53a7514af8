/**
 * Chooses how many pixels the stage draws: a level goes down when frames take too long (95th percentile above 16 ms or
 * the display's rate is missed), and up again after ten quiet seconds. Pure; times in milliseconds.
 */

import { quantile } from '../base/math.ts';
import type { Milliseconds } from '../base/units.ts';

/** Share of the display's pixels per side, finest first. */
export const LEVELS = [1, 0.75, 0.5, 0.375, 0.25] as const;

/** Frames looked at together, or as many as fall into this time. */
const WINDOW = 45;
const WINDOW_TIME: Milliseconds = 1_500;
const LEAST_FRAMES = 4;
const SLOW: Milliseconds = 16;
/** A frame interval longer than this is a missed display frame at 60 Hz. */
const MISSED: Milliseconds = 25;
/** A longer gap was a sleeping tab. */
const ASLEEP: Milliseconds = 4_000;
const QUIET_BEFORE_RISE: Milliseconds = 10_000;
/** A level that once proved too fine is tried again after this. */
const RETRY_AFTER: Milliseconds = 60_000;

export class Quality {
  #level = 0;
  #times: Milliseconds[] = [];
  #windowFrom: Milliseconds | null = null;
  #changedAt: Milliseconds = 0;
  #rosePrior = false;
  #finest = 0;
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
    this.#windowFrom ??= now;
    this.#times.push(interval > MISSED && interval < ASLEEP ? Math.max(cost, interval) : cost);
    const isFull = this.#times.length >= WINDOW || (this.#times.length >= LEAST_FRAMES && now - this.#windowFrom > WINDOW_TIME);
    if (!isFull) return false;
    this.#p95 = quantile(this.#times, 0.95);
    // One late frame is the machine's hiccup; a third of them is our size.
    const typical = quantile(this.#times, 0.7);
    const mostly = quantile(this.#times, 0.85);
    this.#times = [];
    this.#windowFrom = null;
    if (typical > SLOW) return this.#move(typical > SLOW * 8 ? 2 : 1, now);
    if (now - this.#changedAt > RETRY_AFTER) this.#finest = 0;
    if (typical < SLOW * 0.6 && mostly < MISSED && now - this.#changedAt > QUIET_BEFORE_RISE) return this.#move(-1, now);
    return false;
  }

  #move(step: number, now: Milliseconds): boolean {
    const next = Math.min(LEVELS.length - 1, this.#level + step);
    if (next === this.#level || next < this.#finest) return false;
    // A rise that had to be taken back at once is not tried again soon.
    if (step > 0 && this.#rosePrior && now - this.#changedAt < QUIET_BEFORE_RISE) this.#finest = next;
    this.#rosePrior = step < 0;
    this.#level = next;
    this.#changedAt = now;
    return true;
  }
}
