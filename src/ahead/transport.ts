/**
 * Where the show is. Pure: every method takes the monotonic instant `now` (ms). Show time is a line through an anchor;
 * reports of the sound page bend its slope a little (or jump when it is far off), so show time never runs backward
 * except by a seek. `epoch` counts seeks and new tracks: schedules made before are void.
 */

import { clamp } from '../base/math.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';

/** 'sound': holds until a sound page has been heard, then follows it. 'free': runs on the monotonic clock. */
export type TransportClock = 'sound' | 'free';

/** The sound page says which show time (s) was heard at the instant `at` (server-monotonic ms). */
export interface SoundReport {
  readonly showTime: Seconds;
  readonly at: Milliseconds;
  readonly playing: boolean;
  /** Epoch the page plays, where it knows; a report of another epoch is void. */
  readonly epoch?: number;
}

/** An error above this is a jump of the sound, below it is drift (s). */
const JUMP_SECONDS = 0.1;
/** A drift is worked off over this time (s), at most at `SLEW_LIMIT` seconds a second. */
const SLEW_SECONDS = 1;
const SLEW_LIMIT = 0.02;
/** Reports may still tell of the time before a seek for this long (ms). */
const SEEK_GRACE_MS = 600;

interface Line {
  readonly time: Seconds;
  readonly at: Milliseconds;
  /** Correction of the slope (s/s), in force for `SLEW_SECONDS` after `at`. */
  readonly slew: number;
}

export class Transport {
  #clock: TransportClock;
  #duration: Seconds;
  #playing = false;
  #rate = 1;
  #epoch = 0;
  #soundPage: string | null = null;
  #heard = false;
  #soughtAt: Milliseconds = -Infinity;
  #line: Line = { time: 0, at: 0, slew: 0 };

  /** `duration` in s; 0 for an endless show (live input). */
  constructor(options: { readonly clock?: TransportClock; readonly duration?: Seconds } = {}) {
    this.#clock = options.clock ?? 'sound';
    this.#duration = options.duration ?? 0;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Playing, and time really moves: with the sound clock not before the sound page was heard once. */
  get moving(): boolean {
    return this.#playing && (this.#clock === 'free' || this.#heard);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get rate(): number {
    return this.#rate;
  }

  get duration(): Seconds {
    return this.#duration;
  }

  get clock(): TransportClock {
    return this.#clock;
  }

  get soundPage(): string | null {
    return this.#soundPage;
  }

  /** Show time (s) at an instant, held within 0 and the track's end. */
  showTimeAt(now: Milliseconds): Seconds {
    const end = this.#duration > 0 ? this.#duration : Infinity;
    return clamp(this.#unboundedTimeAt(now), 0, end);
  }

  /** The instant (ms) at which a show time will be reached if nothing changes; Infinity while time holds. */
  instantOf(showTime: Seconds, now: Milliseconds): Milliseconds {
    if (!this.moving || this.#rate <= 0) return Infinity;
    return now + ((showTime - this.showTimeAt(now)) / this.#rate) * 1000;
  }

  /** True once a track has played to its end. */
  endedAt(now: Milliseconds): boolean {
    return this.#duration > 0 && this.showTimeAt(now) >= this.#duration;
  }

  play(now: Milliseconds): void {
    this.#anchor(now);
    this.#playing = true;
  }

  pause(now: Milliseconds): void {
    this.#anchor(now);
    this.#playing = false;
  }

  seek(showTime: Seconds, now: Milliseconds): void {
    const end = this.#duration > 0 ? this.#duration : Infinity;
    this.#line = { time: clamp(showTime, 0, end), at: now, slew: 0 };
    this.#epoch++;
    this.#soughtAt = now;
  }

  setRate(rate: number, now: Milliseconds): void {
    this.#anchor(now);
    this.#rate = Math.max(0, rate);
  }

  setClock(clock: TransportClock, now: Milliseconds): void {
    this.#anchor(now);
    this.#clock = clock;
  }

  /** A new track: back to 0, paused. */
  load(duration: Seconds, now: Milliseconds): void {
    this.#duration = duration;
    this.#playing = false;
    this.#heard = false;
    this.seek(0, now);
  }

  /** Elects the page that plays the sound; null when it is gone: time then runs free until another takes over. */
  setSoundPage(id: string | null, now: Milliseconds): void {
    this.#anchor(now);
    this.#soundPage = id;
  }

  /** Follows the sound page. Reports of a paused page or from before a seek are ignored. */
  hear(report: SoundReport, now: Milliseconds): void {
    if (!this.#playing || !report.playing || this.#clock === 'free') return;
    if (report.epoch !== undefined && report.epoch !== this.#epoch) return;
    const heardNow = report.showTime + ((now - report.at) / 1000) * this.#rate;
    if (!this.#heard) {
      this.#heard = true;
      this.#line = { time: heardNow, at: now, slew: 0 };
      return;
    }
    const shown = this.#unboundedTimeAt(now);
    const error = heardNow - shown;
    const mayBeOld = report.epoch === undefined && now - this.#soughtAt < SEEK_GRACE_MS;
    if (Math.abs(error) <= JUMP_SECONDS) this.#line = { time: shown, at: now, slew: clamp(error / SLEW_SECONDS, -SLEW_LIMIT, SLEW_LIMIT) };
    else if (!mayBeOld) this.#line = { time: heardNow, at: now, slew: 0 };
  }

  #unboundedTimeAt(now: Milliseconds): Seconds {
    const { time, at, slew } = this.#line;
    if (!this.moving) return time;
    const elapsed = Math.max(0, (now - at) / 1000);
    return time + elapsed * this.#rate + Math.min(elapsed, SLEW_SECONDS) * slew;
  }

  #anchor(now: Milliseconds): void {
    this.#line = { time: this.showTimeAt(now), at: now, slew: 0 };
  }
}
