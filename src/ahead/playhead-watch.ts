/** What happens at the playhead itself: keyframes that are not there when they are due, and old pictures in their place. */

import type { Loop } from '../base/loop.ts';
import { secondsOfTick, tickOfSeconds } from '../base/units.ts';
import type { Seconds, Tick } from '../base/units.ts';
import type { BeatGrid } from '../timeline/timeline.ts';
import type { FrameStore } from './frame-store.ts';
import { paceAt, type KeyframePlan } from './keyframes.ts';
import type { Frame } from './types.ts';

/** No frame within this time (or the keyframes' spacing) either side of the playhead: the stage starves and old frames loop. */
const STARVED: Seconds = 0.2;
/** Old frames are this far apart. */
const STEP: Seconds = 0.1;

export interface WatchOptions {
  readonly store: FrameStore;
  readonly keyframes: KeyframePlan;
  readonly grid: () => BeatGrid;
  readonly endTick: () => Tick;
  /** The pictures' process runs. */
  readonly alive: () => boolean;
  readonly onFrame: (frame: Frame) => void;
}

export class PlayheadWatch {
  readonly #options: WatchOptions;
  #late = 0;
  #checkedTo: Tick = 0;
  #loopedTo: Tick = -1;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get lateFrames(): number {
    return this.#late;
  }

  /** The show goes on elsewhere: nothing before `tick` could have been there. */
  seek(tick: Tick): void {
    this.#checkedTo = tick;
    this.#loopedTo = -1;
  }

  /** The loop has turned; what was due before its end counts, where the show `moves`. */
  turn({ start, end }: Loop, moves: boolean): void {
    if (moves) this.#count(tickOfSeconds(end));
    this.seek(tickOfSeconds(start));
  }

  /** The show moves and has come to `here`. */
  pass(here: Tick): void {
    this.#count(here);
    this.#loopWhileStarved(here);
  }

  /** Keyframes whose due tick has been reached without a frame, fresh or stale. */
  #count(here: Tick): void {
    const { keyframes, grid, store, endTick } = this.#options;
    if (here <= this.#checkedTo) return;
    for (const tick of keyframes.ticksBetween(grid(), this.#checkedTo, Math.min(here, endTick()))) if (!store.has(tick)) this.#late++;
    this.#checkedTo = here;
  }

  /** The last pictures go back and forth until something new is near. */
  #loopWhileStarved(here: Tick): void {
    const { store, endTick, onFrame } = this.#options;
    const step = tickOfSeconds(STEP);
    const next = Math.max(here, this.#loopedTo) + step;
    if (here >= endTick() || next > here + 2 * step || !this.#isStarved(here)) return;
    const frame = store.nextLoopFrame(next);
    this.#loopedTo = next;
    if (frame !== undefined) onFrame(frame);
  }

  /** No frame is near; while the pictures' process is away, as soon as the frames in hand end. */
  #isStarved(here: Tick): boolean {
    const { store, keyframes, grid, alive } = this.#options;
    const spacing = 1 / (paceAt(grid(), secondsOfTick(here)).beatsPerSecond * keyframes.perBeatAt(here));
    if (!alive()) return !store.hasWithin(here, here + tickOfSeconds(Math.max(1.5 * STEP, 1.1 * spacing)));
    const reach = tickOfSeconds(Math.max(STARVED, 1.1 * spacing));
    return !store.hasWithin(here - reach, here + reach);
  }
}
