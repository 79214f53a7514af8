/**
 * What an open panel costs the stage: the same small show is drawn by a stage page in one Chromium, in turns alone and with a
 * panel open in a second one that is ridden by hand while 300 values a second come in. Starved stage frames and display
 * intervals in both turns, and what the panel's own main thread needs. Goal: no stage frame starved by the panel.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { quantile } from '../../src/base/math.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { StageShow } from '../helpers/stage-show.ts';

const ROUNDS = 3;
const TURN_SECONDS = 6;

interface StageCost {
  readonly starved: number;
  readonly frames: number;
  readonly p95: number;
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  const show = await StageShow.start();
  const [stageBrowser, panelBrowser] = [await launchTestBrowser(), await launchTestBrowser()];
  const rows: Record<string, number | string>[] = [];
  try {
    const stage = await openStage(stageBrowser, show);
    for (let round = 0; round < ROUNDS; round++) {
      rows.push({ turn: 'alone', ...costRow(await measure(stage, () => sleep(TURN_SECONDS * 1000))) });
      const panel = await openPanel(panelBrowser, show);
      const before = await taskSeconds(panel);
      const cost = await measure(stage, () => ride(panel, show));
      const busy = (await taskSeconds(panel) - before) / TURN_SECONDS;
      rows.push({ turn: 'with panel', ...costRow(cost), 'panel main thread %': 100 * busy, 'panel frames/s': await framesOf(panel) / TURN_SECONDS });
      await panel.close();
    }
  } finally {
    await stageBrowser.close();
    await panelBrowser.close();
    await show.close();
  }
  const mean = (turn: string, column: string): number => {
    const values = rows.filter((row) => row['turn'] === turn).map((row) => Number(row[column]));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return { name: 'panel', rows, figures: {
    starvedAlone: mean('alone', 'starved'), starvedWithPanel: mean('with panel', 'starved'),
    p95AloneMs: mean('alone', 'p95 interval ms'), p95WithPanelMs: mean('with panel', 'p95 interval ms'),
    panelMainThreadShare: mean('with panel', 'panel main thread %') / 100, panelFramesPerSecond: mean('with panel', 'panel frames/s'),
  } };
}

async function openStage(browser: Browser, show: StageShow): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
  await page.goto(`${show.server.url}/?obs=1&quality=fixed`);
  show.transport.setClock('free', performance.now());
  show.transport.play(performance.now());
  show.tell();
  await page.waitForFunction('window.latentbeatProbe?.displayFrames > 30');
  return page;
}

async function openPanel(browser: Browser, show: StageShow): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(`${show.server.url}/panel`);
  await page.waitForSelector('.upright');
  await page.evaluate(() => {
    const counted = window as unknown as { frames: number };
    counted.frames = 0;
    const count = (): void => {
      counted.frames++;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  return page;
}

const framesOf = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as { frames: number }).frames);

async function measure(stage: Page, during: () => Promise<unknown>): Promise<StageCost> {
  const read = (): Promise<{ starved: number; frames: number; intervals: number[] }> => stage.evaluate(() => {
    const { starvedFrames, displayFrames, intervals } = (window as unknown as { latentbeatProbe: { starvedFrames: number; displayFrames: number; intervals: number[] } }).latentbeatProbe;
    return { starved: starvedFrames, frames: displayFrames, intervals: intervals.slice(-3000) };
  });
  const before = await read();
  await during();
  const after = await read();
  const frames = after.frames - before.frames;
  return { starved: after.starved - before.starved, frames, p95: quantile(after.intervals.slice(-frames), 0.95) };
}

function costRow({ starved, frames, p95 }: StageCost): Record<string, number> {
  return { starved, 'stage frames/s': frames / TURN_SECONDS, 'p95 interval ms': p95 };
}

/** A hand on a fader, and other controllers' values coming in. */
async function ride(panel: Page, show: StageShow): Promise<void> {
  const box = await panel.locator('.upright[data-path="/walk/speed"] .fader-track').boundingBox();
  if (box === null) throw new Error('the panel has no fader');
  const until = performance.now() + TURN_SECONDS * 1000;
  await panel.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await panel.mouse.down();
  for (let step = 0; performance.now() < until; step++) {
    for (let i = 0; i < 10; i++) show.broadcast({ type: 'values', values: { [`/walk/prompt/${(i % 8) + 1}`]: Math.random(), '/look/hue': Math.random() - 0.5 }, source: 'bench' });
    await panel.mouse.move(box.x + box.width / 2, box.y + box.height * (0.5 + 0.4 * Math.sin(step / 8)));
    await sleep(33);
  }
  await panel.mouse.up();
}

/** Seconds of work of the page's main thread so far. */
async function taskSeconds(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics') as { metrics: { name: string; value: number }[] };
  await session.detach();
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}
