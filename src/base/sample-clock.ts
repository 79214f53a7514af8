/**
 * When a counted sample was in the air, from the instants at which blocks of samples arrived. Arrivals are late by varying
 * amounts and never early, so the earliest of the last seconds tell the true offset (lower envelope); it is followed slowly,
 * since a step would be heard as a jump of the beat. Pure; instants in milliseconds, samples counted from 0.
 */

import { clamp } from './math.ts';
import type { Hertz, Milliseconds, Seconds } from './units.ts';

/** Arrivals of this long decide, kept as the least of each slice. */
const WINDOW: Milliseconds = 8_000;
const SLICE: Milliseconds = 500;
/** The offset moves at most so fast (ms a second) once the clock has settled; beyond JUMP the input itself has moved. */
const SLEW = 4;
const SETTLES: Milliseconds = 3_000;
const JUMP: Milliseconds = 60;

interface Slice {
  readonly at: Milliseconds;
  least: Milliseconds;
}

export class SampleClock {
  readonly #rate: Hertz;
  #slices: Slice[] = [];
  #offset: Milliseconds | null = null;
  #begun: Milliseconds = 0;
  #last: Milliseconds = 0;

  constructor(rate: Hertz) {
    this.#rate = rate;
  }

  /** Samples up to `end` (exclusive) had arrived at `arrival`; arrivals ascend. */
  add(end: number, arrival: Milliseconds): void {
    const offset = arrival - (end / this.#rate) * 1000;
    const slice = this.#slices.at(-1);
    if (slice === undefined || arrival - slice.at >= SLICE) this.#slices.push({ at: arrival, least: offset });
    else slice.least = Math.min(slice.least, offset);
    while ((this.#slices[0] as Slice).at < arrival - WINDOW) this.#slices.shift();
    this.#follow(Math.min(...this.#slices.map(({ least }) => least)), arrival);
  }

  get isKnown(): boolean {
    return this.#offset !== null;
  }

  /** Instant (ms, on the clock of the arrivals) of a sample; NaN before the first arrival. */
  instantOf(sample: number): Milliseconds {
    return this.#offset === null ? Number.NaN : this.#offset + (sample / this.#rate) * 1000;
  }

  /** Time (s of samples) at an instant; NaN before the first arrival. */
  timeAt(instant: Milliseconds): Seconds {
    return this.#offset === null ? Number.NaN : (instant - this.#offset) / 1000;
  }

  #follow(wanted: Milliseconds, arrival: Milliseconds): void {
    if (this.#offset === null) this.#begun = arrival;
    if (this.#offset === null || arrival - this.#begun < SETTLES || Math.abs(wanted - this.#offset) > JUMP) this.#offset = wanted;
    else {
      const most = (SLEW * Math.max(0, arrival - this.#last)) / 1000;
      this.#offset += clamp(wanted - this.#offset, -most, most);
    }
    this.#last = arrival;
  }
}
