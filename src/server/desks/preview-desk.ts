/**
 * Where the walk will be: the picture four bars from now, drawn by the show's own pipeline in comfortable moments, about once
 * a second. The look-ahead keeps its seconds; this looks further. Live input cannot be seen so far ahead: there is none.
 */

import { playOn, type Loop } from '../../base/loop.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';
import { tickOfSeconds } from '../../base/units.ts';
import { placeInGrid, timeOfBeat } from '../../timeline/timeline.ts';
import type { OpenShow } from '../open-show.ts';
import { encodeJpeg } from './storyboard-desk.ts';

/** Bars ahead. */
export const PREVIEW_BARS = 4;
/** Drawn while at least this much show is in hand. */
const COMFORT: Seconds = 2;
const PAUSE: Milliseconds = 900;
/** Two looks at nearly the same moment are one. */
const SAME: Seconds = 0.2;

export interface Preview {
  /** Show time that it is a picture of (s). */
  readonly due: Seconds;
  readonly bars: number;
  readonly jpeg: Uint8Array;
}

export class PreviewDesk {
  readonly #onPreview: (preview: Preview) => void;
  #show: OpenShow | null = null;
  #newest: Preview | null = null;
  #busy = false;
  #restUntil: Milliseconds = 0;

  constructor(onPreview: (preview: Preview) => void) {
    this.#onPreview = onPreview;
  }

  open(show: OpenShow): void {
    this.#show = show;
    this.#newest = null;
  }

  get newest(): Preview | null {
    return this.#newest;
  }

  /** The walk differs from now on: what was drawn is no longer what comes. */
  forget(): void {
    this.#newest = null;
  }

  /** Called a few times a second while a panel is open. */
  tend(now: Milliseconds, time: Seconds, bufferSeconds: Seconds, loop: Loop | null = null): void {
    const show = this.#show;
    if (show === null || show.live || this.#busy || now < this.#restUntil || bufferSeconds < COMFORT) return;
    const { grid, duration } = show.timeline;
    const straight = Math.min(duration, timeOfBeat(grid, placeInGrid(grid, time).beat + PREVIEW_BARS * Math.max(1, grid.metre)));
    const due = playOn(time, straight - time, loop);
    if (straight <= time || (this.#newest !== null && Math.abs(due - this.#newest.due) < SAME)) return;
    this.#busy = true;
    const rest = (): void => {
      this.#busy = false;
      this.#restUntil = now + PAUSE;
    };
    this.#draw(show, due).then(rest, rest);
  }

  async #draw(show: OpenShow, due: Seconds): Promise<void> {
    const jpeg = await encodeJpeg(await show.pipeline.draw(show.walk.pointAt(tickOfSeconds(due))));
    if (show.score !== this.#show?.score) return;
    this.#newest = { due, bars: PREVIEW_BARS, jpeg };
    this.#onPreview(this.#newest);
  }
}
