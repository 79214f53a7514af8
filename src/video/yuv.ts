/**
 * RGB to video: BT.709 primaries and matrix, limited range (Y 16..235, C 16..240), 4:2:0 with chroma averaged over 2x2.
 * Source: ITU-R BT.709-6, items 3 and 4. Fixed-point with 16 fractional bits; sizes must be even.
 */

const SCALE = 1 << 16;
const fixed = (value: number): number => Math.round(value * SCALE);

const KR = 0.2126;
const KB = 0.0722;
const KG = 1 - KR - KB;
const Y_GAIN = 219 / 255;
const C_GAIN = 224 / 255;
const [YR, YG, YB] = [fixed(KR * Y_GAIN), fixed(KG * Y_GAIN), fixed(KB * Y_GAIN)];
/** A chroma sample sums four pixels, hence the quarter. */
const U = C_GAIN / (2 * (1 - KB)) / 4;
const V = C_GAIN / (2 * (1 - KR)) / 4;
const [UR, UG, UB] = [fixed(-KR * U), fixed(-KG * U), fixed((1 - KB) * U)];
const [VR, VG, VB] = [fixed((1 - KR) * V), fixed(-KG * V), fixed(-KB * V)];
const Y_OFFSET = 16 * SCALE + SCALE / 2;
const C_OFFSET = 128 * SCALE + SCALE / 2;

/** Bytes of one yuv420p frame. */
export function yuvBytes(width: number, height: number): number {
  return (width * height * 3) / 2;
}

/** Converts `rgba` (`width * height * 4` bytes, top row first; alpha ignored) into planes Y, U, V in `out`. */
export function rgbaToYuv(rgba: Uint8Array, width: number, height: number, out: Uint8Array): void {
  const uStart = width * height;
  const vStart = uStart + uStart / 4;
  let chroma = 0;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, chroma++) {
      const top = y * width + x;
      let [r, g, b] = [0, 0, 0];
      for (const pixel of [top, top + 1, top + width, top + width + 1]) {
        const at = pixel * 4;
        const pr = rgba[at] as number;
        const pg = rgba[at + 1] as number;
        const pb = rgba[at + 2] as number;
        out[pixel] = (YR * pr + YG * pg + YB * pb + Y_OFFSET) >> 16;
        r += pr;
        g += pg;
        b += pb;
      }
      out[uStart + chroma] = (UR * r + UG * g + UB * b + C_OFFSET) >> 16;
      out[vStart + chroma] = (VR * r + VG * g + VB * b + C_OFFSET) >> 16;
    }
  }
}
