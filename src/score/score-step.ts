/**
 * One tick of the score: controls turn, routes follow the music, the orbit and the pulse move, the walk goes on, and what
 * hands did takes effect. The state is plain data; only `routes` is written in place, and copied when stored.
 */

import { clamp, decayOver } from '../base/math.ts';
import { TICKS_PER_SECOND, tickOfSeconds } from '../base/units.ts';
import type { Tick, Turns, Unit } from '../base/units.ts';
import { grooveSpeed } from './beat-shape.ts';
import type { ControlBank, ControlState } from './control-state.ts';
import type { ControlChange, ControlValue, TriggerChange } from './control.ts';
import type { Dissolve, Modulation, Place, WeightedPrompt } from './modulation.ts';
import type { Moment } from './moment.ts';
import { musicSpeed } from './music-speed.ts';
import { mixPrompts, placeFromText, samePlace } from './place.ts';
import { PROMPT_FADERS } from './parameters.ts';
import type { Preset } from './preset.ts';
import type { RouteBank, RouteState } from './route.ts';
import { goNext, goTo, standAt, startWalk, stepWalk } from './walker.ts';
import type { WalkDrive, WalkState } from './walker.ts';
import { placeAt } from './waypoints.ts';
import type { Plan } from './waypoints.ts';

const DT = 1 / TICKS_PER_SECOND;
/** Farthest the beat pushes the noise, in waypoints. */
const FARTHEST_PULSE = 0.5;
/** A sister prompt never takes over. */
const MOST_SISTER = 0.6;

/** A plan with its routes. */
export interface Scheme {
  readonly plan: Plan;
  readonly bank: RouteBank;
  /** What it was made from by hand: the preset with its own routes. */
  readonly own?: Scheme;
}

export interface ScoreState {
  readonly tick: number;
  readonly scheme: Scheme;
  readonly controls: ControlState;
  readonly routes: RouteState;
  readonly walk: WalkState;
  readonly orbit: Turns;
  readonly pulse: number;
  /** Depth of the groove, and 1 → 0 while a build-up holds its breath; both turn quickly but not at once. */
  readonly groove: Unit;
  readonly breath: Unit;
  readonly drop: Unit;
  /** The drop as the pulse feels it: swells in a moment, so that nothing jumps. */
  readonly impact: Unit;
  readonly sister: Unit;
  /** Sister prompts by prompt, of all presets walked so far. */
  readonly sisters: ReadonlyMap<string, string>;
  readonly guidance: number;
  /** What is left of the pulse of a preset that was left; fades within a beat. */
  readonly carried: number;
  /** What a dissolve shows through, over which ticks. */
  readonly dissolve: Fading | undefined;
}

interface Fading extends Omit<Dissolve, 'share'> {
  readonly fromTick: Tick;
  readonly toTick: Tick;
}

/** What a change may need to look up. */
export interface Lookups {
  readonly preset: (name: string) => Preset | undefined;
  readonly keeper: (id: number) => Place | undefined;
  readonly scheme: (preset: Preset) => Scheme;
  /** The scheme with other routes; `text` as `/patch/routes` takes it. Undefined for a text that is none. */
  readonly patched: (scheme: Scheme, text: string) => Scheme | undefined;
}

export function startScore(scheme: Scheme, controls: ControlState, moment: Moment): ScoreState {
  return {
    tick: moment.tick, scheme, controls, routes: scheme.bank.createState(), walk: startWalk(scheme.plan, moment), orbit: 0, pulse: 0,
    groove: 0, breath: 1, drop: 0, impact: 0, sister: 0, sisters: sistersOf(scheme.plan.preset), guidance: 1, carried: 0, dissolve: undefined,
  };
}

function sistersOf({ prompts }: Preset): Map<string, string> {
  return new Map(prompts.flatMap(({ text, sister }) => (sister === undefined ? [] : [[text, sister] as const])));
}

/** The state at the next tick, `moment.tick`. Takes over `state.routes`. */
export function stepScore(state: ScoreState, bank: ControlBank, moment: Moment): ScoreState {
  const { preset } = state.scheme.plan;
  const controls = bank.step(state.controls);
  state.scheme.bank.step(state.routes, moment);
  const routed = state.scheme.bank.valuesOf(state.routes);
  const hand = (path: string): number => bank.number(controls, path);
  const grooveGoal = moment.resting ? 0 : preset.walk.groove * clamp(routed['walk.groove'] ?? 1, 0, 1) * Math.min(1, hand('/walk/pulse'));
  const groove = grooveGoal + (state.groove - grooveGoal) * decayOver(DT, 0.3);
  const breathGoal = moment.holding ? 0 : 1;
  const breath = breathGoal + (state.breath - breathGoal) * decayOver(DT, 0.06);
  const drive: WalkDrive = { musicSpeed: musicSpeed(preset.walk, routed['walk.speed'], moment), handSpeed: hand('/walk/speed'), groove, grooveSpeed: grooveSpeed(moment, groove), energy: clamp(routed['walk.speed'] ?? 0.5, 0, 1) };
  const orbitSpeed = drive.musicSpeed * drive.handSpeed * hand('/walk/noise') * Math.max(0, 1 + (routed['walk.orbit'] ?? 0)) * drive.grooveSpeed * breath;
  const impact = moment.drop + (state.impact - moment.drop) * decayOver(DT, 0.12);
  const carried = state.carried * decayOver(DT, 0.15);
  const sisterGoal = clamp((routed['walk.sister'] ?? 0) + hand('/walk/sister'), 0, MOST_SISTER);
  const fresh = moment.drop - state.drop > 0.5 && state.scheme.plan.source.live && preset.change.on === 'drop';
  const walk = fresh ? { ...state.walk, changes: state.walk.changes + 1 } : state.walk;
  return {
    ...state, tick: moment.tick, controls, groove, breath, drop: moment.drop, impact,
    walk: stepWalk(walk, state.scheme.plan, moment, drive),
    orbit: state.orbit + (orbitSpeed * DT) / (preset.noise.orbitBars * moment.barSeconds),
    carried, pulse: clamp(carried + pulseOf(preset, routed, hand('/walk/pulse'), impact), -FARTHEST_PULSE, FARTHEST_PULSE),
    sister: sisterGoal + (state.sister - sisterGoal) * decayOver(DT, 0.1),
    guidance: Math.max(0, 1 + (routed['walk.guidance'] ?? 0)) * hand('/walk/guidance'),
    dissolve: state.dissolve !== undefined && moment.tick < state.dissolve.toTick ? state.dissolve : undefined,
  };
}

function pulseOf(preset: Preset, routed: Readonly<Record<string, number>>, hand: number, impact: Unit): number {
  return preset.pulse * hand * (routed['walk.pulse'] ?? 0) * (1 + impact);
}

/** The state with a change applied, before its tick is stepped. */
export function applyChange(state: ScoreState, change: ControlChange, bank: ControlBank, moment: Moment, lookups: Lookups): ScoreState {
  if (change.kind === 'trigger') return applyTrigger(state, change, bank, moment, lookups);
  const changed = { ...state, controls: bank.change(state.controls, change.path, change.value) };
  if (change.path === '/patch/routes') return repatch(changed, lookups.patched(state.scheme, String(change.value)), bank, moment);
  const preset = change.path === '/preset/load' ? lookups.preset(String(change.value)) : undefined;
  return preset === undefined ? changed : loadPreset(changed, lookups.scheme(preset), bank, moment);
}

function applyTrigger(state: ScoreState, { path, args }: TriggerChange, bank: ControlBank, moment: Moment, lookups: Lookups): ScoreState {
  const { groove } = state;
  const { plan } = state.scheme;
  // Whatever sends the walk somewhere lets go of where it is held.
  const walk = { ...state.walk, held: false };
  if (path === '/cue/go') return { ...state, walk: goNext(walk, plan, moment, groove) };
  const place = args.map(placeFromText).find((found) => found !== undefined);
  if (path === '/keep/go' || path === '/keep/orbit') {
    if (args.length === 0) return { ...state, walk };
    const goal = place ?? lookups.keeper(Number(args[0]));
    const beats = clamp(Number(args[1] ?? 4) || 4, 1, 64);
    return goal === undefined ? state : { ...state, walk: { ...goTo(walk, goal, landingIn(beats, moment), moment, groove), held: path === '/keep/orbit' } };
  }
  if (path === '/walk/to') return walkTo({ ...state, walk }, place ?? placeAt(plan, moment.section, 0, walk.changes), args, bank, moment);
  if (path === '/panic') {
    const goal = place ?? placeAt(plan, moment.section, 0, walk.changes);
    return { ...state, walk: goTo(walk, goal, landingIn(1, moment), moment, groove) };
  }
  return state;
}

/** Arguments place (empty: where the preset would be now), beats, way: cut, dissolve or morph. */
function walkTo(state: ScoreState, place: Place, args: readonly ControlValue[], bank: ControlBank, moment: Moment): ScoreState {
  const beats = clamp(Number(args[1] ?? 4) || 4, 1, 64);
  const way = args[2];
  if (way !== 'cut' && way !== 'dissolve') return { ...state, walk: goTo(state.walk, place, landingIn(beats, moment), moment, state.groove) };
  const walk = standAt(state.walk, place, moment, way === 'cut');
  if (way === 'cut') return { ...state, walk, dissolve: undefined };
  return { ...state, walk, dissolve: { under: modulationOf(state, bank), preset: state.scheme.plan.preset, fromTick: moment.tick, toTick: moment.tick + Math.max(1, tickOfSeconds(beats * moment.beatSeconds)) } };
}

/** Tick of the whole beat nearest to `beats` from now, at least half a beat away. */
function landingIn(beats: number, moment: Moment): number {
  const left = Math.max(1, Math.round(beats + moment.phase)) - 1;
  const time = moment.nextBeatTime + left * moment.beatSeconds;
  return tickOfSeconds(time - moment.time < moment.beatSeconds / 2 ? time + moment.beatSeconds : time);
}

/** Other routes from here on; what the pulse had fades, so that nothing jumps. */
function repatch(state: ScoreState, scheme: Scheme | undefined, bank: ControlBank, moment: Moment): ScoreState {
  if (scheme === undefined || scheme === state.scheme) return state;
  const routes = scheme.bank.warmState(moment.tick);
  const carried = state.pulse - pulseOf(scheme.plan.preset, scheme.bank.valuesOf(routes), bank.number(state.controls, '/walk/pulse'), state.impact);
  return { ...state, scheme, routes, carried };
}

/** Another character joins at the next bar, from the place on screen. */
function loadPreset(state: ScoreState, scheme: Scheme, bank: ControlBank, moment: Moment): ScoreState {
  const { plan } = scheme;
  const routes = scheme.bank.warmState(moment.tick);
  const carried = state.pulse - pulseOf(plan.preset, scheme.bank.valuesOf(routes), bank.number(state.controls, '/walk/pulse'), state.impact);
  return joinScheme({ ...state, routes, carried, sisters: new Map([...state.sisters, ...sistersOf(plan.preset)]) }, scheme, moment);
}

/** Goes on in another plan: if it has another place for now, the walk lands there on the next downbeat. */
export function joinScheme(state: ScoreState, scheme: Scheme, moment: Moment): ScoreState {
  const home = placeAt(scheme.plan, moment.section, 0, state.walk.changes);
  const next = moment.nextDownbeat - moment.time < moment.beatSeconds ? moment.nextDownbeat + moment.barSeconds : moment.nextDownbeat;
  const walk = { ...state.walk, section: moment.section, waypoint: 0, held: false };
  const was = placeAt(state.scheme.plan, moment.section, 0, state.walk.changes);
  if (samePlace(home, was)) return { ...state, scheme };
  return { ...state, scheme, walk: goTo(walk, home, tickOfSeconds(next), moment, state.groove) };
}

/** What the state says, as the walk and the stage read it. `speed` is in waypoints a second. */
export function modulationOf(state: ScoreState, bank: ControlBank): Modulation {
  const { walk } = state;
  const { preset } = state.scheme.plan;
  return {
    tick: state.tick,
    position: walk.landed + walk.fraction,
    speed: walk.speed * TICKS_PER_SECOND,
    segment: { from: walk.from, to: walk.to, fraction: walk.fraction, cut: walk.cutTick === state.tick },
    lean: leanOf(state, bank),
    orbit: state.orbit,
    pulse: state.pulse,
    guidance: (preset.guidance ?? 1) * state.guidance,
    cut: walk.cutTick === state.tick,
    ...dissolveAt(state),
  };
}

/** Eased, so that neither end shows a corner. */
function dissolveAt({ dissolve, tick }: ScoreState): { readonly dissolve?: Dissolve } {
  if (dissolve === undefined || tick >= dissolve.toTick) return {};
  const along = clamp((tick - dissolve.fromTick) / (dissolve.toTick - dissolve.fromTick), 0, 1);
  return { dissolve: { under: dissolve.under, preset: dissolve.preset, share: 1 - along * along * (3 - 2 * along) } };
}

/** Faders by hand over the preset's prompts, then the sisters of the places on screen; together at most 1. */
function leanOf(state: ScoreState, bank: ControlBank): WeightedPrompt[] {
  const { prompts } = state.scheme.plan.preset;
  const pulls = prompts.slice(0, PROMPT_FADERS).map(({ text }, i) => ({ text, weight: bank.number(state.controls, `/walk/prompt/${i + 1}`) })).filter(({ weight }) => weight > 0);
  const hand = Math.min(1, pulls.reduce((sum, { weight }) => sum + weight, 0));
  const { from, to, fraction } = state.walk;
  const sisters = [{ place: from, share: 1 - fraction }, { place: to, share: fraction }].flatMap(({ place, share }) =>
    place.prompts.map(({ text, weight }) => ({ text: state.sisters.get(text) ?? '', weight: weight * share * state.sister * (1 - hand) })));
  const kept = sisters.filter(({ text, weight }) => text !== '' && weight > 1e-4);
  const scaled = mixPrompts([{ prompts: pulls, share: 1 }]).map(({ text, weight }) => ({ text, weight: weight * hand }));
  return mergeEqual([...scaled, ...kept]);
}

function mergeEqual(pulls: readonly WeightedPrompt[]): WeightedPrompt[] {
  const merged = new Map<string, number>();
  for (const { text, weight } of pulls) merged.set(text, (merged.get(text) ?? 0) + weight);
  return [...merged].map(([text, weight]) => ({ text, weight }));
}
