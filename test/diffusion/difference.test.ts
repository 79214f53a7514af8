/** The measure of visible change against pictures whose difference is known. */

import { describe, expect, it } from 'vitest';
import { measurePictureDifference } from '../../src/diffusion/difference.ts';
import type { Picture } from '../../src/diffusion/types.ts';

function picture(height: number, width: number, value: (x: number, y: number) => number): Picture {
  const pixels = new Uint8Array(height * width * 4).fill(255);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.fill(value(x, y), (y * width + x) * 4, (y * width + x) * 4 + 3);
  return { height, width, pixels, cost: 0 };
}

const black = picture(128, 96, () => 0);

describe('measurePictureDifference', () => {
  it('is 0 for equal pictures, 1 between black and white, and proportional between', () => {
    expect(measurePictureDifference(black, black)).toBe(0);
    expect(measurePictureDifference(black, picture(128, 96, () => 255))).toBeCloseTo(1, 12);
    expect(measurePictureDifference(black, picture(128, 96, () => 51))).toBeCloseTo(0.2, 12);
  });

  it('counts fine texture half: it does not show from afar', () => {
    const grey = picture(128, 128, () => 128);
    const checks = picture(128, 128, (x, y) => ((x + y) % 2 === 0 ? 0 : 255));
    expect(measurePictureDifference(grey, checks)).toBeCloseTo(0.25, 2);
  });

  it('is symmetric and handles pictures smaller than its cells', () => {
    const a = picture(8, 20, (x) => x * 10);
    const b = picture(8, 20, (_, y) => y * 30);
    expect(measurePictureDifference(a, b)).toBe(measurePictureDifference(b, a));
    expect(measurePictureDifference(a, b)).toBeGreaterThan(0.05);
  });

  it('refuses pictures of two sizes', () => {
    expect(() => measurePictureDifference(black, picture(96, 128, () => 0))).toThrow(/96x128 and 128x96/);
  });
});
