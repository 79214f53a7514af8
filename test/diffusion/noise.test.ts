/** Resolved noise: standard normal, closing orbits, and independent of what was asked before. */

import { describe, expect, it } from 'vitest';
import { cosineBetween } from '../../src/base/noise-math.ts';
import { centredStations, NoiseField } from '../../src/diffusion/noise.ts';
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

describe('centredStations', () => {
  const SIDE = 8;
  const draw = centredStations(SIDE);
  const square = { channels: 3, height: SIDE, width: SIDE };
  /** The middle `height` x `width` of a tensor. */
  const middle = (tensor: Float32Array, from: typeof square, height: number, width: number): number[] => {
    const top = (from.height - height) / 2;
    const left = (from.width - width) / 2;
    return Array.from({ length: from.channels * height * width }, (_, i) => {
      const channel = Math.floor(i / (height * width));
      const y = top + (Math.floor(i / width) % height);
      return tensor[(channel * from.height + y) * from.width + left + (i % width)] as number;
    });
  };

  it('is the plain station at the square size', () => {
    const plain = new NoiseField().resolve(at({ from: 5, to: 5 }), square);
    expect(draw(5, square, 0)).toEqual(plain);
    expect(new NoiseField(draw).resolve(at({ from: 5, to: 5 }), square)).toEqual(plain);
  });

  it.each([[8, 14], [14, 8], [14, 14], [8, 40], [4, 6], [30, 26]])('shows the centre of the square at %i x %i', (height, width) => {
    const shape = { channels: 3, height, width };
    const shared = [Math.min(height, SIDE), Math.min(width, SIDE)] as const;
    expect(middle(draw(5, shape, 0), shape, ...shared)).toEqual(middle(draw(5, square, 0), square, ...shared));
  });

  it('goes on with the same margins at a wider size', () => {
    const wide = { channels: 3, height: 8, width: 14 };
    const wider = { channels: 3, height: 12, width: 30 };
    expect(middle(draw(5, wider, 0), wider, 8, 14)).toEqual([...draw(5, wide, 0)]);
  });

  it('is standard normal, with margins that repeat nothing and differ by seed and index', () => {
    const shape = { channels: 3, height: 24, width: 40 };
    const station = draw(5, shape, 0);
    const { mean, deviation } = momentsOf(station);
    expect(Math.abs(mean)).toBeLessThan(0.08);
    expect(deviation).toBeGreaterThan(0.94);
    expect(deviation).toBeLessThan(1.06);
    expect(new Set(station).size).toBeGreaterThan(station.length * 0.99);
    expect(Math.abs(cosineBetween(station, draw(6, shape, 0)))).toBeLessThan(0.08);
    expect(Math.abs(cosineBetween(station, draw(5, shape, 1)))).toBeLessThan(0.08);
  });
});
