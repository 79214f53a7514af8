/**
 * Visible change between two pictures, 0..1: the mean of two mean absolute differences of RGB (8-bit sRGB / 255), one at
 * full size (texture and edges) and one of both pictures averaged down to at most 32 x 32 cells (what the eye follows from afar).
 * Zero for equal pictures, 1 between black and white, symmetric.
 */

import type { Picture } from './types.ts';

const CELLS = 32;

/** Both pictures must have the same size. */
export function measurePictureDifference(a: Picture, b: Picture): number {
  if (a.height !== b.height || a.width !== b.width) throw new Error(`pictures of ${a.width}x${a.height} and ${b.width}x${b.height} cannot be compared`);
  return (meanRgbDifference(a.pixels, b.pixels) + meanCellDifference(a, b)) / 2;
}

function meanRgbDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 4) {
    sum += Math.abs((a[i] as number) - (b[i] as number)) + Math.abs((a[i + 1] as number) - (b[i + 1] as number)) + Math.abs((a[i + 2] as number) - (b[i + 2] as number));
  }
  return sum / ((a.length / 4) * 3 * 255);
}

/** |mean of the signed difference| per cell and channel, averaged over the cells by their area. */
function meanCellDifference(a: Picture, b: Picture): number {
  const { height, width } = a;
  const rows = Math.min(CELLS, height);
  const columns = Math.min(CELLS, width);
  const sums = new Float64Array(rows * columns * 3);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const cell = (row + Math.floor((x * columns) / width)) * 3;
      const at = (y * width + x) * 4;
      for (let c = 0; c < 3; c++) sums[cell + c] = (sums[cell + c] as number) + (a.pixels[at + c] as number) - (b.pixels[at + c] as number);
    }
  }
  let total = 0;
  for (const sum of sums) total += Math.abs(sum);
  return total / (height * width * 3 * 255);
}
