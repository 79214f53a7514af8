/** Snapshots in the hands of a session: stored from what stands, recalled and crossfaded as ordinary changes of each value. */

import { clamp } from '../../base/math.ts';
import { mixSnapshots, snapshotOf, type SnapshotValues } from '../../control/snapshots.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { ControlValue } from '../../score/control.ts';
import type { OpenShow } from '../open-show.ts';

export interface SnapshotStage {
  show(): OpenShow;
  values(): Readonly<Record<string, ControlValue>>;
  /** Sets those that differ, as one gesture. */
  setValues(values: SnapshotValues, source: string): void;
  tellPanels(message: ServerMessage): void;
}

export class SnapshotDesk {
  readonly #stage: SnapshotStage;

  constructor(stage: SnapshotStage) {
    this.#stage = stage;
  }

  message(): ServerMessage {
    return { type: 'snapshots', filled: this.#stage.show().snapshots.filled };
  }

  /** Takes a change of `/snapshot/…`. Throws a UserError for an empty or unknown slot. */
  take(path: string, args: readonly ControlValue[], source: string): void {
    const what = path.slice('/snapshot/'.length);
    if (what === 'store') return this.#store(Number(args[0] ?? 1));
    if (what === 'mix') return this.#mix(Number(args[0]));
    // The ends of the crossfade take effect when it moves.
    if (what === 'from' || what === 'to') return;
    this.#stage.setValues(this.#stage.show().snapshots.get(Number(what === 'recall' ? (args[0] ?? 1) : what)), source);
  }

  #store(slot: number): void {
    const { snapshots, table } = this.#stage.show();
    snapshots.store(slot, snapshotOf(this.#stage.values(), table));
    this.#stage.tellPanels(this.message());
  }

  /** The fader moved: nothing to fade between is no fault of a hand that only rests on it. */
  #mix(mix: number): void {
    const { snapshots } = this.#stage.show();
    const [from, to] = ['/snapshot/from', '/snapshot/to'].map((path) => Math.round(Number(this.#stage.values()[path])));
    if (from === undefined || to === undefined || snapshots.filled[from - 1] !== true || snapshots.filled[to - 1] !== true) return;
    this.#stage.setValues(mixSnapshots(snapshots.get(from), snapshots.get(to), clamp(mix, 0, 1)), 'snapshot');
  }
}
