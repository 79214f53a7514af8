/**
 * The in-betweens in plain arithmetic: what the shaders of src/stage/flow do, pixel by pixel, for the shader test and for
 * the bench (a browser with software GL would take far longer over the same numbers). Pictures are float RGB 0..1, row-major.
 */

import { BELIEVED_RESIDUAL, DAMPING, flowLevels, LONGEST_STEP, MOVING_DIFFERENCE, ROBUST, STEPS_PER_LEVEL, STILL_DIFFERENCE, WINDOW_RADIUS, WINDOW_SIGMA } from '../../src/stage/flow/flow-settings.ts';

/** `data[(y * width + x) * channels + c]`. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

export interface ReferenceField {
  /** Two channels, fractions of the picture: what stands at x half-way was at x − v/2 and will be at x + v/2. */
  readonly flow: Raster;
  /** 0..1. */
  readonly belief: Raster;
  /** 0..1: whether there is motion in the picture. */
  readonly moving: number;
}

export function rasterOf(rgba: Uint8Array, width: number, height: number): Raster {
  const data = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) data[i * 3 + c] = (rgba[i * 4 + c] as number) / 255;
  return { width, height, channels: 3, data };
}

const make = (width: number, height: number, channels: number): Raster => ({ width, height, channels, data: new Float32Array(width * height * channels) });

/** Bilinear read at pixel coordinates (0 = centre of the first pixel), edges held; writes `channels` values into `out`. */
export function sample({ width, height, channels, data }: Raster, x: number, y: number, out: Float32Array): Float32Array {
  const px = Math.min(width - 1, Math.max(0, x));
  const py = Math.min(height - 1, Math.max(0, y));
  const x0 = Math.floor(px);
  const y0 = Math.floor(py);
  const fx = px - x0;
  const fy = py - y0;
  const right = x0 + 1 < width ? channels : 0;
  const top = (y0 * width + x0) * channels;
  const bottom = y0 + 1 < height ? top + width * channels : top;
  for (let c = 0; c < channels; c++) {
    const upper = (data[top + c] as number) * (1 - fx) + (data[top + right + c] as number) * fx;
    const lower = (data[bottom + c] as number) * (1 - fx) + (data[bottom + right + c] as number) * fx;
    out[c] = upper * (1 - fy) + lower * fy;
  }
  return out;
}

/** Reads as a texture of another size does: `place` in pixels of the target. */
function resampled(source: Raster, width: number, height: number, offsets: readonly (readonly [number, number])[], gain: number): Raster {
  const out = make(width, height, source.channels);
  const one = new Float32Array(source.channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [dx, dy] of offsets) {
        sample(source, ((x + 0.5) / width) * source.width - 0.5 + dx, ((y + 0.5) / height) * source.height - 0.5 + dy, one);
        for (let c = 0; c < source.channels; c++) out.data[(y * width + x) * source.channels + c] = (out.data[(y * width + x) * source.channels + c] as number) + (gain / offsets.length) * (one[c] as number);
      }
    }
  }
  return out;
}

const halve = (source: Raster, width: number, height: number): Raster => resampled(source, width, height, [[0.75, 0.75], [-0.75, -0.75], [0.75, -0.75], [-0.75, 0.75]], 1);

function smooth(source: Raster): Raster {
  return smoothAlong(smoothAlong(source, 1, 0), 0, 1);
}

function smoothAlong({ width, height, channels, data }: Raster, stepX: number, stepY: number): Raster {
  const out = make(width, height, channels);
  const weights = Array.from({ length: 2 * WINDOW_RADIUS + 1 }, (_, i) => Math.exp(-((i - WINDOW_RADIUS) ** 2) / (2 * WINDOW_SIGMA ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = -WINDOW_RADIUS; i <= WINDOW_RADIUS; i++) {
        const at = (Math.min(height - 1, Math.max(0, y + i * stepY)) * width + Math.min(width - 1, Math.max(0, x + i * stepX))) * channels;
        const weight = (weights[i + WINDOW_RADIUS] as number) / total;
        for (let c = 0; c < channels; c++) out.data[(y * width + x) * channels + c] = (out.data[(y * width + x) * channels + c] as number) + weight * (data[at + c] as number);
      }
    }
  }
  return out;
}

/** Products of slopes and change under the flow: xx, xy, yy, xt, yt. */
function slopes(first: Raster, second: Raster, flow: Raster): Raster {
  const { width, height } = first;
  const out = make(width, height, 5);
  const reads = Array.from({ length: 10 }, () => new Float32Array(3));
  const [aLeft, aRight, aUp, aDown, a, bLeft, bRight, bUp, bDown, b] = reads as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const vx = (flow.data[at * 2] as number) / 2;
      const vy = (flow.data[at * 2 + 1] as number) / 2;
      sample(first, x - vx - 1, y - vy, aLeft); sample(first, x - vx + 1, y - vy, aRight); sample(first, x - vx, y - vy - 1, aUp); sample(first, x - vx, y - vy + 1, aDown); sample(first, x - vx, y - vy, a);
      sample(second, x + vx - 1, y + vy, bLeft); sample(second, x + vx + 1, y + vy, bRight); sample(second, x + vx, y + vy - 1, bUp); sample(second, x + vx, y + vy + 1, bDown); sample(second, x + vx, y + vy, b);
      let xx = 0, xy = 0, yy = 0, xt = 0, yt = 0, tt = 0;
      for (let c = 0; c < 3; c++) {
        const sx = 0.25 * ((aRight[c] as number) + (bRight[c] as number) - (aLeft[c] as number) - (bLeft[c] as number));
        const sy = 0.25 * ((aDown[c] as number) + (bDown[c] as number) - (aUp[c] as number) - (bUp[c] as number));
        const t = (b[c] as number) - (a[c] as number);
        xx += sx * sx; xy += sx * sy; yy += sy * sy; xt += sx * t; yt += sy * t; tt += t * t;
      }
      const weight = 1 / Math.sqrt(tt + ROBUST ** 2);
      out.data.set([xx * weight, xy * weight, yy * weight, xt * weight, yt * weight], at * 5);
    }
  }
  return out;
}

function solve(gathered: Raster, flow: Raster): Raster {
  const out = make(flow.width, flow.height, 2);
  for (let at = 0; at < flow.width * flow.height; at++) {
    const [gxx = 0, xy = 0, gyy = 0, xt = 0, yt = 0] = gathered.data.subarray(at * 5, at * 5 + 5);
    const xx = gxx + DAMPING;
    const yy = gyy + DAMPING;
    const determinant = xx * yy - xy * xy;
    const dx = -(yy * xt - xy * yt) / determinant;
    const dy = -(xx * yt - xy * xt) / determinant;
    const shorten = 1 / Math.max(1, Math.hypot(dx, dy) / LONGEST_STEP);
    out.data[at * 2] = (flow.data[at * 2] as number) + dx * shorten;
    out.data[at * 2 + 1] = (flow.data[at * 2 + 1] as number) + dy * shorten;
  }
  return out;
}

/** Motion and belief between two pictures of one size, at half that size. */
export function referenceField(first: Raster, second: Raster): ReferenceField {
  const sizes = flowLevels(first.width, first.height);
  const firsts: Raster[] = [];
  const seconds: Raster[] = [];
  for (const { width, height } of sizes) {
    firsts.push(halve(firsts.at(-1) ?? first, width, height));
    seconds.push(halve(seconds.at(-1) ?? second, width, height));
  }
  const coarsest = sizes.at(-1) as { width: number; height: number };
  let flow = make(coarsest.width, coarsest.height, 2);
  for (let level = sizes.length - 1; level >= 0; level--) {
    const a = firsts[level] as Raster;
    const b = seconds[level] as Raster;
    if (flow.width !== a.width) flow = resampled(flow, a.width, a.height, [[0, 0]], 2);
    for (let step = 0; step < STEPS_PER_LEVEL; step++) flow = smooth(solve(smooth(slopes(a, b, flow)), flow));
  }
  return believe(firsts[0] as Raster, seconds[0] as Raster, flow);
}

function believe(first: Raster, second: Raster, flow: Raster): ReferenceField {
  const { width, height } = flow;
  const residual = make(width, height, 2);
  const a = new Float32Array(3);
  const b = new Float32Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const vx = (flow.data[at * 2] as number) / 2;
      const vy = (flow.data[at * 2 + 1] as number) / 2;
      sample(first, x - vx, y - vy, a);
      sample(second, x + vx, y + vy, b);
      for (let c = 0; c < 3; c++) {
        residual.data[at * 2] = (residual.data[at * 2] as number) + ((second.data[at * 3 + c] as number) - (first.data[at * 3 + c] as number)) ** 2;
        residual.data[at * 2 + 1] = (residual.data[at * 2 + 1] as number) + ((b[c] as number) - (a[c] as number)) ** 2;
      }
    }
  }
  let mean = 0;
  for (let at = 0; at < width * height; at++) mean += (residual.data[at * 2] as number) / (width * height);
  const place = clamp01((Math.sqrt(mean / 3) - STILL_DIFFERENCE) / (MOVING_DIFFERENCE - STILL_DIFFERENCE));
  const moving = place * place * (3 - 2 * place);
  const local = smooth(residual);
  const belief = make(width, height, 1);
  const scaled = make(width, height, 2);
  for (let at = 0; at < width * height; at++) {
    const share = (local.data[at * 2 + 1] as number) / ((local.data[at * 2] as number) + 1e-7);
    belief.data[at] = moving * clamp01((BELIEVED_RESIDUAL - share) / (BELIEVED_RESIDUAL / 2));
    scaled.data[at * 2] = (flow.data[at * 2] as number) / width;
    scaled.data[at * 2 + 1] = (flow.data[at * 2 + 1] as number) / height;
  }
  return { flow: scaled, belief, moving };
}

/**
 * The picture between two where the walk is at `position` and the time at `time` (0..1): along the flow where it is believed, a
 * cross-fade elsewhere. Float RGB.
 */
export function referenceBetween(first: Raster, second: Raster, { flow, belief, moving }: ReferenceField, position: number, time = position): Raster {
  const { width, height } = first;
  const out = make(width, height, 3);
  const v = new Float32Array(2);
  const w = new Float32Array(1);
  const a = new Float32Array(3);
  const b = new Float32Array(3);
  const fraction = time + moving * (position - time);
  const share = clamp01(fraction);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fx = ((x + 0.5) / width) * flow.width - 0.5;
      const fy = ((y + 0.5) / height) * flow.height - 0.5;
      sample(flow, fx, fy, v);
      sample(belief, fx, fy, w);
      const vx = (v[0] as number) * width;
      const vy = (v[1] as number) * height;
      sample(first, x - fraction * vx, y - fraction * vy, a);
      sample(second, x + (1 - fraction) * vx, y + (1 - fraction) * vy, b);
      for (let c = 0; c < 3; c++) {
        const at = (y * width + x) * 3 + c;
        const still = (first.data[at] as number) * (1 - share) + (second.data[at] as number) * share;
        const moved = (a[c] as number) * (1 - share) + (b[c] as number) * share;
        out.data[at] = still + (moved - still) * (w[0] as number);
      }
    }
  }
  return out;
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));
