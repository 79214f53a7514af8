/** Play, pause, seek and the end of the track, with what the rest of the session must know of each. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Milliseconds, Seconds } from '../../base/units.ts';
import type { Desks } from './desks.ts';

/** In hand before a track starts; on a slow machine not longer than this is waited for it. */
const PREBUFFER: Seconds = 3;
const LONGEST_PREBUFFER_MS: Milliseconds = 6000;

export class TransportDesk {
  readonly #desks: Desks;
  /** Only the newest order counts, however long an older one waited. */
  #order = 0;

  constructor(desks: Desks) {
    this.#desks = desks;
  }

  /** Another show: what was ordered for the old one is void. */
  open(): void {
    this.#order++;
  }

  /** Play waits for a little buffer, so that no frame comes late at the start. */
  async setPlaying(playing: boolean): Promise<void> {
    const { clock, frames, teller, options } = this.#desks;
    const order = ++this.#order;
    if (playing) await Promise.race([frames.buffered(PREBUFFER), sleep(LONGEST_PREBUFFER_MS, undefined, { ref: false })]);
    if (order !== this.#order) return;
    clock.setPlaying(playing, options.now());
    teller.tellTransport();
  }

  /** Live input has no other place to go to. */
  seek(showTime: Seconds): void {
    const { live, clock, frames, teller, pages, options } = this.#desks;
    if (live.desk !== null) return;
    clock.transport.seek(showTime, options.now());
    frames.seek();
    teller.tellTransport();
    pages.refill();
  }

  /** Called a few times a second: a track that has ended stops, or the next one comes. */
  tend(now: Milliseconds): void {
    const { live, queue, clock, controls } = this.#desks;
    if (!clock.transport.playing || !clock.transport.endedAt(now)) return;
    if (live.desk === null && queue.ended()) return;
    clock.transport.pause(now);
    controls.tell('/transport/play', false);
  }
}
