/**
 * The panel as it is used: `play --model fake` in this process, the stage page in one Chromium tab and the panel in another.
 * Real clicks, drags and keys on the panel; what counts is what the stage shows and what the session holds.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlaying, type Playing } from '../../src/play.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { auditPage } from './audit.ts';

const LONG = { timeout: 20_000 };

let folder: string;
let browser: Browser;
let playing: Playing;
let stage: Page;
let panel: Page;
const faults: string[] = [];
/** Text messages that reached the stage. */
const told: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-panel-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  browser = await launchTestBrowser();
  playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free' });
  await playing.opened;
  stage = await browser.newPage({ viewport: { width: 320, height: 180 } });
  stage.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => typeof payload === 'string' && told.push(payload)));
  await stage.goto(`${playing.url}/?obs=1&quality=fixed`);
  panel = await openPanel();
}, 90_000);
afterAll(async () => {
  await browser.close();
  await playing.close();
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
  expect(faults).toEqual([]);
}, 30_000);

async function openPanel(prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.on('pageerror', (error) => faults.push(error.message));
  await prepare?.(page);
  await page.goto(`${playing.url}/panel`);
  await page.waitForSelector('.upright');
  return page;
}

/** Mean brightness of what the audience sees, 0..255. */
async function brightness(): Promise<number> {
  const { channels } = await sharp(await stage.screenshot()).stats();
  return channels.slice(0, 3).reduce((sum, { mean }) => sum + mean / 3, 0);
}

const valueOf = (path: string): unknown => playing.session.values[path];

describe('the panel over a show that plays', () => {
  it('blacks out by click and comes back by key', async () => {
    await expect.poll(brightness, LONG).toBeGreaterThan(8);
    await panel.click('.safety [data-path="/stage/blackout"]');
    await expect.poll(brightness, LONG).toBeLessThan(1);
    await panel.keyboard.press('b');
    await expect.poll(brightness, LONG).toBeGreaterThan(8);
    expect(valueOf('/stage/blackout')).toBe(false);
  });

  it('shows what is on air, and where the walk will be in four bars', async () => {
    await expect.poll(() => panel.textContent('.monitor-screen >> nth=1 >> .screen-note'), { timeout: 40_000 }).toMatch(/ · 4 bars$/);
    for (const index of [0, 1]) {
      expect(await panel.$eval(`.monitor-screen:nth-child(${index + 1}) canvas`, (canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = ((canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, width, height);
        return new Set(data).size;
      })).toBeGreaterThan(20);
    }
  });

  it('dims by a dragged fader, and a typed value brings the light back', async () => {
    const before = await brightness();
    const box = await panel.locator('.upright[data-path="/stage/master"] .fader-track').boundingBox();
    if (box === null) throw new Error('no fader');
    await panel.mouse.move(box.x + box.width / 2, box.y + 20);
    await panel.mouse.down();
    await panel.mouse.move(box.x + box.width / 2, box.y + box.height * 0.85, { steps: 6 });
    await panel.mouse.up();
    await expect.poll(() => Number(valueOf('/stage/master'))).toBeLessThan(0.3);
    await expect.poll(brightness, LONG).toBeLessThan(before / 2);
    await panel.click('.upright[data-path="/stage/master"] .fader-value');
    await panel.keyboard.type('100');
    await panel.keyboard.press('Enter');
    await expect.poll(() => valueOf('/stage/master')).toBe(1);
    await expect.poll(brightness, LONG).toBeGreaterThan(before / 2);
  });

  it('shows presets by pictures of the open model, and a tap loads one', async () => {
    await expect.poll(() => panel.$$eval('.preset img:not([hidden])', (all) => all.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length), { timeout: 40_000 }).toBe(12);
    await panel.click('.preset:has-text("Ember")');
    await expect.poll(() => panel.getAttribute('.preset:has-text("Ember")', 'aria-pressed'), LONG).toBe('true');
  });

  it('draws four pictures of a typed prompt, arms one, and it goes on', async () => {
    await panel.click('.quantise >> text="Bar"');
    await panel.fill('[aria-label="Prompt of pad 1"]', 'deep sea jellyfish');
    await panel.keyboard.press('Enter');
    await expect.poll(() => panel.getAttribute('.prompt-pad >> nth=0', 'data-state'), { timeout: 40_000 }).toBe('ready');
    expect(await panel.locator('.prompt-pad >> nth=0 >> .pad-picture img:not([hidden])').count()).toBe(4);
    await panel.click('[aria-label="Picture 3 of pad 1"]');
    await expect.poll(() => panel.getAttribute('.prompt-pad >> nth=0', 'data-state'), { timeout: 40_000 }).toBe('on');
    expect(await panel.getAttribute('[aria-label="Picture 3 of pad 1"]', 'aria-pressed')).toBe('true');
  });

  it('stores and recalls a snapshot, and fades between two', async () => {
    const store = async (slot: number): Promise<void> => {
      await panel.click('text="Store"');
      await panel.click(`.slot >> nth=${slot - 1}`);
      await panel.waitForSelector(`.slot.filled >> nth=${slot - 1}`);
    };
    playing.session.control([{ kind: 'value', path: '/walk/noise', value: 1, source: 'test' }]);
    await store(1);
    playing.session.control([{ kind: 'value', path: '/walk/noise', value: 3, source: 'test' }]);
    await store(2);
    await panel.click('.slot >> nth=0');
    await expect.poll(() => valueOf('/walk/noise'), LONG).toBe(1);
    await panel.click('text="A / B"');
    await panel.click('.slot >> nth=0');
    await panel.click('.slot >> nth=1');
    await panel.locator('.crossfade').fill('0.5');
    await expect.poll(() => Number(valueOf('/walk/noise')), LONG).toBeCloseTo(2, 1);
  });

  it('makes cues of what is on air and fires them', async () => {
    await panel.click('.cues-card >> text="Add"');
    await panel.waitForSelector('.cue');
    await panel.selectOption('.cue >> nth=0 >> [aria-label="Transition"]', 'cut');
    await expect.poll(() => panel.inputValue('.cue >> nth=0 >> [aria-label="Transition"]')).toBe('cut');
    await panel.click('.cue-go >> nth=0');
    await panel.waitForSelector('.cue.on', { timeout: 30_000 });
    await panel.click('.cue >> nth=0 >> [aria-label="Delete"]');
    await expect.poll(() => panel.locator('.cue').count(), LONG).toBe(0);
  });

  it('loops bars that are dragged on the ruler, with the server turning, until a tap on it', async () => {
    const box = await panel.locator('.ruler').boundingBox();
    if (box === null) throw new Error('no ruler');
    const across = (share: number): number => box.x + box.width * share;
    const time = (): number => playing.session.state().showTimeSeconds;
    await panel.mouse.move(across(0.3), box.y + 8);
    await panel.mouse.down();
    await panel.mouse.move(across(0.31), box.y + 8, { steps: 4 });
    await panel.mouse.up();
    await expect.poll(() => valueOf('/transport/loop'), LONG).toBe(true);
    const [start, end] = ['in', 'out'].map((edge) => Number(valueOf(`/transport/loop/${edge}`))) as [number, number];
    expect(end - start).toBeGreaterThan(1.8);
    playing.session.control([{ kind: 'value', path: '/transport/position', value: start, source: 'test' }]);
    await expect.poll(() => time() >= start && time() < end, LONG).toBe(true);
    for (let turns = 0, before = time(); turns < 2; before = time()) {
      await expect.poll(() => Math.abs(time() - before), LONG).toBeGreaterThan(0.05);
      expect(time()).toBeLessThan(end + 0.01);
      if (time() < before) turns++;
    }
    await expect.poll(() => told.some((text) => text.startsWith('{"type":"transport"') && text.includes('"loop":{')), LONG).toBe(true);
    await panel.mouse.click(across(0.6), box.y + 8);
    await expect.poll(() => valueOf('/transport/loop'), LONG).toBe(false);
    await expect.poll(time, LONG).toBeGreaterThan(end + 0.1);
  });

  it('keeps by key and walks back by a tap on the picture', async () => {
    await panel.keyboard.press('k');
    await panel.waitForSelector('.keeper-go img:not([hidden])');
    await panel.click('.keeper-go');
    await expect.poll(() => told.some((text) => text.includes('"/keep/go"'))).toBe(true);
    await panel.click('.keeper-tools button >> nth=1');
    await panel.waitForSelector('.keeper.safe');
  });

  it('seeks on the waveform and draws sections, beats and the walk\'s speed', async () => {
    const box = await panel.locator('.track .waveform').boundingBox();
    if (box === null) throw new Error('no waveform');
    await panel.mouse.click(box.x + box.width * 0.5, box.y + 30);
    await expect.poll(() => playing.session.state().showTimeSeconds).toBeGreaterThan(36);
    const drawn = (selector: string): Promise<number> => panel.$eval(selector, (canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = ((canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) count += data[i] === 0 ? 0 : 1;
      return count / (width * height);
    });
    await expect.poll(() => drawn('.speed-overlay')).toBeGreaterThan(0.005);
    expect(await drawn('.ruler')).toBeGreaterThan(0.9);
  });

  it('patches: a route\'s amount by hand, an oscillator, and back by key', async () => {
    const routes = (): { feature: string; gain: number }[] => JSON.parse((valueOf('/patch/routes') as string | undefined) || '[]') as { feature: string; gain: number }[];
    await panel.click('.tab >> text=Patch');
    const count = await panel.locator('.route').count();
    await panel.click('.route-head >> nth=0');
    const box = await panel.locator('.route.open .fader-track >> nth=0').boundingBox();
    if (box === null) throw new Error('no fader');
    const amount = await panel.textContent('.route.open .fader-value >> nth=0');
    await panel.mouse.move(box.x + box.width * 0.6, box.y + 10);
    await panel.mouse.down();
    await panel.mouse.move(box.x + box.width * 0.4, box.y + 10, { steps: 5 });
    await panel.mouse.up();
    await expect.poll(() => panel.textContent('.route.open .fader-value >> nth=0')).not.toBe(amount);
    await expect.poll(() => routes().length, LONG).toBe(count);
    await panel.click('text=Add oscillator');
    await expect.poll(() => routes().at(-1)?.feature, LONG).toBe('lfo:sine');
    // All routes come at once, so these are after the last move of the hand, however slowly it went.
    const moved = routes()[0]?.gain;
    await expect.poll(() => told.some((text) => text.startsWith('{"type":"show"') && text.includes('lfo:sine')), LONG).toBe(true);
    await panel.selectOption('.route.open [aria-label="Feature"]', 'lfo:saw');
    await expect.poll(() => routes().at(-1)?.feature, LONG).toBe('lfo:saw');
    await panel.click('.route.open .route-remove');
    await expect.poll(() => routes().length, LONG).toBe(count);
    expect(routes()[0]?.gain).toBe(moved);
    await panel.click('text="Preset\'s own"');
    await expect.poll(() => valueOf('/patch/routes'), LONG).toBe('');
    await panel.click('.tab >> text=Play');
  });

  it('lists its keys by ? and says nothing is nameless, faint, tiny or too wide', async () => {
    await panel.keyboard.press('?');
    await panel.waitForSelector('.help-sheet[open] >> text=Blackout');
    await panel.keyboard.press('Escape');
    const found: unknown[] = [];
    for (const [width, height] of [[1600, 1000], [1024, 768], [390, 844]] as const) {
      await panel.setViewportSize({ width, height });
      for (const tab of await panel.$$('.tab')) {
        if (!(await tab.isVisible())) continue;
        await tab.click();
        for (const { kind, what } of await auditPage(panel, 28)) found.push(`${width} ${await tab.textContent()}: ${kind} ${what}`);
      }
    }
    expect(found).toEqual([]);
    await panel.setViewportSize({ width: 1600, height: 1000 });
    await panel.click('.tab >> text=Play');
  });
});

describe('MIDI at the browser', () => {
  it('is learned by touch, moves the fader, and its light follows', async () => {
    const page = await openPanel((fresh) => fresh.addInitScript(plugFakeController));
    await page.click('.tab >> text=Gear');
    await page.click('text=Browser MIDI');
    await page.waitForSelector('.device >> text=Test Pads');
    await page.evaluate(() => (window as unknown as { turn: (value: number) => void }).turn(10));
    await page.click('.line.unmapped >> text=learn');
    await page.click('.tab >> text=Play');
    await page.click('.upright[data-path="/walk/pulse"] .fader-track');
    await expect.poll(async () => {
      for (const value of [20, 60, 90, 127, 127]) await page.evaluate((at) => (window as unknown as { turn: (value: number) => void }).turn(at), value);
      return Number(valueOf('/walk/pulse'));
    }, LONG).toBeGreaterThan(1.9);
    await expect.poll(() => page.textContent('.upright[data-path="/walk/pulse"] .fader-value')).toBe('2.00');
    await page.click('.tab >> text=Gear');
    await page.waitForSelector('.line:not(.unmapped) >> text="/walk/pulse"');
    playing.session.control([{ kind: 'value', path: '/walk/pulse', value: 0.5, source: 'osc' }]);
    await expect.poll(() => page.evaluate(() => (window as unknown as { lights: number[][] }).lights.at(-1)), LONG).toEqual([0xb0, 21, 32]);
    await page.close();
  });
});

/** In the page: a controller with one knob, CC 21 on channel 1, in the shape of the Web MIDI API. */
function plugFakeController(): void {
  const input = { name: 'Test Pads', state: 'connected', onmidimessage: null as ((event: { data: Uint8Array }) => void) | null };
  const lights: number[][] = [];
  const access = { inputs: new Map([['in', input]]), outputs: new Map([['out', { name: 'Test Pads', state: 'connected', send: (bytes: number[]) => lights.push([...bytes]) }]]), onstatechange: null };
  Object.defineProperty(navigator, 'requestMIDIAccess', { value: () => Promise.resolve(access) });
  Object.assign(window, { lights, turn: (value: number) => input.onmidimessage?.({ data: Uint8Array.of(0xb0, 21, value) }) });
}

describe('a guest', () => {
  it('sees that it only looks, and moves nothing', async () => {
    const page = await openPanel(async (fresh) => {
      await fresh.routeWebSocket(/\/ws/, (socket) => {
        const server = socket.connectToServer();
        socket.onMessage((data) => server.send(data));
        server.onMessage((data) => socket.send(typeof data === 'string' ? data.replace(/"token":"[^"]*"/, '"token":""') : data));
      });
    });
    await page.waitForSelector('.guest-mark:not([hidden])');
    await page.click('.safety [data-path="/stage/blackout"]');
    await page.keyboard.press('f');
    await page.waitForSelector('.toast >> text=guest');
    expect([valueOf('/stage/blackout'), valueOf('/stage/freeze')]).toEqual([false, false]);
    expect(await page.getAttribute('.safety [data-path="/stage/blackout"]', 'aria-pressed')).toBe('false');
    await page.close();
  });
});
