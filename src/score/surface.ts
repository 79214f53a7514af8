/**
 * Values that the walk never reads (looks, stage, overlay, tempo, transport) at every tick. Apart from the score's own
 * states, so that a hand on the looks throws none of them away.
 */

import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Tick } from '../base/units.ts';
import { ControlBank, type ControlState } from './control-state.ts';
import type { ControlChange, ControlValue, ControlValues } from './control.ts';
import type { Parameter, ParameterTable } from './parameters.ts';
import type { Preset } from './preset.ts';

const GROUPS: ReadonlySet<Parameter['group']> = new Set(['look', 'stage', 'tempo', 'transport']);
const STORE_EVERY: Tick = TICKS_PER_SECOND;

export interface SurfaceSource {
  /** What takes effect at a tick. */
  changesAt(tick: Tick): readonly ControlChange[];
  preset(name: string): Preset | undefined;
}

export class Surface {
  readonly #bank: ControlBank;
  readonly #looks: readonly string[];
  readonly #source: SurfaceSource;
  readonly #stored = new Map<Tick, ControlState>();
  #known: { readonly tick: Tick; readonly state: ControlState } | undefined;

  constructor(table: ParameterTable, { look }: Preset, source: SurfaceSource) {
    const parameters = [...table.values()].filter((parameter) => isOfSurface(parameter));
    this.#bank = new ControlBank(new Map(parameters.map((parameter) => [parameter.path, parameter])));
    this.#looks = parameters.filter(({ group, kind }) => group === 'look' && kind === 'number').map(({ path }) => path);
    this.#source = source;
    this.#stored.set(-1, this.#bank.createState(look.values));
  }

  valuesAt(tick: Tick): ControlValues {
    return this.#bank.record(this.#stateAt(Math.max(0, Math.round(tick))));
  }

  /** Something that takes effect at this tick is another. */
  forgetFrom(tick: Tick): void {
    for (const at of this.#stored.keys()) if (at >= Math.max(0, tick)) this.#stored.delete(at);
    if (this.#known !== undefined && this.#known.tick >= tick) this.#known = undefined;
  }

  #stateAt(tick: Tick): ControlState {
    const before = this.#nearest(tick);
    let { state } = before;
    for (let at = before.tick + 1; at <= tick; at++) {
      state = this.#advance(state, at);
      if (at % STORE_EVERY === 0) this.#stored.set(at, state);
    }
    this.#known = { tick, state };
    return state;
  }

  #nearest(tick: Tick): { readonly tick: Tick; readonly state: ControlState } {
    if (this.#known !== undefined && this.#known.tick <= tick && tick - this.#known.tick < STORE_EVERY) return this.#known;
    for (let at = Math.floor(tick / STORE_EVERY) * STORE_EVERY; at >= 0; at -= STORE_EVERY) {
      const state = this.#stored.get(at);
      if (state !== undefined) return { tick: at, state };
    }
    return { tick: -1, state: this.#stored.get(-1) as ControlState };
  }

  /** Changes of a tick stand at its start; what they set in motion moves from it on. */
  #advance(before: ControlState, tick: Tick): ControlState {
    let state = before;
    for (const change of this.#source.changesAt(tick)) if (change.kind === 'value') state = this.#changed(state, change.path, change.value);
    return tick === 0 ? state : this.#bank.step(state);
  }

  #changed(state: ControlState, path: string, value: ControlValue): ControlState {
    const preset = path === '/preset/load' ? this.#source.preset(String(value)) : undefined;
    if (preset === undefined) return this.#bank.change(state, path, value);
    return this.#looks.reduce((changed, look) => this.#bank.change(changed, look, preset.look.values[look] ?? this.#bank.fallback(look)), state);
  }
}

/** The walk does not read it. */
export function isOfSurface({ group }: Pick<Parameter, 'group'>): boolean {
  return GROUPS.has(group);
}
