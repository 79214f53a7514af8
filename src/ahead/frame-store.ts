/**
 * The frames in hand, by tick: fresh ones, stale ones (made before a control change that touches them, still showable)
 * and the last ones shown, which are looped forth and back while nothing new exists.
 */

import { secondsOfTick } from '../base/units.ts';
import type { Seconds, Tick } from '../base/units.ts';
import type { Frame } from './types.ts';

/** Shown frames stay this long for pages that join and for looping. */
export const KEPT_BEHIND: Seconds = 3;
/** Frames of a loop: its way forth. */
const LOOP_FRAMES = 24;

interface Stored {
  readonly frame: Frame;
  stale: boolean;
}

export class FrameStore {
  readonly #frames = new Map<Tick, Stored>();
  #history: Frame[] = [];
  #loopStep = 0;

  put(frame: Frame, stale: boolean): void {
    this.#frames.set(frame.tick, { frame, stale });
    this.#history = [...this.#history.slice(1 - LOOP_FRAMES), frame];
    this.#loopStep = 0;
  }

  has(tick: Tick): boolean {
    return this.#frames.has(tick);
  }

  isStale(tick: Tick): boolean {
    return this.#frames.get(tick)?.stale === true;
  }

  /** A control change touches every frame from this tick on. */
  markStale(fromTick: Tick): void {
    for (const [tick, stored] of this.#frames) if (tick >= fromTick) stored.stale = true;
  }

  /** In due order. */
  list(): Frame[] {
    return [...this.#frames.values()].map(({ frame }) => frame).sort((a, b) => a.tick - b.tick);
  }

  /** A frame lies within [fromTick, toTick]. */
  hasWithin(fromTick: Tick, toTick: Tick): boolean {
    for (const tick of this.#frames.keys()) if (tick >= fromTick && tick <= toTick) return true;
    return false;
  }

  /** Drops what is not kept. */
  prune(isKept: (tick: Tick) => boolean): void {
    for (const tick of this.#frames.keys()) if (!isKept(tick)) this.#frames.delete(tick);
  }

  /** The next picture of the loop (back from the newest, then forth again), dated to `tick`; undefined without any. */
  nextLoopFrame(tick: Tick): Frame | undefined {
    const count = this.#history.length;
    if (count === 0) return undefined;
    this.#loopStep++;
    const along = this.#loopStep % Math.max(1, 2 * (count - 1));
    const back = along < count ? along : 2 * (count - 1) - along;
    const source = this.#history[count - 1 - back] as Frame;
    return { ...source, tick, due: secondsOfTick(tick), cut: false, loop: true };
  }
}
