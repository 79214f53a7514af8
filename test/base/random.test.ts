import { describe, expect, it } from 'vitest';
import { mean } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';

const draw = (seed: number, purpose: string, index = 0): number[] => {
  const random = randomFor(seed, purpose, index);
  return Array.from({ length: 20_000 }, () => random.normal());
};

describe('keyed random', () => {
  it('repeats for the same key and differs for any other', () => {
    const first = draw(1, 'noise').slice(0, 8);
    expect(draw(1, 'noise').slice(0, 8)).toEqual(first);
    for (const other of [draw(2, 'noise'), draw(1, 'pulse'), draw(1, 'noise', 1)]) expect(other.slice(0, 8)).not.toEqual(first);
  });

  it('gives standard normals, uncorrelated between neighbouring seeds', () => {
    const a = draw(100, 'noise');
    const b = draw(101, 'noise');
    expect(mean(a)).toBeCloseTo(0, 1);
    expect(mean(a.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(Math.abs(mean(a.map((x, i) => x * (b[i] as number))))).toBeLessThan(0.03);
  });

  it('keeps uniforms in [0, 1) and integers below their bound', () => {
    const random = randomFor(3, 'uniform');
    const values = Array.from({ length: 5000 }, () => random.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(new Set(Array.from({ length: 500 }, () => random.integer(4)))).toEqual(new Set([0, 1, 2, 3]));
  });
});
