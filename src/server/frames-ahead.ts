/**
 * The frames of the show on stage: one look-ahead after the other as shows come and go, the first picture before the walk
 * is measured, and which tick a change that arrives now can still be made with.
 */

import { barTickFrom } from '../ahead/keyframes.ts';
import { LookAhead } from '../ahead/look-ahead.ts';
import { liveFeedback } from '../ahead/live-feedback.ts';
import type { AheadTelemetry, Frame, WalkPlan } from '../ahead/types.ts';
import { secondsOfTick, TICKS_PER_SECOND, tickOfSeconds, type Milliseconds, type Seconds, type Tick } from '../base/units.ts';
import { feedbackMoves } from './feedback-move.ts';
import type { OpenShow } from './open-show.ts';
import type { ShowClock } from './show-clock.ts';

/** How far live input is drawn ahead: what nobody has played yet cannot be known much longer. */
const LIVE_HORIZON: Seconds = 0.6;

/** With feedback, pictures after a change go on from the last one drawn, which must not be far ahead. */
const CHAIN_HORIZON: Seconds = 2;

/** With so much in hand, the walk is measured on to this far ahead, so that later glides find their steps sized. */
const COMFORT: Seconds = 3.5;
const MEASURED_AHEAD: Seconds = 40;
const MEASURED_AT_ONCE: Tick = 2 * TICKS_PER_SECOND;
/** While the show moves, measuring rests this many times as long as it took, so that frames keep the machine. */
const REST = 3;

const NOTHING_AHEAD: AheadTelemetry = { bufferSeconds: 0, picturesPerSecond: 0, lateFrames: 0, generation: 0, subdivision: 0, spacingTicks: 0, inferenceAlive: false };

export interface FramesAheadOptions {
  readonly clock: ShowClock;
  readonly now: () => Milliseconds;
  /** The open show as it is now: its parts are replaced while it plays. */
  readonly show: () => OpenShow;
  readonly onFrame: (frame: Frame) => void;
  readonly onNotice: (text: string) => void;
  readonly onSpeed: (multiplier: number, fromTick: Tick) => void;
}

export class FramesAhead {
  readonly #options: FramesAheadOptions;
  #lookAhead: LookAhead | null = null;
  #opening: Frame | null = null;
  #newest: Frame | null = null;
  #measuredTo: Tick = 0;
  #isMeasuring = false;
  #restUntil: Milliseconds = 0;

  constructor(options: FramesAheadOptions) {
    this.#options = options;
  }

  /** The newest generated frame. */
  get newest(): Frame | null {
    return this.#newest;
  }

  /** Draws for another show, from where its clock stands. */
  start(show: OpenShow): void {
    this.stop();
    this.#opening = null;
    this.#measuredTo = 0;
    this.#lookAhead = this.#createLookAhead(show);
    this.#drawOpening(show, this.#lookAhead).catch(() => undefined);
    this.#lookAhead.start();
  }

  stop(): void {
    this.#lookAhead?.stop();
  }

  /** Resolves once so much is in hand. */
  async buffered(seconds: Seconds): Promise<void> {
    await this.#lookAhead?.buffered(seconds);
  }

  /** In due order; the first picture until there are any. */
  frames(): readonly Frame[] {
    const frames = this.#lookAhead?.frames() ?? [];
    return frames.length === 0 && this.#opening !== null ? [this.#opening] : frames;
  }

  shownAt(tick: Tick): Frame | undefined {
    const frames = this.frames();
    return frames.findLast((frame) => frame.tick <= tick) ?? frames[0] ?? this.#newest ?? undefined;
  }

  nowTick(): Tick {
    return tickOfSeconds(this.#options.clock.timeAt(this.#options.now()));
  }

  /** The first tick that a change which arrives now can still be made with; with `atBar` the next bar line after it. */
  nextTick(atBar: boolean): Tick {
    const { moving } = this.#options.clock.transport;
    const met = this.#lookAhead?.earliestTick() ?? 0;
    // While a loop turns, the next tick may lie before this one.
    const earliest = moving && this.#lookAhead !== null ? met : Math.max(this.nowTick(), met);
    return atBar && moving ? this.reachable(barTickFrom(this.#options.show().timeline.grid, earliest)) : earliest;
  }

  /** A tick that can be met: one beyond the end of a loop that turns is the loop's first. */
  reachable(tick: Tick): Tick {
    return this.#lookAhead?.reachableTick(tick) ?? tick;
  }

  /** Points of the walk differ from this tick on. */
  replan(fromTick: Tick): void {
    this.#measuredTo = Math.min(this.#measuredTo, fromTick);
    this.#options.show().walk.invalidate(fromTick);
    this.#lookAhead?.invalidate(fromTick);
  }

  seek(): void {
    this.#lookAhead?.seek();
  }

  telemetry(): AheadTelemetry {
    return this.#lookAhead?.telemetry() ?? NOTHING_AHEAD;
  }

  /** Called a few times a second: uses a comfortable moment to measure the walk further ahead. */
  tend(): void {
    const { show, now, clock } = this.#options;
    const { walk, live, timeline } = show();
    const began = now();
    const from = Math.max(this.#measuredTo, this.nowTick());
    const end = Math.min(this.nowTick() + tickOfSeconds(MEASURED_AHEAD), tickOfSeconds(timeline.duration));
    if (live || this.#isMeasuring || began < this.#restUntil || from >= end || this.telemetry().bufferSeconds < COMFORT) return;
    this.#isMeasuring = true;
    const to = Math.min(end, from + MEASURED_AT_ONCE);
    const rest = (): void => {
      this.#isMeasuring = false;
      if (clock.transport.moving) this.#restUntil = now() + REST * (now() - began);
    };
    walk.prepare(from, to).then(() => (this.#measuredTo = to), () => undefined).then(rest, rest);
  }

  /** The plan and the timeline are asked anew each time, since corrections replace them. */
  #createLookAhead(opened: OpenShow): LookAhead {
    const { clock, now, show, onNotice, onSpeed } = this.#options;
    const plan: WalkPlan = { prepare: (from, to) => show().walk.prepare(from, to), pointAt: (tick) => show().walk.pointAt(tick), isCutAt: (from, to) => show().walk.isCutAt(from, to) };
    const horizon = opened.live ? LIVE_HORIZON : opened.feedback !== undefined ? CHAIN_HORIZON : undefined;
    return new LookAhead({
      ...chained(opened, plan), timeline: () => show().timeline, transport: clock.transport, now, onNotice, onSpeed,
      onFrame: (frame) => this.#hand(frame),
      ...(horizon === undefined ? {} : { horizonSeconds: horizon }),
    });
  }

  #hand(frame: Frame): void {
    if (frame.loop !== true) this.#newest = frame;
    this.#options.onFrame(frame);
  }

  /** A stand-in that is never recorded; a failure is told when the look-ahead meets it. */
  async #drawOpening(show: OpenShow, lookAhead: LookAhead): Promise<void> {
    const picture = await show.pipeline.draw(show.walk.pointAt(0));
    if (this.#lookAhead !== lookAhead || lookAhead.frames().length > 0) return;
    this.#opening = { ...picture, tick: 0, due: 0, generation: 0, cut: false, loop: true };
    this.#newest = this.#opening;
    this.#options.onFrame(this.#opening);
  }
}

/** The plan and the pipeline of a show, or both as a chain of feedback. */
function chained({ pipeline, feedback, preset, timeline }: OpenShow, plan: WalkPlan): { readonly plan: WalkPlan; readonly pipeline: OpenShow['pipeline'] } {
  if (feedback === undefined) return { plan, pipeline };
  const moveAt = feedbackMoves(feedback, { preset, timeline });
  return liveFeedback({ plan, pipeline, strength: feedback.strength, moveAt: (tick) => moveAt(secondsOfTick(tick)) });
}
