import { describe, expect, it } from 'vitest';
import { clamp, decayOver, lastIndexAtOrBefore, median, quantile, sampleCurve, smoothstep, wrap } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';

describe('math', () => {
  it('finds the last index at or before a value like a slow search does', () => {
    const random = randomFor(1, 'search');
    for (let round = 0; round < 200; round++) {
      const sorted = Array.from({ length: random.integer(12) }, () => random.integer(10)).sort((a, b) => a - b);
      const value = random.integer(12) - 1;
      expect(lastIndexAtOrBefore(sorted, value)).toBe(sorted.findLastIndex((x) => x <= value));
    }
  });

  it('reads curves linearly and holds the ends', () => {
    const curve = [0, 1, 0.5];
    expect(sampleCurve(curve, 10, 0.05)).toBeCloseTo(0.5);
    expect(sampleCurve(curve, 10, -3)).toBe(0);
    expect(sampleCurve(curve, 10, 99)).toBe(0.5);
    expect(sampleCurve([], 10, 1)).toBe(0);
  });

  it('has quantiles between the extremes', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([0, 10], 0.25)).toBeCloseTo(2.5);
    expect(quantile([], 0.5)).toBe(0);
  });

  it('wraps negative numbers up', () => {
    expect(wrap(-0.25, 1)).toBeCloseTo(0.75);
    expect(wrap(4, 4)).toBe(0);
  });

  it('eases and decays within 0..1', () => {
    expect(smoothstep(0, 1, 0.5)).toBe(0.5);
    expect(smoothstep(0, 1, 2)).toBe(1);
    expect(decayOver(1, 1)).toBeCloseTo(Math.exp(-1));
    expect(decayOver(1, 0)).toBe(0);
    expect(clamp(7, 0, 1)).toBe(1);
  });
});
