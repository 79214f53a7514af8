/** How much show lies in hand from the playhead on, and who waits for more. Times in seconds of play. */

import { secondsOfTick, tickOfSeconds } from '../base/units.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { FrameStore } from './frame-store.ts';
import type { Transport } from './transport.ts';
import type { Window } from './window.ts';

export interface GaugeOptions {
  readonly transport: Transport;
  readonly window: Window;
  readonly store: FrameStore;
  /** From now to the end of what is drawn, and how long that should be. */
  readonly horizon: (instant: Milliseconds) => Seconds;
  readonly horizonSeconds: () => Seconds;
}

export class BufferGauge {
  readonly #options: GaugeOptions;
  #waiters: { readonly seconds: Seconds; readonly resolve: () => void }[] = [];

  constructor(options: GaugeOptions) {
    this.#options = options;
  }

  /** Contiguous show time in hand. */
  secondsAt(instant: Milliseconds): Seconds {
    const { window, store, horizon } = this.#options;
    let inHand = 0;
    for (const span of window.spans(instant, 0, horizon(instant))) {
      const gap = window.keyframesOf(span).find((tick) => !store.has(tick));
      if (gap !== undefined) return inHand + Math.max(0, secondsOfTick(Math.min(gap, span.to) - span.from));
      inHand += secondsOfTick(span.to - span.from);
    }
    // All of a loop that is shorter than the horizon is in hand: there is no end to it.
    return window.isCaught(instant) ? horizon(instant) : inHand;
  }

  /** Resolves at the first `wake` that finds so much in hand, or the end of the track. */
  wait(seconds: Seconds): Promise<void> {
    return new Promise((resolve) => void this.#waiters.push({ seconds, resolve }));
  }

  wake(instant: Milliseconds): void {
    if (this.#waiters.length === 0) return;
    const { transport, window, horizonSeconds } = this.#options;
    const inHand = this.secondsAt(instant);
    const atEnd = tickOfSeconds(transport.showTimeAt(instant) + inHand) + 1 >= window.endTick;
    this.#release(({ seconds }) => atEnd || inHand >= Math.min(seconds, horizonSeconds() - 0.2));
  }

  /** Nothing more will come. */
  wakeAll(): void {
    this.#release(() => true);
  }

  #release(isServed: (waiter: { readonly seconds: Seconds }) => boolean): void {
    const served = this.#waiters.filter(isServed);
    this.#waiters = this.#waiters.filter((waiter) => !isServed(waiter));
    for (const waiter of served) waiter.resolve();
  }
}
