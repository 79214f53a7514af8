/**
 * Enlarging in plain arithmetic: what the shaders of src/stage/upscale do, pixel by pixel, and the plain kernels they are
 * held against. Pictures are float RGB 0..1, row-major, top row first; places in pixels (0 = centre of the first pixel).
 */

import { clamp, smoothstep } from '../../src/base/math.ts';
import { ALONG_EDGE, DETAIL_SLOPE, EDGE_FROM, EDGE_TO, FLAT_ENERGY, NOISE_SLOPE, OVERSHOOT, STRONGEST_SHARPENING } from '../../src/stage/upscale/upscale-settings.ts';
import { sample, type Raster } from './reference-flow.ts';

export type Kernel = 'bilinear' | 'bicubic' | 'edge';
type Colour = [number, number, number];

/** Enlarged to `width` x `height`, covering it exactly; `sharpness` (0..1) is for the 'edge' kernel. */
export function referenceEnlarge(picture: Raster, width: number, height: number, kernel: Kernel, sharpness = 0): Raster {
  const out: Raster = { width, height, channels: 3, data: new Float32Array(width * height * 3) };
  const tensor = kernel === 'edge' ? tensorOf(picture) : picture;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = ((x + 0.5) / width) * picture.width - 0.5;
      const sy = ((y + 0.5) / height) * picture.height - 0.5;
      const into = out.data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3);
      if (kernel === 'bilinear') sample(picture, sx, sy, into);
      else into.set(kernel === 'bicubic' ? bicubicAt(picture, sx, sy) : edgeAt(picture, tensor, sx, sy, sharpness));
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

/** Four sums over the 4 x 4 pixels around a place. */
function gather(picture: Raster, x: number, y: number, { nx, ny }: Edge): { plain: Colour; soft: Colour; along: Colour; across: Colour } {
  const sums = { plain: [0, 0, 0] as Colour, soft: [0, 0, 0] as Colour, along: [0, 0, 0] as Colour, across: [0, 0, 0] as Colour };
  let alongTotal = 0, acrossTotal = 0;
  for (let k = 0; k < 16; k++) {
    const [i, j] = [(k % 4) - 1, Math.floor(k / 4) - 1];
    const dx = Math.floor(x) + i - x;
    const dy = Math.floor(y) + j - y;
    const [a, b] = [dx * nx + dy * ny, dy * nx - dx * ny];
    const along = cubic(a) * spline(b);
    const across = spline(a) * cubic(b);
    alongTotal += along;
    acrossTotal += across;
    const at = indexOf(picture, Math.floor(x) + i, Math.floor(y) + j);
    for (let c = 0; c < 3; c++) {
      const value = picture.data[at + c] as number;
      sums.plain[c] = (sums.plain[c] as number) + cubic(dx) * cubic(dy) * value;
      sums.soft[c] = (sums.soft[c] as number) + spline(dx) * spline(dy) * value;
      sums.along[c] = (sums.along[c] as number) + along * value;
      sums.across[c] = (sums.across[c] as number) + across * value;
    }
  }
  return { ...sums, along: sums.along.map((value) => value / alongTotal) as Colour, across: sums.across.map((value) => value / acrossTotal) as Colour };
}

/** Lowest and highest of the nine pixels around each of the four nearest, interpolated between these. */
function rangeAt(picture: Raster, x: number, y: number): { low: Colour; high: Colour } {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const low: Colour = [0, 0, 0];
  const high: Colour = [0, 0, 0];
  for (const [i, j] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
    const weight = (i === 0 ? 1 - (x - x0) : x - x0) * (j === 0 ? 1 - (y - y0) : y - y0);
    for (let c = 0; c < 3; c++) {
      const nine = Array.from({ length: 9 }, (_, k) => picture.data[indexOf(picture, x0 + i + (k % 3) - 1, y0 + j + Math.floor(k / 3) - 1) + c] as number);
      low[c] = (low[c] as number) + weight * Math.min(...nine);
      high[c] = (high[c] as number) + weight * Math.max(...nine);
    }
  }
  return { low, high };
}

function edgeAt(picture: Raster, tensor: Raster, x: number, y: number, sharpness: number): Colour {
  const edge = edgeIn(tensor, x, y);
  const { plain, soft, along, across } = gather(picture, x, y, edge);
  const { low, high } = rangeAt(picture, x, y);
  return plain.map((value, c) => {
    const led = value + ALONG_EDGE * edge.share * ((along[c] as number) - value);
    const softer = (soft[c] as number) + edge.share * ((across[c] as number) - (soft[c] as number));
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
