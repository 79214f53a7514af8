/**
 * What the operator does to the beat. Live, and where a track has no beats, the tempo clock takes it; while a track is on,
 * its grid is corrected from the next tick that can still be drawn with it, and the show plays on with the corrected one.
 */

import { secondsOfTick, type Milliseconds, type Tick } from '../../base/units.ts';
import { beatsAfter, GridHand, gridChangeOf } from '../../control/clock/grid-hand.ts';
import type { TempoClock } from '../../control/clock/tempo.ts';
import type { OpenShow, ShowTools } from '../open-show.ts';
import type { ShowClock } from '../show-clock.ts';

/** The grid is made anew at most this often, for hands that tap and nudge fast. */
const RESTAGE_INTERVAL: Milliseconds = 200;

export interface GridStage {
  now(): Milliseconds;
  show(): OpenShow;
  replace(show: OpenShow): void;
  /** First tick that can still be made anew. */
  nextTick(): Tick;
  /** The timeline differs from this tick on. */
  renewed(fromTick: Tick): void;
}

export class GridDesk {
  readonly #stage: GridStage;
  readonly #clock: ShowClock;
  readonly #tools: ShowTools;
  #hand: GridHand | null = null;
  #jumps = -1;
  #madeAt: Milliseconds = -Infinity;
  #waiting: NodeJS.Timeout | undefined;

  constructor(stage: GridStage, clock: ShowClock, tools: ShowTools) {
    this.#stage = stage;
    this.#clock = clock;
    this.#tools = tools;
  }

  /** `act` gets the clock that leads here and the instant on it. Answers what `act` does. */
  lead<T>(arrival: Milliseconds, act: (clock: TempoClock, at: Milliseconds) => T): T {
    const { live, timeline: { grid } } = this.#stage.show();
    if (live || grid.beats.length < 2) return act(this.#clock.tempo, arrival);
    const jumps = this.#clock.transport.jumpsAt(arrival);
    this.#hand ??= new GridHand(grid);
    if (this.#jumps !== jumps) this.#hand.rest();
    this.#jumps = jumps;
    const answer = this.#hand.act(grid, this.#clock.timeAt(arrival), act);
    if (this.#hand.leads) this.#restageSoon();
    return answer;
  }

  /** Another show. */
  open(): void {
    this.stop();
    this.#hand = null;
  }

  stop(): void {
    clearTimeout(this.#waiting);
  }

  #restageSoon(): void {
    clearTimeout(this.#waiting);
    const rest = this.#madeAt + RESTAGE_INTERVAL - this.#stage.now();
    if (rest <= 0) this.#restage();
    else this.#waiting = setTimeout(() => this.#restage(), rest).unref();
  }

  #restage(): void {
    const show = this.#stage.show();
    const hand = this.#hand;
    if (show.live || hand === null || this.#jumps !== this.#clock.transport.jumpsAt(this.#stage.now())) return;
    this.#madeAt = this.#stage.now();
    const { grid, duration } = show.timeline;
    const fromTick = this.#stage.nextTick();
    const change = gridChangeOf(grid, hand.beats(grid, secondsOfTick(fromTick), duration), fromTick);
    const timeline = this.#tools.layBeats(show.timeline, beatsAfter(grid, change));
    this.#stage.replace({ ...this.#tools.restage(show, { timeline, change }), beatsByHand: true });
    this.#stage.renewed(fromTick);
  }
}
