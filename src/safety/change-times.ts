/** When each of many places last changed: the few newest instants of each, to ask how many fall into the trailing second. */

import type { Seconds } from '../base/units.ts';
import { ALLOWED_CHANGES, FLASH_WINDOW } from './rules.ts';

/** One more than is allowed must be seen. */
const KEPT = ALLOWED_CHANGES + 1;
/** Two clocks may disagree by so much on what a second is. */
const WINDOW: Seconds = FLASH_WINDOW + 0.02;

export class ChangeTimes {
  readonly #times: Float64Array;
  readonly #next: Uint8Array;

  constructor(count: number) {
    this.#times = new Float64Array(count * KEPT).fill(-Infinity);
    this.#next = new Uint8Array(count);
  }

  add(place: number, now: Seconds): void {
    const next = this.#next[place] as number;
    this.#times[place * KEPT + next] = now;
    this.#next[place] = (next + 1) % KEPT;
  }

  /** More than `limit` (0 to 6) changes in the trailing second, with `coming` more right now. */
  exceeds(place: number, now: Seconds, limit: number, coming: number): boolean {
    const back = limit + 1 - coming;
    if (back <= 0) return true;
    const at = ((this.#next[place] as number) + KEPT - back) % KEPT;
    return (this.#times[place * KEPT + at] as number) > now - WINDOW;
  }
}
