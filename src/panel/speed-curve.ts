/**
 * How fast the walk goes along the track, as the score reckons it from the music and the preset's own routes: worked out
 * here a slice at a time so that no frame is held up. The hand's /walk/speed multiplies it when it is drawn.
 */

import { TICKS_PER_SECOND, type Seconds, type Tick } from '../base/units.ts';
import { MomentSource } from '../score/moment.ts';
import { RouteBank, type RouteSpec, type RouteState } from '../score/route.ts';
import { musicSpeed, type SpeedRange } from '../score/music-speed.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Points a second. */
export const SPEED_RATE = 4;
const TICKS_A_POINT: Tick = TICKS_PER_SECOND / SPEED_RATE;
/** Points worked out in one go, about a millisecond. */
const SLICE = 12;

export class SpeedCurve {
  readonly points: Float32Array;
  readonly #range: SpeedRange;
  readonly #source: MomentSource;
  readonly #bank: RouteBank;
  readonly #state: RouteState;
  #known = 0;

  constructor(timeline: Timeline, routes: readonly RouteSpec[], range: SpeedRange) {
    this.#range = range;
    this.points = new Float32Array(Math.ceil(timeline.duration * SPEED_RATE) + 1);
    this.#source = new MomentSource(timeline, false);
    this.#bank = new RouteBank(routes.filter(({ to }) => to === 'walk.speed'), this.#source);
    this.#state = this.#bank.createState();
  }

  /** Points that are known. */
  get known(): number {
    return this.#known;
  }

  /** Works out a little more; false once all is known. */
  goOn(): boolean {
    for (let i = 0; i < SLICE && this.#known < this.points.length; i++) {
      const first = this.#known * TICKS_A_POINT;
      for (let tick = first; tick < first + TICKS_A_POINT; tick++) this.#bank.step(this.#state, this.#source.at(tick));
      this.points[this.#known] = musicSpeed(this.#range, this.#bank.valuesOf(this.#state)['walk.speed'], this.#source.at(first + TICKS_A_POINT - 1));
      this.#known++;
    }
    return this.#known < this.points.length;
  }

  at(time: Seconds): number {
    return this.points[Math.min(this.points.length - 1, Math.max(0, Math.round(time * SPEED_RATE)))] ?? 1;
  }
}
