/** How fast pictures come: each one's true share of the machine, and how many a second. Instants are arguments (ms). */

import { median } from '../base/math.ts';
import type { Milliseconds } from '../base/units.ts';

/** Window of `perSecond`. */
const WINDOW: Milliseconds = 3000;
/** Pictures whose service times count. */
const REMEMBERED = 8;

export class PictureRate {
  #arrivals: Milliseconds[] = [];
  #services: Milliseconds[] = [];
  #last: Milliseconds = -Infinity;

  /** A picture came that was asked for at `issuedAt`. Answers the time since it could have begun. */
  count(issuedAt: Milliseconds, now: Milliseconds): Milliseconds {
    const service = now - Math.max(issuedAt, this.#last);
    this.#last = now;
    this.#services = [...this.#services.slice(1 - REMEMBERED), service];
    this.#arrivals = [...this.#arrivals.filter((at) => at > now - WINDOW), now];
    return service;
  }

  /** What the next picture will take. */
  get service(): Milliseconds {
    return median(this.#services);
  }

  perSecond(now: Milliseconds): number {
    return this.#arrivals.filter((at) => at > now - WINDOW).length / (WINDOW / 1000);
  }
}
