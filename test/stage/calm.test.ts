/** The stage over hours, in small: lost GL contexts, a line that has died without a word, a hidden page; and its calibration page. */

import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Probe } from '../../src/stage/probe.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { loseContext } from '../helpers/lose-context.ts';
import { StageShow } from '../helpers/stage-show.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatProbe: Probe;
}

const SIZE = { width: 320, height: 180 };
const PATIENCE = { timeout: 60_000 };

let browser: Browser;
let show: StageShow;
let page: Page;

beforeAll(async () => {
  browser = await launchTestBrowser();
}, 120_000);
afterAll(() => browser.close());
afterEach(async () => {
  await page.close().catch(() => undefined);
  await show.close();
});

async function open(query: string, init?: () => void): Promise<void> {
  show = await StageShow.start({ lookChain: [] });
  page = await browser.newPage({ viewport: SIZE });
  if (init !== undefined) await page.addInitScript(init);
  await page.goto(`${show.server.url}/${query}`);
}

async function look(): Promise<Buffer> {
  return sharp(await page.screenshot()).removeAlpha().raw().toBuffer();
}

const differenceOf = (a: Buffer, b: Buffer): number => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

describe('the stage over hours', () => {
  it('shows the same picture after each lost context, with no more objects on the GPU', async () => {
    await open('?quality=fixed');
    await page.click('.card-play:enabled', PATIENCE);
    await page.waitForFunction(() => (globalThis.latentbeatProbe.audioTime ?? 0) > 0.5 && !globalThis.latentbeatProbe.starved, undefined, PATIENCE);
    show.setValue('/stage/freeze', true);
    // The freeze has arrived once the same picture stands for a while; a slow machine shows two a second.
    const shownTick = (): Promise<number> => page.evaluate(() => globalThis.latentbeatProbe.shownTick);
    await expect.poll(async () => {
      const tick = await shownTick();
      await page.waitForTimeout(2_500);
      return (await shownTick()) - tick;
    }, PATIENCE).toBe(0);
    const before = await look();
    const objects = await page.evaluate(() => globalThis.latentbeatProbe.gpuObjects());
    for (let i = 0; i < 3; i++) {
      await page.evaluate(loseContext);
      await expect.poll(async () => differenceOf(before, await look()), PATIENCE).toBeLessThan(1.5);
    }
    const after = await page.evaluate(() => globalThis.latentbeatProbe.gpuObjects());
    expect(after.textures).toBeLessThanOrEqual(objects.textures);
    expect(after.programs).toBeLessThanOrEqual(objects.programs);
  }, 180_000);

  it('leaves a line that has fallen silent, and is back on a new one', async () => {
    await open('', () => {
      // A socket whose server hangs: still open, but nothing comes any more once `deaf` is set.
      const Real = WebSocket;
      const state = { deaf: false, opened: 0 };
      Object.assign(globalThis, { latentbeatLine: state });
      globalThis.WebSocket = class extends Real {
        readonly #number = ++state.opened;
        override addEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
          super.addEventListener(type, (event) => {
            if (!(state.deaf && this.#number === 1) && typeof listener === 'function') listener(event);
          });
        }
      } as typeof WebSocket;
    });
    await page.waitForFunction(() => globalThis.latentbeatProbe.connected, undefined, PATIENCE);
    await page.evaluate(() => ((globalThis as unknown as { latentbeatLine: { deaf: boolean } }).latentbeatLine.deaf = true));
    await page.waitForFunction(() => (globalThis as unknown as { latentbeatLine: { opened: number } }).latentbeatLine.opened > 1 && globalThis.latentbeatProbe.connected, undefined, PATIENCE);
  }, 120_000);

  it('keeps a good line when the page itself was held up', async () => {
    await open('', () => {
      const Real = WebSocket;
      const state = { opened: 0 };
      Object.assign(globalThis, { latentbeatLine: state });
      globalThis.WebSocket = class extends Real {
        readonly number = ++state.opened;
      } as typeof WebSocket;
    });
    await page.waitForFunction(() => globalThis.latentbeatProbe.connected, undefined, PATIENCE);
    await page.evaluate(() => {
      for (const until = performance.now() + 5_500; performance.now() < until; );
    });
    // The ping that was due meanwhile goes out at once, before anything is read.
    await page.waitForTimeout(1_500);
    expect(await page.evaluate(() => (globalThis as unknown as { latentbeatLine: { opened: number } }).latentbeatLine.opened)).toBe(1);
    expect(await page.evaluate(() => globalThis.latentbeatProbe.connected)).toBe(true);
  }, 60_000);

  it('drops old pictures while it is hidden', async () => {
    await open('');
    await page.click('.card-play:enabled', PATIENCE);
    await page.waitForFunction(() => (globalThis.latentbeatProbe.audioTime ?? 0) > 0.5, undefined, PATIENCE);
    // As a browser does with a page that nobody sees: no display frames, `hidden` is true.
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true });
      globalThis.requestAnimationFrame = () => 0;
    });
    show.transport.seek(20, performance.now());
    show.tell();
    await expect.poll(() => page.evaluate(() => globalThis.latentbeatProbe.oldestDue()), PATIENCE).toBeGreaterThan(10);
  }, 120_000);
});

describe('calibration', () => {
  it('measures a late display by taps, keeps it, and the stage shows that much earlier', async () => {
    await open('?calibrate=1');
    await page.mouse.click(10, 10);
    await page.waitForSelector('body[data-calibration="by eye"]', PATIENCE);
    for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
    expect(await page.textContent('.calibration-value')).toBe('+21 ms');
    await page.waitForSelector('.calibration-disc.lit', PATIENCE);
    await page.keyboard.press('Enter');
    expect(await page.textContent('.calibration-hint')).toContain('21 ms earlier');
    await page.keyboard.press('t');
    await page.waitForSelector('body[data-calibration="sound"]', PATIENCE);
    expect(await page.textContent('.calibration-hint')).toContain('0 of 12');
    await page.goto(`${show.server.url}/`);
    await page.click('.card-play:enabled', PATIENCE);
    await page.waitForFunction(() => globalThis.latentbeatProbe.showMinusAudio.length > 10, undefined, PATIENCE);
    const leads = await page.evaluate(() => globalThis.latentbeatProbe.showMinusAudio.slice(5));
    for (const lead of leads) expect(lead).toBeCloseTo(0.016 + 0.021, 6);
  }, 120_000);
});

describe('sound inputs', () => {
  it('are listed with a meter, and the chosen one is remembered', async () => {
    const listening = await launchTestBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
    try {
      show = await StageShow.start({ lookChain: [] });
      page = await listening.newPage({ viewport: { width: 640, height: 480 } });
      await page.goto(show.server.url);
      await page.click('.card-listen:enabled', PATIENCE);
      await expect.poll(() => show.hops.length, PATIENCE).toBeGreaterThan(4);
      await page.keyboard.press('i');
      await page.waitForFunction(() => document.querySelectorAll('.overlay-input option').length > 1, undefined, PATIENCE);
      const id = await page.evaluate(() => [...document.querySelectorAll<HTMLOptionElement>('.overlay-input option')].at(-1)?.value ?? '');
      await page.selectOption('.overlay-input select', id);
      expect(await page.evaluate(() => localStorage.getItem('latentbeat.input'))).toBe(id);
      // Another device begins its own count, told anew.
      await expect.poll(() => show.messages('live').filter(({ on }) => on).length, PATIENCE).toBeGreaterThan(1);
      await page.waitForFunction(() => (document.querySelector<HTMLMeterElement>('.overlay-input meter')?.value ?? 0) > 0.01, undefined, PATIENCE);
    } finally {
      await listening.close();
    }
  }, 120_000);
});
