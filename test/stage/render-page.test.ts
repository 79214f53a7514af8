/** The stage stepped by an exporter: exact mixes, cuts, the look effects one by one, and the same pixels every time. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RenderContract } from '../../src/stage/render-page.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { loadEffects, StageShow, type StageShowOptions } from '../helpers/stage-show.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatRender: RenderContract;
}

const WIDTH = 160;
const HEIGHT = 90;

let browser: Browser;
let show: StageShow;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  browser = await launchTestBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await page.close();
  await show.close();
  expect(faults.splice(0)).toEqual([]);
});

async function open(options: StageShowOptions = {}): Promise<void> {
  show = await StageShow.start({ lookChain: [], stageRoutes: [], ahead: 0, ...options });
  page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(`${show.server.url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=30`);
  await page.evaluate(() => globalThis.latentbeatRender.ready());
}

async function step(time: number): Promise<Buffer> {
  await page.evaluate((at) => globalThis.latentbeatRender.step(at), time);
  return Buffer.from(await page.evaluate(() => globalThis.latentbeatRender.readBase64()), 'base64');
}

const flat = (shade: number, size = 16) => ({ size, pixels: new Uint8Array(size * size * 4).fill(shade) });
const at = (pixels: Buffer, x: number, y: number): number[] => [...pixels.subarray((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3)];
const meanOf = (pixels: Buffer): number => pixels.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : value), 0) / ((pixels.length * 3) / 4);
const differenceOf = (a: Buffer, b: Buffer): number => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

describe('the render page', () => {
  it('cross-fades between two pictures, to the value', async () => {
    await open({ picture: (tick) => flat(tick === 0 ? 40 : 200) });
    show.sendFrame(0);
    show.sendFrame(12);
    for (const [time, shade] of [[0, 40], [0.025, 80], [0.05, 120], [0.1, 200]] as const) {
      const pixels = await step(time);
      expect(pixels.length).toBe(WIDTH * HEIGHT * 4);
      for (const [x, y] of [[0, 0], [80, 45], [159, 89]] as const) for (const channel of at(pixels, x, y)) expect(Math.abs(channel - shade)).toBeLessThanOrEqual(1);
    }
  });

  it('dithers to the shade between two steps of 8 bits, and leaves black alone', async () => {
    await open({ picture: (tick) => flat(tick === 0 ? 20 : 21) });
    show.sendFrame(0);
    show.sendFrame(12);
    expect(meanOf(await step(0.03))).toBeCloseTo(20.3, 1);
    const shades = new Set((await step(0.03)).filter((_value, i) => i % 4 !== 3));
    expect([...shades].toSorted((a, b) => a - b)).toEqual([19, 20, 21]);
    show.setValue('/stage/blackout', true);
    await page.waitForTimeout(60);
    expect(meanOf(await step(0.04))).toBe(0);
  });

  it('lays film grain over mid-tones when asked, not over black, and stops it with a frozen picture', async () => {
    const halves = { size: 16, pixels: Uint8Array.from({ length: 16 * 16 * 4 }, (_, i) => (i % 64 < 32 ? 0 : 110)) };
    await open({ picture: () => halves });
    show.sendFrame(0);
    show.sendFrame(60);
    const spreadOf = (pixels: Buffer): number => Math.max(...[0, 20].map((y) => Math.abs((at(pixels, 130, y)[0] ?? 0) - 110)), ...Array.from({ length: 30 }, (_, y) => Math.abs((at(pixels, 130, y + 30)[0] ?? 0) - 110)));
    expect(spreadOf(await step(0.1))).toBeLessThan(2);
    show.setValue('/look/film', 1);
    await page.waitForTimeout(60);
    for (let i = 0; i < 20; i++) await step(0.1);
    const grained = await step(0.1);
    expect(spreadOf(grained)).toBeGreaterThan(8);
    for (let y = 0; y < HEIGHT; y += 9) expect(at(grained, 20, y)).toEqual([0, 0, 0]);
    expect(differenceOf(await step(0.1), grained)).toBeLessThan(0.6);
    expect(differenceOf(await step(0.2), grained)).toBeGreaterThan(1);
    show.setValue('/stage/freeze', true);
    await page.waitForTimeout(60);
    const frozen = await step(0.2);
    await step(0.3);
    expect(differenceOf(await step(0.4), frozen)).toBeLessThan(0.6);
  });

  it('does not interpolate across a cut', async () => {
    await open({ picture: (tick) => flat(tick === 0 ? 40 : 200) });
    show.sendFrame(0);
    show.sendFrame(12, { cut: true });
    expect(Math.abs(meanOf(await step(0.09)) - 40)).toBeLessThan(1);
    expect(Math.abs(meanOf(await step(0.1)) - 200)).toBeLessThan(1);
  });

  it('has the picture the right way up and round, top row first', async () => {
    const size = 32;
    const quarters = new Uint8Array(size * size * 4);
    for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) quarters.set([y < size / 2 ? 220 : 20, x < size / 2 ? 220 : 20, 20, 255], (y * size + x) * 4);
    await open({ picture: () => ({ size, pixels: quarters }) });
    show.sendFrame(0);
    show.sendFrame(12);
    const pixels = await step(0.05);
    const corners = [at(pixels, 10, 20), at(pixels, 150, 20), at(pixels, 10, 70), at(pixels, 150, 70)].map(([r = 0, g = 0]) => [r > 128, g > 128]);
    expect(corners).toEqual([[true, true], [true, false], [false, true], [false, false]]);
  });

  it('waits for the pictures around its time', async () => {
    await open({ picture: () => flat(90) });
    show.sendFrame(0);
    const stepping = step(0.05);
    let done = false;
    void stepping.then(() => (done = true));
    await page.waitForTimeout(300);
    expect(done).toBe(false);
    show.sendFrame(12);
    expect(Math.abs(meanOf(await stepping) - 90)).toBeLessThan(1);
  });

  it('draws the same pixels again, effects with memory and routes included', async () => {
    const run = async (): Promise<Buffer[]> => {
      await open({ lookChain: ['feedback', 'displace', 'bloom', 'grain'], stageRoutes: undefined as never });
      for (let tick = 0; tick <= 72; tick += 12) show.sendFrame(tick);
      const pictures: Buffer[] = [];
      for (let i = 0; i < 12; i++) pictures.push(await step(i / 30));
      return pictures;
    };
    const first = await run();
    await page.close();
    await show.close();
    const second = await run();
    expect(second.map((pixels, i) => differenceOf(pixels, first[i] as Buffer))).toEqual(first.map(() => 0));
    expect(differenceOf(first[2] as Buffer, first[10] as Buffer)).toBeGreaterThan(0.5);
  });

  it('posts its pixels', async () => {
    const bodies: Buffer[] = [];
    const collector = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        bodies.push(Buffer.concat(parts));
        response.writeHead(204, { 'access-control-allow-origin': '*' }).end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    await open({ picture: () => flat(77) });
    show.sendFrame(0);
    await page.evaluate((url) => globalThis.latentbeatRender.stepAndPost(0, url), `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`);
    expect(bodies.map((body) => body.length)).toEqual([WIDTH * HEIGHT * 4]);
    expect(Math.abs(meanOf(bodies[0] as Buffer) - 77)).toBeLessThan(1);
    await new Promise((resolve) => collector.close(resolve));
  });

  it.each(loadEffects().map(({ name }) => name))('%s changes the picture at its default, not without an amount, and never to black or white', async (name) => {
    await open({ lookChain: [name] });
    for (let tick = 0; tick <= 60; tick += 12) show.sendFrame(tick);
    const draw = async (amount: number | null): Promise<Buffer> => {
      if (amount !== null) show.broadcast({ type: 'values', values: { [`/look/${name}/amount`]: amount }, source: 'test' });
      await page.waitForTimeout(60);
      // Half a second, so that memory has filled and values have turned.
      for (let i = 0; i < 14; i++) await page.evaluate((at) => globalThis.latentbeatRender.step(at), i / 30);
      return step(14 / 30);
    };
    const asItIs = await draw(null);
    const without = await draw(0);
    // Flow moves along the picture's own motion, of which arithmetic pictures have little.
    if (name !== 'flow') expect(differenceOf(asItIs, without)).toBeGreaterThan(['grain', 'rgb-split', 'feedback', 'afterglow', 'ripple', 'spectrum'].includes(name) ? 0.1 : 0.5);
    expect(meanOf(asItIs)).toBeGreaterThan(meanOf(without) * 0.4);
    expect(meanOf(asItIs)).toBeLessThan(meanOf(without) * 2 + 10);
  });

  it('runs a dropped-in ISF filter that has no amount', async () => {
    const source = '/*{ "INPUTS": [{ "NAME": "inputImage", "TYPE": "image" }, { "NAME": "level", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.5 }] }*/\nvoid main() { gl_FragColor = vec4(vec3(level), 1.0); }';
    const parameter = (name: string, rest: number) => ({ path: `/look/dropped/${name}`, kind: 'number', group: 'look', label: name, help: '', unit: '', min: 0, max: 1, default: rest, smoothing: 0, quantisable: false }) as const;
    await open({ lookChain: ['dropped'], picture: () => flat(20), extraEffects: [{ name: 'dropped', label: 'Dropped', source, parameters: [parameter('amount', 1), parameter('level', 0.5)] }] });
    show.sendFrame(0);
    show.sendFrame(12);
    expect(Math.abs(meanOf(await step(0.05)) - 127.5)).toBeLessThan(1.5);
    show.broadcast({ type: 'values', values: { '/look/dropped/amount': 0.5 }, source: 'test' });
    await page.waitForTimeout(60);
    expect(Math.abs(meanOf(await step(0.08)) - 73.75)).toBeLessThan(1.5);
  });
});
