/** A walk that hands move without a score, and a timeline of steady beats: what the look-ahead needs and nothing else. */

import type { WalkPlan } from '../../src/ahead/types.ts';
import type { Tick } from '../../src/base/units.ts';
import type { LatentPoint } from '../../src/diffusion/types.ts';
import type { BeatGrid, Timeline } from '../../src/timeline/timeline.ts';
import { CURVE_NAMES } from '../../src/timeline/timeline.ts';

export const SIZE = { height: 8, width: 8 };

export function steadyTimeline(tempo: number, duration: number, metre = 4): Timeline {
  const count = Math.ceil((duration * tempo) / 60);
  const grid: BeatGrid = {
    beats: Float64Array.from({ length: count }, (_, i) => (i * 60) / tempo),
    positions: Uint8Array.from({ length: count }, (_, i) => (i % metre) + 1),
    tempo: new Float32Array(count).fill(tempo),
    metre,
    confidence: 1,
  };
  const curves = Object.fromEntries(CURVE_NAMES.map((name) => [name, new Float32Array(1)])) as unknown as Timeline['curves'];
  return { version: 1, duration, rate: 1, curves, grid, onsets: new Float64Array(0), sections: [], events: [] };
}

/** Where the walk is: the noise position is the show time plus what hands added, by tick from which it applies. */
export class HandPlan implements WalkPlan {
  readonly #size: { readonly height: number; readonly width: number };
  readonly changes: { readonly fromTick: Tick; readonly value: number }[] = [];
  readonly cuts: Tick[] = [];

  constructor(size: { readonly height: number; readonly width: number } = SIZE) {
    this.#size = size;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  pointAt(tick: Tick): LatentPoint {
    const value = this.changes.filter((change) => change.fromTick <= tick).reduce((sum, change) => sum + change.value, 0);
    return { prompts: [{ text: 'a', weight: 1 }], negative: '', noise: { from: 1, to: 2, position: (tick / 4800) % 1, orbit: value, pushSeed: 0, pushAmount: 0 }, guidance: 1, steps: 1, ...this.#size };
  }

  isCutAt(fromTick: Tick, toTick: Tick): boolean {
    return this.cuts.some((cut) => cut > fromTick && cut <= toTick);
  }
}
