/**
 * The fast routes of the look, run in the browser at the audio clock. The same routes on the same ticks as everywhere,
 * so stage and export agree; between ticks the values are interpolated. Cheap: about two ticks a display frame.
 */

import { lerp } from '../base/math.ts';
import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Seconds } from '../base/units.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { RouteRunner } from './route.ts';
import type { RouteSpec } from './route.ts';

/** The routes of a preset that the stage runs: those that move the look. */
export function stageRoutesOf(routes: readonly RouteSpec[]): RouteSpec[] {
  return routes.filter(({ to }) => !to.startsWith('walk.'));
}

export class StageRoutes {
  readonly #runner: RouteRunner;
  #tick = Number.NaN;
  #before: Readonly<Record<string, number>> = {};
  #after: Readonly<Record<string, number>> = {};

  /** `timeline` may grow (live): only times that have passed or are just ahead are read. */
  constructor(specs: readonly RouteSpec[], timeline: Timeline, live = timeline.duration === 0) {
    this.#runner = new RouteRunner(stageRoutesOf(specs), timeline, live);
  }

  /** Offsets by target at a show time (s): added to the parameter's value, then clamped by who uses them. */
  valuesAt(time: Seconds): Record<string, number> {
    const place = Math.max(0, time) * TICKS_PER_SECOND;
    const tick = Math.floor(place);
    if (tick !== this.#tick) {
      this.#before = tick === this.#tick + 1 ? this.#after : this.#runner.advanceTo(tick);
      this.#after = this.#runner.advanceTo(tick + 1);
      this.#tick = tick;
    }
    return Object.fromEntries(Object.entries(this.#after).map(([path, value]) => [path, lerp(this.#before[path] ?? value, value, place - tick)]));
  }
}
