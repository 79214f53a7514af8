import { describe, expect, it } from 'vitest';
import { rgbaToYuv, yuvBytes } from '../../src/video/yuv.ts';

/** One 2x2 picture of a colour. */
function convert(r: number, g: number, b: number): number[] {
  const out = new Uint8Array(yuvBytes(2, 2));
  rgbaToYuv(Uint8Array.from([r, g, b, 255, r, g, b, 255, r, g, b, 255, r, g, b, 255]), 2, 2, out);
  return [out[0]!, out[4]!, out[5]!];
}

describe('rgbaToYuv', () => {
  it('gives the BT.709 limited-range values of the primaries', () => {
    // Computed from the standard's equations: Y = 16 + 219 (0.2126 R + 0.7152 G + 0.0722 B), C = 128 + 224 (X - Y) / (2 (1 - K)).
    expect(convert(0, 0, 0)).toEqual([16, 128, 128]);
    expect(convert(255, 255, 255)).toEqual([235, 128, 128]);
    expect(convert(255, 0, 0)).toEqual([63, 102, 240]);
    expect(convert(0, 255, 0)).toEqual([173, 42, 26]);
    expect(convert(0, 0, 255)).toEqual([32, 240, 118]);
  });

  it('averages chroma over two by two and keeps luma apart', () => {
    const out = new Uint8Array(yuvBytes(2, 2));
    rgbaToYuv(Uint8Array.from([255, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0, 255]), 2, 2, out);
    expect(Array.from(out.subarray(0, 4))).toEqual([63, 16, 16, 63]);
    expect(out[5]).toBe(184);
  });
});
