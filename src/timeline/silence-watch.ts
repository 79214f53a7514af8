/**
 * Tells silence in a stream: below the gate (−55 dBFS in the `level` curve, where 0 dBFS is 1 and −60 is 0) for longer than a
 * pause between phrases. Live timelines offer it as an event that has not ended.
 */

import type { Seconds, Unit } from '../base/units.ts';
import type { TimelineEvent } from './timeline.ts';

const GATE_LEVEL: Unit = 1 - 55 / 60 + 1e-3;
const PATIENCE: Seconds = 1.5;
const NONE: readonly TimelineEvent[] = [];

export class SilenceWatch {
  #quietFrom: Seconds | null = null;
  #events: readonly TimelineEvent[] = NONE;

  /** The level (0..1) at a time; times ascend. */
  push(level: Unit, time: Seconds): void {
    if (level > GATE_LEVEL) {
      this.#quietFrom = null;
      this.#events = NONE;
      return;
    }
    this.#quietFrom ??= time;
    const isOn = time - this.#quietFrom >= PATIENCE;
    if (isOn && this.#events.length === 0) this.#events = [{ kind: 'silence', start: this.#quietFrom, end: Infinity, strength: 1 }];
  }

  /** Empty, or the silence that is on. */
  get events(): readonly TimelineEvent[] {
    return this.#events;
  }
}
