/**
 * Tells the pages about moved controls: at most 30 times a second each path, the last value wins, and never to the page
 * that moves it. Pure but for the timer it is handed, so that a test can run it.
 */

import type { Milliseconds } from '../base/units.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';

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
  /** Calls back once after a while (ms). */
  readonly later: (action: () => void, after: Milliseconds) => void;
}

export class ValueFeed {
  readonly #options: FeedOptions;
  readonly #pending = new Map<string, Pending>();
  #sentAt: Milliseconds = -Infinity;
  #waiting = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** A control moved. The first after a rest goes out at once. */
  push(path: string, value: ControlValue, source: string, clientId?: string): void {
    this.#pending.set(path, { value, source, clientId });
    if (this.#waiting) return;
    const rest = this.#sentAt + FEED_INTERVAL - this.#options.now();
    if (rest <= 0) this.#flush();
    else {
      this.#waiting = true;
      this.#options.later(() => {
        this.#waiting = false;
        this.#flush();
      }, rest);
    }
  }

  #flush(): void {
    this.#sentAt = this.#options.now();
    const groups = new Map<string, { values: Record<string, ControlValue>; source: string; clientId: string | undefined }>();
    for (const [path, { value, source, clientId }] of this.#pending) {
      const key = `${clientId ?? ''} ${source}`;
      const group = groups.get(key) ?? { values: {}, source, clientId };
      group.values[path] = value;
      groups.set(key, group);
    }
    this.#pending.clear();
    for (const { values, source, clientId } of groups.values()) this.#options.broadcast({ type: 'values', values, source }, clientId);
  }
}
