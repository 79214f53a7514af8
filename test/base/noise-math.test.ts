/** Noise arithmetic against a published reference and its own properties. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cosineBetween, rotatePairs, slerp, slerpWeights } from '../../src/base/noise-math.ts';
import { randomFor } from '../../src/base/random.ts';

interface Golden { readonly cosine: number; readonly slerp: readonly { readonly position: number; readonly first8: readonly number[] }[] }
const golden = JSON.parse(readFileSync(new URL('../golden/interpolation.json', import.meta.url), 'utf8')) as Golden;

function noise(seed: number, length: number): Float32Array {
  const random = randomFor(seed, 'test noise');
  return Float32Array.from({ length }, () => random.normal());
}
const norm = (tensor: Float32Array): number => Math.hypot(...tensor);

describe('slerp', () => {
  it('agrees with the reference at every position', () => {
    expect(golden.slerp.length).toBeGreaterThan(3);
    const ends = [0, 1].map((end) => golden.slerp.find(({ position }) => position === end)?.first8 ?? []);
    for (const { position, first8 } of golden.slerp) {
      const { keep, take } = slerpWeights(golden.cosine, position);
      first8.forEach((value, i) => expect(keep * (ends[0]?.[i] ?? NaN) + take * (ends[1]?.[i] ?? NaN)).toBeCloseTo(value, 6));
    }
  });

  it('hits its ends, keeps the norm and goes on beyond them', () => {
    const a = noise(1, 2048);
    const b = noise(2, 2048);
    expect(cosineBetween(slerp(a, b, 0), a)).toBeCloseTo(1, 6);
    expect(cosineBetween(slerp(a, b, 1), b)).toBeCloseTo(1, 6);
    for (const position of [-0.2, 0.25, 0.5, 0.75]) expect(norm(slerp(a, b, position)) / norm(a)).toBeCloseTo(1, 1);
    expect(cosineBetween(slerp(a, b, -0.2), b)).toBeLessThan(0);
  });

  it('falls back to a straight line between near-parallel tensors', () => {
    const a = noise(3, 512);
    const b = a.map((value) => value * 1.01);
    const half = slerp(a, b, 0.5);
    half.forEach((value, i) => expect(value).toBeCloseTo((a[i] as number) * 1.005, 5));
    expect([...slerp(a, a, 0.3)].every(Number.isFinite)).toBe(true);
    expect(() => slerp(a, noise(1, 4), 0.5)).toThrow('512 and 4');
  });
});

describe('rotatePairs', () => {
  it('closes exactly after whole turns, keeps the norm, and swaps at a quarter', () => {
    const tensor = noise(5, 8 * 16);
    expect(rotatePairs(tensor, 8, 3)).toEqual(rotatePairs(tensor, 8, 0));
    expect(norm(rotatePairs(tensor, 8, 0.37))).toBeCloseTo(norm(tensor), 4);
    const quarter = rotatePairs(tensor, 8, 0.25);
    expect(quarter[16]).toBeCloseTo(tensor[0] as number, 6);
    expect(quarter[0]).toBeCloseTo(-(tensor[16] as number), 6);
  });

  it('turns an odd last channel against its partner and may write in place', () => {
    const tensor = noise(6, 3 * 4);
    const partner = noise(7, 3 * 4);
    const turned = rotatePairs(tensor, 3, 0.25, undefined, partner);
    expect(turned[8]).toBeCloseTo(-(partner[8] as number), 6);
    const copy = tensor.slice();
    expect(rotatePairs(copy, 3, 0.1, copy)).toEqual(rotatePairs(tensor, 3, 0.1));
  });
});
