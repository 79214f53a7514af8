/** What a performer prepares and fires: snapshots. Controls whose path begins with one of these names end here. */

import type { ServerMessage } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';
import { SnapshotDesk, type SnapshotStage } from './snapshot-desk.ts';

export type PerformStage = SnapshotStage;

export class PerformDesk {
  readonly #snapshots: SnapshotDesk;

  constructor(stage: PerformStage) {
    this.#snapshots = new SnapshotDesk(stage);
  }

  /** Acts on a control that is its own; false for any other. */
  take(path: string, args: readonly ControlValue[], source: string): boolean {
    if (!path.startsWith('/snapshot/')) return false;
    // Taken back, a fader stands where it stood, and so does each value that it moved.
    if (source !== 'undo') this.#snapshots.take(path, args, source);
    return true;
  }

  /** For a panel that joins. */
  greetings(): ServerMessage[] {
    return [this.#snapshots.message()];
  }
}
