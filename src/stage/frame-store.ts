/**
 * Generated frames by score tick, and which of them to show at a time. The newest generation wins; a stale frame stays
 * until fresh ones have closed around it. Starved, the store walks back and forth through its newest pictures, so the
 * stage never stands still. Pure: no pixels are looked at, time is an argument (show seconds).
 */

import { catches, secondsUntil, type Loop } from '../base/loop.ts';
import { lastIndexAtOrBefore, lerp } from '../base/math.ts';
import type { Seconds, Tick, Unit } from '../base/units.ts';

/** Fractions of the way at equal steps of time, ends left out. */
export interface Travel {
  readonly fromTick: Tick;
  readonly fractions: readonly number[];
}

export interface StoredFrame<Pixels> {
  readonly tick: Tick;
  readonly generation: number;
  readonly due: Seconds;
  readonly height: number;
  readonly width: number;
  readonly cut: boolean;
  /** How the walk moves from an earlier frame to this one; left out: evenly. */
  readonly travel?: Travel | undefined;
  readonly pixels: Pixels;
  readonly bytes: number;
}

/** Two neighbours and how far the time lies between them. `key` changes when the place on the walk was re-planned. */
export interface Pick<Pixels> {
  readonly from: StoredFrame<Pixels>;
  readonly to: StoredFrame<Pixels>;
  readonly mix: Unit;
  readonly starved: boolean;
}

/** Fresh frames at most this far apart close over stale ones between them (ticks). */
const CLOSING_GAP: Tick = 240;
/** Frames older than this are dropped, unless they are all there is (s). */
const KEEP_BEHIND: Seconds = 6;
/** The frame before a loop's start, and that after its end, is at most so far from it (s). */
const LOOP_EDGE: Seconds = 2.5;
const MAXIMUM_BYTES = 192 * 1024 * 1024;
/** Starved: how far back the walk goes (s of show time) and how fast (show s per s). */
const LOOP_SPAN: Seconds = 4;
const LOOP_SPEED = 0.6;

export class FrameStore<Pixels> {
  #frames: StoredFrame<Pixels>[] = [];
  #bytes = 0;
  #held: ReadonlySet<Pixels> = new Set();
  /** Held, but no longer in the store. */
  #left: Pixels[] = [];
  readonly #release: (pixels: Pixels) => void;

  /** `release` is called once for each frame that leaves. */
  constructor(release: (pixels: Pixels) => void = () => undefined) {
    this.#release = release;
  }

  get size(): number {
    return this.#frames.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get newestGeneration(): number {
    return this.#frames.reduce((newest, frame) => Math.max(newest, frame.generation), 0);
  }

  /** Due time of the first frame; -1 for none. */
  get firstDue(): Seconds {
    return this.#frames[0]?.due ?? -1;
  }

  /** Due time of the last frame; -1 for none. */
  get lastDue(): Seconds {
    return this.#frames.at(-1)?.due ?? -1;
  }

  add(frame: StoredFrame<Pixels>): void {
    const at = lastIndexAtOrBefore(this.#frames.map((stored) => stored.tick), frame.tick);
    const same = this.#frames[at];
    if (same !== undefined && same.tick === frame.tick) {
      if (same.generation > frame.generation) return this.#release(frame.pixels);
      this.#remove(at, 1);
      this.#insert(at, frame);
    } else this.#insert(at + 1, frame);
    this.#closeOver(frame);
  }

  /** These pixels are not released while they are held (a frozen picture); those held before are, if they have left. */
  hold(pixels: readonly Pixels[]): void {
    const before = this.#left;
    this.#held = new Set(pixels);
    this.#left = [];
    for (const one of before) this.#letGo(one);
  }

  clear(): void {
    this.#remove(0, this.#frames.length);
  }

  /** Drops what the show has passed and, over the memory bound, what lies farthest ahead. What a loop will come back to lies ahead. */
  prune(time: Seconds, loop: Loop | null = null): void {
    const away = ({ due }: StoredFrame<Pixels>): Seconds => {
      if (catches(loop, time) && due >= loop.end + LOOP_EDGE) return Infinity;
      const isEdge = loop !== null && due < loop.start && due > loop.start - LOOP_EDGE;
      return secondsUntil(isEdge ? loop.start : due, time, loop, KEEP_BEHIND);
    };
    while (this.#frames.length > 2 && away(this.#frames[1] as StoredFrame<Pixels>) < -KEEP_BEHIND) this.#remove(0, 1);
    while (this.#frames.length > 2 && this.#bytes > MAXIMUM_BYTES) {
      const farthest = Math.max(...this.#frames.map(away));
      this.#remove(this.#frames.findLastIndex((frame) => away(frame) === farthest), 1);
    }
  }

  /** Frames stand on both sides of the time (or exactly on it), or the show's end has come. */
  covers(time: Seconds, end: Seconds): boolean {
    const first = this.#frames[0];
    if (first === undefined || first.due > time + 1e-6) return false;
    return this.lastDue >= Math.min(time, end) - 1e-6;
  }

  /** What to show at a show time; `starvedFor` = wall seconds since the frames ran out. Null while there is nothing. */
  pick(time: Seconds, starvedFor: Seconds): Pick<Pixels> | null {
    const first = this.#frames[0];
    const last = this.#frames.at(-1);
    if (first === undefined || last === undefined) return null;
    const starved = time > last.due || time < first.due - 0.5;
    if (!starved) return this.#between(time, false);
    const edge = time > last.due ? last.due : first.due;
    const inward = time > last.due ? -1 : 1;
    const span = Math.min(LOOP_SPAN, last.due - first.due);
    return this.#between(edge + inward * backAndForth(starvedFor * LOOP_SPEED, span), true);
  }

  #between(time: Seconds, starved: boolean): Pick<Pixels> {
    const index = Math.max(0, lastIndexAtOrBefore(this.#frames.map((frame) => frame.due), time + 1e-9));
    const from = this.#frames[index] as StoredFrame<Pixels>;
    const to = this.#frames[index + 1];
    if (to === undefined || to.cut || time <= from.due) return { from, to: from, mix: 0, starved };
    return { from, to, mix: (time - from.due) / (to.due - from.due), starved };
  }

  #letGo(pixels: Pixels): void {
    if (this.#held.has(pixels)) this.#left.push(pixels);
    else this.#release(pixels);
  }

  #insert(index: number, frame: StoredFrame<Pixels>): void {
    this.#frames.splice(index, 0, frame);
    this.#bytes += frame.bytes;
  }

  #remove(index: number, count: number): void {
    for (const gone of this.#frames.splice(index, count)) {
      this.#bytes -= gone.bytes;
      this.#letGo(gone.pixels);
    }
  }

  /** Removes stale frames that lie between this one and a neighbour of its own or a newer generation. */
  #closeOver(frame: StoredFrame<Pixels>): void {
    for (const direction of [-1, 1]) {
      const at = this.#frames.indexOf(frame);
      let other = at + direction;
      while ((this.#frames[other]?.generation ?? Infinity) < frame.generation) other += direction;
      const end = this.#frames[other];
      if (end === undefined || Math.abs(end.tick - frame.tick) > CLOSING_GAP) continue;
      this.#remove(Math.min(at, other) + 1, Math.abs(other - at) - 1);
    }
  }
}

/** 0 → span → 0 …, with corners rounded by a sine so that the turn is soft but never stands. */
function backAndForth(travelled: Seconds, span: Seconds): Seconds {
  if (span <= 0) return 0;
  const place = (travelled / span) % 2;
  const triangle = place < 1 ? place : 2 - place;
  return span * lerp(triangle, 0.5 - 0.5 * Math.cos(Math.PI * triangle), 0.5);
}
