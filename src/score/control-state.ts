/**
 * Control values as the score sees them: each number turns to its target with the time constant of its parameter, on
 * score ticks; switches and texts change at once. One array per state, so that a score can store and restore it.
 */

import { clamp, decayOver } from '../base/math.ts';
import { TICKS_PER_SECOND } from '../base/units.ts';
import type { ControlValue } from './control.ts';
import type { Parameter, ParameterTable } from './parameters.ts';

export interface ControlState {
  readonly values: Float64Array;
  readonly targets: Float64Array;
  /** Texts and switches by path. */
  readonly others: Readonly<Record<string, ControlValue>>;
  /** False while everything stands at its target. */
  readonly moving: boolean;
}

export class ControlBank {
  readonly #numbers: readonly Parameter[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #others: readonly Parameter[];
  readonly #kept: Float64Array;

  constructor(table: ParameterTable) {
    this.#numbers = [...table.values()].filter(({ kind }) => kind === 'number');
    this.#others = [...table.values()].filter(({ kind }) => kind === 'boolean' || kind === 'text');
    this.#index = new Map(this.#numbers.map(({ path }, index) => [path, index]));
    this.#kept = Float64Array.from(this.#numbers, ({ smoothing }) => decayOver(1 / TICKS_PER_SECOND, smoothing));
  }

  /** Defaults, with some values given by path. */
  createState(given: Readonly<Record<string, number>>): ControlState {
    const values = Float64Array.from(this.#numbers, (parameter) => this.#accepted(parameter, given[parameter.path] ?? parameter.default));
    return { values, targets: values.slice(), others: Object.fromEntries(this.#others.map(({ path, default: fallback }) => [path, fallback])), moving: false };
  }

  /** A change arrives. Unknown paths and wrong kinds change nothing; numbers are clamped to their range. */
  change(state: ControlState, path: string, value: ControlValue): ControlState {
    const index = this.#index.get(path);
    if (index === undefined) return this.#others.some((one) => one.path === path && typeof one.default === typeof value) ? { ...state, others: { ...state.others, [path]: value } } : state;
    const targets = state.targets.slice();
    targets[index] = this.#accepted(this.#numbers[index] as Parameter, value);
    return { ...state, targets, moving: true };
  }

  step(state: ControlState): ControlState {
    if (!state.moving) return state;
    const values = state.values.slice();
    let moving = false;
    for (let i = 0; i < values.length; i++) {
      const target = state.targets[i] as number;
      const away = (values[i] as number) - target;
      if (away === 0) continue;
      const range = (this.#numbers[i] as Parameter).max - (this.#numbers[i] as Parameter).min;
      const left = away * (this.#kept[i] as number);
      values[i] = Math.abs(left) < range * 1e-5 ? target : target + left;
      moving ||= values[i] !== target;
    }
    return { ...state, values, moving };
  }

  number(state: ControlState, path: string): number {
    const index = this.#index.get(path);
    return index === undefined ? 0 : (state.values[index] as number);
  }

  /** Default of a number. */
  fallback(path: string): number {
    const index = this.#index.get(path);
    return index === undefined ? 0 : Number((this.#numbers[index] as Parameter).default);
  }

  /** All values by path. */
  record(state: ControlState): Record<string, ControlValue> {
    const values: Record<string, ControlValue> = { ...state.others };
    this.#numbers.forEach(({ path }, index) => { values[path] = state.values[index] as number; });
    return values;
  }

  #accepted({ min, max, default: fallback }: Parameter, value: ControlValue): number {
    const number = Number(value);
    return Number.isFinite(number) ? clamp(number, min, max) : Number(fallback);
  }
}
