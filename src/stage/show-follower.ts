/**
 * Show time on a page that plays no sound: follows the server's transport, at most 1 ms a second off its own pace, and
 * jumps only when more than 100 ms away or when the transport itself jumped. Pure; instants are arguments (ms).
 */

import { playOn, secondsUntil } from '../base/loop.ts';
import { clamp } from '../base/math.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { TransportState } from '../protocol/messages.ts';

/** Largest correction per second of wall time (s/s). */
const SLEW_RATE = 0.001;
/** Beyond this the page jumps (s). */
const JUMP_BEYOND: Seconds = 0.1;

/** Where the transport is at a server instant. */
export function transportTime(transport: TransportState, serverInstant: Milliseconds): Seconds {
  const moved = transport.playing ? ((serverInstant - transport.at) / 1000) * transport.rate : 0;
  const time = Math.max(0, playOn(transport.showTime, moved, transport.loop));
  return transport.duration > 0 ? Math.min(time, transport.duration) : time;
}

export class ShowFollower {
  #time: Seconds = 0;
  #instant: Milliseconds | null = null;
  #epoch = -1;
  #playing = false;

  /** Show time at a server instant; instants do not go back. */
  timeAt(transport: TransportState, serverInstant: Milliseconds): Seconds {
    const target = transportTime(transport, serverInstant);
    const elapsed = this.#instant === null ? 0 : Math.max(0, serverInstant - this.#instant) / 1000;
    const isJump = this.#instant === null || transport.epoch !== this.#epoch || transport.playing !== this.#playing || !transport.playing;
    const free = playOn(this.#time, elapsed * transport.rate, transport.loop);
    const error = secondsUntil(target, free, transport.loop, Infinity);
    this.#time = isJump || Math.abs(error) > JUMP_BEYOND ? target : free + clamp(error, -SLEW_RATE * elapsed, SLEW_RATE * elapsed);
    this.#instant = serverInstant;
    this.#epoch = transport.epoch;
    this.#playing = transport.playing;
    return this.#time;
  }
}
