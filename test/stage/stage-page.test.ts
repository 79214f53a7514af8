/** The stage page in a real Chromium: sound and picture in time, controls, and what happens when things break. */

import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { playOn, secondsUntil } from '../../src/base/loop.ts';
import { median } from '../../src/base/math.ts';
import type { Probe } from '../../src/stage/probe.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { StageShow, type StageShowOptions } from '../helpers/stage-show.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatProbe: Probe;
}

const SIZE = { width: 320, height: 180 };

let browser: Browser;
let show: StageShow | undefined;
let page: Page | undefined;
const faults: string[] = [];

beforeAll(async () => {
  browser = await launchTestBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  await page?.close();
  await show?.close();
  page = show = undefined;
  expect(faults.splice(0)).toEqual([]);
});

async function open(options: StageShowOptions = {}, query = ''): Promise<{ show: StageShow; page: Page }> {
  show = await StageShow.start({ lookChain: [], ...options });
  page = await browser.newPage({ viewport: SIZE });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && !message.text().includes('ERR_CONNECTION') && !message.text().includes('WebSocket') && faults.push(message.text()));
  await page.goto(`${show.server.url}/${query}`);
  return { show, page };
}

async function play(options: StageShowOptions = {}): Promise<{ show: StageShow; page: Page }> {
  const opened = await open(options);
  await opened.page.click('.card-play:enabled');
  await opened.page.waitForFunction(() => (globalThis.latentbeatProbe.audioTime ?? 0) > 0.5 && !globalThis.latentbeatProbe.starved);
  return opened;
}

/** RGB of the page as it is shown, top row first. */
async function look(page: Page): Promise<Buffer> {
  return sharp(await page.screenshot()).removeAlpha().raw().toBuffer();
}

const meanOf = (pixels: Buffer): number => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
const differenceOf = (a: Buffer, b: Buffer): number => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

describe('the stage page', () => {
  it('shows a card, and walks behind it before anything plays', async () => {
    const { page } = await open();
    await page.waitForSelector('.card-play:enabled');
    expect(await page.textContent('.card-track')).toBe('Synthetic Dawn');
    await page.waitForFunction(() => globalThis.latentbeatProbe.shown.length > 6);
  });

  it('plays on a click: this page sounds, reports, and shows what is heard', async () => {
    const { show, page } = await play();
    await page.waitForFunction(() => globalThis.latentbeatProbe.dueMinusAudio.length > 60);
    const probe = await page.evaluate(() => ({ due: globalThis.latentbeatProbe.dueMinusAudio, distinct: globalThis.latentbeatProbe.distinctHashes }));
    for (const error of probe.due) expect(Math.abs(error)).toBeLessThan(0.12);
    expect(probe.distinct).toBeGreaterThan(5);
    const clocks = show.messages('clock');
    expect(clocks.length).toBeGreaterThan(3);
    // A busy machine may lose a block of sound now and then: the pace is right if the middle report is.
    const slips = clocks.slice(1).map((b, i) => Math.abs(b.showTime - (clocks[i]?.showTime ?? 0) - (b.at - (clocks[i]?.at ?? 0)) / 1000));
    expect(median(slips)).toBeLessThan(0.03);
    expect(meanOf(await look(page))).toBeGreaterThan(8);
  });

  it('schedules the sound so that every piece joins the last one to the sample', async () => {
    show = await StageShow.start({ lookChain: [] });
    page = await browser.newPage({ viewport: SIZE });
    await page.addInitScript(() => {
      const starts: { when: number; offset: number; length: number; rate: number }[] = [];
      Object.assign(globalThis, { latentbeatStarts: starts });
      // oxlint-disable-next-line typescript/unbound-method -- called with its node below
      const start = AudioBufferSourceNode.prototype.start;
      AudioBufferSourceNode.prototype.start = function record(this: AudioBufferSourceNode, when = 0, offset = 0) {
        starts.push({ when, offset, length: this.buffer?.length ?? 0, rate: this.buffer?.sampleRate ?? 1 });
        return start.call(this, when, offset);
      };
    });
    await page.goto(show.server.url);
    await page.click('.card-play:enabled');
    await page.waitForFunction(() => (globalThis as unknown as { latentbeatStarts: unknown[] }).latentbeatStarts.length >= 3);
    const starts = await page.evaluate(() => (globalThis as unknown as { latentbeatStarts: { when: number; offset: number; length: number; rate: number }[] }).latentbeatStarts);
    for (let i = 1; i < starts.length; i++) {
      const [a, b] = [starts[i - 1] as (typeof starts)[0], starts[i] as (typeof starts)[0]];
      expect(b.rate).toBe(44_100);
      expect(Math.abs((b.when - a.when) * b.rate - a.length)).toBeLessThan(1e-3);
      expect(b.offset).toBe(0);
    }
  });

  it('turns its sound with the loop, in step with the transport and without beginning anew', async () => {
    const { show, page } = await play();
    const start = show.transport.showTimeAt(performance.now());
    const loop = { start, end: start + 1.6 };
    show.transport.setLoop(loop, performance.now());
    show.tell();
    const [{ epoch }, jumps] = [show.transport, show.transport.jumpsAt(performance.now())];
    const from = show.messages('clock').length;
    await expect.poll(() => show.transport.jumpsAt(performance.now()) - jumps, { timeout: 20_000 }).toBeGreaterThan(2);
    const clocks = show.messages('clock').slice(from + 1);
    for (const { showTime } of clocks) expect(showTime).toBeLessThan(loop.end + 0.01);
    const slips = clocks.slice(1).map((b, i) => Math.abs(secondsUntil(b.showTime, playOn(clocks[i]?.showTime ?? 0, (b.at - (clocks[i]?.at ?? 0)) / 1000, loop), loop, Infinity)));
    expect(clocks.length).toBeGreaterThan(5);
    expect(median(slips)).toBeLessThan(0.03);
    expect(show.transport.epoch).toBe(epoch);
    expect(await page.evaluate(() => globalThis.latentbeatProbe.audioTime ?? 99)).toBeLessThan(loop.end + 0.01);
  });

  it('follows a seek, a pause and the other keys', async () => {
    const { show, page } = await play();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => (globalThis.latentbeatProbe.audioTime ?? 0) > 5);
    await page.keyboard.press(' ');
    await expect.poll(() => show.transport.playing).toBe(false);
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => show.messages('trigger').map(({ path }) => path)).toContain('/keep');
    await expect.poll(() => show.values['/walk/speed']).toBeCloseTo(1.1, 9);
    await page.keyboard.press('?');
    await page.waitForSelector('.overlay-help:not([hidden])');
  });

  it('goes black on B within the same picture, and comes back', async () => {
    const { page } = await play();
    await page.keyboard.press('b');
    await page.waitForFunction(() => globalThis.latentbeatProbe.light === 0);
    expect(meanOf(await look(page))).toBeLessThan(0.5);
    await page.keyboard.press('b');
    await page.waitForFunction(() => globalThis.latentbeatProbe.light === 1);
    expect(meanOf(await look(page))).toBeGreaterThan(8);
  });

  it('freezes the picture while the music goes on', async () => {
    const { show, page } = await play();
    show.setValue('/stage/freeze', true);
    let first = await look(page);
    await expect.poll(async () => { // the freeze may take a moment to arrive
      first = await look(page);
      await page.waitForTimeout(700);
      return differenceOf(first, await look(page));
    }, { timeout: 45_000 }).toBeLessThan(1);
    show.setValue('/stage/freeze', false);
    await expect.poll(async () => differenceOf(first, await look(page))).toBeGreaterThan(1.5);
  });

  it('keeps moving when the server dies, and finds it again', async () => {
    const { show, page } = await play();
    const { port } = show.server;
    await show.stopServer();
    await page.waitForFunction(() => !globalThis.latentbeatProbe.connected);
    await page.waitForFunction(() => globalThis.latentbeatProbe.starved);
    let last = await look(page);
    for (let i = 0; i < 5; i++) {
      let now = last;
      // A slow machine draws one picture a second.
      await expect.poll(async () => differenceOf(last, (now = await look(page))), { interval: 300, timeout: 20_000 }).toBeGreaterThan(1);
      expect(meanOf(now)).toBeGreaterThan(5);
      last = now;
    }
    await show.listen(port);
    await page.waitForFunction(() => globalThis.latentbeatProbe.connected && !globalThis.latentbeatProbe.starved, undefined, { timeout: 60_000 });
  }, 180_000);

  it('comes back from a lost GL context', async () => {
    const { page } = await play({ lookChain: ['feedback'] });
    await page.evaluate(async () => {
      const gl = document.querySelector<HTMLCanvasElement>('#stage')?.getContext('webgl2');
      const extension = gl?.getExtension('WEBGL_lose_context');
      extension?.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 300));
      extension?.restoreContext();
      await new Promise((resolve) => setTimeout(resolve, 1200));
    });
    const first = await look(page);
    expect(meanOf(first)).toBeGreaterThan(8);
    await page.waitForTimeout(500);
    expect(differenceOf(first, await look(page))).toBeGreaterThan(1);
  });

  it('leaves out an effect that does not compile, says so, and goes on', async () => {
    const source = '/*{ "INPUTS": [] }*/\nvoid main() { gl_FragColor = nonsense(1); }';
    const { page } = await open({ lookChain: ['broken', 'bloom'], extraEffects: [{ name: 'broken', label: 'Broken', source, parameters: [{ path: '/look/broken/amount', kind: 'number', group: 'look', label: 'Broken', help: '', unit: '', min: 0, max: 1, default: 1, smoothing: 0, quantisable: false }] }] });
    await page.waitForFunction(() => document.querySelector('.toast')?.textContent?.includes('shaders/broken.frag does not compile') === true);
    await page.waitForFunction(() => globalThis.latentbeatProbe.effects.join() === 'bloom');
    faults.length = 0;
  });

  it('sends a chosen song and asks to open it', async () => {
    const { show, page } = await open();
    await page.waitForSelector('.card-play:enabled');
    await page.setInputFiles('input[type=file]', { name: 'my song.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF….WAVE') });
    await expect.poll(() => show.messages('openTrack')).toHaveLength(1);
    expect(show.messages('openTrack')[0]).toMatchObject({ name: 'my song.wav' });
    await page.setInputFiles('input[type=file]', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await page.waitForSelector('text=notes.txt is no sound file');
  });

  it('is bare for a capture', async () => {
    const { page } = await open({}, '?obs=1');
    await page.waitForFunction(() => globalThis.latentbeatProbe.shown.length > 0);
    expect(await page.evaluate(() => [...document.body.children].map(({ tagName }) => tagName))).toEqual(['CANVAS']);
  });

  it('follows another page that sounds, without a card', async () => {
    const first = await play();
    const second = await browser.newPage({ viewport: SIZE });
    try {
      await second.goto(first.show.server.url);
      await second.waitForFunction(() => globalThis.latentbeatProbe.showTime > 1 && document.querySelector('.start-card:not(.leaving)') === null);
      // The page behind is woken seldom, so both are asked until they agree.
      const apart = async (): Promise<number> => {
        const [a, b] = await Promise.all([first.page, second].map((one) => one.evaluate(() => ({ show: globalThis.latentbeatProbe.showTime, at: performance.timeOrigin + globalThis.latentbeatProbe.drawnAt }))));
        return Math.abs((a?.show ?? 0) - (b?.show ?? 9) - ((a?.at ?? 0) - (b?.at ?? 0)) / 1000);
      };
      await expect.poll(apart, { timeout: 45_000 }).toBeLessThan(0.15);
      expect(await second.evaluate(() => globalThis.latentbeatProbe.audioTime)).toBeNull();
    } finally {
      await second.close();
    }
  });
});

describe('listening', () => {
  it('sends the input as hops at its own rate', async () => {
    const listening = await launchTestBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
    try {
      const own = await StageShow.start({ lookChain: [] });
      const tab = await listening.newPage({ viewport: SIZE });
      await tab.goto(own.server.url);
      await tab.click('.card-listen:enabled');
      await expect.poll(() => own.hops.length, { timeout: 45_000 }).toBeGreaterThan(20);
      expect(own.messages('live')[0]).toMatchObject({ on: true });
      expect(own.hops.every((hop) => hop.length === 512)).toBe(true);
      // Chromium's fake device beeps once a second.
      await expect.poll(() => Math.max(...own.hops.map((hop) => hop.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0)))).toBeGreaterThan(0.05);
      await tab.keyboard.press('l');
      await expect.poll(() => own.messages('live').at(-1)?.on).toBe(false);
      await own.close();
    } finally {
      await listening.close();
    }
  });
});
