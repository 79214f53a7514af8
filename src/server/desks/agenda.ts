/** Deeds that wait for a show time: done on their tick while the show moves, at once when it is found beyond them. */

import { secondsOfTick, tickOfSeconds, type Milliseconds, type Seconds, type Tick } from '../../base/units.ts';

export interface AgendaClock {
  now(): Milliseconds;
  /** Instant of a show time; infinite while the show rests. */
  instantOf(showTime: Seconds): Milliseconds;
  /** Seconds of play until a show time, negative once it is past. */
  secondsUntil(showTime: Seconds): Seconds;
  /** Where a show time comes that may lie beyond the end of a loop. */
  onward(showTime: Seconds): Seconds;
}

interface Entry {
  readonly tick: Tick;
  readonly deed: () => void;
}

/** A deed is done when its tick is at most this far off, since timers are a little early at times. */
const EARLY: Seconds = secondsOfTick(1);

export class Agenda {
  readonly #clock: AgendaClock;
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: AgendaClock) {
    this.#clock = clock;
  }

  /** The same key again replaces what waits. */
  at(key: string, tick: Tick, deed: () => void): void {
    this.#entries.set(key, { tick: tickOfSeconds(this.#clock.onward(secondsOfTick(tick))), deed });
    this.tend();
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#entries.clear();
  }

  /** Also called a few times a second, since the show may pause, move on or jump. */
  tend(): void {
    clearTimeout(this.#timer);
    const due = [...this.#entries].filter(([, { tick }]) => this.#clock.secondsUntil(secondsOfTick(tick)) <= EARLY).toSorted(([, a], [, b]) => a.tick - b.tick);
    for (const [key] of due) this.#entries.delete(key);
    for (const [, { deed }] of due) deed();
    const wait = Math.min(...[...this.#entries.values()].map(({ tick }) => this.#clock.instantOf(secondsOfTick(tick)))) - this.#clock.now();
    if (Number.isFinite(wait)) this.#timer = setTimeout(() => this.tend(), Math.max(1, wait)).unref();
  }
}
