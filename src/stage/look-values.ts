/**
 * Values of the look as they are shown: targets set by hands turn smoothly (each parameter's own time constant), and
 * the music's routes are added on top within the parameter's range. Pure; seconds are arguments.
 */

import { clamp, decayOver } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import type { ControlValue } from '../score/control.ts';
import type { Parameter } from '../score/parameters.ts';

export class LookValues {
  readonly #parameters = new Map<string, Parameter>();
  readonly #targets = new Map<string, number>();
  readonly #current = new Map<string, number>();
  #routed: Readonly<Record<string, number>> = {};

  /** Declares what can be set; known values stay. */
  setTable(parameters: readonly Parameter[]): void {
    for (const parameter of parameters) {
      this.#parameters.set(parameter.path, parameter);
      if (!this.#targets.has(parameter.path)) this.#place(parameter.path, Number(parameter.default) || 0);
    }
  }

  /** A target; `jump` skips the smoothing (a first snapshot, an export). */
  set(path: string, value: ControlValue, jump = false): void {
    const number = Number(value);
    if (Number.isNaN(number)) return;
    if (jump || !this.#current.has(path)) this.#place(path, number);
    else this.#targets.set(path, number);
  }

  setRouted(values: Readonly<Record<string, number>>): void {
    this.#routed = values;
  }

  advance(elapsed: Seconds): void {
    for (const [path, target] of this.#targets) {
      const current = this.#current.get(path) as number;
      if (current === target) continue;
      const next = target + (current - target) * decayOver(elapsed, this.#parameters.get(path)?.smoothing ?? 0);
      this.#current.set(path, Math.abs(next - target) < 1e-5 ? target : next);
    }
  }

  /** Hand and music together, within the parameter's range. */
  get(path: string): number {
    const value = (this.#current.get(path) ?? 0) + (this.#routed[path] ?? 0);
    const parameter = this.#parameters.get(path);
    return parameter === undefined || parameter.kind !== 'number' ? value : clamp(value, parameter.min, parameter.max);
  }

  /** What the routes say for one of the stage's own targets (`look.zoom` …); 0 for none. */
  routed(target: string): number {
    return this.#routed[target] ?? 0;
  }

  #place(path: string, value: number): void {
    this.#targets.set(path, value);
    this.#current.set(path, value);
  }
}
