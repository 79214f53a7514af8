/** The limiter as the stage's last step, in Chromium: films that flash, blackout mashed, a strobe of the master, calm ones. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RenderContract } from '../../src/stage/render-page.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { analyse, shrink } from '../helpers/flash-analyser.ts';
import { StageShow } from '../helpers/stage-show.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatRender: RenderContract;
}

const [WIDTH, HEIGHT, FPS] = [160, 90, 30];

let browser: Browser;
let show: StageShow;
let page: Page;

beforeAll(async () => {
  browser = await launchTestBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await page.close();
  await show.close();
});

/** Pictures of one shade every 4 ticks, each a cut; the page steps through them and answers the pixels of each step. */
async function film(shadeAt: (tick: number) => readonly [number, number, number], steps: number, before: (step: number) => Record<string, number | boolean | string> = () => ({})): Promise<Buffer[]> {
  const size = 16;
  const picture = (tick: number) => ({ size, pixels: Uint8Array.from({ length: size * size * 4 }, (_, i) => (i % 4 === 3 ? 255 : (shadeAt(tick)[i % 4] as number))) });
  show = await StageShow.start({ lookChain: [], stageRoutes: [], ahead: 0, picture });
  page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await page.goto(`${show.server.url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=${FPS}`);
  await page.evaluate(() => globalThis.latentbeatRender.ready());
  const frames: Buffer[] = [];
  for (let step = 0; step < steps; step++) {
    show.sendFrame(step * 4, { cut: true });
    show.sendFrame(step * 4 + 4, { cut: true });
    for (const [path, value] of Object.entries(before(step))) show.setValue(path, value);
    const text = await page.evaluate(async (time) => {
      await globalThis.latentbeatRender.step(time);
      return globalThis.latentbeatRender.readBase64();
    }, step / FPS);
    frames.push(Buffer.from(text, 'base64'));
  }
  return frames;
}

const found = (frames: readonly Buffer[]) => analyse({ columns: 16, rows: 9, frames: frames.map((pixels, i) => ({ time: i / FPS, cells: shrink(pixels, WIDTH, HEIGHT, 16, 9) })) });
const shadeOf = (pixels: Buffer): number => pixels[(45 * WIDTH + 80) * 4] as number;

describe('the last step of the stage', () => {
  it('holds a film that flashes at 7.5 Hz, and one in red', async () => {
    const frames = await film((tick) => (Math.floor(tick / 8) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]), 60);
    const white = found(frames);
    expect(white).toMatchObject({ red: 0 });
    for (const count of [white.general, white.together, white.mean]) expect(count).toBeLessThanOrEqual(6);
    expect(white.general).toBeGreaterThanOrEqual(4);
    await page.close();
    await show.close();
    expect(found(await film((tick) => (Math.floor(tick / 8) % 2 === 0 ? [230, 0, 0] : [0, 0, 90]), 60)).red).toBeLessThanOrEqual(6);
  });

  it('holds blackout mashed at 7.5 Hz and a master that strobes, over a calm film', async () => {
    const frames = await film(() => [230, 225, 220], 60, (step) => ({ '/stage/blackout': Math.floor(step / 2) % 2 === 1, '/stage/master': step % 3 === 0 ? 1 : 0.2 }));
    const { general, mean } = found(frames);
    expect(general).toBeGreaterThanOrEqual(4);
    expect(Math.max(general, mean)).toBeLessThanOrEqual(6);
  });

  it('leaves a calm film as it is to the value, and lets a blackout land in one frame and return within 80 ms', async () => {
    const frames = await film(() => [200, 190, 180], 24, (step) => ({ '/stage/blackout': step >= 10 && step < 16 }));
    const shades = frames.map(shadeOf);
    expect(shades.slice(0, 10).every((shade) => Math.abs(shade - 200) <= 1)).toBe(true);
    const dark = shades.findIndex((shade) => shade === 0);
    expect(dark).toBeGreaterThanOrEqual(10);
    expect(shades[dark - 1]).toBeGreaterThan(195);
    const back = shades.findIndex((shade, step) => step > dark && shade > 0);
    // 80 ms are 2.4 frames of 1/30 s.
    expect(shades[back + 2]).toBeGreaterThan(195);
    expect(shades.at(-1)).toBeGreaterThan(198);
  });

  it('lets everything through where it was switched off', async () => {
    const frames = await film((tick) => (Math.floor(tick / 8) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]), 45, () => ({ '/stage/safety': 'off' }));
    expect(found(frames).general).toBeGreaterThan(12);
  });
});
