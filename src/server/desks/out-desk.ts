/**
 * Tells the outside what the show does: looks at the show when a beat or the next slot is due and hands the messages on.
 * Colours are taken from the frame on screen, a few times a second. Reads the clock only through `now`.
 */

import type { Frame } from '../../ahead/types.ts';
import type { Milliseconds } from '../../base/units.ts';
import { dominantColours, type Rgb } from '../../control/osc/colours.ts';
import { OUT_COLOURS, OUT_INTERVAL, OutFeed, type OutArguments, type OutMessage } from '../../control/osc/out-signals.ts';
import type { TempoPlace } from '../../control/clock/tempo.ts';

const COLOUR_INTERVAL: Milliseconds = 200;
/** A beat is told this little after it, never before. */
const MARGIN: Milliseconds = 0.5;

export interface OutStage {
  now(): Milliseconds;
  place(now: Milliseconds): TempoPlace;
  moving(): boolean;
  energy(now: Milliseconds): number;
  section(now: Milliseconds): string;
  shownFrame(): Frame | null;
  send(messages: readonly OutMessage[]): void;
}

export class OutDesk {
  readonly #stage: OutStage;
  readonly #feed = new OutFeed();
  #timer: NodeJS.Timeout | undefined;
  #colours: readonly Rgb[] = [];
  #coloursAt: Milliseconds = -Infinity;
  #frame: Frame | null = null;

  constructor(stage: OutStage) {
    this.#stage = stage;
  }

  get values(): ReadonlyMap<string, OutArguments> {
    return this.#feed.values;
  }

  start(): void {
    this.#timer ??= setTimeout(() => this.#run(), 0);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    const now = this.#stage.now();
    const place = this.#stage.place(now);
    this.#stage.send(this.#feed.update(now, { ...place, moving: this.#stage.moving(), energy: this.#stage.energy(now), section: this.#stage.section(now), colours: this.#coloursNow(now) }));
    const toBeat = ((1 - place.phase) * 60_000) / place.tempo + MARGIN;
    this.#timer = setTimeout(() => this.#run(), Math.min(OUT_INTERVAL, toBeat));
    this.#timer.unref();
  }

  #coloursNow(now: Milliseconds): readonly Rgb[] {
    const frame = this.#stage.shownFrame();
    if (frame === null || frame === this.#frame || now - this.#coloursAt < COLOUR_INTERVAL) return this.#colours;
    this.#coloursAt = now;
    this.#frame = frame;
    return (this.#colours = dominantColours(frame.pixels, frame.height, frame.width, OUT_COLOURS, this.#colours));
  }
}
