/** Fractions of the way between two points of a walk, against ways whose shape is known. */

import { describe, expect, it } from 'vitest';
import type { LatentPoint, NoisePoint } from '../../src/diffusion/types.ts';
import { travelBetween } from '../../src/latent/travel.ts';

const point = (weight: number, noise: Partial<NoisePoint> = {}): LatentPoint => ({
  prompts: [{ text: 'a', weight: 1 - weight }, { text: 'b', weight }], negative: '', guidance: 1, steps: 1, height: 64, width: 64,
  noise: { from: 1, to: 1, position: 0, orbit: 0, pushSeed: 9, pushAmount: 0, ...noise },
});

describe('travel between two frames', () => {
  it('is even on an even way, every fourth tick', () => {
    const found = travelBetween((tick) => point(tick / 16), 0, 16);
    expect(found.length).toBe(3);
    found.forEach((fraction, i) => expect(fraction).toBeCloseTo((i + 1) / 4, 9));
  });

  it('follows a way that is walked unevenly, by prompts or by noise', () => {
    const bend = (tick: number): number => (tick / 16) ** 3;
    for (const way of [(tick: number) => point(bend(tick)), (tick: number) => point(0, { orbit: 0.02 * bend(tick) }), (tick: number) => point(0, { to: 2, position: 0.05 * bend(tick) }), (tick: number) => point(0, { pushAmount: 0.1 * bend(tick) })]) {
      travelBetween(way, 0, 16).forEach((fraction, i) => expect(fraction).toBeCloseTo(bend(4 * (i + 1)), 2));
    }
  });

  it('shows an overshoot, bounded', () => {
    const found = travelBetween((tick) => point(tick === 8 ? 0.54 : tick === 12 ? 0.9 : tick / 32), 0, 16);
    expect(found[1]).toBeCloseTo(1.08, 9);
    expect(found[2]).toBe(1.25);
  });

  it('has at most 15 fractions, and none for neighbours or a way that leads back', () => {
    expect(travelBetween((tick) => point(tick / 600), 0, 600).length).toBe(15);
    expect(travelBetween((tick) => point(tick), 0, 4)).toEqual([]);
    expect(travelBetween((tick) => point(0, { orbit: tick / 16 }), 0, 16)).toEqual([]);
  });
});
