/**
 * Prompt pads with the embedded model over the demo: from the typed prompt to its first and its fourth picture, at rest and
 * while the show plays, beside what a picture costs on this machine now; late frames of the stage meanwhile; how far off an
 * armed prompt lands.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { median } from '../../src/base/math.ts';
import { startPlaying } from '../../src/play.ts';
import type { PadTile } from '../../src/protocol/messages.ts';
import { TestPage } from '../server/fixtures.ts';

const PROMPTS = ['a red forest', 'a blue sea at night', 'green fire', 'a city of glass', 'silver clouds', 'a golden cathedral', 'violet smoke', 'white waves'];

type Figures = Record<string, number>;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Figures }> {
  const playing = await startPlaying({ port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free', seed: 7 });
  await playing.opened;
  const page = await TestPage.join(playing.url, { role: 'panel', canPlaySound: false });
  try {
    await page.until(() => playing.session.state().showTimeSeconds > 3, 60_000);
    const late = playing.session.state().lateFrames;
    const figures: Figures = { ...(await timesOf(page, 'playing', 1)), lateFramesMeanwhile: 0, secondsToLanding: 0 };
    figures['lateFramesMeanwhile'] = playing.session.state().lateFrames - late;
    page.send({ type: 'trigger', path: '/pad/arm', args: [1, 1], source: 'bench' });
    await page.until(() => padOf(page, 1)?.state === 'armed');
    figures['secondsToLanding'] = round((padOf(page, 1)?.landsAt ?? 0) - playing.session.state().showTimeSeconds);
    page.send({ type: 'value', path: '/transport/play', value: false, source: 'bench' });
    await sleep(8000);
    Object.assign(figures, await timesOf(page, 'atRest', 2), { pictureCostMs: round(median(page.frames.map(({ header }) => header.cost))) });
    // What the machine itself asks for four pictures, one after the other.
    figures['atRestOverFourPictures'] = round((figures['atRestFourthMs'] ?? 0) / (4 * (figures['pictureCostMs'] ?? 1)));
    return { name: 'pads', rows: Object.entries(figures).map(([figure, value]) => ({ figure, value })), figures };
  } finally {
    page.close();
    await playing.close();
  }
}

function padOf(page: TestPage, id: number): PadTile | undefined {
  return page.find('pads')?.pads[id - 1];
}

async function timesOf(page: TestPage, when: string, pad: number): Promise<Figures> {
  const firsts: number[] = [];
  const fourths: number[] = [];
  for (const prompt of PROMPTS) {
    const typed = performance.now();
    page.send({ type: 'trigger', path: '/pad/type', args: [pad, prompt], source: 'bench' });
    await page.until(() => padOf(page, pad)?.prompt === prompt && (padOf(page, pad)?.pictures.length ?? 0) > 0, 60_000);
    firsts.push(performance.now() - typed);
    await page.until(() => padOf(page, pad)?.state === 'ready', 60_000);
    fourths.push(performance.now() - typed);
    await sleep(500);
  }
  return { [`${when}FirstMs`]: round(median(firsts)), [`${when}FourthMs`]: round(median(fourths)), [`${when}WorstMs`]: round(Math.max(...fourths)) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
