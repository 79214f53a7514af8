/** In Chromium: the overlay over the looks and under the blackout, test cards, corner pin by hand, saved by name and restored. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_OUTPUT } from '../../src/protocol/output-settings.ts';
import type { RenderContract } from '../../src/stage/render-page.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { StageShow } from '../helpers/stage-show.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatRender: RenderContract;
}

const [WIDTH, HEIGHT] = [320, 180];
let browser: Browser;
let show: StageShow;
const pages: Page[] = [];

beforeAll(async () => {
  browser = await launchTestBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  await show.close();
});

const flat = (shade: number) => ({ size: 16, pixels: new Uint8Array(16 * 16 * 4).fill(shade) });

async function openRender(values: Record<string, string | number | boolean>): Promise<Page> {
  show = await StageShow.start({ lookChain: [], stageRoutes: [], ahead: 0, picture: () => flat(60) });
  Object.assign(show.values, values);
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  pages.push(page);
  await page.goto(`${show.server.url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=30`);
  await page.evaluate(() => globalThis.latentbeatRender.ready());
  return page;
}

async function step(page: Page, index: number): Promise<Buffer> {
  show.sendFrame(index * 4);
  show.sendFrame(index * 4 + 4);
  await page.evaluate((at) => globalThis.latentbeatRender.step(at), index / 30);
  return Buffer.from(await page.evaluate(() => globalThis.latentbeatRender.readBase64()), 'base64');
}

const brightIn = (pixels: Buffer, top: number, bottom: number): number => {
  let count = 0;
  for (let y = Math.floor(top * HEIGHT); y < bottom * HEIGHT; y++) for (let x = 0; x < WIDTH; x++) if ((pixels[(y * WIDTH + x) * 4] as number) > 150) count++;
  return count;
};

describe('the overlay', () => {
  it('stands where it should, the right way up, fades in, and goes dark with the stage', async () => {
    const page = await openRender({ '/overlay/show': true, '/overlay/text': 'LLLL', '/overlay/y': 0.25, '/overlay/size': 0.4, '/overlay/fade': 0.2 });
    const first = await step(page, 0);
    let last = first;
    for (let i = 1; i < 9; i++) last = await step(page, i);
    expect(brightIn(first, 0, 1)).toBe(0);
    expect(brightIn(last, 0.05, 0.45)).toBeGreaterThan(150);
    expect(brightIn(last, 0.5, 1)).toBe(0);
    // The foot of an L lies below its middle.
    expect(brightIn(last, 0.25, 0.45)).toBeGreaterThan(brightIn(last, 0.05, 0.25));
    show.setValue('/stage/blackout', true);
    await expect.poll(async () => (await step(page, 9)).reduce((most, value, i) => (i % 4 === 3 ? most : Math.max(most, value)), 0), { timeout: 45_000 }).toBe(0);
  });

  it('shows a logo with its alpha, sent with the token, and takes neither others nor another file', async () => {
    const page = await openRender({});
    const { url, token } = show.server;
    const put = (id: string, body: string, key: string): Promise<number> => fetch(`${url}/api/overlays/${id}`, { method: 'PUT', headers: { 'x-latentbeat-token': key }, body }).then(({ status }) => status);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect x="100" width="100" height="100" fill="#00ff00"/><script>fetch("/x")</script></svg>';
    expect(await put('logo', svg, 'wrong')).toBe(403);
    expect(await put('logo', '<html>', token)).toBe(415);
    expect(await put('..%2fx', svg, token)).toBe(400);
    expect(await put('logo', svg, token)).toBe(204);
    const got = await fetch(`${url}/api/overlays/logo`);
    expect([got.headers.get('content-type'), got.headers.get('content-security-policy')?.includes('sandbox')]).toEqual(['image/svg+xml', true]);
    await page.close();
    pages.pop();
    Object.assign(show.values, { '/overlay/show': true, '/overlay/logo': 'logo', '/overlay/y': 0.5, '/overlay/size': 0.5, '/overlay/fade': 0 });
    const again = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
    pages.push(again);
    await again.goto(`${url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=30`);
    await again.evaluate(() => globalThis.latentbeatRender.ready());
    const pixels = await step(again, 0);
    const at = (x: number, y: number): number[] => [...pixels.subarray((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3)];
    expect(at(WIDTH / 2 + 40, HEIGHT / 2)[1]).toBeGreaterThan(240);
    expect(at(WIDTH / 2 + 40, HEIGHT / 2)[0]).toBeLessThan(15);
    expect(Math.abs((at(WIDTH / 2 - 40, HEIGHT / 2)[0] as number) - 60)).toBeLessThan(4);
  });
});

describe('the geometry of an output', () => {
  it('is set by hand, seen at once, saved by name and there again for the next page of that name', async () => {
    show = await StageShow.start({ lookChain: [], stageRoutes: [], picture: () => flat(200) });
    show.values['/stage/test'] = 'bars';
    const page = await browser.newPage({ viewport: { width: WIDTH * 2, height: HEIGHT * 2 } });
    pages.push(page);
    await page.goto(`${show.server.url}/?output=left&autoplay=1&quality=fixed`);
    await page.waitForSelector('.stage.lit', { timeout: 20_000 });
    const shadeAt = async (x: number, y: number): Promise<number> => {
      const shot = await page.evaluate(([px, py]) => new Promise<number[]>((resolve) => requestAnimationFrame(() => {
        const canvas = document.querySelector('canvas') as HTMLCanvasElement;
        const copy = document.createElement('canvas');
        copy.width = copy.height = 1;
        const context = copy.getContext('2d') as CanvasRenderingContext2D;
        context.drawImage(canvas, -Math.round((px as number) * canvas.width), -Math.round((py as number) * canvas.height));
        resolve([...context.getImageData(0, 0, 1, 1).data]);
      })), [x, y]);
      return shot[0] as number;
    };
    await expect.poll(() => shadeAt(0.02, 0.02), { timeout: 20_000 }).toBeGreaterThan(150);
    await page.keyboard.press('w');
    await page.waitForSelector('.geometry:not([hidden])');
    for (let i = 0; i < 7; i++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => show.messages('output').at(-1), { timeout: 45_000 }).toMatchObject({ name: 'left', settings: { corners: [{ x: 70 / (WIDTH * 2), y: 1 / (HEIGHT * 2) }, { x: 1, y: 0 }, { x: 1, y: 1 }, { x: 0, y: 1 }] } });
    await expect.poll(() => shadeAt(0.02, 0.02), { timeout: 45_000 }).toBeLessThan(20);
    const corner = page.locator('.geometry-point.corner').nth(2);
    const box = await corner.boundingBox();
    expect(box).not.toBeNull();
    await page.mouse.move((box?.x ?? 0) + 13, (box?.y ?? 0) + 13);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) - 87, (box?.y ?? 0) - 47);
    await page.mouse.up();
    await expect.poll(() => show.messages('output').at(-1)?.settings?.corners[2]?.x, { timeout: 45_000 }).toBeCloseTo(1 - 100 / (WIDTH * 2), 2);
    // What the server keeps reaches the page of that name when the editor is closed, and no other.
    await page.keyboard.press('w');
    show.broadcast({ type: 'outputs', outputs: { other: PLAIN_OUTPUT } });
    show.setValue('/stage/test', 'bars');
    await expect.poll(() => shadeAt(0.02, 0.02), { timeout: 45_000 }).toBeGreaterThan(150);
    show.broadcast({ type: 'outputs', outputs: { left: { ...PLAIN_OUTPUT, masks: [[{ x: 0, y: 0 }, { x: 0.2, y: 0 }, { x: 0.2, y: 0.2 }, { x: 0, y: 0.2 }]] } } });
    await expect.poll(() => shadeAt(0.02, 0.02), { timeout: 45_000 }).toBeLessThan(20);
  });
});
