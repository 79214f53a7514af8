/** The whole chain into a real Chromium: demo track, fake model, sound page, stage and panel, microphone. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { median } from '../../src/base/math.ts';
import { startPlaying, type Playing } from '../../src/play.ts';
import type { Probe } from '../../src/stage/probe.ts';
import { launchTestBrowser } from '../helpers/browser.ts';

let folder: string;
let browser: Browser;
let playing: Playing;
const pages: Page[] = [];
const faults: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-stage-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  browser = await launchTestBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream']);
  playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false });
  await playing.opened;
}, 120_000);
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(async () => {
  await browser.close();
  await playing.close();
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

async function openPage(path: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
  pages.push(page);
  page.on('pageerror', (fault) => faults.push(fault.message));
  await page.goto(`${playing.url}${path}`);
  return page;
}

type ProbeWindow = Window & { readonly latentbeatProbe: Probe };
const probeOf = (page: Page): Promise<Pick<Probe, 'connected' | 'distinctHashes' | 'dueMinusAudio' | 'starved' | 'audioTime'>> =>
  page.evaluate(() => {
    const { connected, distinctHashes, dueMinusAudio, starved, audioTime } = (globalThis as unknown as ProbeWindow).latentbeatProbe;
    return { connected, distinctHashes, dueMinusAudio: [...dueMinusAudio], starved, audioTime };
  });

/** Waits for what the page or the show must come to. */
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('what the test waits for never came');
}

describe('stage and panel on the demo', () => {
  it('plays on a click: pictures follow the sound, and no page has a fault', async () => {
    const page = await openPage('/');
    await page.waitForSelector('.card-play:not([disabled])');
    expect(playing.session.state().showTimeSeconds).toBe(0);
    await page.click('.card-play');
    await until(async () => ((await probeOf(page)).audioTime ?? 0) > 3);
    const probe = await probeOf(page);
    expect(probe.distinctHashes).toBeGreaterThan(8);
    expect(probe.starved).toBe(false);
    expect(Math.abs(median(probe.dueMinusAudio))).toBeLessThan(0.12);
    expect(Math.abs(playing.session.state().showTimeSeconds - ((await probeOf(page)).audioTime ?? 0))).toBeLessThan(0.5);
    expect(faults).toEqual([]);
  });

  it('goes on when the sound page is gone, and another takes over', async () => {
    const second = await openPage('/?autoplay=1');
    await until(async () => (await probeOf(second)).connected);
    const at = playing.session.state().showTimeSeconds;
    await until(() => playing.session.state().showTimeSeconds > at + 0.5);
    await until(async () => ((await probeOf(second)).audioTime ?? -1) > at);
  });

  it('shows the panel beside it, whose fader moves the walk', async () => {
    await openPage('/?autoplay=1');
    const panel = await openPage('/panel');
    await panel.setViewportSize({ width: 1280, height: 800 });
    const fader = panel.locator('[data-path="/walk/speed"] [role=slider]').first();
    await fader.waitFor();
    await fader.press('ArrowUp');
    await until(() => Number(playing.session.state().parameters['/walk/speed']) > 1);
    expect(await panel.title()).toMatch(/latentbeat/i);
    expect(faults).toEqual([]);
  });

  it('listens: the microphone moves the show', async () => {
    playing.session.control([{ kind: 'value', path: '/transport/play', value: false, source: 'test' }]);
    const page = await openPage('/');
    await page.waitForSelector('.card-listen:not([disabled])');
    await page.click('.card-listen');
    await until(() => playing.session.health().track === null);
    await until(() => playing.session.state().showTimeSeconds > 1);
    await until(async () => (await probeOf(page)).distinctHashes > 3);
    expect(faults).toEqual([]);
    await page.keyboard.press('l');
    await until(() => playing.session.health().track === 'Demo');
  });
});
