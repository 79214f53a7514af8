/** A show on a virtual clock: fake timers, fake pictures of a chosen cost, a plan that is changed by hand. */

import { vi } from 'vitest';
import { LookAhead } from '../../src/ahead/look-ahead.ts';
import type { LookAheadOptions } from '../../src/ahead/look-ahead.ts';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { HandPlan, SIZE, steadyTimeline } from '../helpers/hand-plan.ts';

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
