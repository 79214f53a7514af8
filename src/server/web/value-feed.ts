/**
 * Tells the pages about moved controls: at most 30 times a second each path, the last value wins, and never to the page
 * that moves it. Pure but for the timer it is handed, so that a test can run it.
 */

import type { Milliseconds } from '../../base/units.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { ControlValue } from '../../score/control.ts';

export const FEED_INTERVAL: Milliseconds = 1000 / 30;

interface Pending {
  readonly value: ControlValue;
  readonly source: string;
  /** Page that moved it, if it was a page. */
  readonly clientId: string | undefined;
}

export interface FeedOptions {
  readonly broadcast: (message: ServerMessage, exceptClientId?: string) => void;
  readonly now: () => Milliseconds;
  /** Calls back once after a while (ms); 0: as soon as what came with it is through. */
  readonly later: (action: () => void, after: Milliseconds) => void;
}

export class ValueFeed {
  readonly #options: FeedOptions;
  readonly #pending = new Map<string, Pending>();
  /** By path, those told within the last interval. */
  readonly #sentAt = new Map<string, Milliseconds>();
  #waiting = false;
  #soon = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** A control moved. The first of a path after a rest goes out at once, whatever other paths do. */
  push(path: string, value: ControlValue, source: string, clientId?: string): void {
    this.#pending.set(path, { value, source, clientId });
    if (this.#restOf(path) > 0) return this.#wait();
    // After the packet is through, so that what came together goes out together.
    if (this.#soon) return;
    this.#soon = true;
    this.#options.later(() => this.flush(), 0);
  }

  /** What came in is through: the pages hear of it now, before anything is reckoned from it. */
  flush(): void {
    if (!this.#soon) return;
    this.#soon = false;
    this.#send(this.#due());
  }

  /** Until the path may be told again (ms). */
  #restOf(path: string): Milliseconds {
    return (this.#sentAt.get(path) ?? -Infinity) + FEED_INTERVAL - this.#options.now();
  }

  #due(): string[] {
    return [...this.#pending.keys()].filter((path) => this.#restOf(path) <= 1);
  }

  /** One timer for all: it goes on until nothing waits. */
  #wait(): void {
    if (this.#waiting || this.#pending.size === 0) return;
    this.#waiting = true;
    const rest = Math.min(...[...this.#pending.keys()].map((path) => this.#restOf(path)));
    this.#options.later(() => {
      this.#waiting = false;
      this.#send(this.#due());
      this.#wait();
    }, Math.max(0, rest));
  }

  #send(paths: readonly string[]): void {
    const now = this.#options.now();
    for (const [path, at] of this.#sentAt) if (now - at > FEED_INTERVAL) this.#sentAt.delete(path);
    const groups = new Map<string, { values: Record<string, ControlValue>; source: string; clientId: string | undefined }>();
    for (const path of paths) {
      const { value, source, clientId } = this.#pending.get(path) as Pending;
      this.#pending.delete(path);
      this.#sentAt.set(path, now);
      const key = `${clientId ?? ''} ${source}`;
      const group = groups.get(key) ?? { values: {}, source, clientId };
      group.values[path] = value;
      groups.set(key, group);
    }
    for (const { values, source, clientId } of groups.values()) this.#options.broadcast({ type: 'values', values, source }, clientId);
  }
}
