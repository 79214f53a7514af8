/** Enlarging: what must hold for any picture, the gain over plain kernels on slanted edges, the shaders against plain arithmetic. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { grainPlaceAt, grainTile } from '../../src/stage/upscale/grain-tile.ts';
import { OVERSHOOT } from '../../src/stage/upscale/upscale-settings.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { runModule } from '../helpers/module-page.ts';
import { rasterOf, type Raster } from '../helpers/reference-flow.ts';
import { referenceEnlarge } from '../helpers/reference-upscale.ts';
import type { EnlargeJob } from '../helpers/upscale-page.ts';

declare global {
  // eslint-disable-next-line no-var
  var enlargeFrame: (job: EnlargeJob) => number[];
}

const WIDTH = 32;
const HEIGHT = 24;

function picture(shade: (x: number, y: number, c: number) => number, width = WIDTH, height = HEIGHT): Uint8Array {
  const pixels = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) pixels[i * 4 + c] = Math.round(255 * Math.min(1, Math.max(0, shade(i % width, Math.floor(i / width), c))));
  return pixels;
}

/** A soft disc, a slanted bar and coloured noise: edges both ways and none. */
function scene(scale = 1): Uint8Array {
  const random = randomFor(3, 'noise');
  return picture((px, py, c) => {
    const [x, y] = [(px + 0.5) / scale, (py + 0.5) / scale];
    const disc = 1 / (1 + Math.exp((Math.hypot(x - 11, y - 12) - 7) * 2));
    const bar = 1 / (1 + Math.exp((Math.abs(x - 24 - 0.4 * (y - 12)) - 2) * 2));
    return 0.1 + 0.7 * disc * [0.9, 0.6, 0.2][c]! + 0.8 * bar * [0.2, 0.5, 0.9][c]! + (scale === 1 ? 0.004 * random.normal() : 0);
  }, WIDTH * scale, HEIGHT * scale);
}

const errorOf = (a: Raster, b: Raster): number => Math.sqrt(a.data.reduce((sum, value, i) => sum + (value - (b.data[i] as number)) ** 2, 0) / a.data.length);
const enlarged = (pixels: Uint8Array, sharpness: number): Raster => referenceEnlarge(rasterOf(pixels, WIDTH, HEIGHT), WIDTH * 3, HEIGHT * 3, 'edge', sharpness);

describe('enlarging', () => {
  it.each([0, 0.5, 1])('leaves one shade and even slopes as they are, at sharpness %s', (sharpness) => {
    for (const value of enlarged(picture(() => 0.3), sharpness).data) expect(value).toBeCloseTo(77 / 255, 5);
    const slope = referenceEnlarge({ width: WIDTH, height: HEIGHT, channels: 3, data: Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => 0.1 + 0.02 * (Math.floor(i / 3) % WIDTH)) }, WIDTH * 3, HEIGHT, 'edge', sharpness);
    for (let x = 12; x < WIDTH * 3 - 12; x++) expect(slope.data[(10 * slope.width + x) * 3]).toBeCloseTo(0.1 + 0.02 * ((x + 0.5) / 3 - 0.5), 4);
  });

  it('goes beyond the pixels around a place by the stated share of their range at most', () => {
    const random = randomFor(5, 'noise');
    const source = rasterOf(picture(() => random.uniform()), WIDTH, HEIGHT);
    const made = referenceEnlarge(source, WIDTH * 3, HEIGHT * 3, 'edge', 1);
    const at = (x: number, y: number): number => source.data[(Math.min(HEIGHT - 1, Math.max(0, y)) * WIDTH + Math.min(WIDTH - 1, Math.max(0, x))) * 3] as number;
    let beyond = 0;
    for (let y = 0; y < made.height; y++) {
      for (let x = 0; x < made.width; x++) {
        const [left, top] = [Math.floor((x + 0.5) / 3 - 0.5), Math.floor((y + 0.5) / 3 - 0.5)];
        const around = Array.from({ length: 16 }, (_, k) => at(left - 1 + (k % 4), top - 1 + Math.floor(k / 4)));
        const [low, high] = [Math.min(...around), Math.max(...around)];
        const value = made.data[(y * made.width + x) * 3] as number;
        beyond = Math.max(beyond, Math.max(low - value, value - high) - OVERSHOOT * (high - low));
      }
    }
    expect(beyond).toBeLessThan(1e-5);
  });

  it('is nearer to the larger picture than bilinear and bicubic', () => {
    const truth = rasterOf(scene(3), WIDTH * 3, HEIGHT * 3);
    // A pixel of the small picture is the mean of nine.
    const small: Raster = { width: WIDTH, height: HEIGHT, channels: 3, data: Float32Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH), i % 3];
      return Array.from({ length: 9 }, (_nine, k) => truth.data[((y * 3 + Math.floor(k / 3)) * WIDTH * 3 + x * 3 + (k % 3)) * 3 + c] as number).reduce((sum, value) => sum + value, 0) / 9;
    }) };
    const ours = errorOf(referenceEnlarge(small, WIDTH * 3, HEIGHT * 3, 'edge', 0.4), truth);
    for (const kernel of ['bilinear', 'bicubic'] as const) expect(ours).toBeLessThan(errorOf(referenceEnlarge(small, WIDTH * 3, HEIGHT * 3, kernel), truth) * 0.97);
  });

  it('does not make faint noise stronger', () => {
    const random = randomFor(9, 'noise');
    const noise = picture(() => 0.06 + 0.004 * random.normal());
    const spread = (raster: Raster): number => {
      const mean = raster.data.reduce((sum, value) => sum + value, 0) / raster.data.length;
      return errorOf(raster, { ...raster, data: raster.data.map(() => mean) });
    };
    expect(spread(enlarged(noise, 1))).toBeLessThan(spread(enlarged(noise, 0)) * 1.05);
  });
});

describe('film grain', () => {
  it('is noise of the stated strength without a seam, elsewhere 24 times a second', () => {
    const tile = grainTile(128);
    const mean = tile.reduce((sum, value) => sum + value, 0) / tile.length;
    expect(Math.abs(mean - 127.5)).toBeLessThan(1);
    expect(Math.sqrt(tile.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tile.length)).toBeCloseTo(42, -0.5);
    const step = (a: number, b: number): number => { let sum = 0; for (let y = 0; y < 128; y++) sum += Math.abs((tile[y * 128 + a] as number) - (tile[y * 128 + b] as number)) / 128; return sum; };
    expect(step(127, 0) / step(60, 61)).toBeGreaterThan(0.7);
    expect(step(127, 0) / step(60, 61)).toBeLessThan(1.4);
    expect(grainPlaceAt(0.5)).toEqual(grainPlaceAt(0.52));
    expect(grainPlaceAt(0.5)).not.toEqual(grainPlaceAt(0.55));
  });
});

describe('the shaders in a browser', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchTestBrowser();
    page = await browser.newPage();
    await runModule(page, 'upscale-page.ts', 'enlargeFrame');
  });
  afterAll(() => browser.close());

  it.each([0, 0.5, 1])('are the plain arithmetic at sharpness %s', async (sharpness) => {
    const colours = await page.evaluate((job) => globalThis.enlargeFrame(job), { width: WIDTH, height: HEIGHT, pixels: Buffer.from(scene()).toString('base64'), toWidth: WIDTH * 3, toHeight: HEIGHT * 3, sharpness });
    const reference = enlarged(scene(), sharpness).data;
    const differences = colours.map((value, i) => 255 * Math.abs(value - (reference[i] as number))).toSorted((a, b) => a - b);
    expect(colours.length).toBe(reference.length);
    expect(differences.at(-1)).toBeLessThan(2);
    expect(differences[Math.floor(differences.length * 0.99)]).toBeLessThan(0.7);
  });
});
