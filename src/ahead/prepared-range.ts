/**
 * Keeps a walk prepared (its probes measured) over what plays next, in short stretches, nearest first, so that drawing goes
 * on meanwhile. Only prepared ticks may be drawn: an unprepared one could look different later.
 */

import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Tick } from '../base/units.ts';
import type { WalkPlan } from './types.ts';

/** Length of one `prepare` call (ticks). */
const STRETCH = 2 * TICKS_PER_SECOND;

interface Range {
  readonly from: Tick;
  readonly to: Tick;
}

export class PreparedRange {
  readonly #plan: WalkPlan;
  readonly #onProgress: () => void;
  readonly #onFailure: (reason: unknown) => void;
  /** Apart from each other. */
  #ranges: readonly Range[] = [];
  #version = 0;
  #busy = false;

  /** `onProgress` after each stretch; `onFailure` when `prepare` rejects (call `reach` again to retry). */
  constructor(plan: WalkPlan, onProgress: () => void, onFailure: (reason: unknown) => void) {
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#onFailure = onFailure;
  }

  has(tick: Tick): boolean {
    return this.#ranges.some(({ from, to }) => tick >= from && tick < to);
  }

  /** What was prepared from this tick on is void. */
  invalidate(fromTick: Tick): void {
    this.#version++;
    this.#ranges = this.#ranges.map(({ from, to }) => ({ from, to: Math.min(to, fromTick) })).filter(({ from, to }) => to > from);
  }

  /** Works toward `wanted` being prepared, in its order; does nothing while `enough` of it is. */
  reach(enough: readonly Range[], wanted: readonly Range[]): void {
    if (this.#busy) return;
    const gap = enough.map((range) => this.#firstGap(range)).find((tick) => tick !== undefined);
    if (gap === undefined) return;
    const end = wanted.find(({ from, to }) => gap >= from && gap < to)?.to ?? gap + STRETCH;
    this.#ranges = this.#ranges.filter((range) => wanted.some(({ from, to }) => range.from <= to && range.to >= from));
    void this.#prepare(gap, Math.min(gap + STRETCH, end));
  }

  #firstGap({ from, to }: Range): Tick | undefined {
    let tick = from;
    for (let next = this.#endOf(tick); next !== undefined; next = this.#endOf(tick)) tick = next;
    return tick < to ? tick : undefined;
  }

  /** End of the range that holds a tick. */
  #endOf(tick: Tick): Tick | undefined {
    return this.#ranges.find(({ from, to }) => tick >= from && tick < to)?.to;
  }

  async #prepare(fromTick: Tick, toTick: Tick): Promise<void> {
    this.#busy = true;
    const version = this.#version;
    try {
      await this.#plan.prepare(fromTick, toTick);
      if (version === this.#version) this.#ranges = join([...this.#ranges, { from: fromTick, to: toTick }]);
      this.#busy = false;
      this.#onProgress();
    } catch (reason) {
      this.#busy = false;
      this.#onFailure(reason);
    }
  }
}

/** Ranges that touch become one. */
function join(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last === undefined || range.from > last.to) joined.push(range);
    else joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return joined;
}
