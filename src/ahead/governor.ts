/**
 * How many pictures a beat the machine can keep up with, and what gives when it cannot (design rule 4): fewer keyframes,
 * then coarser steps, then a slower walk. Pure: instants are arguments (ms). A short spike is left to the buffer; a
 * lasting change of cost is answered in one move to what fits, not step by step. The look-ahead applies an answer from
 * the next bar line on.
 */

import { median } from '../base/math.ts';
import type { Milliseconds, Seconds, Unit } from '../base/units.ts';
import { SUBDIVISIONS } from './keyframes.ts';

export interface Quality {
  /** Pictures a beat. */
  readonly perBeat: number;
  /** Multiplies the steps of a picture (at least one step stays). */
  readonly steps: Unit;
  /** Multiplies the speed of the walk. */
  readonly speed: Unit;
}

export interface GovernorOptions {
  /** At most this many pictures a second are worth drawing. */
  readonly maxRate?: number;
  readonly subdivisions?: readonly number[];
}

export interface GovernorInput {
  readonly now: Milliseconds;
  readonly beatsPerSecond: number;
  readonly barSeconds: Seconds;
  readonly bufferSeconds: Seconds;
  /** Buffer that counts as full. */
  readonly horizonSeconds: Seconds;
  /** Show time is moving; before that the choice is free. */
  readonly moving: boolean;
}

/** Shares of the machine's capacity that a choice may use: going down, and (lower, for hysteresis) going up. */
const LOAD_DOWN = 0.85;
const LOAD_UP = 0.75;
/** Time between two changes (ms): always, and while the cost is about what it was at the last change. */
const GAP_MS = 2000;
const STEADY_GAP_MS = 8000;
/** The cost counts as another one beyond this ratio. */
const COST_SHIFT = 1.7;
/** Costs remembered; their median is the cost. */
const COSTS = 7;
/** A picture needs this many before the first choice is more than a guess. */
const FIRST_COSTS = 3;
/** The walk slows to this at most. */
const SLOWEST = 0.25;

export class Governor {
  readonly #subdivisions: readonly number[];
  readonly #maxRate: number;
  readonly #costs: Milliseconds[] = [];
  #quality: Quality;
  #changedAt: Milliseconds = -Infinity;
  #costAtChange: Milliseconds = 0;

  constructor(perBeat: number, options: GovernorOptions = {}) {
    this.#subdivisions = options.subdivisions ?? SUBDIVISIONS;
    this.#maxRate = options.maxRate ?? 17;
    this.#quality = { perBeat, steps: 1, speed: 1 };
  }

  get quality(): Quality {
    return this.#quality;
  }

  /** Median of the newest costs (ms); 0 before the first. */
  get cost(): Milliseconds {
    return median(this.#costs);
  }

  /** A picture has been made in `cost` ms, waiting and transport included. */
  observe(cost: Milliseconds): void {
    this.#costs.push(cost);
    if (this.#costs.length > COSTS) this.#costs.shift();
  }

  /** The quality from the next bar line on; the same object while nothing changes. */
  decide(input: GovernorInput): Quality {
    const cost = this.cost;
    if (this.#costs.length < FIRST_COSTS) return this.#quality;
    const wanted = this.#wantedQuality(cost, input);
    if (isSame(wanted, this.#quality) || !this.#mayChange(cost, input)) return this.#quality;
    this.#quality = wanted;
    this.#changedAt = input.now;
    this.#costAtChange = cost;
    return wanted;
  }

  #wantedQuality(cost: Milliseconds, input: GovernorInput): Quality {
    const { perBeat } = this.#quality;
    const load = (n: number): number => (n * input.beatsPerSecond * cost) / 1000;
    if (!input.moving) return this.#fit(load, LOAD_UP, input);
    const overloaded = load(perBeat) * this.#quality.steps * this.#quality.speed > 1;
    if (overloaded) return this.#isBufferLow(input) ? this.#fit(load, LOAD_DOWN, input) : this.#quality;
    const better = this.#fit(load, LOAD_UP, input);
    return isBetter(better, this.#quality) ? better : this.#quality;
  }

  /** The best quality whose load stays under `limit`. The cost is that of the steps in force. */
  #fit(load: (perBeat: number) => number, limit: Unit, input: GovernorInput): Quality {
    const fullCost = 1 / this.#quality.steps;
    const allowed = this.#subdivisions.filter((n) => n * input.beatsPerSecond <= this.#maxRate);
    const options = allowed.length > 0 ? allowed : this.#subdivisions.slice(0, 1);
    const perBeat = options.findLast((n) => load(n) * fullCost <= limit);
    if (perBeat !== undefined) return { perBeat, steps: 1, speed: 1 };
    const lowest = options[0] as number;
    const room = limit / (load(lowest) * fullCost);
    return room >= 0.25 ? { perBeat: lowest, steps: toQuarters(room), speed: 1 } : { perBeat: lowest, steps: 0.25, speed: Math.max(SLOWEST, toQuarters(room * 4)) };
  }

  /** Less than the way to the next bar line is in hand, so waiting longer would cost frames. */
  #isBufferLow(input: GovernorInput): boolean {
    return input.bufferSeconds < Math.min(Math.max(1.5, 1.2 * input.barSeconds), 0.7 * input.horizonSeconds);
  }

  #mayChange(cost: Milliseconds, input: GovernorInput): boolean {
    if (!input.moving) return true;
    const waited = input.now - this.#changedAt;
    if (waited < GAP_MS) return false;
    const ratio = this.#costAtChange === 0 ? Infinity : cost / this.#costAtChange;
    return waited >= STEADY_GAP_MS || ratio > COST_SHIFT || ratio < 1 / COST_SHIFT || this.#isBufferLow(input);
  }
}

/** Down to whole quarters, so that small changes of cost do not wander through the steps. */
function toQuarters(value: number): Unit {
  return Math.min(1, Math.max(0.25, Math.floor(value * 4) / 4));
}

function isSame(a: Quality, b: Quality): boolean {
  return a.perBeat === b.perBeat && a.steps === b.steps && a.speed === b.speed;
}

function isBetter(a: Quality, b: Quality): boolean {
  if (a.speed !== b.speed) return a.speed > b.speed;
  if (a.steps !== b.steps) return a.steps > b.steps;
  return a.perBeat > b.perBeat;
}
