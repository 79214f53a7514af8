/** Play, pause, seek, the loop and the end of the track, with what the rest of the session must know of each. */

import { setTimeout as sleep } from 'node:timers/promises';

import { UserError } from '../base/errors.ts';
import { SHORTEST_LOOP, type Loop } from '../base/loop.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import { barsFrom } from '../timeline/bars.ts';
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

  /** The loop that hands have set. Nothing drawn is void: the look-ahead turns to what comes now. */
  setLoop(loop: Loop | null): void {
    const { live, clock, teller, options } = this.#desks;
    if (live.desk !== null) return;
    clock.transport.setLoop(loop, options.now());
    teller.tellTransport();
  }

  /** `count` bars from the `first` (1 …), or from the one that plays. Throws a UserError where there are none. */
  barsAsLoop(count: number, first: number | undefined): Loop {
    const { live, slot, clock, options } = this.#desks;
    if (live.desk !== null) throw new UserError('usage', 'Live input has no bars to loop.');
    const loop = barsFrom(slot.get().timeline, clock.timeAt(options.now()), Math.max(1, Math.round(count) || 1), first);
    if (loop.end - loop.start < SHORTEST_LOOP) throw new UserError('usage', 'The track has no such bars to loop.');
    return loop;
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
