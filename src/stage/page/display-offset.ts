/**
 * How much later the light of this page reaches the eye than its sound reaches the ear (ms): the picture is shown so much
 * earlier. Set on the calibration page (`/?calibrate=1`), kept by this browser for each output (`?output=NAME`); `?offset=MS`
 * in the address comes first, for displays nobody can click on.
 */

import { clamp } from '../../base/math.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';

/** Largest offset either way (ms). */
export const MOST_OFFSET: Milliseconds = 500;

export class DisplayOffset {
  readonly output: string;
  readonly #store: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #given: Milliseconds | null;

  /** `query`: the page's address after the question mark. */
  constructor(query: URLSearchParams, store: Pick<Storage, 'getItem' | 'setItem'>) {
    this.output = query.get('output') ?? 'stage';
    this.#store = store;
    this.#given = readOffset(query.get('offset'));
  }

  get milliseconds(): Milliseconds {
    return this.#given ?? readOffset(this.#store.getItem(this.#key)) ?? 0;
  }

  get seconds(): Seconds {
    return this.milliseconds / 1000;
  }

  save(offset: Milliseconds): void {
    this.#store.setItem(this.#key, String(clamp(Math.round(offset), -MOST_OFFSET, MOST_OFFSET)));
  }

  get #key(): string {
    return `latentbeat.offset.${this.output}`;
  }
}

function readOffset(text: string | null): Milliseconds | null {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? clamp(value, -MOST_OFFSET, MOST_OFFSET) : null;
}
