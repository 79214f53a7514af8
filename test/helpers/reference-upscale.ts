/**
 * Enlarging in plain arithmetic: what the shaders of src/stage/upscale do, pixel by pixel, and the plain kernels they are
 * held against. Pictures are float RGB 0..1, row-major, top row first; places in pixels (0 = centre of the first pixel).
 */

import { clamp, lerp, smoothstep } from '../../src/base/math.ts';
import { ALONG_EDGE, DETAIL_SLOPE, EDGE_FROM, EDGE_TO, FLAT_ENERGY, NOISE_SLOPE, OVERSHOOT, STRONGEST_SHARPENING } from '../../src/stage/upscale/upscale-settings.ts';
import { sample, type Raster } from './reference-flow.ts';

export type Kernel = 'bilinear' | 'bicubic' | 'edge';
type Colour = [number, number, number];

/** Enlarged to `width` x `height`, covering it exactly; `sharpness` (0..1) is for the 'edge' kernel. */
export function referenceEnlarge(picture: Raster, width: number, height: number, kernel: Kernel, sharpness = 0): Raster {
  const out: Raster = { width, height, channels: 3, data: new Float32Array(width * height * 3) };
  const tensor = kernel === 'edge' ? tensorOf(picture) : picture;
  const ranges = kernel === 'edge' ? rangesOf(picture) : { low: picture, high: picture };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = ((x + 0.5) / width) * picture.width - 0.5;
      const sy = ((y + 0.5) / height) * picture.height - 0.5;
      const into = out.data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3);
      if (kernel === 'bilinear') sample(picture, sx, sy, into);
      else into.set(kernel === 'bicubic' ? bicubicAt(picture, sx, sy) : edgeAt(picture, tensor, ranges, sx, sy, sharpness));
    }
  }
  return out;
}

/** Structure tensor over the colours: xx, xy, yy of Scharr's slopes, smoothed 1 2 1 both ways. */
export function tensorOf(picture: Raster): Raster {
  const { width, height, data } = picture;
  const slopes: Raster = { width, height, channels: 3, data: new Float32Array(width * height * 3) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const v = (dx: number, dy: number): number => data[indexOf(picture, x + dx, y + dy) + c] as number;
        const gx = (3 * (v(1, -1) - v(-1, -1) + v(1, 1) - v(-1, 1)) + 10 * (v(1, 0) - v(-1, 0))) / 32;
        const gy = (3 * (v(-1, 1) - v(-1, -1) + v(1, 1) - v(1, -1)) + 10 * (v(0, 1) - v(0, -1))) / 32;
        for (const [i, value] of [gx * gx, gx * gy, gy * gy].entries()) slopes.data[at + i] = (slopes.data[at + i] as number) + value;
      }
    }
  }
  return smoothed(slopes);
}

function smoothed(source: Raster): Raster {
  const { width, height, data } = source;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < 9; k++) {
        const [dx, dy] = [(k % 3) - 1, Math.floor(k / 3) - 1];
        const weight = (dx === 0 ? 0.5 : 0.25) * (dy === 0 ? 0.5 : 0.25);
        const from = indexOf(source, x + dx, y + dy);
        for (let c = 0; c < 3; c++) out[(y * width + x) * 3 + c] = (out[(y * width + x) * 3 + c] as number) + weight * (data[from + c] as number);
      }
    }
  }
  return { ...source, data: out };
}

/** Catmull and Rom's cubic: interpolates. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x < 1 ? 1 + x * x * (1.5 * x - 2.5) : 2 - x * (4 - x * (2.5 - 0.5 * x));
}

/** The cubic B-spline: smooths, and leaves even slopes as they are. */
function spline(distance: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x < 1 ? 2 / 3 - x * x * (1 - 0.5 * x) : (2 - x) ** 3 / 6;
}

interface Edge {
  /** Across the edge, length 1. */
  readonly nx: number;
  readonly ny: number;
  /** 0..1: led along it. */
  readonly share: number;
  /** 0..1: there is something to sharpen. */
  readonly detail: number;
}

function edgeIn(tensor: Raster, x: number, y: number): Edge {
  const [xx = 0, xy = 0, yy = 0] = sample(tensor, x, y, new Float32Array(3));
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const oneWay = Math.hypot(xx - yy, 2 * xy) / (xx + yy + FLAT_ENERGY);
  return { nx: Math.cos(angle), ny: Math.sin(angle), share: smoothstep(EDGE_FROM, EDGE_TO, oneWay), detail: smoothstep(NOISE_SLOPE, DETAIL_SLOPE, Math.sqrt(xx + yy)) };
}

interface Sums {
  readonly plain: Colour;
  readonly soft: Colour;
  readonly along: Colour;
  readonly across: Colour;
}

/** Four sums over the 4 x 4 pixels around a place; along and across edges only where there are any. */
function gather(picture: Raster, x: number, y: number, { nx, ny, share }: Edge): Sums {
  const sums: Sums = { plain: [0, 0, 0], soft: [0, 0, 0], along: [0, 0, 0], across: [0, 0, 0] };
  const [left, top] = [Math.floor(x) - 1, Math.floor(y) - 1];
  const offsets = (first: number, at: number): number[] => [0, 1, 2, 3].map((i) => first + i - at);
  const [dx, dy] = [offsets(left, x), offsets(top, y)];
  const [plainX, plainY, softX, softY] = [dx.map(cubic), dy.map(cubic), dx.map(spline), dy.map(spline)];
  let alongTotal = 0, acrossTotal = 0;
  for (let k = 0; k < 16; k++) {
    const [i, j] = [k % 4, k >> 2];
    const at = indexOf(picture, left + i, top + j);
    addTo(sums.plain, picture.data, at, (plainX[i] as number) * (plainY[j] as number));
    addTo(sums.soft, picture.data, at, (softX[i] as number) * (softY[j] as number));
    if (share === 0) continue;
    const a = (dx[i] as number) * nx + (dy[j] as number) * ny;
    const b = (dy[j] as number) * nx - (dx[i] as number) * ny;
    const [along, across] = [cubic(a) * spline(b), spline(a) * cubic(b)];
    alongTotal += along;
    acrossTotal += across;
    addTo(sums.along, picture.data, at, along);
    addTo(sums.across, picture.data, at, across);
  }
  return share === 0 ? sums : { ...sums, along: sums.along.map((value) => value / alongTotal) as Colour, across: sums.across.map((value) => value / acrossTotal) as Colour };
}

function addTo(sum: Colour, data: Float32Array, at: number, weight: number): void {
  sum[0] += weight * (data[at] as number);
  sum[1] += weight * (data[at + 1] as number);
  sum[2] += weight * (data[at + 2] as number);
}

/** Lowest and highest of the nine pixels around each. */
function rangesOf(picture: Raster): { readonly low: Raster; readonly high: Raster } {
  const { width, height, data } = picture;
  const low = new Float32Array(data.length).fill(1);
  const high = new Float32Array(data.length);
  for (let k = 0; k < 9; k++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = indexOf(picture, x + (k % 3) - 1, y + Math.floor(k / 3) - 1);
        for (let c = 0; c < 3; c++) {
          const at = (y * width + x) * 3 + c;
          low[at] = Math.min(low[at] as number, data[from + c] as number);
          high[at] = Math.max(high[at] as number, data[from + c] as number);
        }
      }
    }
  }
  return { low: { ...picture, data: low }, high: { ...picture, data: high } };
}

function edgeAt(picture: Raster, tensor: Raster, ranges: { readonly low: Raster; readonly high: Raster }, x: number, y: number, sharpness: number): Colour {
  const edge = edgeIn(tensor, x, y);
  const { plain, soft, along, across } = gather(picture, x, y, edge);
  const low = sample(ranges.low, x, y, new Float32Array(3));
  const high = sample(ranges.high, x, y, new Float32Array(3));
  return plain.map((value, c) => {
    const led = edge.share === 0 ? value : lerp(value, along[c] as number, ALONG_EDGE * edge.share);
    const softer = edge.share === 0 ? (soft[c] as number) : lerp(soft[c] as number, across[c] as number, edge.share);
    const room = OVERSHOOT * ((high[c] as number) - (low[c] as number));
    return clamp(led + sharpness * STRONGEST_SHARPENING * edge.detail * (led - softer), Math.max(0, (low[c] as number) - room), Math.min(1, (high[c] as number) + room));
  }) as Colour;
}

function bicubicAt(picture: Raster, x: number, y: number): Colour {
  return gather(picture, x, y, { nx: 1, ny: 0, share: 0, detail: 0 }).plain.map((value) => clamp(value, 0, 1)) as Colour;
}

/** Place in `data` of a pixel; beyond the edges the picture is mirrored, as the stage's textures are. */
function indexOf({ width, height }: Raster, x: number, y: number): number {
  return (mirrored(y, height) * width + mirrored(x, width)) * 3;
}

function mirrored(at: number, size: number): number {
  const place = ((at % (2 * size)) + 2 * size) % (2 * size);
  return place < size ? place : 2 * size - 1 - place;
}
