/**
 * Show time on a page that plays no sound: follows the server's transport, at most 1 ms a second off its own pace, and
 * jumps only when more than 100 ms away, when the transport itself jumped, or while the page has just opened and is still
 * finding the server's clock. Pure; instants are arguments (ms).
 */

import { playOn, secondsUntil } from '../base/loop.ts';
import { clamp } from '../base/math.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { TransportState } from '../protocol/messages.ts';

/** Largest correction per second of wall time (s/s). */
const SLEW_RATE = 0.001;
/** Beyond this the page jumps (s). */
const JUMP_BEYOND: Seconds = 0.1;
/** A page that has just opened is not in step yet: until then each better answer about the server's clock counts at once. */
const OPENING: Milliseconds = 5_000;

/** Where the transport is at a server instant. */
export function transportTime(transport: TransportState, serverInstant: Milliseconds): Seconds {
  const moved = transport.playing ? ((serverInstant - transport.at) / 1000) * transport.rate : 0;
  const time = Math.max(0, playOn(transport.showTime, moved, transport.loop));
  return transport.duration > 0 ? Math.min(time, transport.duration) : time;
}

export class ShowFollower {
  #time: Seconds = 0;
  #instant: Milliseconds | null = null;
  #opened: Milliseconds = 0;
  #epoch = -1;
  #playing = false;

  /**
   * Show time at a server instant. `own`: the same instant on the page's clock, which does not step when the page learns more
   * about the server's; instants do not go back.
   */
  timeAt(transport: TransportState, serverInstant: Milliseconds, own: Milliseconds = serverInstant): Seconds {
    const target = transportTime(transport, serverInstant);
    if (this.#instant === null) this.#opened = own;
    const elapsed = this.#instant === null ? 0 : Math.max(0, own - this.#instant) / 1000;
    const isJump = own - this.#opened < OPENING || transport.epoch !== this.#epoch || transport.playing !== this.#playing || !transport.playing;
    const free = playOn(this.#time, elapsed * transport.rate, transport.loop);
    const error = secondsUntil(target, free, transport.loop, Infinity);
    this.#time = isJump || Math.abs(error) > JUMP_BEYOND ? target : free + clamp(error, -SLEW_RATE * elapsed, SLEW_RATE * elapsed);
    this.#instant = own;
    this.#epoch = transport.epoch;
    this.#playing = transport.playing;
    return this.#time;
  }
}
