/**
 * Keeps a walk prepared (its probes measured) from the playhead to some way ahead, in short stretches, nearest first, so
 * that drawing goes on meanwhile. Only prepared ticks may be drawn: an unprepared one could look different later.
 */

import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Tick } from '../base/units.ts';
import type { WalkPlan } from './types.ts';

/** Length of one `prepare` call (ticks). */
const STRETCH = 2 * TICKS_PER_SECOND;

export class PreparedRange {
  readonly #plan: WalkPlan;
  readonly #onProgress: () => void;
  readonly #onFailure: (reason: unknown) => void;
  #from: Tick = 0;
  #to: Tick = 0;
  #version = 0;
  #busy = false;

  /** `onProgress` after each stretch; `onFailure` when `prepare` rejects (call `reach` again to retry). */
  constructor(plan: WalkPlan, onProgress: () => void, onFailure: (reason: unknown) => void) {
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#onFailure = onFailure;
  }

  has(tick: Tick): boolean {
    return tick >= this.#from && tick < this.#to;
  }

  /** What was prepared from this tick on is void. */
  invalidate(fromTick: Tick): void {
    this.#version++;
    this.#to = Math.min(this.#to, Math.max(fromTick, this.#from));
  }

  /** Works toward [fromTick, toTick) being prepared; does nothing while `enoughTick` at least is reached. */
  reach(fromTick: Tick, enoughTick: Tick, toTick: Tick): void {
    if (this.#busy || toTick <= fromTick || (this.has(fromTick) && this.#to >= Math.min(enoughTick, toTick))) return;
    if (fromTick < this.#from || fromTick >= this.#to) {
      this.#from = fromTick;
      this.#to = fromTick;
    }
    void this.#prepareNext(Math.min(this.#to + STRETCH, toTick));
  }

  async #prepareNext(toTick: Tick): Promise<void> {
    this.#busy = true;
    const version = this.#version;
    const fromTick = this.#to;
    try {
      await this.#plan.prepare(fromTick, toTick);
      if (version === this.#version && fromTick === this.#to) this.#to = toTick;
      this.#busy = false;
      this.#onProgress();
    } catch (reason) {
      this.#busy = false;
      this.#onFailure(reason);
    }
  }
}
