/**
 * The panel's table of values: what hands set goes out once per display frame and path (the last one wins), what others
 * set comes in and is shown at the next frame, and a control that is being moved is not overwritten by an echo.
 */

import type { Milliseconds } from '../base/units.ts';
import type { ClientMessage } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';

type Listener = (value: ControlValue) => void;

/** Echoes of a just released control still tell of the past for this long. */
const SETTLE: Milliseconds = 350;

export class Board {
  /** A guest's panel: nothing moves by hand. */
  readOnly = false;
  readonly #send: (message: ClientMessage) => void;
  readonly #soon: (flush: () => void) => void;
  readonly #now: () => Milliseconds;
  readonly #values = new Map<string, ControlValue>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #held = new Set<string>();
  readonly #releasedAt = new Map<string, Milliseconds>();
  readonly #waiting = new Map<string, ControlValue>();
  readonly #unshown = new Set<string>();
  #begun: (() => void)[] | null = null;

  /** `soon` calls its argument at the next display frame; `now` is a monotonic clock (ms). */
  constructor(send: (message: ClientMessage) => void, soon: (flush: () => void) => void, now: () => Milliseconds) {
    this.#send = send;
    this.#soon = soon;
    this.#now = now;
  }

  get(path: string): ControlValue | undefined {
    return this.#values.get(path);
  }

  /** Calls `listener` now (if a value is known) and at each `show` after a change; returns how to stop. */
  watch(path: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, listeners.add(listener));
    const value = this.#values.get(path);
    if (value !== undefined) listener(value);
    const stop = (): void => void listeners.delete(listener);
    this.#begun?.push(stop);
    return stop;
  }

  /** Runs `build` and answers how to stop all watching that it began: for widgets that are built anew. */
  scope(build: () => void): () => void {
    const begun: (() => void)[] = [];
    this.#begun = begun;
    try {
      build();
    } finally {
      this.#begun = null;
    }
    return () => begun.forEach((stop) => stop());
  }

  /** Once per display frame: tells the watchers of what changed. */
  show(): void {
    for (const path of this.#unshown) {
      const value = this.#values.get(path);
      if (value !== undefined) for (const listener of this.#listeners.get(path) ?? []) listener(value);
    }
    this.#unshown.clear();
  }

  /** A hand sets a value; a guest's hand is told by `send` that it may only look. */
  set(path: string, value: ControlValue): void {
    if (this.readOnly) return this.#send({ type: 'value', path, value, source: 'panel' });
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
    if (this.#values.get(path) === value) return;
    this.#values.set(path, value);
    this.#unshown.add(path);
  }

  #flush(): void {
    for (const [path, value] of this.#waiting) this.#send({ type: 'value', path, value, source: 'panel' });
    this.#waiting.clear();
  }
}
