/**
 * The flash limiter: says how far the next picture may move from the one shown. It sees linear R, G, B of 64 x 36 tiles of
 * each picture that is about to be shown, and answers a share 0..1: shown = before + share * (wanted − before) in linear
 * light, pixel by pixel, so that the tiles of what is shown are known exactly. 1 nearly always; where a further flash would
 * be too many, the share is the largest that makes none, and for a second after that the picture moves softly. A share of 0
 * changes nothing and is always safe, so the limit holds for any pictures. Causal, deterministic, any frame rate. Pure.
 */

import type { Seconds, Unit } from '../base/units.ts';
import { LuminanceDetector, RedDetector, type Change } from './change-detectors.ts';
import { Fields } from './fields.ts';
import { FlashBudget } from './flash-budget.ts';
import { MeanWatch } from './mean-watch.ts';
import { TILES, type SafetyProfile } from './rules.ts';
import { TileMeasures } from './tile-measures.ts';

/** After a flash was held back: time constant with which the picture follows at first, and how long until it is free again. */
const FOLLOW_TAU: Seconds = 0.15;
const RELEASE: Seconds = 1;
/** Bisections of the share: it is met to 1/256. */
const BISECTIONS = 8;

export class FlashLimiter {
  readonly profile: SafetyProfile;
  /** Linear R, G, B of each tile as shown. */
  readonly shown = new Float64Array(3 * TILES);
  readonly #luminances = new LuminanceDetector(TILES);
  readonly #reds = new RedDetector(TILES);
  readonly #general: FlashBudget;
  readonly #red: FlashBudget;
  readonly #mean = new MeanWatch();
  readonly #candidate = new Float64Array(3 * TILES);
  readonly #changes = new Int8Array(TILES);
  readonly #redChanges = new Int8Array(TILES);
  readonly #measures = new TileMeasures();
  /** The share that the candidate, its measures and changes belong to. */
  #considered: Unit = -1;
  #last: Seconds | null = null;
  #heldAt: Seconds = -Infinity;
  #share: Unit = 1;

  constructor(profile: SafetyProfile) {
    this.profile = profile;
    const fields = new Fields(profile);
    this.#general = new FlashBudget(fields);
    this.#red = new FlashBudget(fields);
  }

  /** Share of the last picture. */
  get share(): Unit {
    return this.#share;
  }

  /** Takes the next picture (3 * 2304 values, linear, row by row) for the instant `now` (s, ascending); answers its share. */
  limit(wanted: ArrayLike<number>, now: Seconds): Unit {
    const elapsed = this.#last === null ? Infinity : Math.max(0, now - this.#last);
    this.#considered = -1;
    const share = this.profile === 'off' || this.#last === null ? 1 : this.#shareOf(wanted, now, elapsed);
    if (this.profile === 'off') this.shown.set(wanted);
    else {
      // What was mixed was judged carefully; what is counted is what the rule counts.
      if (this.#considered !== share || share < 1) this.#consider(wanted, share, false);
      this.shown.set(this.#candidate);
      this.#take(now);
    }
    this.#last = now;
    this.#share = share;
    return share;
  }

  /** Share of the allowed changes that is left in the worst field, 0..1. */
  headroom(now: Seconds): Unit {
    return this.profile === 'off' ? 1 : Math.min(this.#general.headroom(now), this.#red.headroom(now));
  }

  #shareOf(wanted: ArrayLike<number>, now: Seconds, elapsed: Seconds): Unit {
    const most = this.#mostAfterHold(now, elapsed);
    if (this.#isSafe(wanted, most, now)) return most;
    this.#heldAt = now;
    let low = 0;
    let high = Math.min(most, 1 - Math.exp(-elapsed / FOLLOW_TAU));
    if (this.#isSafe(wanted, high, now)) return high;
    for (let i = 0; i < BISECTIONS; i++) {
      const middle = (low + high) / 2;
      if (this.#isSafe(wanted, middle, now)) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Soft at once after a flash was held back, free again after a second. */
  #mostAfterHold(now: Seconds, elapsed: Seconds): Unit {
    const calm = (now - this.#heldAt) / RELEASE;
    return calm >= 1 ? 1 : 1 - Math.exp(-elapsed / (FOLLOW_TAU * (1 - Math.max(0, calm))));
  }

  #isSafe(wanted: ArrayLike<number>, share: Unit, now: Seconds): boolean {
    if (share <= 0) return true;
    this.#consider(wanted, share, share < 1);
    return this.#general.allows(this.#changes, now) && this.#red.allows(this.#redChanges, now) && this.#mean.allows(this.#measures, now, share < 1);
  }

  /** What the tiles would be at this share, and which changes that would make. */
  #consider(wanted: ArrayLike<number>, share: Unit, careful: boolean): void {
    const { shown } = this;
    for (let i = 0; i < shown.length; i++) this.#candidate[i] = (shown[i] as number) + share * ((wanted[i] as number) - (shown[i] as number));
    this.#measures.measure(this.#candidate);
    const { light, u, v, saturated } = this.#measures;
    for (let tile = 0; tile < TILES; tile++) {
      this.#changes[tile] = this.#luminances.judge(tile, light[tile] as number, careful);
      this.#redChanges[tile] = this.#reds.judge(tile, u[tile] as number, v[tile] as number, saturated[tile] === 1, careful);
    }
    this.#considered = share;
  }

  #take(now: Seconds): void {
    this.#general.take(this.#changes, now);
    this.#red.take(this.#redChanges, now);
    this.#mean.take(this.#measures, now);
    const { light, u, v, saturated } = this.#measures;
    for (let tile = 0; tile < TILES; tile++) {
      this.#luminances.take(tile, light[tile] as number, this.#changes[tile] as Change);
      this.#reds.take(tile, u[tile] as number, v[tile] as number, saturated[tile] === 1, this.#redChanges[tile] as Change);
    }
  }
}
