/**
 * The panel's table of values: what hands set goes out once per display frame and path (the last one wins), what others
 * set comes in, and a control that is being moved is not overwritten by an echo.
 */

import type { Milliseconds } from '../base/units.ts';
import type { ClientMessage } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';

type Listener = (value: ControlValue) => void;

/** Echoes of a just released control still tell of the past for this long. */
const SETTLE: Milliseconds = 350;

export class Board {
  readonly #send: (message: ClientMessage) => void;
  readonly #soon: (flush: () => void) => void;
  readonly #now: () => Milliseconds;
  readonly #values = new Map<string, ControlValue>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #held = new Set<string>();
  readonly #releasedAt = new Map<string, Milliseconds>();
  readonly #waiting = new Map<string, ControlValue>();

  /** `soon` calls its argument at the next display frame; `now` is a monotonic clock (ms). */
  constructor(send: (message: ClientMessage) => void, soon: (flush: () => void) => void, now: () => Milliseconds) {
    this.#send = send;
    this.#soon = soon;
    this.#now = now;
  }

  get(path: string): ControlValue | undefined {
    return this.#values.get(path);
  }

  /** Calls `listener` now (if a value is known) and at each change; returns how to stop. */
  watch(path: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, listeners.add(listener));
    const value = this.#values.get(path);
    if (value !== undefined) listener(value);
    return () => listeners.delete(listener);
  }

  /** A hand sets a value. */
  set(path: string, value: ControlValue): void {
    this.#store(path, value);
    if (this.#waiting.size === 0) this.#soon(() => this.#flush());
    this.#waiting.set(path, value);
    this.#releasedAt.set(path, this.#now());
  }

  trigger(path: string, ...args: ControlValue[]): void {
    this.#send({ type: 'trigger', path, args, source: 'panel' });
  }

  hold(path: string): void {
    this.#held.add(path);
  }

  release(path: string): void {
    this.#held.delete(path);
    this.#releasedAt.set(path, this.#now());
  }

  /** Values from the server. `isSnapshot` = the whole truth (hello, another show): only held controls stay. */
  receive(values: Readonly<Record<string, ControlValue>>, isSnapshot = false): void {
    for (const [path, value] of Object.entries(values)) {
      const settling = !isSnapshot && this.#now() - (this.#releasedAt.get(path) ?? -Infinity) < SETTLE;
      if (!this.#held.has(path) && !settling) this.#store(path, value);
    }
  }

  #store(path: string, value: ControlValue): void {
    this.#values.set(path, value);
    for (const listener of this.#listeners.get(path) ?? []) listener(value);
  }

  #flush(): void {
    for (const [path, value] of this.#waiting) this.#send({ type: 'value', path, value, source: 'panel' });
    this.#waiting.clear();
  }
}
