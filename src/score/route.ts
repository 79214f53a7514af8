/**
 * Routes at work: features of the music become movements of parameters. State advances only on score ticks; memory is
 * written as exp(-dt/τ). The state is one array of numbers, so that a score can store and restore it.
 */

import { decayOver, wrap } from '../base/math.ts';
import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Seconds, Tick, Unit } from '../base/units.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { accentOfNextBeat, bumpShape, preRollOf, stepShape } from './beat-shape.ts';
import { barInPhrase, MomentSource, PHRASE_BARS } from './moment.ts';
import type { Moment } from './moment.ts';
import { isStemFeature } from './route-types.ts';
import type { LfoFeature, MomentFeature, RouteSpec, RouteTime } from './route-types.ts';

export * from './route-types.ts';

const DT = 1 / TICKS_PER_SECOND;
/** Ticks run before an answer after a jump, so that followers have settled. */
export const ROUTE_PRE_ROLL_TICKS = 8 * TICKS_PER_SECOND;

/** Places of one route in the state array. */
const VALUE = 0; // what the follower or envelope stands at, feature units
const ENVELOPE = 1; // what a hit falls from
const FIRED = 2; // show time of the last firing
const SIDE = 3; // +1 or -1
const BEAT_TIME = 4; // the beat the running shape belongs to
const BEAT_SECONDS = 5;
const BEAT_SIZE = 6;
const BASE = 7; // where a sway stands before its running step
const LAST = 8; // feature one tick ago
const SLOTS = 9;

export type RouteState = Float64Array;

export interface RouteReading {
  readonly feature: number;
  readonly answer: number;
  readonly output: number;
}

/** The routes of a preset over one source of moments. Stateless itself: the state is handed in. */
export class RouteBank {
  readonly #specs: readonly RouteSpec[];
  readonly #source: MomentSource;
  /** Where each route's curve stands in `Moment.curves`; undefined for features that are worked out. */
  readonly #places: readonly (number | undefined)[];

  constructor(specs: readonly RouteSpec[], source: MomentSource) {
    this.#specs = specs;
    this.#source = source;
    this.#places = specs.map(({ feature }) => source.placeOf(feature));
  }

  createState(): RouteState {
    const state = new Float64Array(this.#specs.length * SLOTS);
    for (let i = 0; i < this.#specs.length; i++) state.set([0, 0, -1e9, 1, -1e9, 0.5, 0, 0, 0], i * SLOTS);
    return state;
  }

  /** A state whose followers have settled, as it stands before `tick`. */
  warmState(tick: Tick): RouteState {
    const state = this.createState();
    const first = Math.max(0, tick - ROUTE_PRE_ROLL_TICKS);
    if (first > 0) this.#settle(state, this.#source.at(first));
    for (let before = first; before < tick; before++) this.step(state, this.#source.at(before));
    return state;
  }

  /** Advances the state in place by one tick to `moment`. */
  step(state: RouteState, moment: Moment): void {
    for (let i = 0; i < this.#specs.length; i++) this.#stepRoute(i, state, moment);
  }

  /** Sums of the routes by target. */
  valuesOf(state: RouteState): Record<string, number> {
    const values: Record<string, number> = {};
    for (let i = 0; i < this.#specs.length; i++) {
      const spec = this.#specs[i] as RouteSpec;
      values[spec.to] = (values[spec.to] ?? 0) + spec.offset + spec.gain * (state[i * SLOTS + VALUE] as number);
    }
    return values;
  }

  /** Each route's own reading: its feature now (0..1), its shaped answer, and what that adds to its target (target units). */
  readingsOf(state: RouteState, moment: Moment): RouteReading[] {
    return this.#specs.map((spec, i) => {
      const answer = state[i * SLOTS + VALUE] as number;
      return { feature: this.#featureAt(i, moment), answer, output: spec.offset + spec.gain * answer };
    });
  }

  /** Followers stand where their feature is. */
  #settle(state: RouteState, moment: Moment): void {
    this.#specs.forEach((spec, i) => {
      if (spec.shape === 'follow') state[i * SLOTS + VALUE] = shaped(spec, this.#featureAt(i, moment));
    });
  }

  #stepRoute(index: number, state: RouteState, moment: Moment): void {
    const spec = this.#specs[index] as RouteSpec;
    const at = index * SLOTS;
    if (spec.shape === 'follow') return follow(spec, state, at, moment, this.#featureAt(index, moment));
    if (spec.shape === 'hit' || !moment.trusted) return hit(spec, state, at, moment, this.#featureAt(index, moment));
    this.#startBeat(index, state, moment);
    const since = moment.time - (state[at + BEAT_TIME] as number);
    const beatSeconds = state[at + BEAT_SECONDS] as number;
    const size = state[at + BEAT_SIZE] as number;
    state[at + VALUE] = spec.shape === 'beat' ? size * bumpShape(since, beatSeconds) : (state[at + BASE] as number) + size * stepShape(since, beatSeconds);
  }

  #startBeat(index: number, state: RouteState, moment: Moment): void {
    const spec = this.#specs[index] as RouteSpec;
    const at = index * SLOTS;
    const due = moment.nextBeatTime;
    if (moment.time < due - preRollOf(moment.beatSeconds) || due - (state[at + BEAT_TIME] as number) < moment.beatSeconds / 2) return;
    const base = (state[at + BASE] as number) + (spec.shape === 'sway' ? (state[at + BEAT_SIZE] as number) : 0);
    const size = moment.resting ? 0 : shaped(spec, this.#beatFeature(index, moment)) * accentOfNextBeat(moment);
    state[at + SIDE] = spec.shape === 'sway' ? (base > 0 ? -1 : 1) : spec.alternate ? -(state[at + SIDE] as number) : 1;
    state[at + BASE] = base;
    state[at + BEAT_TIME] = due;
    state[at + BEAT_SECONDS] = moment.beatSeconds;
    state[at + BEAT_SIZE] = size * (state[at + SIDE] as number);
  }

  #beatFeature(index: number, moment: Moment): number {
    const place = this.#places[index];
    if (place !== undefined) return this.#source.strengthsOfNextBeat(moment)[place] as number;
    return (this.#specs[index] as RouteSpec).feature === 'beat' ? 1 : this.#featureAt(index, moment);
  }

  #featureAt(index: number, moment: Moment): number {
    const place = this.#places[index];
    const spec = this.#specs[index] as RouteSpec;
    if (place !== undefined) return moment.curves[place] as number;
    // A part that this show was not given is silent.
    return isStemFeature(spec.feature) ? 0 : eventAt(spec.feature as MomentFeature, spec, moment);
  }
}

function follow(spec: RouteSpec, state: RouteState, at: number, moment: Moment, feature: number): void {
  const goal = shaped(spec, feature);
  const value = state[at + VALUE] as number;
  const kept = decayOver(DT, secondsOf(Math.abs(goal) > Math.abs(value) ? spec.attack : spec.release, moment));
  state[at + VALUE] = goal + (value - goal) * kept;
}

function hit(spec: RouteSpec, state: RouteState, at: number, moment: Moment, strength: number): void {
  const level = Math.max(spec.threshold, 0.25);
  const since = moment.time - (state[at + FIRED] as number);
  let envelope = (state[at + ENVELOPE] as number) * decayOver(DT, secondsOf(spec.release, moment));
  if (strength >= level && (state[at + LAST] as number) < level && since >= spec.refractory && !moment.resting) {
    if (spec.alternate || spec.shape === 'sway') state[at + SIDE] = -(state[at + SIDE] as number);
    state[at + FIRED] = moment.time;
    envelope = 0;
  }
  if (moment.time - (state[at + FIRED] as number) < 0.08) envelope = (state[at + SIDE] as number) * Math.max(Math.abs(envelope), shaped(spec, strength));
  state[at + ENVELOPE] = envelope;
  state[at + VALUE] = envelope + ((state[at + VALUE] as number) - envelope) * decayOver(DT, secondsOf(spec.attack, moment));
  state[at + LAST] = strength;
}

function shaped(spec: RouteSpec, feature: number): number {
  if (feature < spec.threshold) return 0;
  return spec.curve === 1 ? feature : Math.pow(Math.max(0, feature), spec.curve);
}

function eventAt(feature: MomentFeature, spec: RouteSpec, moment: Moment): number {
  switch (feature) {
    case 'beat': return 1 - moment.phase;
    case 'bar': return 1 - (moment.positionInBar - 1 + moment.phase) / moment.metre;
    case 'phrase': return 1 - (barInPhrase(moment.bar) + (moment.positionInBar - 1 + moment.phase) / moment.metre) / PHRASE_BARS;
    case 'event:build-up': return moment.buildUp;
    case 'event:drop': return moment.drop;
    case 'event:silence': return moment.silence;
    case 'section': return spec.values[moment.label % Math.max(1, spec.values.length)] ?? 0;
    case 'constant': return 1;
    case 'lfo:sine': case 'lfo:triangle': case 'lfo:saw': case 'lfo:square': return oscillate(feature, turnsOf(spec.period, moment));
  }
}

/** Turns of an oscillator since the start, or since the first downbeat where its period is musical; held to the grid, so a change of tempo never makes it jump. */
function turnsOf({ amount, unit }: RouteTime, moment: Moment): number {
  const length = Math.max(amount, unit === 's' ? 0.02 : 1 / 32);
  const intoBar = moment.positionInBar - 1 + moment.phase;
  if (unit === 's') return moment.time / length;
  return (moment.bar + intoBar / moment.metre) * (unit === 'bar' ? 1 : moment.metre) / length;
}

/** 0..1; sine and triangle begin at 0 and are full half-way, saw rises, square is full in its first half. */
function oscillate(wave: LfoFeature, turns: number): Unit {
  const at = wrap(turns, 1);
  switch (wave) {
    case 'lfo:sine': return 0.5 - 0.5 * Math.cos(2 * Math.PI * at);
    case 'lfo:triangle': return 1 - Math.abs(2 * at - 1);
    case 'lfo:saw': return at;
    case 'lfo:square': return at < 0.5 ? 1 : 0;
  }
}

function secondsOf({ amount, unit }: RouteTime, moment: Moment): Seconds {
  return unit === 's' ? amount : amount * (unit === 'beat' ? moment.beatSeconds : moment.barSeconds);
}

/** Routes that run by themselves over a timeline, forward by ticks; a jump starts them anew with a pre-roll. */
export class RouteRunner {
  readonly #source: MomentSource;
  readonly #bank: RouteBank;
  #state: RouteState;
  #tick: Tick | undefined;

  constructor(specs: readonly RouteSpec[], timeline: Timeline, live = timeline.duration === 0) {
    this.#source = new MomentSource(timeline, live);
    this.#bank = new RouteBank(specs, this.#source);
    this.#state = this.#bank.createState();
  }

  /** Values by target at the tick. Backwards or more than a second ahead counts as a jump. */
  advanceTo(tick: Tick): Record<string, number> {
    if (this.#tick === undefined || tick < this.#tick || tick - this.#tick > TICKS_PER_SECOND) {
      this.#state = this.#bank.warmState(tick);
      this.#tick = tick - 1;
    }
    while (this.#tick < tick) this.#bank.step(this.#state, this.#source.at(++this.#tick));
    return this.#bank.valuesOf(this.#state);
  }
}
