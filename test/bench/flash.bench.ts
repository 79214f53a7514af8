/**
 * All presets with their looks, routes and walk over the demo track's first drop, through the flash limiter: drawn by the
 * stage page without it, then by the limiter over the same pixels. Wanted: never engaged, and the picture loses less than 1 % of
 * its contrast. `fullest` is how much of the budget was used at most (looked at every other frame), `flashes` what the independent
 * analyser finds without any limiter (6 opposing changes within a second are allowed). `--only` names some of them.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { SECTIONS_VARIABLE } from '../../src/commands/bench.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { Pipeline } from '../../src/diffusion/types.ts';
import { SafePictures } from '../../src/safety/safe-pictures.ts';
import { parsePreset, type Preset } from '../../src/score/preset.ts';
import { stageRoutesOf } from '../../src/score/stage-routes.ts';
import type { RenderContract } from '../../src/stage/render-page.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { analyse, shrink } from '../helpers/flash-analyser.ts';
import { StageShow } from '../helpers/stage-show.ts';
import { demoTimeline, drawStretches, presetNames, type Stretch } from '../helpers/walk-frames.ts';

declare global {
  // eslint-disable-next-line no-var
  var latentbeatRender: RenderContract;
}

const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const ONLY = process.env[SECTIONS_VARIABLE]?.split(',');
const SECONDS = Number(process.env['LATENTBEAT_FLASH_SECONDS'] ?? 5);
const [WIDTH, HEIGHT, FPS] = [128, 72, 30];
/** Generated pictures a second, and ticks between them. */
const PICTURES = 15;
const STEP = 120 / PICTURES;

interface Verdict {
  readonly engaged: number;
  readonly least: number;
  readonly headroom: number;
  readonly contrastLost: number;
  readonly flashes: number;
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const pipeline = await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const browser = await launchTestBrowser();
  const timeline = await demoTimeline();
  const rows: Record<string, number | string>[] = [];
  try {
    for (const name of presetNames().filter((one) => ONLY?.includes(one) ?? true)) {
      const verdict = judge(await film(browser, pipeline, timeline, name));
      rows.push({ preset: name, 'frames held': verdict.engaged, 'least share': round(verdict.least), 'fullest %': round(100 * (1 - verdict.headroom)), 'contrast lost %': round(100 * verdict.contrastLost), flashes: verdict.flashes });
      process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
  } finally {
    await browser.close();
    await pipeline.dispose();
  }
  const of = (key: string): number[] => rows.map((row) => Number(row[key]));
  return { name: 'flash', rows, figures: { flashPresets: rows.length, flashPresetsHeld: of('frames held').filter((count) => count > 0).length, flashWorstContrastLostPercent: Math.max(...of('contrast lost %')), flashFullestPercent: Math.max(...of('fullest %')) } };
}

/** RGBA of each frame of a preset's show, with its look and no limiter. */
async function film(browser: Browser, pipeline: Pipeline, timeline: Timeline, name: string): Promise<Uint8Array[]> {
  const preset = parsePreset(readFileSync(new URL(`../../presets/${name}.json`, import.meta.url), 'utf8'), name);
  const { value: stretch } = (await drawStretches(pipeline, timeline, name, SECONDS * PICTURES + 2, ['drop'], STEP).next()) as { readonly value: Stretch };
  const show = await StageShow.start({ lookChain: preset.look.chain, stageRoutes: stageRoutesOf(preset.routes), ahead: 0, timeline });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  try {
    wear(show, preset);
    await page.goto(`${show.server.url}/?render=1&width=${WIDTH}&height=${HEIGHT}&fps=${FPS}`);
    await page.evaluate(() => globalThis.latentbeatRender.ready());
    const frames: Uint8Array[] = [];
    for (const [i, { width, height, pixels }] of stretch.pictures.entries()) {
      const tick = stretch.firstTick + i * STEP;
      show.sendFrame(tick, { width, height, pixels, cut: i > 0 && stretch.isCutAt(tick - STEP, tick) });
      for (let at = tick - STEP; i > 0 && at < tick; at += 120 / FPS) frames.push(await drawAt(page, at / 120));
    }
    return frames;
  } finally {
    await page.close();
    await show.close();
  }
}

function wear(show: StageShow, preset: Preset): void {
  Object.assign(show.values, preset.look.values, { '/stage/safety': 'off' });
}

async function drawAt(page: Page, time: number): Promise<Uint8Array> {
  return Buffer.from(await page.evaluate(async (at) => {
    await globalThis.latentbeatRender.step(at);
    return globalThis.latentbeatRender.readBase64();
  }, time), 'base64');
}

function judge(frames: readonly Uint8Array[]): Verdict {
  const safe = new SafePictures('strict', WIDTH, HEIGHT);
  const shares: number[] = [];
  const headrooms: number[] = [];
  let [wanted, shown] = [0, 0];
  for (const [i, pixels] of frames.entries()) {
    const out = safe.next(pixels, i / FPS);
    shares.push(safe.limiter.share);
    if (i % 2 === 0) headrooms.push(safe.limiter.headroom(i / FPS));
    wanted += contrastOf(pixels);
    shown += contrastOf(out);
  }
  const { general, red, together, mean } = analyse({ columns: 16, rows: 9, frames: frames.map((pixels, i) => ({ time: i / FPS, cells: shrink(Buffer.from(pixels), WIDTH, HEIGHT, 16, 9) })) });
  return { engaged: shares.filter((share) => share < 1).length, least: Math.min(...shares), headroom: Math.min(...headrooms), contrastLost: 1 - shown / wanted, flashes: Math.max(general, red, together, mean) };
}

/** Root mean square distance of luminance-coded bytes from their mean within one picture. */
function contrastOf(pixels: Uint8Array): number {
  let [sum, squares, count] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 4, count++) {
    const light = 0.2126 * (pixels[at] as number) + 0.7152 * (pixels[at + 1] as number) + 0.0722 * (pixels[at + 2] as number);
    sum += light;
    squares += light * light;
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

const round = (value: number): number => Math.round(value * 100) / 100;
