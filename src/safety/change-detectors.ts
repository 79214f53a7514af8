/**
 * Finds half flashes in signals over time: opposing changes of luminance measured between turning points, and changes from
 * and to saturated red. `judge` says what a next value would be without taking it; `take` takes it. Pure.
 */

import { FLASH_CHANGE, FLASH_DARKER, RED_CHANGE } from './rules.ts';

/** What is measured on a GPU differs by this from what the same pixels measure elsewhere. */
const ROUNDING = 5e-5;
const CHANGE = FLASH_CHANGE - ROUNDING;
/** A picture that is mixed is rounded to 8 bits and dithered after it was judged, so it keeps further away (share of the limit). */
const APART = 0.94;

/** 0 = no half flash; +1 = brighter, or to red; −1 = darker, or from red. */
export type Change = -1 | 0 | 1;

/** Relative luminance of `count` places. */
export class LuminanceDetector {
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #direction: Int8Array;

  constructor(count: number) {
    this.#low = new Float64Array(count).fill(Infinity);
    this.#high = new Float64Array(count).fill(-Infinity);
    this.#direction = new Int8Array(count);
  }

  /** `careful`: as a mixed picture is judged. */
  judge(place: number, value: number, careful = false): Change {
    const least = careful ? CHANGE * APART : CHANGE;
    const darkest = careful ? FLASH_DARKER / APART : FLASH_DARKER + ROUNDING;
    const direction = this.#direction[place] as number;
    if (direction <= 0 && value - (this.#low[place] as number) >= least && (this.#low[place] as number) < darkest) return 1;
    if (direction >= 0 && (this.#high[place] as number) - value >= least && value < darkest) return -1;
    return 0;
  }

  /** `change` is what `judge` says of it. */
  take(place: number, value: number, change: Change): void {
    if (change !== 0) {
      this.#direction[place] = change;
      this.#low[place] = this.#high[place] = value;
      return;
    }
    if (value < (this.#low[place] as number)) this.#low[place] = value;
    if (value > (this.#high[place] as number)) this.#high[place] = value;
  }
}

/** Saturated red at `count` places: chromaticity u′, v′ and whether it is a saturated red. */
export class RedDetector {
  readonly #isRed: Uint8Array;
  readonly #known: Uint8Array;
  /** The colours that a change is measured from: u, v of the reddest and of the least red since the last one. */
  readonly #red: Float64Array;
  readonly #other: Float64Array;

  constructor(count: number) {
    this.#isRed = new Uint8Array(count);
    this.#known = new Uint8Array(count);
    this.#red = new Float64Array(2 * count);
    this.#other = new Float64Array(2 * count);
  }

  judge(place: number, u: number, v: number, saturated: boolean, careful = false): Change {
    if (this.#known[place] === 0) return 0;
    const least = careful ? RED_CHANGE * APART : RED_CHANGE - ROUNDING;
    if (this.#isRed[place] === 1) return distance(this.#red, place, u, v) > least ? -1 : 0;
    return saturated && distance(this.#other, place, u, v) > least ? 1 : 0;
  }

  /** `change` is what `judge` says of it. */
  take(place: number, u: number, v: number, saturated: boolean, change: Change): void {
    if (this.#known[place] === 0) {
      this.#known[place] = 1;
      this.#isRed[place] = saturated ? 1 : 0;
      put(this.#red, place, u, v);
      put(this.#other, place, u, v);
    } else if (change < 0) {
      this.#isRed[place] = 0;
      put(this.#other, place, u, v);
    } else if (this.#isRed[place] === 0 && saturated) {
      this.#isRed[place] = 1;
      put(this.#red, place, u, v);
    } else this.#widen(place, u, v, saturated);
  }

  /** Within a state the starting point moves to the colour that a change would be largest from. */
  #widen(place: number, u: number, v: number, saturated: boolean): void {
    const isRed = this.#isRed[place] === 1;
    if (isRed && !saturated) return;
    const own = isRed ? this.#red : this.#other;
    const facing = isRed ? this.#other : this.#red;
    if (distance(facing, place, u, v) > distance(facing, place, own[2 * place] as number, own[2 * place + 1] as number)) put(own, place, u, v);
  }
}

function distance(pairs: Float64Array, place: number, u: number, v: number): number {
  const du = (pairs[2 * place] as number) - u;
  const dv = (pairs[2 * place + 1] as number) - v;
  return Math.sqrt(du * du + dv * dv);
}

function put(pairs: Float64Array, place: number, u: number, v: number): void {
  pairs[2 * place] = u;
  pairs[2 * place + 1] = v;
}
