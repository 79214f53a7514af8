/**
 * Measures between two pictures that are not the one used to size steps: structural similarity of luma (Wang 2004, 8 x 8
 * windows every 4 pixels) and mean CIE76 ΔE in Lab (D65); also mean |ΔRGB| of 255.
 */

import type { Picture } from '../../src/diffusion/types.ts';

/** 1 − SSIM, 0 for equal pictures. */
export function structuralDifference(a: Picture, b: Picture): number {
  const lumaA = lumaOf(a);
  const lumaB = lumaOf(b);
  let sum = 0;
  let windows = 0;
  for (let y = 0; y + 8 <= a.height; y += 4) {
    for (let x = 0; x + 8 <= a.width; x += 4) {
      sum += windowSimilarity(lumaA, lumaB, a.width, y, x);
      windows++;
    }
  }
  return 1 - sum / windows;
}

/** Mean distance of the colours in Lab. */
export function colourDifference(a: Picture, b: Picture): number {
  let sum = 0;
  const count = a.height * a.width;
  for (let i = 0; i < count; i++) {
    const from = labOf(a.pixels, i * 4);
    const to = labOf(b.pixels, i * 4);
    sum += Math.hypot(from[0] - to[0], from[1] - to[1], from[2] - to[2]);
  }
  return sum / count;
}

/** Mean |ΔRGB| in 0..1. */
export function plainDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.pixels.length; i++) if (i % 4 !== 3) sum += Math.abs((a.pixels[i] as number) - (b.pixels[i] as number));
  return sum / ((a.pixels.length / 4) * 3 * 255);
}

function lumaOf({ pixels }: Picture): Float32Array {
  return Float32Array.from({ length: pixels.length / 4 }, (_, i) => 0.299 * (pixels[i * 4] as number) + 0.587 * (pixels[i * 4 + 1] as number) + 0.114 * (pixels[i * 4 + 2] as number));
}

function windowSimilarity(a: Float32Array, b: Float32Array, width: number, top: number, left: number): number {
  let sumA = 0, sumB = 0, squaresA = 0, squaresB = 0, products = 0;
  for (let y = top; y < top + 8; y++) {
    for (let x = left; x < left + 8; x++) {
      const va = a[y * width + x] as number;
      const vb = b[y * width + x] as number;
      sumA += va;
      sumB += vb;
      squaresA += va * va;
      squaresB += vb * vb;
      products += va * vb;
    }
  }
  const meanA = sumA / 64;
  const meanB = sumB / 64;
  const c1 = (0.01 * 255) ** 2;
  const c2 = (0.03 * 255) ** 2;
  const covariance = products / 64 - meanA * meanB;
  const variances = squaresA / 64 - meanA ** 2 + (squaresB / 64 - meanB ** 2);
  return ((2 * meanA * meanB + c1) * (2 * covariance + c2)) / ((meanA ** 2 + meanB ** 2 + c1) * (variances + c2));
}

const linear = Float64Array.from({ length: 256 }, (_, i) => (i / 255 <= 0.04045 ? i / 255 / 12.92 : ((i / 255 + 0.055) / 1.055) ** 2.4));

function labOf(pixels: Uint8Array, at: number): readonly [number, number, number] {
  const r = linear[pixels[at] as number] as number;
  const g = linear[pixels[at + 1] as number] as number;
  const b = linear[pixels[at + 2] as number] as number;
  const bend = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);
  const x = bend((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = bend(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = bend((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
