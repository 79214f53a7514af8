/** Instants of samples from arrivals that jitter: an audio clock that drifts, late bursts, a start on a busy machine. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { SampleClock } from '../../src/base/sample-clock.ts';

const RATE = 48_000;
const HOP = 512;

/** Largest error (ms) after `settled` hops, and the largest step between hops beside the hop itself. */
function follow(hops: number, settled: number, { ppm = 0, lateness }: { readonly ppm?: number; readonly lateness: (i: number) => number }): { readonly worst: number; readonly step: number } {
  const clock = new SampleClock(RATE);
  let worst = 0;
  let step = 0;
  let before = Number.NaN;
  let arrived = 0;
  for (let i = 1; i <= hops; i++) {
    const end = i * HOP;
    const truth = 1000 + (end / RATE) * 1000 * (1 + ppm / 1e6);
    arrived = Math.max(arrived, truth + lateness(i));
    clock.add(end, arrived);
    const error = clock.instantOf(end) - truth;
    if (i > settled) {
      worst = Math.max(worst, Math.abs(error));
      step = Math.max(step, Math.abs(error - before));
    }
    before = error;
  }
  return { worst, step };
}

describe('sample clock', () => {
  it('finds the instant within 1.5 ms under lateness of up to 40 ms, in bursts, at 100 ppm of drift', () => {
    const random = randomFor(3, 'arrivals');
    const lateness = (i: number): number => (i % 90 < 6 ? 40 : random.uniform() ** 2 * 12);
    for (const ppm of [-100, 0, 100]) {
      const { worst, step } = follow(20_000, 400, { ppm, lateness });
      expect(worst).toBeLessThan(1.5);
      expect(step).toBeLessThan(0.1);
    }
  });

  it('is right soon after a start on a busy machine', () => {
    expect(follow(400, 150, { lateness: (i) => (i < 100 ? 80 : 1) }).worst).toBeLessThan(1.1);
  });

  it('turns instants into time and back, and knows nothing before the first arrival', () => {
    const clock = new SampleClock(RATE);
    expect(clock.isKnown).toBe(false);
    expect(clock.instantOf(0)).toBeNaN();
    clock.add(RATE, 5000);
    expect(clock.timeAt(5000)).toBeCloseTo(1, 9);
    expect(clock.instantOf(2 * RATE)).toBeCloseTo(6000, 9);
  });
});
