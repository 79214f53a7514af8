/**
 * The score: what the show is at every tick. Random access with a stored state each second, so a seek is quick and the
 * answer is the same whatever the order of asking. A change made by hand alters only the ticks from its own on.
 */

import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Tick } from '../base/units.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { addChange } from './change-list.ts';
import { ControlBank } from './control-state.ts';
import type { ControlChange, ControlValues } from './control.ts';
import type { Modulation, Place } from './modulation.ts';
import { LIVE_MEMORY_TICKS, MomentSource } from './moment.ts';
import type { ParameterTable } from './parameters.ts';
import type { Preset } from './preset.ts';
import { RouteBank } from './route.ts';
import { parseRoutes } from './routes-text.ts';
import { applyChange, joinScheme, modulationOf, startScore, stepScore } from './score-step.ts';
import type { Scheme, ScoreState } from './score-step.ts';
import { isOfSurface, Surface } from './surface.ts';
import { retimeScenes, storyboardOf } from './storyboard.ts';
import type { Scene } from './storyboard.ts';

const STORE_EVERY: Tick = TICKS_PER_SECOND;
/** Near the last tick asked for, states are also stored this often: planners look ahead and come back. */
const NEAR_EVERY: Tick = 8;
const NEAR_STATES = 256;

export interface ScoreOptions {
  readonly timeline: Timeline;
  readonly preset: Preset;
  readonly seed: number;
  readonly table: ParameterTable;
  /** Left out: made from the timeline and the preset. */
  readonly storyboard?: readonly Scene[];
  /** Changes to replay. */
  readonly log?: readonly ControlChange[];
  /** The timeline grows while it plays. Left out: true for a timeline of no duration yet. */
  readonly live?: boolean;
  /** For `/preset/load`. */
  readonly presets?: (name: string) => Preset | undefined;
  /** For `/keep/go n` without a place in its arguments. */
  readonly keepers?: (id: number) => Place | undefined;
}

/** The music as it is known from a tick on. */
interface Turn {
  readonly tick: Tick;
  readonly source: MomentSource;
  /** What each scheme became there. */
  readonly schemes: WeakMap<Scheme, Scheme>;
}

interface BoardChange {
  readonly tick: Tick;
  readonly scenes: readonly Scene[];
}

export class Score {
  readonly #options: ScoreOptions;
  readonly #source: MomentSource;
  readonly #bank: ControlBank;
  readonly #surface: Surface;
  readonly #first: Scheme;
  readonly #schemes = new WeakMap<MomentSource, Map<Preset, Scheme>>();
  /** By scheme, then by the text of its routes. */
  readonly #patched = new WeakMap<Scheme, Map<string, Scheme>>();
  readonly #stored = new Map<Tick, ScoreState>();
  readonly #near = new Map<Tick, ScoreState>();
  #log: ControlChange[];
  #boards: BoardChange[] = [];
  #turns: Turn[] = [];
  #state: ScoreState | undefined;
  /** Last tick that was answered for good. */
  #committed: Tick = -1;
  /** Counts what altered the future. */
  #changes = 0;
  #guess: { readonly from: Tick; readonly changes: number; state: ScoreState } | undefined;

  constructor(options: ScoreOptions) {
    this.#options = options;
    this.#source = new MomentSource(options.timeline, options.live ?? options.timeline.duration === 0);
    this.#bank = new ControlBank(new Map([...options.table].filter(([, parameter]) => !isOfSurface(parameter))));
    this.#surface = new Surface(options.table, options.preset, { changesAt: (tick) => this.#changesAt(tick), preset: (name) => options.presets?.(name) });
    this.#first = this.#schemeOf(options.preset, this.#source, options.storyboard);
    this.#log = [...(options.log ?? [])].toSorted((a, b) => a.appliesFromTick - b.appliesFromTick);
  }

  /** What to show at a tick (below 0 counts as 0). The same answer every time until `apply` changes it. */
  modulationAt(tick: Tick): Modulation {
    return modulationOf(this.#stateAt(tick), this.#bank);
  }

  /**
   * The same as a guess that binds nobody: a live tick that was not asked for yet stays open to what will be heard by then.
   * Quick when asked with rising ticks.
   */
  peekAt(tick: Tick): { readonly modulation: Modulation; readonly preset: Preset } {
    const state = this.#source.live && tick > this.#committed ? this.#guessAt(tick) : this.#stateAt(tick);
    return { modulation: modulationOf(state, this.#bank), preset: state.scheme.plan.preset };
  }

  /** Control values as they stand at a tick: numbers on their way, switches and texts. */
  valuesAt(tick: Tick): ControlValues {
    return { ...this.#surface.valuesAt(tick), ...this.#bank.record(this.#stateAt(tick).controls) };
  }

  /** True if a cut happens after `fromTick`, up to and with `toTick`. */
  isCutAt(fromTick: Tick, toTick: Tick): boolean {
    return toTick > fromTick && this.#stateAt(toTick).walk.cutTick > Math.max(-1, fromTick);
  }

  /** Takes in what hands did; ticks before `appliesFromTick` stay as they were. */
  apply(change: ControlChange): void {
    addChange(this.#log, change);
    this.#forget(change);
  }

  /** Takes back a change that was applied; ticks before it stay as they were. */
  retract(change: ControlChange): void {
    const place = this.#log.indexOf(change);
    if (place < 0) return;
    this.#log.splice(place, 1);
    this.#forget(change);
  }

  /** Another storyboard from a tick on: where it alters the place on screen, the walk lands there on the next downbeat. */
  setScenes(scenes: readonly Scene[], fromTick: Tick): void {
    this.#boards = [...this.#boards.filter(({ tick }) => tick < fromTick), { tick: Math.max(0, fromTick), scenes }];
    this.#forgetFrom(fromTick);
  }

  /** Another timeline from a tick on (beats that a hand moved): the ticks before stay as they were, and the walk goes on from where it is. */
  follow(timeline: Timeline, fromTick: Tick): void {
    const tick = Math.max(0, fromTick);
    this.#turns = [...this.#turns.filter((turn) => turn.tick < tick), { tick, source: new MomentSource(timeline, this.#source.live), schemes: new WeakMap() }];
    this.#forgetFrom(tick);
  }

  /** The timeline grows while it plays. */
  get live(): boolean {
    return this.#source.live;
  }

  /** Everything hands did, in the order in which it takes effect. */
  get log(): readonly ControlChange[] {
    return this.#log;
  }

  /** The preset that walks at a tick. */
  presetAt(tick: Tick): Preset {
    return this.#stateAt(tick).scheme.plan.preset;
  }

  /** The scenes that hold at a tick. */
  scenesAt(tick: Tick): readonly Scene[] {
    return this.#stateAt(tick).scheme.plan.scenes;
  }

  #stateAt(asked: Tick): ScoreState {
    const tick = Math.max(0, Math.round(asked));
    const stored = this.#nearestStored(tick);
    const known = this.#state;
    let state = known !== undefined && known.tick <= tick && known.tick >= (stored?.tick ?? -1) ? known
      : stored !== undefined ? this.#copyOf(stored) : this.#begin();
    while (state.tick < tick) state = this.#advance(state);
    this.#state = state;
    this.#committed = Math.max(this.#committed, tick);
    return state;
  }

  #guessAt(tick: Tick): ScoreState {
    return this.#source.guess(() => {
      const known = this.#guess;
      const reusable = known !== undefined && known.from === this.#committed && known.changes === this.#changes && known.state.tick <= tick;
      let state = reusable ? known.state : this.#copyOf(this.#stateAt(Math.max(0, this.#committed)));
      const from = this.#committed;
      while (state.tick < tick) state = stepScore(this.#changed(state, state.tick + 1), this.#bank, this.#source.at(state.tick + 1));
      this.#guess = { from, changes: this.#changes, state };
      return state;
    });
  }

  #copyOf(state: ScoreState): ScoreState {
    return { ...state, routes: state.routes.slice() };
  }

  #begin(): ScoreState {
    const moment = this.#source.at(0);
    const state = startScore(this.#first, this.#bank.createState({}), moment);
    return this.#store(this.#changed(state, 0));
  }

  #advance(state: ScoreState): ScoreState {
    const tick = state.tick + 1;
    return this.#store(stepScore(this.#changed(state, tick), this.#bank, this.#sourceAt(tick).at(tick)));
  }

  #store(state: ScoreState): ScoreState {
    if (this.#source.live) this.#stored.delete(state.tick - LIVE_MEMORY_TICKS);
    if (state.tick % STORE_EVERY === 0) this.#stored.set(state.tick, this.#copyOf(state));
    else if (state.tick % NEAR_EVERY === 0 && !this.#near.has(state.tick)) {
      this.#near.set(state.tick, this.#copyOf(state));
      if (this.#near.size > NEAR_STATES) this.#near.delete(this.#near.keys().next().value as Tick);
    }
    return state;
  }

  /** The state with all that takes effect at `tick`. */
  #changed(state: ScoreState, tick: Tick): ScoreState {
    const source = this.#sourceAt(tick);
    const turn = this.#turns.find((one) => one.tick === tick);
    let changed = turn === undefined ? state : joinScheme(state, this.#turned(state.scheme, turn), source.at(tick));
    const board = this.#boards.find((one) => one.tick === tick);
    if (board !== undefined) changed = this.#withBoard(changed, board.scenes, tick);
    for (const change of this.#changesAt(tick)) {
      changed = applyChange(changed, change, this.#bank, source.at(tick), {
        preset: (name) => this.#options.presets?.(name),
        keeper: (id) => this.#options.keepers?.(id),
        scheme: (preset) => this.#schemeOf(preset, source),
        patched: (scheme, text) => this.#patch(scheme, text),
      });
    }
    return changed;
  }

  #withBoard(state: ScoreState, scenes: readonly Scene[], tick: Tick): ScoreState {
    const scheme: Scheme = { ...state.scheme, plan: { ...state.scheme.plan, scenes } };
    return joinScheme(state, scheme, this.#sourceAt(tick).at(tick));
  }

  #sourceAt(tick: Tick): MomentSource {
    return this.#turns.findLast((turn) => turn.tick <= tick)?.source ?? this.#source;
  }

  /** A scheme on another timeline: same preset, same prompts and seeds of its scenes. */
  #turned(scheme: Scheme, turn: Turn): Scheme {
    const known = turn.schemes.get(scheme);
    if (known !== undefined) return known;
    const { plan, own } = scheme;
    const scenes = plan.scenes.length === 0 ? [] : retimeScenes(plan.scenes, turn.source.timeline, plan.preset, this.#options.seed);
    const made: Scheme = { plan: { ...plan, scenes, source: turn.source }, bank: new RouteBank(plan.preset.routes, turn.source), ...(own === undefined ? {} : { own: this.#turned(own, turn) }) };
    turn.schemes.set(scheme, made);
    return made;
  }

  #changesAt(tick: Tick): readonly ControlChange[] {
    if (tick === 0) return this.#log.filter(({ appliesFromTick }) => appliesFromTick <= 0);
    let first = 0;
    let last = this.#log.length;
    while (first < last) {
      const middle = (first + last) >>> 1;
      if ((this.#log[middle] as ControlChange).appliesFromTick < tick) first = middle + 1;
      else last = middle;
    }
    let end = first;
    while (this.#log[end]?.appliesFromTick === tick) end++;
    return end === first ? [] : this.#log.slice(first, end);
  }

  #nearestStored(tick: Tick): ScoreState | undefined {
    for (let at = Math.floor(tick / NEAR_EVERY) * NEAR_EVERY; at > tick - STORE_EVERY; at -= NEAR_EVERY) {
      const near = this.#near.get(at) ?? this.#stored.get(at);
      if (near !== undefined) return near;
    }
    for (let at = Math.floor(tick / STORE_EVERY) * STORE_EVERY; at >= 0; at -= STORE_EVERY) {
      const stored = this.#stored.get(at);
      if (stored !== undefined) return stored;
    }
    return undefined;
  }

  /** A hand on the looks alters nothing of the walk. */
  #forget({ kind, path, appliesFromTick }: ControlChange): void {
    const parameter = this.#options.table.get(path);
    this.#surface.forgetFrom(appliesFromTick);
    if (kind === 'trigger' || parameter === undefined || !isOfSurface(parameter)) this.#forgetFrom(appliesFromTick);
  }

  #forgetFrom(tick: Tick): void {
    this.#changes++;
    for (const states of [this.#stored, this.#near]) for (const at of states.keys()) if (at >= Math.max(0, tick)) states.delete(at);
    if (this.#state !== undefined && this.#state.tick >= tick) this.#state = undefined;
  }

  /** A text from a file that is no set of routes alters nothing. */
  #patch(given: Scheme, text: string): Scheme | undefined {
    const known = this.#patched.get(given) ?? new Map<string, Scheme>();
    this.#patched.set(given, known);
    const scheme = known.get(text);
    if (scheme !== undefined) return scheme;
    const own = given.own ?? given;
    try {
      const routes = parseRoutes(text);
      const preset = routes === null ? own.plan.preset : { ...own.plan.preset, routes };
      const made: Scheme = { plan: { ...given.plan, preset }, bank: routes === null ? own.bank : new RouteBank(routes, given.plan.source), own };
      known.set(text, made);
      return made;
    } catch {
      return undefined;
    }
  }

  #schemeOf(preset: Preset, source: MomentSource, given?: readonly Scene[]): Scheme {
    const schemes = this.#schemes.get(source) ?? new Map<Preset, Scheme>();
    this.#schemes.set(source, schemes);
    const known = given === undefined ? schemes.get(preset) : undefined;
    if (known !== undefined) return known;
    const { seed } = this.#options;
    const scenes = given ?? storyboardOf(source.timeline, preset, seed);
    const scheme: Scheme = { plan: { preset, scenes, source, seed }, bank: new RouteBank(preset.routes, source) };
    schemes.set(preset, scheme);
    return scheme;
  }
}
