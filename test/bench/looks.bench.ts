/**
 * Every look effect at its defaults over a real walk, on the stage page stepped like an export (software GL where there is no
 * other): milliseconds a frame above the bare stage, mean difference it makes, mean light with and without. With
 * LATENTBEAT_PLOTS set to a folder: a sheet of all of them.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp, { type OverlayOptions } from 'sharp';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { Picture } from '../../src/diffusion/types.ts';
import type { RenderContract } from '../../src/stage/render-page.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { loadEffects, StageShow } from '../helpers/stage-show.ts';
import { demoTimeline, drawStretches, RASTER_TICKS } from '../helpers/walk-frames.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatRender: RenderContract;
}

const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const ONLY = process.env['LATENTBEAT_LOOKS']?.split(',');
const PRESETS = ['deep-nebula', 'cathedral-glass', 'neon-drive'];
const WIDTH = 480;
const HEIGHT = 270;
/** Pictures of a walk and steps drawn, at 30 a second; the show stands in the loud part of the synthetic timeline. */
const COUNT = 14;
const BEGIN_TICK = 28 * 120;

interface Look {
  readonly pixels: Buffer;
  readonly milliseconds: number;
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const pipeline = await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const walks: (readonly Picture[])[] = [];
  const timeline = await demoTimeline();
  for (const preset of PRESETS) for await (const stretch of drawStretches(pipeline, timeline, preset, COUNT, ['drop'])) walks.push(stretch.pictures);
  await pipeline.dispose();
  const browser = await launchTestBrowser();
  const rows: Record<string, number | string>[] = [];
  const tiles: { readonly name: string; readonly pixels: Buffer }[] = [];
  const bare = new Map<number, Look>();
  try {
    for (const [i, { name }] of loadEffects().filter((effect) => ONLY?.includes(effect.name) ?? true).entries()) {
      const walk = i % walks.length;
      if (!bare.has(walk)) bare.set(walk, await drawLook(await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } }), [], walks[walk] as readonly Picture[]));
      const plain = bare.get(walk) as Look;
      const look = await drawLook(await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } }), [name], walks[walk] as readonly Picture[]);
      rows.push({ effect: name, moreMs: look.milliseconds - plain.milliseconds, difference255: differenceOf(look.pixels, plain.pixels), lightBefore255: lightOf(plain.pixels), light255: lightOf(look.pixels) });
      tiles.push({ name, pixels: look.pixels });
    }
  } finally {
    await browser.close();
  }
  await saveSheet(tiles);
  return { name: 'looks at their defaults', rows, figures: { looks: rows.length, looksLeastDifference255: Math.min(...rows.map((row) => Number(row['difference255']))) } };
}

export async function drawLook(page: Page, lookChain: readonly string[], pictures: readonly Picture[]): Promise<Look> {
  const show = await StageShow.start({ lookChain: [...lookChain], stageRoutes: [], ahead: 0 });
  try {
    await page.goto(`${show.server.url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=30`);
    await page.evaluate(() => globalThis.latentbeatRender.ready());
    pictures.forEach(({ width, height, pixels }, i) => show.sendFrame(BEGIN_TICK + i * RASTER_TICKS, { width, height, pixels }));
    const begun = performance.now();
    await page.evaluate(async ([from, count]) => {
      for (let i = 0; i < count; i++) await globalThis.latentbeatRender.step(from + i / 30);
    }, [BEGIN_TICK / 120, COUNT - 1] as const);
    const pixels = Buffer.from(await page.evaluate(() => globalThis.latentbeatRender.readBase64()), 'base64');
    return { pixels, milliseconds: (performance.now() - begun) / COUNT };
  } finally {
    await page.close();
    await show.close();
  }
}

const differenceOf = (a: Buffer, b: Buffer): number => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / ((a.length * 3) / 4);
const lightOf = (pixels: Buffer): number => pixels.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : value), 0) / ((pixels.length * 3) / 4);

export async function saveSheet(tiles: readonly { readonly name: string; readonly pixels: Buffer }[]): Promise<void> {
  const folder = process.env['LATENTBEAT_PLOTS'];
  if (folder === undefined) return;
  const columns = 3;
  const line = HEIGHT + 26;
  const parts: OverlayOptions[] = [];
  for (const [i, { name, pixels }] of tiles.entries()) {
    const place = { left: (i % columns) * (WIDTH + 6), top: Math.floor(i / columns) * line };
    parts.push({ input: await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } }).removeAlpha().png().toBuffer(), ...place });
    parts.push({ input: Buffer.from(`<svg width="${WIDTH}" height="24"><text x="4" y="17" font-family="sans-serif" font-size="15" fill="#ccc">${name}</text></svg>`), left: place.left, top: place.top + HEIGHT });
  }
  const sheet = sharp({ create: { width: columns * (WIDTH + 6), height: Math.ceil(tiles.length / columns) * line, channels: 3, background: '#111' } }).composite(parts);
  writeFileSync(`${folder}/looks.png`, await sheet.png().toBuffer());
}
