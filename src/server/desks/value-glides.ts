/**
 * Values that turn to others over some beats from a tick on, in small steps as a hand would. What a hand takes hold of in
 * between is let go; a newer glide of the same value wins.
 */

import type { Tick } from '../../base/units.ts';
import { mixSnapshots, type SnapshotValues } from '../../control/snapshots.ts';
import type { ControlValue } from '../../score/control.ts';
import type { Agenda } from './agenda.ts';

/** About 16 steps a second; the parameters' own smoothing bridges them. */
const STEP: Tick = 8;

export interface GlideStage {
  values(): Readonly<Record<string, ControlValue>>;
  setValues(values: SnapshotValues, source: string): void;
}

export class ValueGlides {
  readonly #stage: GlideStage;
  readonly #agenda: Agenda;
  /** Steps planned, by source. */
  readonly #planned = new Map<string, number>();

  constructor(stage: GlideStage, agenda: Agenda) {
    this.#stage = stage;
    this.#agenda = agenda;
  }

  /** At `tick` at once where it `lasts` 0. One glide a source: another takes its place. */
  start(source: string, goal: SnapshotValues, tick: Tick, lasts: Tick): void {
    this.drop(source);
    const steps = Math.max(1, Math.ceil(lasts / STEP));
    const step = stepper(this.#stage, goal, source);
    this.#planned.set(source, steps);
    for (let k = 1; k <= steps; k++) this.#agenda.at(`${source} ${k}`, tick + Math.round((lasts * k) / steps), () => step(k / steps));
  }

  /** Forgets what is still to come. */
  drop(source: string): void {
    for (let k = this.#planned.get(source) ?? 0; k > 0; k--) this.#agenda.drop(`${source} ${k}`);
    this.#planned.delete(source);
  }
}

function stepper(stage: GlideStage, goal: SnapshotValues, source: string): (share: number) => void {
  let from: SnapshotValues | undefined;
  let left: Record<string, number | boolean> = {};
  return (share) => {
    const values = stage.values();
    from ??= left = Object.fromEntries(Object.keys(goal).map((path) => [path, values[path]])) as Record<string, number | boolean>;
    const mixed = Object.entries(mixSnapshots(from, goal, share)).filter(([path]) => path in left && values[path] === left[path]);
    left = Object.fromEntries(mixed);
    stage.setValues(left, source);
    // As the table took them.
    const taken = stage.values();
    left = Object.fromEntries(mixed.map(([path]) => [path, taken[path]])) as Record<string, number | boolean>;
  };
}
