/** In-betweens: the walk's place, the flow of known motions, the shaders against plain arithmetic in a real browser. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { travelled } from '../../src/stage/flow/travelled.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { runModule } from '../helpers/module-page.ts';
import type { FlowJob } from '../helpers/flow-page.ts';
import { rasterOf, referenceBetween, referenceField } from '../helpers/reference-flow.ts';

declare global {
  // eslint-disable-next-line no-var
  var mixFrames: (job: FlowJob) => { readonly colours: number[]; readonly calls: number };
}

const WIDTH = 96;
const HEIGHT = 64;

/** Soft lights of fixed places, moved by (dx, dy) pixels and turned by `angle` about the middle. */
function lights(dx: number, dy: number, angle = 0): Uint8Array {
  const random = randomFor(7, 'lights');
  const pixels = new Uint8Array(WIDTH * HEIGHT * 4).fill(255);
  const spots = Array.from({ length: 14 }, () => ({ x: random.uniform() * WIDTH - WIDTH / 2, y: random.uniform() * HEIGHT - HEIGHT / 2, size: 4 + 5 * random.uniform(), colour: [random.uniform(), random.uniform(), random.uniform()] }));
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      for (let c = 0; c < 3; c++) {
        let light = 0.05;
        for (const spot of spots) {
          const sx = spot.x * Math.cos(angle) - spot.y * Math.sin(angle) + WIDTH / 2 + dx;
          const sy = spot.x * Math.sin(angle) + spot.y * Math.cos(angle) + HEIGHT / 2 + dy;
          light += (spot.colour[c] ?? 0) * Math.exp(-((x - sx) ** 2 + (y - sy) ** 2) / (2 * spot.size ** 2));
        }
        pixels[(y * WIDTH + x) * 4 + c] = Math.round(255 * Math.min(1, light));
      }
    }
  }
  return pixels;
}

const between = (first: Uint8Array, second: Uint8Array, fraction: number): Float32Array => {
  const [a, b] = [rasterOf(first, WIDTH, HEIGHT), rasterOf(second, WIDTH, HEIGHT)];
  return referenceBetween(a, b, referenceField(a, b), fraction).data;
};
const fade = (first: Uint8Array, second: Uint8Array, share: number): Float32Array => {
  const { data } = rasterOf(second, WIDTH, HEIGHT);
  return rasterOf(first, WIDTH, HEIGHT).data.map((value, i) => value + share * ((data[i] as number) - value));
};
function meanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum / a.length;
}
const psnr = (a: ArrayLike<number>, b: ArrayLike<number>): number => -10 * Math.log10(Math.max(1e-9, meanSquare(a, b)));

describe('the place between two frames', () => {
  const from = { tick: 100 };
  const travel = { fromTick: 100, fractions: [0.1, 0.2, 0.9] };

  it('is what the walk said, and exactly the frames at the ends', () => {
    const at = (mix: number): number => travelled({ from, to: { tick: 124, travel }, mix });
    expect([at(0), at(0.25), at(0.5), at(0.75), at(1)]).toEqual([0, 0.1, 0.2, 0.9, 1]);
    expect(at(0.625)).toBeCloseTo(0.55, 9);
  });

  it('is the share of time where the walk said nothing, or of another pair', () => {
    expect(travelled({ from, to: { tick: 124 }, mix: 0.3 })).toBe(0.3);
    expect(travelled({ from: { tick: 80 }, to: { tick: 124, travel }, mix: 0.3 })).toBe(0.3);
  });

  it('is rescaled where a frame was filled in between', () => {
    const at = (mix: number): number => travelled({ from: { tick: 112 }, to: { tick: 124, travel }, mix });
    expect([at(0), at(1)]).toEqual([0, 1]);
    expect(at(0.5)).toBeCloseTo((0.9 - 0.2) / 0.8, 9);
  });
});

describe('the flow', () => {
  it.each([['moved', lights(9, -4), lights(4.5, -2)], ['turned', lights(0, 0, 0.3), lights(0, 0, 0.15)]] as const)('finds lights that have %s: the middle is what was half-way', (_how, second, middle) => {
    const truth = rasterOf(middle, WIDTH, HEIGHT).data;
    const made = psnr(between(lights(0, 0), second, 0.5), truth);
    expect(made).toBeGreaterThan(psnr(fade(lights(0, 0), second, 0.5), truth) + 6);
    expect(made).toBeGreaterThan(30);
  });

  it('leaves a picture that only changes its brightness to the cross-fade', () => {
    const dim = lights(0, 0).map((value, i) => (i % 4 === 3 ? 255 : Math.round(value * 0.4)));
    expect(psnr(between(lights(0, 0), dim, 0.5), fade(lights(0, 0), dim, 0.5))).toBeGreaterThan(30);
  });

  it('goes by the time where pictures hardly differ, by the walk where they move', () => {
    const middle = (second: Uint8Array, position: number): ArrayLike<number> => {
      const [a, b] = [rasterOf(lights(0, 0), WIDTH, HEIGHT), rasterOf(second, WIDTH, HEIGHT)];
      return referenceBetween(a, b, referenceField(a, b), position, 0.5).data;
    };
    expect(psnr(middle(lights(0.4, 0), 0.1), fade(lights(0, 0), lights(0.4, 0), 0.5))).toBeGreaterThan(60);
    expect(psnr(middle(lights(9, -4), 0.1), between(lights(0, 0), lights(9, -4), 0.1))).toBeGreaterThan(60);
  });

  it('is the frames themselves at both ends', () => {
    const [first, second] = [lights(0, 0), lights(9, -4)];
    expect(psnr(between(first, second, 0), rasterOf(first, WIDTH, HEIGHT).data)).toBeGreaterThan(80);
    expect(psnr(between(first, second, 1), rasterOf(second, WIDTH, HEIGHT).data)).toBeGreaterThan(80);
  });
});

describe('the shaders in a browser', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchTestBrowser();
    page = await browser.newPage();
    await runModule(page, 'flow-page.ts', 'mixFrames');
  });
  afterAll(() => browser.close());

  const text = (pixels: Uint8Array): string => Buffer.from(pixels).toString('base64');
  const mix = (first: Uint8Array, second: Uint8Array, at: number, motion = 1): Promise<{ readonly colours: number[]; readonly calls: number }> =>
    page.evaluate((job) => globalThis.mixFrames(job), { width: WIDTH, height: HEIGHT, first: text(first), second: text(second), mix: at, motion });

  it.each([['moved', lights(9, -4), 0.5], ['turned', lights(0, 0, 0.3), 0.3]] as const)('are the plain arithmetic, to half a percent: %s', async (_how, second, at) => {
    const { colours } = await mix(lights(0, 0), second, at);
    const reference = between(lights(0, 0), second, at);
    expect(colours.length).toBe(reference.length);
    expect(psnr(colours, reference)).toBeGreaterThan(46);
    expect(psnr(fade(lights(0, 0), second, at), reference)).toBeLessThan(36);
  });

  it('cross-fade without motion, and cost one pass then', async () => {
    const { colours, calls } = await mix(lights(0, 0), lights(9, -4), 0.5, 0);
    expect(psnr(colours, fade(lights(0, 0), lights(9, -4), 0.5))).toBeGreaterThan(60);
    expect(calls).toBe(1);
  });
});
