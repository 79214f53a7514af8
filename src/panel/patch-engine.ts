/**
 * The preset's routes at work on the panel, so that their live values can be drawn: the same bank on the same ticks as the
 * score and the stage, over the same timeline. Nothing is asked of the server.
 */

import { TICKS_PER_SECOND, type Seconds, type Tick } from '../base/units.ts';
import { MomentSource } from '../score/moment.ts';
import { RouteBank, type RouteReading, type RouteSpec, type RouteState } from '../score/route.ts';
import type { Timeline } from '../timeline/timeline.ts';

export class PatchEngine {
  readonly routes: readonly RouteSpec[];
  readonly timeline: Timeline;
  readonly #source: MomentSource;
  readonly #bank: RouteBank;
  #state: RouteState;
  #tick: Tick | null = null;

  constructor(routes: readonly RouteSpec[], timeline: Timeline, isLive: boolean) {
    this.routes = routes;
    this.timeline = timeline;
    this.#source = new MomentSource(timeline, isLive);
    this.#bank = new RouteBank(routes, this.#source);
    this.#state = this.#bank.createState();
  }

  /** Readings by route at a show time; after a jump the followers settle first. */
  readingsAt(time: Seconds): readonly RouteReading[] {
    const tick = Math.max(0, Math.floor(time * TICKS_PER_SECOND));
    if (this.#tick === null || tick < this.#tick || tick - this.#tick > TICKS_PER_SECOND) {
      this.#state = this.#bank.warmState(tick);
      this.#tick = tick - 1;
    }
    while (this.#tick < tick) this.#bank.step(this.#state, this.#source.at(++this.#tick));
    return this.#bank.readingsOf(this.#state, this.#source.at(tick));
  }
}
