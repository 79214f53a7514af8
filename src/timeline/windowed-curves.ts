/**
 * Curves of a timeline that grows: all of them, or the last `keep` seconds and at most twice as many, so that a night of live
 * input takes no more memory than its first minutes. Arrays are views, valid until the next change.
 */

import type { Hertz, Seconds, Unit } from '../base/units.ts';
import { CURVE_NAMES, type CurveName, type Curves } from './timeline.ts';

/** Room at first (s) where everything is kept; doubled when full. */
const FIRST_ROOM: Seconds = 600;

export class WindowedCurves {
  readonly #rate: Hertz;
  /** Samples that stay when the room is full. */
  readonly #kept: number;
  #room: number;
  #arrays: Record<CurveName, Float32Array>;
  /** Samples in the arrays, and those before them that are forgotten. */
  #used = 0;
  #forgotten = 0;
  #views: Curves | undefined;

  constructor(rate: Hertz, keep: Seconds = Infinity) {
    this.#rate = rate;
    this.#kept = Math.ceil(keep * rate);
    this.#room = keep === Infinity ? FIRST_ROOM * rate : 2 * this.#kept;
    this.#arrays = emptyCurves(this.#room);
  }

  /** Samples so far, the forgotten ones too. */
  get count(): number {
    return this.#forgotten + this.#used;
  }

  /** Time (s) of the first sample that is kept. */
  get from(): Seconds {
    return this.#forgotten / this.#rate;
  }

  get all(): Curves {
    this.#views ??= recordOf((name) => this.#arrays[name].subarray(0, this.#used));
    return this.#views;
  }

  /** The next `samples` all have these values; what is no number is 0. */
  push(values: Readonly<Partial<Record<CurveName, Unit>>>, samples = 1): void {
    if (samples <= 0) return;
    if (this.#used + samples > this.#room) this.#makeRoom(samples);
    const own = Math.min(samples, this.#room - this.#used);
    for (const name of CURVE_NAMES) {
      const value = values[name] ?? 0;
      this.#arrays[name].fill(Number.isFinite(value) ? value : 0, this.#used, this.#used + own);
    }
    this.#used += own;
    this.#forgotten += samples - own;
    this.#views = undefined;
  }

  /** Writes the newest sample again. */
  replaceLast(values: Readonly<Partial<Record<CurveName, Unit>>>): void {
    if (this.#used === 0) return;
    this.#used--;
    this.push(values);
  }

  #makeRoom(samples: number): void {
    if (this.#kept === Infinity) {
      this.#room = Math.max(2 * this.#room, this.#used + samples);
      this.#arrays = recordOf((name) => {
        const larger = new Float32Array(this.#room);
        larger.set(this.#arrays[name]);
        return larger;
      });
      return;
    }
    const stays = Math.max(0, Math.min(this.#used, this.#kept - samples));
    for (const name of CURVE_NAMES) this.#arrays[name].copyWithin(0, this.#used - stays, this.#used);
    this.#forgotten += this.#used - stays;
    this.#used = stays;
  }
}

const emptyCurves = (room: number): Record<CurveName, Float32Array> => recordOf(() => new Float32Array(room));

function recordOf<Value>(make: (name: CurveName) => Value): Record<CurveName, Value> {
  return Object.fromEntries(CURVE_NAMES.map((name) => [name, make(name)])) as Record<CurveName, Value>;
}
