/**
 * Where the show is. Pure: every method takes the monotonic instant `now` (ms). Show time is a line through an anchor;
 * reports of the sound page bend its slope a little (or jump when it is far off), so show time never runs backward
 * except by a seek or at the end of a loop. `epoch` counts seeks and new tracks: schedules made before are void. A loop's
 * turns are known ahead and void nothing; `jumpsAt` counts them too.
 */

import { catches, playOn, secondsUntil, SHORTEST_LOOP, turnsWithin, type Loop } from '../base/loop.ts';
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
/** In a loop, what passed at most so long ago is past, and not the next lap's (s). */
const JUST_PAST: Seconds = 0.5;

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
  #loop: Loop | null = null;
  /** Turns of loops up to the line's anchor. */
  #laps = 0;
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
    return clamp(this.#loopedTimeAt(now), 0, this.#end);
  }

  /** The instant (ms) at which a show time will be reached if nothing changes; Infinity while time holds, and for what a loop never reaches. */
  instantOf(showTime: Seconds, now: Milliseconds): Milliseconds {
    if (!this.moving || this.#rate <= 0) return Infinity;
    if (catches(this.#loop, this.showTimeAt(now)) && showTime >= this.#loop.end) return Infinity;
    return now + (this.secondsUntil(showTime, now) / this.#rate) * 1000;
  }

  /** Seconds of play until a show time; negative for what is past. In a loop, what passed longer ago than a moment comes again. */
  secondsUntil(showTime: Seconds, now: Milliseconds): Seconds {
    return secondsUntil(showTime, this.showTimeAt(now), this.#loop, JUST_PAST);
  }

  /** Where a show time that is planned really comes: beyond the end of a loop that turns, so far after its start. */
  onward(showTime: Seconds, now: Milliseconds): Seconds {
    const time = this.showTimeAt(now);
    return showTime < time ? showTime : playOn(time, showTime - time, this.#loop);
  }

  /** The loop that is on; null for none. */
  get loop(): Loop | null {
    return this.#loop;
  }

  /** Seeks, new tracks and turns of loops up to an instant. */
  jumpsAt(now: Milliseconds): number {
    return this.#epoch + this.#laps + turnsWithin(this.#line.time, this.#movedAt(now), this.#loop);
  }

  /** Turns at the loop's end from now on; a loop beyond the track, or too short to be one, is none. */
  setLoop(loop: Loop | null, now: Milliseconds): void {
    this.#anchor(now);
    const cut = loop === null ? null : { start: Math.max(0, loop.start), end: Math.min(loop.end, this.#end) };
    this.#loop = cut !== null && cut.end - cut.start >= SHORTEST_LOOP ? cut : null;
    // The sound page may play on beyond a new end for a moment.
    this.#soughtAt = now;
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
    this.#anchor(now);
    this.#line = { time: clamp(showTime, 0, this.#end), at: now, slew: 0 };
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

  /** A new track: back to 0, paused, without a loop. */
  load(duration: Seconds, now: Milliseconds): void {
    this.setLoop(null, now);
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
    const heardNow = playOn(report.showTime, ((now - report.at) / 1000) * this.#rate, this.#loop);
    if (!this.#heard) {
      this.#heard = true;
      this.#line = { time: heardNow, at: now, slew: 0 };
      return;
    }
    const shown = this.#loopedTimeAt(now);
    const error = secondsUntil(heardNow, shown, this.#loop, Infinity);
    const mayBeOld = report.epoch === undefined && now - this.#soughtAt < SEEK_GRACE_MS;
    if (Math.abs(error) <= JUMP_SECONDS) this.#moveLine(shown, now, clamp(error / SLEW_SECONDS, -SLEW_LIMIT, SLEW_LIMIT));
    else if (!mayBeOld) this.#moveLine(heardNow, now, 0);
  }

  get #end(): Seconds {
    return this.#duration > 0 ? this.#duration : Infinity;
  }

  /** Show time passed since the anchor. */
  #movedAt(now: Milliseconds): Seconds {
    if (!this.moving) return 0;
    const elapsed = Math.max(0, (now - this.#line.at) / 1000);
    return elapsed * this.#rate + Math.min(elapsed, SLEW_SECONDS) * this.#line.slew;
  }

  #loopedTimeAt(now: Milliseconds): Seconds {
    return playOn(this.#line.time, this.#movedAt(now), this.#loop);
  }

  #anchor(now: Milliseconds): void {
    this.#moveLine(this.showTimeAt(now), now, 0);
  }

  #moveLine(time: Seconds, at: Milliseconds, slew: number): void {
    this.#laps += turnsWithin(this.#line.time, this.#movedAt(at), this.#loop);
    this.#line = { time, at, slew };
  }
}
