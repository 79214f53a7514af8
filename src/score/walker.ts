/**
 * The walk's own state machine, one step per score tick: dwell, glide, land; or a free drift. Every change of plan joins
 * from the place and the speed on screen; only a cut jumps. Fractions are in visible change, times in ticks.
 */

import { clamp } from '../base/math.ts';
import { TICKS_PER_SECOND, tickOfSeconds } from '../base/units.ts';
import type { Seconds, Tick, Unit } from '../base/units.ts';
import type { Place } from './modulation.ts';
import type { Moment } from './moment.ts';
import { samePlace } from './place.ts';
import { nextAnchor, placeAt } from './waypoints.ts';
import type { Anchor, Plan, Standing } from './waypoints.ts';

/** Ticks within which the downbeat of a landing is still the landing's own. */
const LANDING_TICKS = 12;
/** Groove within a glide never stops it: at most this deep. */
const DEEPEST_GROOVE = 0.8;

/** A drifting walk that is still under way to the last section's place goes this much faster. */
const LATE_HASTE = 3;

export interface Glide {
  readonly departTick: Tick;
  readonly landTick: Tick;
  /** Fraction and its speed (a tick) when it set out. */
  readonly startFraction: Unit;
  readonly startSpeed: number;
  readonly beatSeconds: Seconds;
  readonly groove: Unit;
  readonly section: number;
  readonly waypoint: number;
}

export interface WalkState {
  readonly from: Place;
  readonly to: Place;
  /** Undefined while it dwells or drifts. */
  readonly glide: Glide | undefined;
  /** The segment ends in a cut: nothing moves before it. */
  readonly fraction: Unit;
  /** Of the fraction, a tick. */
  readonly speed: number;
  readonly landed: number;
  readonly landedTick: Tick;
  readonly barsSince: number;
  readonly beatIndex: number;
  readonly section: number;
  readonly waypoint: number;
  readonly changes: number;
  readonly cutTick: Tick;
  /** The next landing as seen at the last beat, and what it was seen from. */
  readonly outlook: Outlook | undefined;
  /** Where to go after the running glide. */
  readonly next: { readonly place: Place; readonly landTick: Tick } | undefined;
  /** It stays where it lands, turning in its orbit, until a hand sends it on. */
  readonly held: boolean;
}

interface Outlook {
  readonly anchor: Anchor | undefined;
  readonly plan: Plan;
  readonly beatIndex: number;
  readonly section: number;
  readonly handSpeed: number;
  readonly landedTick: Tick;
  readonly place: Place;
}

/** What drives the walk at a tick. */
export interface WalkDrive {
  /** Speed factor from the music, about .25 to 3. */
  readonly musicSpeed: number;
  /** /walk/speed, 0..4. */
  readonly handSpeed: number;
  /** Depth of the groove, 0..1, and its factor on time now (mean 1). */
  readonly groove: Unit;
  readonly grooveSpeed: number;
  /** Smoothed energy. */
  readonly energy: Unit;
}

export function startWalk(plan: Plan, moment: Moment): WalkState {
  const section = moment.section;
  const place = placeAt(plan, section, 0, 0);
  return {
    from: place, to: place, glide: undefined, fraction: 0, speed: 0, landed: 0, landedTick: moment.tick, barsSince: 0,
    beatIndex: moment.beatIndex, section, waypoint: 0, changes: 0, cutTick: -1, outlook: undefined, next: undefined, held: false,
  };
}

/** One tick on. */
export function stepWalk(state: WalkState, plan: Plan, moment: Moment, drive: WalkDrive): WalkState {
  const counted = countBars(state, moment);
  const moved = counted.glide !== undefined ? followGlide(counted, counted.glide, moment)
    : counted.held && samePlace(counted.from, counted.to) ? counted
    : plan.preset.mode === 'free' ? drift(counted, plan, moment, drive) : dwell(counted, plan, moment, drive);
  return moved.landed === state.landed ? { ...moved, speed: moved.fraction - state.fraction } : moved;
}

function countBars(state: WalkState, moment: Moment): WalkState {
  if (moment.beatIndex === state.beatIndex) return state;
  const downbeat = moment.positionInBar === 1 && moment.tick - state.landedTick > LANDING_TICKS;
  return { ...state, beatIndex: moment.beatIndex, barsSince: state.barsSince + (downbeat ? 1 : 0) };
}

function standingOf(state: WalkState): Standing {
  return { place: state.from, landedTick: state.landedTick, barsSince: state.barsSince, section: state.section, waypoint: state.waypoint, changes: state.changes };
}

/** Looks ahead once a beat, and whenever something that decides has changed. */
function lookAhead(state: WalkState, plan: Plan, moment: Moment, drive: WalkDrive): WalkState {
  const seen = state.outlook;
  const fresh = seen !== undefined && seen.plan === plan && seen.beatIndex === moment.beatIndex && seen.section === moment.section
    && seen.handSpeed === drive.handSpeed && seen.landedTick === state.landedTick && seen.place === state.from;
  if (fresh) return state;
  const anchor = nextAnchor(plan, standingOf(state), moment, drive.handSpeed, drive.energy);
  return { ...state, outlook: { anchor, plan, beatIndex: moment.beatIndex, section: moment.section, handSpeed: drive.handSpeed, landedTick: state.landedTick, place: state.from } };
}

function dwell(before: WalkState, plan: Plan, moment: Moment, drive: WalkDrive): WalkState {
  const state = lookAhead(before, plan, moment, drive);
  const anchor = state.outlook?.anchor;
  if (anchor === undefined) return state;
  if (anchor.way !== 'glide') return moment.tick >= anchor.landTick ? arriveAtOnce(state, anchor, moment) : state;
  if (moment.time < anchor.landTick / TICKS_PER_SECOND - anchor.glideSeconds) return state;
  return setOut(state, anchor.place, anchor.landTick, moment, drive.groove, anchor);
}

/** A cut, or a landing where the walk stands already. */
function arriveAtOnce(state: WalkState, anchor: Anchor, moment: Moment): WalkState {
  const landed = { ...state, landedTick: moment.tick, barsSince: 0, section: anchor.section, waypoint: anchor.waypoint };
  if (anchor.way === 'stay') return landed;
  return { ...landed, from: anchor.place, to: anchor.place, fraction: 0, speed: 0, landed: state.landed + 1, cutTick: moment.tick };
}

/** Begins a glide from where it is, at the speed it has. */
function setOut(state: WalkState, place: Place, landTick: Tick, moment: Moment, groove: Unit, goal: { readonly section: number; readonly waypoint: number }): WalkState {
  const wanted: Glide = {
    departTick: moment.tick, landTick: Math.max(landTick, moment.tick + 1), startFraction: state.fraction, startSpeed: state.speed,
    beatSeconds: moment.beatSeconds, groove: Math.min(DEEPEST_GROOVE, groove), section: goal.section, waypoint: goal.waypoint,
  };
  return { ...state, to: place, glide: noSlower(wanted) };
}

/** A glide that sets out too fast for its landing lands earlier rather than brake at once. */
function noSlower(wanted: Glide): Glide {
  let glide = wanted;
  for (let tries = 0; tries < 8; tries++) {
    const excess = startSlope(glide) / (3 * (1 - glide.startFraction));
    if (!(excess > 1)) return glide;
    glide = { ...glide, landTick: glide.departTick + Math.max(1, Math.floor((glide.landTick - glide.departTick) / Math.max(1.1, excess))) };
  }
  return glide;
}

function followGlide(state: WalkState, glide: Glide, moment: Moment): WalkState {
  if (moment.tick < glide.landTick) return { ...state, fraction: glideFraction(glide, moment.tick) };
  const landed: WalkState = {
    ...state, from: state.to, glide: undefined, fraction: 0, speed: 0, landed: state.landed + 1, landedTick: moment.tick,
    barsSince: 0, section: glide.section, waypoint: glide.waypoint, next: undefined,
  };
  if (state.next === undefined || samePlace(state.next.place, landed.from)) return landed;
  return setOut(landed, state.next.place, state.next.landTick, moment, glide.groove, glide);
}

/**
 * Fraction along a glide at a tick: a cubic from the starting place and speed to rest at 1, in a time that dances:
 * fastest on whole beats before the landing.
 */
export function glideFraction(glide: Glide, tick: Tick): Unit {
  const whole = danced(beatsIn(glide, glide.landTick - glide.departTick), glide.groove);
  const along = clamp(1 - danced(beatsIn(glide, glide.landTick - tick), glide.groove) / whole, 0, 1);
  const rest = 1 - glide.startFraction;
  const slope = clamp(startSlope(glide), 0, 3 * rest);
  const eased = along * along * (3 - 2 * along);
  return clamp(glide.startFraction + rest * eased + slope * along * (1 - along) ** 2, 0, 1);
}

/** Starting speed as a slope over the danced time of the whole glide (0..1). */
function startSlope(glide: Glide): number {
  const length = beatsIn(glide, glide.landTick - glide.departTick);
  const alongPerTick = ((1 + glide.groove * Math.cos(2 * Math.PI * length)) * beatsIn(glide, 1)) / danced(length, glide.groove);
  return glide.startSpeed / alongPerTick;
}

function beatsIn({ beatSeconds }: Glide, ticks: number): number {
  return ticks / (TICKS_PER_SECOND * beatSeconds);
}

function danced(beats: number, groove: Unit): number {
  return beats + (groove / (2 * Math.PI)) * Math.sin(2 * Math.PI * beats);
}

/** Free mode: position is the integral of speed; each arrival sets out for the next place. */
function drift(state: WalkState, plan: Plan, moment: Moment, drive: WalkDrive): WalkState {
  const { walk } = plan.preset;
  const crossed = enterSection(state, plan, moment);
  if (crossed.cutTick === moment.tick && crossed !== state) return crossed;
  const aimed = samePlace(crossed.from, crossed.to) ? aim(crossed, plan, moment) : crossed;
  if (samePlace(aimed.from, aimed.to)) return aimed;
  const hurrying = moment.section !== aimed.section ? LATE_HASTE : 1;
  const seconds = (Math.max(1, walk.bars.normal) * moment.barSeconds) / hurrying;
  const fraction = aimed.fraction + (drive.musicSpeed * drive.handSpeed * drive.grooveSpeed) / (seconds * TICKS_PER_SECOND);
  if (fraction < 1) return { ...aimed, fraction };
  const arrived = { ...aimed, from: aimed.to, landed: aimed.landed + 1, landedTick: moment.tick, barsSince: 0 };
  return { ...aim(arrived, plan, moment), fraction: fraction - 1, speed: fraction - aimed.fraction };
}

function aim(state: WalkState, plan: Plan, moment: Moment): WalkState {
  const waypoint = moment.section === state.section ? state.waypoint + 1 : 0;
  return { ...state, to: placeAt(plan, moment.section, waypoint, state.changes), section: moment.section, waypoint };
}

/** A drifting walk cuts into a drop where the preset cuts. */
function enterSection(state: WalkState, plan: Plan, moment: Moment): WalkState {
  const section = plan.source.sectionAt(moment.section);
  if (section?.kind !== 'drop' || !plan.preset.walk.cut || moment.section === state.section || moment.tick !== Math.ceil(section.start * TICKS_PER_SECOND - 1e-6)) return state;
  const home = placeAt(plan, moment.section, 0, state.changes);
  if (home.prompts[0]?.text === state.from.prompts[0]?.text) return state;
  return { ...state, from: home, to: home, fraction: 0, speed: 0, landed: state.landed + 1, landedTick: moment.tick, barsSince: 0, section: moment.section, waypoint: 0, cutTick: moment.tick };
}

/** Stands at a place from this tick on. `cut`: nothing interpolates across; else something else bridges the jump. */
export function standAt(state: WalkState, place: Place, moment: Moment, cut: boolean): WalkState {
  return { ...state, from: place, to: place, glide: undefined, next: undefined, fraction: 0, speed: 0, landed: state.landed + 1, landedTick: moment.tick, barsSince: 0, cutTick: cut ? moment.tick : state.cutTick };
}

/** Walks to a place, landing at `landTick`; what is under way is brought to its end first, quickly. */
export function goTo(state: WalkState, place: Place, landTick: Tick, moment: Moment, groove: Unit): WalkState {
  const standing = { section: state.section, waypoint: state.waypoint };
  const under = !samePlace(state.from, state.to) && state.fraction > 0;
  if (!under) return samePlace(state.from, place) ? { ...state, next: undefined } : setOut(state, place, landTick, moment, groove, standing);
  if (samePlace(state.to, place)) return { ...hurry(state, landTick, moment, groove, standing), next: undefined };
  const beat = tickOfSeconds(moment.beatSeconds);
  const finished = hurry(state, moment.tick + Math.min(beat, Math.max(beat / 2, Math.round((landTick - moment.tick) / 2))), moment, groove, standing);
  return { ...finished, next: { place, landTick: Math.max(landTick, (finished.glide?.landTick ?? moment.tick) + Math.round(beat / 2)) } };
}

/** Brings what is under way to its end by a tick; what lands sooner anyway is left alone. */
function hurry(state: WalkState, landTick: Tick, moment: Moment, groove: Unit, standing: { readonly section: number; readonly waypoint: number }): WalkState {
  return state.glide !== undefined && state.glide.landTick <= landTick ? state : setOut(state, state.to, landTick, moment, groove, standing);
}

/** `/cue/go`: what is under way lands on the next beat; from a dwell the next waypoint does. */
export function goNext(state: WalkState, plan: Plan, moment: Moment, groove: Unit): WalkState {
  const toBeat = moment.nextBeatTime - moment.time;
  const landTick = tickOfSeconds(toBeat < moment.beatSeconds / 2 ? moment.nextBeatTime + moment.beatSeconds : moment.nextBeatTime);
  const changes = state.changes + 1;
  const under = !samePlace(state.from, state.to) && state.fraction > 0;
  if (under) return { ...hurry(state, landTick, moment, groove, state), changes };
  return { ...setOut(state, cuePlace(state, plan, moment, changes), landTick, moment, groove, { section: moment.section, waypoint: state.waypoint + 1 }), changes };
}

/** The next prompt of the preset after the one on screen, with a seed of its own. */
function cuePlace(state: WalkState, plan: Plan, moment: Moment, changes: number): Place {
  const { prompts } = plan.preset;
  const now = prompts.findIndex(({ text }) => text === state.from.prompts[0]?.text);
  const station = placeAt(plan, moment.section, state.waypoint + 1, changes);
  const text = prompts[(now + 1) % prompts.length]?.text ?? station.prompts[0]?.text ?? '';
  return { prompts: [{ text, weight: 1 }], seed: station.seed };
}
