/** A show on a virtual clock: fake timers, fake pictures of a chosen cost, a plan that can be changed by hand. */

import { vi } from 'vitest';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import type { LookAheadOptions } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame, WalkPlan } from '../../src/ahead/types.ts';
import type { Tick } from '../../src/base/units.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
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
  readonly changes: { readonly fromTick: Tick; readonly value: number }[] = [];
  readonly cuts: Tick[] = [];

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  pointAt(tick: Tick): LatentPoint {
    const value = this.changes.filter((change) => change.fromTick <= tick).reduce((sum, change) => sum + change.value, 0);
    return { prompts: [{ text: 'a', weight: 1 }], negative: '', noise: { from: 1, to: 2, position: (tick / 4800) % 1, orbit: value, pushSeed: 0, pushAmount: 0 }, guidance: 1, steps: 1, ...SIZE };
  }

  isCutAt(fromTick: Tick, toTick: Tick): boolean {
    return this.cuts.some((cut) => cut > fromTick && cut <= toTick);
  }
}

export interface VirtualShow {
  readonly plan: HandPlan;
  readonly transport: Transport;
  readonly ahead: LookAhead;
  readonly frames: Frame[];
  /** Instant of each frame's arrival (ms). */
  readonly arrivals: number[];
  readonly now: () => number;
  /** Lets virtual time pass (ms). */
  pass(milliseconds: number): Promise<void>;
  play(): void;
  end(): void;
}

/** `cost` is asked at the virtual instant at which a draw begins. */
export function openVirtualShow(cost: (now: number, drawn: number) => number, options: Partial<LookAheadOptions> & { readonly tempo?: number; readonly duration?: number } = {}): VirtualShow {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  const now = (): number => performance.now();
  const { tempo = 124, duration = 600, ...rest } = options;
  const plan = new HandPlan();
  const transport = new Transport({ clock: 'free', duration });
  const frames: Frame[] = [];
  const arrivals: number[] = [];
  const pipeline = createFakePipeline({ size: SIZE, cost: (_, drawn) => cost(now(), drawn) });
  const ahead = new LookAhead({ plan, pipeline, timeline: steadyTimeline(tempo, duration), transport, now, onFrame: (frame) => {
    frames.push(frame);
    arrivals.push(now());
  }, ...rest });
  return {
    plan, transport, ahead, frames, arrivals, now,
    pass: async (milliseconds) => {
      await vi.advanceTimersByTimeAsync(milliseconds);
    },
    play: () => transport.play(now()),
    end: () => {
      ahead.stop();
      vi.useRealTimers();
    },
  };
}
