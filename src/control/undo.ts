/**
 * Takes back what a hand did: one step for each gesture, so that a whole ride of a fader is one undo, not a hundred.
 * Book-keeping only; time is an argument (monotonic ms).
 */

import type { Milliseconds } from '../base/units.ts';
import type { ControlValue } from '../score/control.ts';

/** Moves of one control closer together than this are one gesture. */
export const GESTURE_PAUSE: Milliseconds = 700;
const STEPS_KEPT = 100;

export interface UndoStep {
  readonly path: string;
  /** The value before the gesture. */
  readonly value: ControlValue;
}

export class UndoBook {
  private steps: { path: string; value: ControlValue; movedAt: Milliseconds }[] = [];

  /** A hand moved a control away from `before`. */
  note(path: string, before: ControlValue, now: Milliseconds): void {
    const last = this.steps.at(-1);
    if (last !== undefined && last.path === path && now - last.movedAt < GESTURE_PAUSE) last.movedAt = now;
    else this.steps = [...this.steps, { path, value: before, movedAt: now }].slice(-STEPS_KEPT);
  }

  /** What to set to take back the last gesture; null where nothing is left. */
  take(): UndoStep | null {
    const step = this.steps.pop();
    return step === undefined ? null : { path: step.path, value: step.value };
  }

  clear(): void {
    this.steps = [];
  }
}
