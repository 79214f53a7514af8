/**
 * Which sample of the track sounds when: a line from the run's start that turns at the loop's end to its start, exactly on
 * the sample. Pieces are planned ahead of their time; a loop that is set, moved or let go cuts what no longer holds. Pure:
 * context times (s) are arguments, places are samples of the file.
 */

import { lastIndexAtOrBefore } from '../../base/math.ts';
import type { Seconds } from '../../base/units.ts';

export interface SampleLoop {
  readonly start: number;
  readonly end: number;
}

/** From `at` on, the file sounds from `sample` on. */
interface Stretch {
  readonly at: Seconds;
  readonly sample: number;
}

/** Stretches that ended so long ago are forgotten: nobody asks what was heard then. */
const KEEP: Seconds = 5;

export class SoundPlan {
  readonly #perSecond: number;
  #stretches: readonly Stretch[];
  #loop: SampleLoop | null = null;
  #next: Stretch;
  /** Counts cuts: a piece that was asked for before one is not what comes next. */
  #version = 0;

  /** `perSecond`: samples of the file that sound in a second. */
  constructor(at: Seconds, sample: number, perSecond: number) {
    this.#perSecond = perSecond;
    this.#next = { at, sample };
    this.#stretches = [this.#next];
  }

  /** Where the next piece goes. */
  get next(): Stretch {
    return this.#next;
  }

  get version(): number {
    return this.#version;
  }

  /** The sample that sounds at a context time; the first one before the run's start. */
  sampleAt(contextTime: Seconds): number {
    const index = Math.max(0, lastIndexAtOrBefore(this.#stretches.map(({ at }) => at), contextTime));
    const { at, sample } = this.#stretches[index] as Stretch;
    return sample + Math.max(0, contextTime - at) * this.#perSecond;
  }

  /** Samples of the next piece: `most`, or up to the turn. */
  pieceLength(most: number): number {
    return this.#loop !== null && this.#next.sample < this.#loop.end ? Math.min(most, this.#loop.end - this.#next.sample) : most;
  }

  /** A piece of so many samples is in its place. */
  add(length: number, now: Seconds): void {
    this.#goTo(this.#next.at + length / this.#perSecond, this.#next.sample + length);
    const kept = lastIndexAtOrBefore(this.#stretches.map(({ at }) => at), now - KEEP);
    if (kept > 0) this.#stretches = this.#stretches.slice(kept);
  }

  /** Another loop from `now` on. Answers the context time from which the pieces that were planned do not hold; null where all do. */
  setLoop(loop: SampleLoop | null, now: Seconds): Seconds | null {
    if (loop?.start === this.#loop?.start && loop?.end === this.#loop?.end) return null;
    this.#loop = loop;
    const index = Math.max(0, lastIndexAtOrBefore(this.#stretches.map(({ at }) => at), now));
    const here = this.#stretches[index] as Stretch;
    const sample = this.sampleAt(now);
    const turn = loop !== null && sample < loop.end ? here.at + (loop.end - here.sample) / this.#perSecond : Infinity;
    const cut = Math.min(this.#next.at, this.#stretches[index + 1]?.at ?? Infinity, turn);
    if (cut === this.#next.at && index === this.#stretches.length - 1 && turn > cut) return null;
    this.#version++;
    this.#stretches = this.#stretches.slice(0, index + 1);
    this.#goTo(cut, turn === cut && loop !== null ? loop.end : Math.round(here.sample + (cut - here.at) * this.#perSecond));
    return cut;
  }

  #goTo(at: Seconds, sample: number): void {
    if (this.#loop === null || sample !== this.#loop.end) {
      this.#next = { at, sample };
      return;
    }
    this.#next = { at, sample: this.#loop.start };
    this.#stretches = [...this.#stretches, this.#next];
  }
}
