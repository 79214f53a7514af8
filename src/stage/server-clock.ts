/**
 * Maps this page's clock to the server's by ping and pong. Each answer says between which two values the offset lies, since the
 * server answered after the ping was sent and before the pong came; what all answers of the last minute allow is narrower than
 * the best of them, also when a busy machine delays every one. All instants in milliseconds; time is an argument.
 */

import type { Milliseconds } from '../base/units.ts';

interface Answer {
  readonly received: Milliseconds;
  /** Least and greatest offset (server less page) that it allows. */
  readonly least: Milliseconds;
  readonly most: Milliseconds;
}

const KEPT_ANSWERS = 64;
/** How far two machines' clocks drift apart at most (ms a ms): an answer says less the older it is. */
const DRIFT = 50e-6;

export class ServerClock {
  #answers: Answer[] = [];
  #offset: Milliseconds = 0;

  /** A pong: `sent` and `received` on the page's clock, `at` on the server's. */
  addAnswer(sent: Milliseconds, received: Milliseconds, at: Milliseconds): void {
    const answer = { received, least: at - received, most: at - sent };
    this.#answers.push(answer);
    if (this.#answers.length > KEPT_ANSWERS) this.#answers.shift();
    const least = Math.max(...this.#answers.map((one) => one.least - DRIFT * (received - one.received)));
    const most = Math.min(...this.#answers.map((one) => one.most + DRIFT * (received - one.received)));
    // No offset fits them all: one of the clocks has been set or has slept.
    if (least > most) this.#answers = [answer];
    this.#offset = least > most ? (answer.least + answer.most) / 2 : (least + most) / 2;
  }

  /** The server may have restarted: what was known holds only until the first answer. */
  reset(): void {
    this.#answers = [];
  }

  get isKnown(): boolean {
    return this.#answers.length > 0;
  }

  /** Shortest round trip of the last answers; infinite before the first. */
  get roundTrip(): Milliseconds {
    return Math.min(...this.#answers.map(({ least, most }) => most - least));
  }

  /** Server instant of a page instant. */
  toServer(pageInstant: Milliseconds): Milliseconds {
    return pageInstant + this.#offset;
  }
}
