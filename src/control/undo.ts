/**
 * Takes back what a hand did: one step for each gesture, so that a whole ride of a fader, or a snapshot that moved twenty,
 * is one undo. Book-keeping only; time is an argument (monotonic ms).
 */

import type { Milliseconds } from '../base/units.ts';
import type { ControlValue } from '../score/control.ts';

/** Moves of one gesture are never farther apart than this. */
export const GESTURE_PAUSE: Milliseconds = 700;
const STEPS_KEPT = 100;

export interface UndoStep {
  readonly path: string;
  /** The value before the gesture. */
  readonly value: ControlValue;
}

interface Gesture {
  readonly name: string;
  /** By path. */
  readonly before: Map<string, ControlValue>;
  movedAt: Milliseconds;
}

export class UndoBook {
  private gestures: Gesture[] = [];

  /** A hand moved a control away from `before`; moves of one `gesture` are taken back together. */
  note(path: string, before: ControlValue, now: Milliseconds, gesture = path): void {
    const last = this.gestures.at(-1);
    if (last === undefined || last.name !== gesture || now - last.movedAt >= GESTURE_PAUSE) {
      this.gestures = [...this.gestures, { name: gesture, before: new Map([[path, before]]), movedAt: now }].slice(-STEPS_KEPT);
      return;
    }
    if (!last.before.has(path)) last.before.set(path, before);
    last.movedAt = now;
  }

  /** What to set to take back the last gesture; empty where nothing is left. */
  take(): readonly UndoStep[] {
    return [...(this.gestures.pop()?.before ?? [])].map(([path, value]) => ({ path, value }));
  }

  clear(): void {
    this.gestures = [];
  }
}
