/**
 * Maps this page's clock to the server's by ping and pong: of the last answers the one with the shortest round trip is
 * trusted. All instants in milliseconds; time is an argument.
 */

import type { Milliseconds } from '../base/units.ts';

interface Answer {
  readonly offset: Milliseconds;
  readonly roundTrip: Milliseconds;
}

const KEPT_ANSWERS = 16;

export class ServerClock {
  #answers: Answer[] = [];
  #best: Answer = { offset: 0, roundTrip: Number.POSITIVE_INFINITY };

  /** A pong: `sent` and `received` on the page's clock, `at` on the server's. */
  addAnswer(sent: Milliseconds, received: Milliseconds, at: Milliseconds): void {
    this.#answers.push({ offset: at - (sent + received) / 2, roundTrip: received - sent });
    if (this.#answers.length > KEPT_ANSWERS) this.#answers.shift();
    this.#best = this.#answers.reduce((best, answer) => (answer.roundTrip < best.roundTrip ? answer : best));
  }

  /** The server may have restarted: forget what was known. */
  reset(): void {
    this.#answers = [];
    this.#best = { offset: 0, roundTrip: Number.POSITIVE_INFINITY };
  }

  get isKnown(): boolean {
    return this.#answers.length > 0;
  }

  /** Shortest round trip seen lately; infinite before the first answer. */
  get roundTrip(): Milliseconds {
    return this.#best.roundTrip;
  }

  /** Server instant of a page instant. */
  toServer(pageInstant: Milliseconds): Milliseconds {
    return pageInstant + this.#best.offset;
  }
}
