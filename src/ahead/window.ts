/**
 * What plays next: the stretch from some seconds ahead of the playhead to some more, in ticks and in the order it will play,
 * through the turn of a loop and not beyond the end of the track. Reads the transport; keeps nothing.
 */

import { catches, secondsUntil, spansAhead, withinLoop } from '../base/loop.ts';
import { TICKS_PER_SECOND, secondsOfTick, tickOfSeconds } from '../base/units.ts';
import type { Milliseconds, Seconds, Tick } from '../base/units.ts';
import type { BeatGrid } from '../timeline/timeline.ts';
import { keyframeTicks, paceAt, type KeyframePlan } from './keyframes.ts';
import type { Transport } from './transport.ts';

/** Ticks from `from` up to and without `to`; `lap` counts the turns before it, `turns` says that the loop turns at its end. */
export interface TickSpan {
  readonly from: Tick;
  readonly to: Tick;
  readonly lap: number;
  readonly turns: boolean;
}

export interface WindowOptions {
  readonly transport: Transport;
  /** Until the loop turns, and from then on. */
  readonly keyframes: KeyframePlan;
  readonly nextLap: KeyframePlan;
  readonly grid: () => BeatGrid;
}

export class Window {
  readonly #options: WindowOptions;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** The last tick of the track, plus one; infinite where it has no end. */
  get endTick(): Tick {
    const { duration } = this.#options.transport;
    return duration > 0 ? Math.ceil(duration * TICKS_PER_SECOND) + 1 : Infinity;
  }

  /** `from` and `to` in seconds of play from now. */
  spans(instant: Milliseconds, from: Seconds, to: Seconds): TickSpan[] {
    const { transport } = this.#options;
    const { loop } = transport;
    return spansAhead(transport.showTimeAt(instant), from, to, loop).map((span) => ({
      from: tickOfSeconds(span.from), to: Math.min(tickOfSeconds(span.to), this.endTick), lap: span.lap, turns: loop !== null && span.to === loop.end,
    }));
  }

  /** Keyframes of a stretch in the order they play. A turn has one on both sides of either of its edges, since pictures lie between two. */
  ticks(instant: Milliseconds, from: Seconds, to: Seconds): Tick[] {
    return this.spans(instant, from, to).flatMap((span) => this.keyframesOf(span));
  }

  keyframesOf({ from, to, lap, turns }: TickSpan): Tick[] {
    const { grid, keyframes, nextLap } = this.#options;
    const plan = lap === 0 ? keyframes : nextLap;
    const ticks = plan.ticksBetween(grid(), from, to);
    const before = lap > 0 && ticks[0] !== from ? this.#between(plan, from - this.#spacing(plan, from), from).slice(-1) : [];
    const after = turns ? this.#between(plan, to, to + this.#spacing(plan, to)).slice(0, 1) : [];
    return [...before, ...ticks, ...after];
  }

  /** The stretches that hold all these keyframes. */
  around(instant: Milliseconds, from: Seconds, to: Seconds): { readonly from: Tick; readonly to: Tick }[] {
    const { nextLap } = this.#options;
    return this.spans(instant, from, to).map((span) => ({
      from: span.lap === 0 ? span.from : span.from - this.#spacing(nextLap, span.from),
      to: span.turns ? span.to + this.#spacing(nextLap, span.to) : span.to,
    }));
  }

  #between(plan: KeyframePlan, from: Tick, to: Tick): Tick[] {
    return keyframeTicks(this.#options.grid(), from, to, plan.perBeatAt(from));
  }

  /** Ticks in which there is a keyframe for sure. */
  #spacing(plan: KeyframePlan, at: Tick): Tick {
    return Math.ceil(TICKS_PER_SECOND / (paceAt(this.#options.grid(), secondsOfTick(at)).beatsPerSecond * plan.perBeatAt(at))) + 2;
  }

  /** Seconds of play until a tick comes; negative for what passed at most `behind` seconds ago. A loop brings the keyframes next to its edges, and nothing beyond. */
  secondsUntil(tick: Tick, instant: Milliseconds, behind: Seconds): Seconds {
    const { transport, nextLap } = this.#options;
    const { loop } = transport;
    if (this.isCaught(instant) && loop !== null && tick > tickOfSeconds(loop.end) + this.#spacing(nextLap, tick)) return Infinity;
    const isEdge = loop !== null && secondsOfTick(tick) < loop.start && secondsOfTick(tick + this.#spacing(nextLap, tick)) >= loop.start;
    return secondsUntil(isEdge ? loop.start : secondsOfTick(tick), transport.showTimeAt(instant), loop, behind);
  }

  /** A loop will turn what plays now. */
  isCaught(instant: Milliseconds): boolean {
    const { transport } = this.#options;
    return catches(transport.loop, transport.showTimeAt(instant));
  }

  /** What is planned for beyond the loop's end comes at its start instead. */
  reachable(tick: Tick, instant: Milliseconds): Tick {
    const { transport } = this.#options;
    const { loop } = transport;
    if (loop === null || tick < tickOfSeconds(loop.end)) return tick;
    return tickOfSeconds(withinLoop(Math.max(loop.end, secondsOfTick(tick)), transport.showTimeAt(instant), loop));
  }
}
