/** Resolved noise: standard normal, closing orbits, and independent of what was asked before. */

import { describe, expect, it } from 'vitest';
import { cosineBetween } from '../../src/base/noise-math.ts';
import { NoiseField } from '../../src/diffusion/noise.ts';
import type { NoisePoint } from '../../src/diffusion/types.ts';

const SHAPE = { channels: 5, height: 16, width: 24 };
const at = (more: Partial<NoisePoint> = {}): NoisePoint => ({ from: 1, to: 2, position: 0, orbit: 0, pushSeed: 3, pushAmount: 0, ...more });

function momentsOf(tensor: Float32Array): { readonly mean: number; readonly deviation: number } {
  const mean = tensor.reduce((sum, value) => sum + value, 0) / tensor.length;
  return { mean, deviation: Math.sqrt(tensor.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tensor.length) };
}

describe('NoiseField', () => {
  it.each([at(), at({ position: 0.5 }), at({ orbit: 0.37 }), at({ position: 0.3, orbit: 0.6, pushAmount: 0.15 })])('stays standard normal', (point) => {
    const { mean, deviation } = momentsOf(new NoiseField().resolve(point, SHAPE));
    expect(Math.abs(mean)).toBeLessThan(0.08);
    expect(deviation).toBeGreaterThan(0.94);
    expect(deviation).toBeLessThan(1.06);
  });

  it('begins at one station and ends at the other', () => {
    const field = new NoiseField();
    expect(field.resolve(at({ position: 1 }), SHAPE)).toEqual(field.resolve(at({ from: 2, to: 9 }), SHAPE));
    expect(cosineBetween(field.resolve(at(), SHAPE), field.resolve(at({ position: 1 }), SHAPE))).toBeLessThan(0.1);
  });

  it('closes its orbit exactly and is far away half way round, odd channel included', () => {
    const field = new NoiseField();
    const start = field.resolve(at({ position: 0.2 }), SHAPE);
    expect(field.resolve(at({ position: 0.2, orbit: 3 }), SHAPE)).toEqual(start);
    const half = field.resolve(at({ position: 0.2, orbit: 0.5 }), SHAPE);
    half.forEach((value, i) => expect(value).toBeCloseTo(-(start[i] as number), 5));
    const quarter = field.resolve(at({ position: 0.2, orbit: 0.25 }), SHAPE);
    const plane = SHAPE.height * SHAPE.width;
    expect(Math.abs(cosineBetween(quarter.slice(-plane), start.slice(-plane)))).toBeLessThan(0.15);
  });

  it('gives the same numbers whatever was asked before, and never hands out its own stations', () => {
    const used = new NoiseField();
    for (let seed = 0; seed < 100; seed++) used.resolve(at({ from: seed, position: 0.5 }), SHAPE).fill(7);
    used.resolve(at(), SHAPE).fill(7);
    expect(used.resolve(at({ pushAmount: 0.2 }), SHAPE)).toEqual(new NoiseField().resolve(at({ pushAmount: 0.2 }), SHAPE));
  });
});
