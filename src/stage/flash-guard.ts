/**
 * Keeps the stage's brightness gain from flashing more than three times a second: after six opposing changes of at
 * least 0.1 within the trailing second, the gain stays within 0.1 of its last extreme. Limits what routes, blackout and
 * master do; pictures themselves are not measured here. Source: WCAG 2 (three flashes), ITU-R BT.1702. Pure.
 */

import { clamp } from '../base/math.ts';
import type { Seconds, Unit } from '../base/units.ts';

/** A change of gain that counts as half a flash. */
const THRESHOLD = 0.1;
/** Half flashes allowed in any second. */
const ALLOWED = 6;

export class FlashGuard {
  #extreme: Unit | null = null;
  #direction = 0;
  #transitions: Seconds[] = [];

  /** The gain that may be shown at `now` (s, ascending) for the gain that is wanted. */
  limit(wanted: Unit, now: Seconds): Unit {
    this.#extreme ??= wanted;
    this.#transitions = this.#transitions.filter((time) => time > now - 1);
    const change = wanted - this.#extreme;
    const direction = Math.sign(change);
    if (direction === this.#direction || direction === 0) {
      this.#extreme = wanted;
      return wanted;
    }
    if (Math.abs(change) < THRESHOLD) return wanted;
    if (this.#transitions.length >= ALLOWED) return clamp(wanted, this.#extreme - THRESHOLD * 0.99, this.#extreme + THRESHOLD * 0.99);
    this.#transitions.push(now);
    this.#direction = direction;
    this.#extreme = wanted;
    return wanted;
  }
}
