/**
 * Frames ahead of the playhead. It chooses only *which ticks are drawn and when*; what a tick looks like is the plan's.
 * Guarantees: a frame is handed over (`onFrame`) as soon as it is made, once; per generation in due order except for
 * keyframes filled in between; a frame made before a control change that touches it is stale, not gone, and is made anew
 * from the nearest tick that can still be met; changes are coalesced to one re-plan per generated frame.
 * Time is read through `now` (ms); the house-keeping timer is the only timer here.
 */

import { messageOf } from '../base/errors.ts';
import { TICKS_PER_SECOND, secondsOfTick, tickOfSeconds } from '../base/units.ts';
import type { Milliseconds, Seconds, Tick } from '../base/units.ts';
import type { LatentPoint, Picture, Pipeline } from '../diffusion/types.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { playOn } from '../base/loop.ts';
import { FrameStore, KEPT_BEHIND } from './frame-store.ts';
import { Governor } from './governor.ts';
import type { Quality } from './governor.ts';
import { KeyframePlan, barTickFrom, paceAt } from './keyframes.ts';
import { BufferGauge } from './buffer-gauge.ts';
import { PictureRate } from './picture-rate.ts';
import { PlayheadWatch } from './playhead-watch.ts';
import { PreparedRange } from './prepared-range.ts';
import type { Transport } from './transport.ts';
import { travelBetween } from '../latent/travel.ts';
import type { AheadTelemetry, Frame, Travel, WalkPlan } from './types.ts';
import { Window } from './window.ts';

export interface LookAheadOptions {
  readonly plan: WalkPlan;
  readonly pipeline: Pipeline & { readonly alive?: boolean };
  /** A function where the timeline grows or is replaced (live input, corrections). */
  readonly timeline: Timeline | (() => Timeline);
  readonly transport: Transport;
  /** Monotonic instant (ms), the clock of `transport`. */
  readonly now: () => Milliseconds;
  readonly onFrame: (frame: Frame) => void;
  readonly onNotice?: (text: string) => void;
  /** The governor's last resort: multiply the walk's speed (1 = as planned) from a tick on. */
  readonly onSpeed?: (multiplier: number, fromTick: Tick) => void;
  /** Look-ahead in seconds (default 5) and in bytes of pixels (default 256 MiB), whichever is less. */
  readonly horizonSeconds?: Seconds;
  readonly maxBytes?: number;
  /** Most pictures a second worth drawing (default 17). */
  readonly maxRate?: number;
}

/** House-keeping: late frames, loops, idle restarts (ms). */
const TIMER_MS = 20;
/** Beyond the cost of drawing, a frame needs this long to be in time (ms). */
const MARGIN_MS = 25;
/** Gaps this near are filled before stale frames are made anew (s); of those up to the second number two for each stale one. */
const URGENT_SECONDS = 1;
const SAFE_SECONDS = 1.6;
/** The walk is prepared this far beyond the horizon (s), again when less than the second number is left. */
const PREPARE_SECONDS = 6;
const ENOUGH_SECONDS = 3;
/** After a control change only one picture is on its way, so that the next change reaches the stage at once (ms). */
const NERVOUS_MS = 1000;
/** Meanwhile the plan is laid out no farther than this, since the next change voids it (s). */
const NERVOUS_REACH = SAFE_SECONDS + 0.4;
/** Room beyond the nearest tick that can be met (s). */
const SLOW_ROOM = 4;
/** Frames stay this far beyond the horizon (s): where a seek went back, and where a loop brings them back soon. */
const KEPT_BEYOND = 10;
const KEPT_BEYOND_IN_LOOP = 1;
/** Two keyframes are never farther apart than this (ticks). */
const WIDEST = 16 * TICKS_PER_SECOND;
/** A failed picture or preparation is tried again after this time (ms). */
const RETRY_MS = 500;

interface Draw {
  readonly tick: Tick;
  readonly generation: number;
  readonly cut: boolean;
  readonly travel: Travel | undefined;
  readonly issuedAt: Milliseconds;
  readonly abort: AbortController;
  stale: boolean;
}

export class LookAhead {
  readonly #options: LookAheadOptions;
  readonly #governor: Governor;
  readonly #keyframes: KeyframePlan;
  /** From the next turn of a loop on. */
  readonly #nextLap: KeyframePlan;
  readonly #store = new FrameStore();
  readonly #prepared: PreparedRange;
  readonly #window: Window;
  readonly #draws: Draw[] = [];
  readonly #rate = new PictureRate();
  readonly #gauge: BufferGauge;
  readonly #watch: PlayheadWatch;
  #timer: ReturnType<typeof setInterval> | undefined;
  #generation = 0;
  #pendingStale: Tick | undefined;
  #lastChange: Milliseconds = -Infinity;
  #turn = 0;
  #epoch = -1;
  /** Jumps of the transport so far, turns of its loop included. */
  #jumps = 0;
  #retryAt: Milliseconds = -Infinity;
  #pictureBytes = 0;
  #speed = 1;

  constructor(options: LookAheadOptions) {
    this.#options = options;
    const start = 4;
    this.#governor = new Governor(start, options.maxRate === undefined ? {} : { maxRate: options.maxRate });
    this.#keyframes = new KeyframePlan(start);
    this.#nextLap = new KeyframePlan(start);
    const shared = { transport: options.transport, store: this.#store, keyframes: this.#keyframes, nextLap: this.#nextLap, grid: () => this.#timeline().grid };
    this.#window = new Window(shared);
    this.#gauge = new BufferGauge({ ...shared, window: this.#window, horizon: (instant) => this.#horizon(instant), horizonSeconds: () => this.#horizonSeconds() });
    this.#watch = new PlayheadWatch({ ...shared, endTick: () => this.#window.endTick, alive: () => options.pipeline.alive ?? true, onFrame: (frame) => options.onFrame(frame) });
    this.#prepared = new PreparedRange(options.plan, () => this.#pump(), (reason) => this.#fail('The walk could not be prepared', reason));
  }

  /** Begins to draw ahead; also while the transport holds, until the buffer is full. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#keepHouse(), TIMER_MS);
    this.seek();
  }

  /** Stops drawing; frames in hand stay readable. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const draw of this.#draws) draw.abort.abort(new Error('stopped'));
    this.#gauge.wakeAll();
  }

  /** A control change applies from this tick on: frames from there are stale until made anew. Cheap, call it as often as hands move. */
  invalidate(fromTick: Tick): void {
    this.#pendingStale = Math.min(this.#pendingStale ?? Infinity, fromTick);
    this.#lastChange = this.#options.now();
    for (const draw of this.#draws.slice(1)) draw.abort.abort(new Error('superseded'));
    this.#pump();
  }

  /** The transport has jumped: draws from its new place. Called by itself too when the transport's epoch changes. */
  seek(): void {
    const { transport, now } = this.#options;
    this.#epoch = transport.epoch;
    this.#jumps = transport.jumpsAt(now());
    for (const plan of [this.#keyframes, this.#nextLap]) plan.reset(this.#governor.quality.perBeat);
    for (const draw of this.#draws.slice(1)) draw.abort.abort(new Error('sought'));
    this.#watch.seek(this.earliestTick());
    this.#pump();
  }

  /** The nearest tick that can still be met: a control change that arrives now should apply from here. */
  earliestTick(): Tick {
    const { transport, now } = this.#options;
    const instant = now();
    return tickOfSeconds(playOn(transport.showTimeAt(instant), this.#leadTime(instant), transport.loop));
  }

  /** A tick as it can be reached: one beyond the end of a loop that turns is the loop's first. */
  reachableTick(tick: Tick): Tick {
    return this.#window.reachable(tick, this.#options.now());
  }

  /** Seconds of play from now to the nearest tick that can be met; while time holds, back to the keyframe on show. */
  #leadTime(instant: Milliseconds): Seconds {
    const { transport } = this.#options;
    const here = transport.showTimeAt(instant);
    if (!transport.moving) return secondsOfTick(Math.max(0, this.#keyframeBefore(tickOfSeconds(here) + 1))) - here;
    return (((this.#draws.length + 1) * this.#rate.service * 1.1 + MARGIN_MS) / 1000) * transport.rate;
  }

  /** Resolves once `seconds` of the show ahead are in hand (or the end of the track is). */
  buffered(seconds: Seconds): Promise<void> {
    const done = this.#gauge.wait(seconds);
    this.#gauge.wake(this.#options.now());
    return done;
  }

  /** Frames in hand in due order, a little past and all ahead. */
  frames(): readonly Frame[] {
    return this.#store.list();
  }

  telemetry(): AheadTelemetry {
    const instant = this.#options.now();
    const time = this.#options.transport.showTimeAt(instant);
    const subdivision = this.#keyframes.perBeatAt(tickOfSeconds(time));
    const pace = paceAt(this.#timeline().grid, time);
    return {
      bufferSeconds: this.#gauge.secondsAt(instant),
      picturesPerSecond: this.#rate.perSecond(instant),
      lateFrames: this.#watch.lateFrames,
      generation: this.#generation,
      subdivision,
      spacingTicks: TICKS_PER_SECOND / (pace.beatsPerSecond * subdivision),
      inferenceAlive: this.#options.pipeline.alive ?? true,
    };
  }

  /** Starts draws while there is room and something to draw. */
  #pump(): void {
    if (this.#timer === undefined) return;
    this.#followJumps();
    const instant = this.#options.now();
    const nervous = instant - this.#lastChange < NERVOUS_MS;
    const room = nervous ? 1 : 2;
    if (this.#draws.length < room) this.#applyChange();
    this.#prepare(instant, nervous);
    while (this.#draws.length < room && instant >= this.#retryAt) {
      const tick = this.#pickTick(instant);
      if (tick === undefined) return;
      this.#draw(tick, instant);
    }
  }

  #prepare(instant: Milliseconds, nervous: boolean): void {
    const lead = this.#leadTime(instant);
    const horizon = this.#horizon(instant);
    const spansTo = (end: Seconds): ReturnType<Window['around']> => this.#window.around(instant, lead, end);
    if (nervous) this.#prepared.reach(spansTo(lead + NERVOUS_REACH), spansTo(lead + NERVOUS_REACH));
    else this.#prepared.reach(spansTo(horizon + ENOUGH_SECONDS), spansTo(horizon + PREPARE_SECONDS));
  }

  /** One re-plan for all changes since the last one. */
  #applyChange(): void {
    const fromTick = this.#pendingStale;
    if (fromTick === undefined) return;
    this.#pendingStale = undefined;
    this.#generation++;
    this.#store.markStale(fromTick);
    for (const draw of this.#draws) if (draw.tick >= fromTick) draw.stale = true;
    this.#prepared.invalidate(fromTick);
  }

  /** Near gaps first, then stale frames from the nearest on, taking turns with gaps while little is in hand, then gaps further out. */
  #pickTick(instant: Milliseconds): Tick | undefined {
    const open = this.#window.ticks(instant, this.#leadTime(instant), this.#horizon(instant)).filter((tick) => this.#prepared.has(tick) && !this.#draws.some((draw) => draw.tick === tick && !draw.stale));
    const gap = open.find((tick) => !this.#store.has(tick));
    const stale = open.find((tick) => this.#store.isStale(tick));
    if (gap === undefined || stale === undefined) return gap ?? stale;
    this.#turn = (this.#turn + 1) % 3;
    const away = this.#window.secondsUntil(gap, instant, 0);
    const gapFirst = away <= URGENT_SECONDS || (this.#turn > 0 && away <= SAFE_SECONDS);
    return gapFirst ? gap : stale;
  }

  /** Seconds of play from now to the end of what is drawn. */
  #horizon(instant: Milliseconds): Seconds {
    const near = this.#horizonSeconds() * Math.max(1, this.#options.transport.rate);
    // A machine so slow that its next picture lies beyond the horizon still draws the one after that.
    const lead = this.#leadTime(instant);
    return lead < near ? near : lead + SLOW_ROOM;
  }

  #draw(tick: Tick, instant: Milliseconds): void {
    const { plan, pipeline } = this.#options;
    const before = Math.max(0, this.#keyframeBefore(tick));
    const cut = plan.isCutAt(before, tick);
    const point = plan.pointAt(tick);
    const travel = cut ? undefined : { fromTick: before, fractions: travelBetween((at) => plan.pointAt(at), before, tick) };
    const draw: Draw = { tick, generation: this.#generation, cut, travel, issuedAt: instant, abort: new AbortController(), stale: false };
    this.#draws.push(draw);
    pipeline.draw(this.#coarsen(point), draw.abort.signal).then(
      (picture) => this.#receive(draw, picture),
      (reason: unknown) => this.#miss(draw, reason),
    );
  }

  #coarsen(point: LatentPoint): LatentPoint {
    const share = this.#governor.quality.steps;
    return share === 1 ? point : { ...point, steps: Math.max(1, Math.round(point.steps * share)) };
  }

  #receive(draw: Draw, picture: Picture): void {
    this.#draws.splice(this.#draws.indexOf(draw), 1);
    if (this.#timer === undefined) return;
    const instant = this.#options.now();
    this.#governor.observe(this.#rate.count(draw.issuedAt, instant));
    this.#pictureBytes = picture.pixels.length;
    const { tick, generation, cut, travel } = draw;
    const frame: Frame = { tick, due: secondsOfTick(tick), height: picture.height, width: picture.width, pixels: picture.pixels, cost: picture.cost, generation, cut, travel };
    this.#store.put(frame, draw.stale || draw.tick >= (this.#pendingStale ?? Infinity));
    this.#options.onFrame(frame);
    this.#govern();
    this.#gauge.wake(instant);
    this.#pump();
  }

  #miss(draw: Draw, reason: unknown): void {
    this.#draws.splice(this.#draws.indexOf(draw), 1);
    if (!draw.abort.signal.aborted) this.#fail('A picture could not be drawn', reason);
    this.#pump();
  }

  #fail(what: string, reason: unknown): void {
    if (this.#timer === undefined) return;
    this.#retryAt = this.#options.now() + RETRY_MS;
    this.#options.onNotice?.(`${what} (${messageOf(reason)}); the show goes on with what it has and tries again.`);
  }

  #govern(): void {
    const { transport, now, onSpeed } = this.#options;
    const instant = now();
    const time = transport.showTimeAt(instant);
    const before = this.#governor.quality;
    const quality = this.#governor.decide({ now: instant, ...paceAt(this.#timeline().grid, time), bufferSeconds: this.#gauge.secondsAt(instant), horizonSeconds: this.#horizonSeconds(), moving: transport.moving });
    if (quality === before) return;
    const fromTick = this.#applyQuality(quality, time);
    if (quality.speed === this.#speed) return;
    this.#speed = quality.speed;
    onSpeed?.(quality.speed, fromTick);
  }

  /** From the next bar line that leaves time to draw; at once while time holds. */
  #applyQuality(quality: Quality, time: Seconds): Tick {
    const { transport: { moving, loop }, now } = this.#options;
    const soon = moving ? Math.max(0.3, this.#leadTime(now())) : 0;
    const nearest = tickOfSeconds(playOn(time, soon, loop));
    const fromTick = this.reachableTick(moving ? barTickFrom(this.#timeline().grid, nearest) : nearest);
    if (fromTick >= tickOfSeconds(time)) {
      this.#keyframes.changeFrom(fromTick, quality.perBeat);
      this.#nextLap.reset(quality.perBeat);
    } else this.#nextLap.changeFrom(fromTick, quality.perBeat);
    return fromTick;
  }

  #keepHouse(): void {
    const { transport, now } = this.#options;
    this.#followJumps();
    const instant = now();
    this.#govern();
    this.#gauge.wake(instant);
    if (transport.moving) this.#watch.pass(tickOfSeconds(transport.showTimeAt(instant)));
    const farthest = this.#horizon(instant) + (this.#window.isCaught(instant) ? KEPT_BEYOND_IN_LOOP : KEPT_BEYOND);
    this.#store.prune((tick) => {
      const away = this.#window.secondsUntil(tick, instant, KEPT_BEHIND);
      return away >= -KEPT_BEHIND && away <= farthest;
    });
    this.#pump();
  }

  /** A seek voids what was planned; a turn of the loop was planned. */
  #followJumps(): void {
    const { transport, now } = this.#options;
    if (transport.epoch !== this.#epoch) return this.seek();
    const jumps = transport.jumpsAt(now());
    if (jumps === this.#jumps) return;
    this.#jumps = jumps;
    this.#turnLoop();
  }

  #turnLoop(): void {
    const { transport: { loop, moving } } = this.#options;
    if (loop === null) return;
    this.#watch.turn(loop, moving);
    this.#keyframes.adopt(this.#nextLap);
    this.#nextLap.reset(this.#governor.quality.perBeat);
  }

  #keyframeBefore(tick: Tick): Tick {
    return this.#keyframes.ticksBetween(this.#timeline().grid, tick - WIDEST, tick).at(-1) ?? tick - 1;
  }

  /** Seconds or bytes, whichever is less; never under one second. */
  #horizonSeconds(): Seconds {
    const { horizonSeconds = 5, maxBytes = 256 * 1024 * 1024, maxRate = 17 } = this.#options;
    return this.#pictureBytes === 0 ? horizonSeconds : Math.min(horizonSeconds, Math.max(1, maxBytes / (this.#pictureBytes * maxRate)));
  }

  #timeline(): Timeline {
    const { timeline } = this.#options;
    return typeof timeline === 'function' ? timeline() : timeline;
  }
}
