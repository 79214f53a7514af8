/** The mean of the whole screen as one more place that must not flash, where a quarter of the screen takes part. Pure. */

import type { Seconds } from '../base/units.ts';
import { LuminanceDetector } from './change-detectors.ts';
import { ChangeTimes } from './change-times.ts';
import { ALLOWED_AREA, ALLOWED_CHANGES, TILES } from './rules.ts';
import type { TileMeasures } from './tile-measures.ts';

/** A tile that moved by less has not changed. */
const MOVED = 0.01;

export class MeanWatch {
  readonly #detector = new LuminanceDetector(1);
  readonly #times = new ChangeTimes(1);
  /** Luminance of the tiles at the brightest and the darkest mean since the last change. */
  readonly #bright = new Float64Array(TILES);
  readonly #dark = new Float64Array(TILES);
  #high = -Infinity;
  #low = Infinity;

  allows(next: TileMeasures, now: Seconds, careful: boolean): boolean {
    return !this.#turns(next, careful) || !this.#times.exceeds(0, now, ALLOWED_CHANGES, 1);
  }

  take(next: TileMeasures, now: Seconds): void {
    const change = this.#detector.judge(0, next.mean);
    if (this.#turns(next)) this.#times.add(0, now);
    this.#detector.take(0, next.mean, change);
    if (change !== 0 || next.mean > this.#high) {
      this.#high = next.mean;
      this.#bright.set(next.light);
    }
    if (change !== 0 || next.mean < this.#low) {
      this.#low = next.mean;
      this.#dark.set(next.light);
    }
  }

  #turns(next: TileMeasures, careful = false): boolean {
    const change = this.#detector.judge(0, next.mean, careful);
    if (change === 0) return false;
    const from = change > 0 ? this.#dark : this.#bright;
    let moved = 0;
    for (let tile = 0; tile < TILES; tile++) if (Math.abs((next.light[tile] as number) - (from[tile] as number)) > MOVED) moved++;
    return moved >= ALLOWED_AREA * TILES;
  }
}
