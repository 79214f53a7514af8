/**
 * One display frame of the stage: which time is it, which pictures lie around it, what does the look do, paint.
 * The outermost driver (main, render page) hands in the instants. Keeps what the probe and the server want to know.
 */

import { clamp, lerp } from '../base/math.ts';
import type { PixelSize } from '../base/picture-shape.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import { BeatLight } from './beat-light.ts';
import type { LookMoment } from './director.ts';
import { Dressing } from './dressing.ts';
import type { Pick } from './frame-store.ts';
import type { FramePixels } from './frame-textures.ts';
import type { Painter } from './painter.ts';
import { Probe } from './probe.ts';
import { Quality } from './quality.ts';
import type { ShowSession } from './show-session.ts';

/** A longer gap between display frames was a sleeping tab: memory does not advance by more (s). */
const LONGEST_STEP: Seconds = 0.25;
/** Below this the stage would look like a mosaic: no quality level goes under it. */
const LEAST_PIXELS = 256 * 144;
/** At coarser quality levels in-betweens are cross-fades. */
const COARSEST_WITH_MOTION = 1;

export interface LoopOptions {
  /** The stage before a show: pictures walk to and fro without time. */
  readonly isIdle: () => boolean;
  /** Adapt the number of pixels to the machine. */
  readonly adapt: boolean;
  /** Name of this output; stage where it is left out. */
  readonly outputName?: string;
  /** Stepped by an exporter: the overlay stands where its time says. */
  readonly isRender?: boolean;
  /** Where latentbeat is served; the page itself where it is left out. */
  readonly base?: string;
}

export class StageLoop {
  readonly probe = new Probe();
  readonly quality = new Quality();
  readonly beatLight = new BeatLight();
  readonly #painter: Painter;
  readonly #session: ShowSession;
  readonly #options: LoopOptions;
  readonly #dressing: Dressing;
  #lastInstant: Milliseconds | null = null;
  #starvedFor: Seconds = 0;
  #frozen: { readonly [Name in 'time' | 'music' | 'zoom' | 'angle' | 'shift' | 'sharpen']: LookMoment[Name] } | null = null;
  #frozenPick: Pick<FramePixels> | null = null;
  #frame = 0;
  #width = 0;
  #height = 0;
  #ratio = 1;
  /** A test card is on: it is drawn in all pixels, however slow the machine. */
  #hasAllPixels = false;

  constructor(painter: Painter, session: ShowSession, options: LoopOptions) {
    this.#painter = painter;
    this.#session = session;
    this.#options = options;
    this.#dressing = new Dressing(options.outputName ?? 'stage', options.isRender === true, options.base);
  }

  /** Resolves when what stands over the picture is loaded. */
  get dressed(): Promise<void> {
    return this.#dressing.ready;
  }

  /** Size of the stage in CSS pixels and the display's pixel ratio. */
  setSize(width: number, height: number, ratio: number): void {
    this.#width = width;
    this.#height = height;
    this.#ratio = Math.min(ratio, 2);
    this.#applySize();
  }

  /** Draws the show at `time` (s) for the display frame at `instant` (ms). Returns whether a picture was there. */
  draw(time: Seconds, instant: Milliseconds, heard: Seconds | null): boolean {
    const interval = this.#lastInstant === null ? 0 : instant - this.#lastInstant;
    this.#lastInstant = instant;
    const begun = performance.now();
    const hasPicture = this.drawStep(time, clamp(interval / 1000, 0, LONGEST_STEP), instant / 1000);
    const cost = performance.now() - begun;
    this.probe.note({ cost, interval, heard, instant });
    this.#noteBeat(time, instant);
    if (this.#options.adapt && this.quality.add(cost, interval, instant)) this.#applySize();
    return hasPicture;
  }

  #noteBeat(time: Seconds, instant: Milliseconds): void {
    const { timeline, transport, heardTime, displayOffset } = this.#session;
    if (timeline === null || transport?.playing !== true) return;
    this.beatLight.add(timeline.grid, { instant, time, heard: heardTime, offset: displayOffset * 1000 });
  }

  /** The same with all times given: `elapsed` and `wall` in seconds (export steps through this). */
  drawStep(time: Seconds, elapsed: Seconds, wall: Seconds): boolean {
    const pick = this.#pickAt(time, elapsed);
    const looks = this.#session.director.momentAt({ time, elapsed, starved: pick === null || pick.starved });
    this.#freeze(looks, pick);
    const over = this.#dressing.at({ session: this.#session, time, elapsed, wall, light: looks.light, beat: looks.music.BEAT, pixels: this.#pixels(), valueOf: looks.valueOf });
    if (this.#dressing.wantsAllPixels !== this.#hasAllPixels) this.#applySize();
    this.#painter.draw({ ...looks, ...this.#frozen, pick, elapsed, frame: this.#frame++, wall, safety: this.#session.safety, over });
    this.#session.frames.prune(time, this.#session.transport?.loop);
    this.probe.beatPhase = looks.music.BEAT;
    this.probe.show(pick, time, looks.light, this.#painter.effectNames, this.quality.level);
    this.probe.flashShare = this.#painter.safe.limiter.share;
    return pick !== null;
  }

  /** What is frozen stays as it was, also where it has to be drawn anew (another size, a lost GL context). */
  #freeze({ frozen, time, music, zoom, angle, shift, sharpen }: LookMoment, pick: Pick<FramePixels> | null): void {
    if (frozen === (this.#frozen !== null)) return;
    this.#frozen = frozen ? { time, music, zoom, angle, shift, sharpen } : null;
    this.#frozenPick = frozen ? pick : null;
    this.#session.frames.hold(pick === null || !frozen ? [] : [pick.from.pixels, pick.to.pixels]);
  }

  /** What the flash limiter leaves in the worst field now (0..1). */
  get flashHeadroom(): number {
    return this.#painter.safe.limiter.headroom((this.#lastInstant ?? 0) / 1000);
  }

  #pickAt(time: Seconds, elapsed: Seconds): Pick<FramePixels> | null {
    const { frames } = this.#session;
    if (this.#frozenPick !== null) return this.#frozenPick;
    const shownTime = this.#options.isIdle() ? frames.lastDue + 1 : time;
    const pick = frames.pick(shownTime, this.#starvedFor);
    this.#starvedFor = pick?.starved === true ? this.#starvedFor + elapsed : 0;
    return pick;
  }

  #applySize(): void {
    this.#painter.followsMotion = this.quality.level <= COARSEST_WITH_MOTION;
    const floor = Math.min(1, Math.sqrt(LEAST_PIXELS / Math.max(1, this.#width * this.#height)));
    this.#hasAllPixels = this.#dressing.wantsAllPixels;
    const { width, height } = this.#pixels(this.#hasAllPixels ? this.#ratio : Math.max(floor, this.#ratio * this.quality.scale));
    this.#painter.setSize(width, height);
  }

  /** Pixels of the output, all of them where no scale is given. */
  #pixels(scale = this.#ratio): PixelSize {
    return { width: Math.max(2, Math.round(this.#width * scale)), height: Math.max(2, Math.round(this.#height * scale)) };
  }
}

/** Show time of the picture on screen: between its two frames. */
export function shownDue(pick: Pick<FramePixels>): Seconds {
  return lerp(pick.from.due, pick.to.due, pick.mix);
}
