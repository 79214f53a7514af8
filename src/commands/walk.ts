/**
 * `walk`: a walk without music. Writes its frames, or one contact sheet, prints how far apart neighbours are with and
 * without step sizing, and draws that as a PNG beside the pictures.
 */

import { mkdir, readdir } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { UserError } from '../base/errors.ts';
import { notify, print } from '../base/log.ts';
import { startInference } from '../ahead/inference.ts';
import { describeHeard } from '../diffusion/hearing.ts';
import { measurePictureDifference } from '../diffusion/difference.ts';
import type { LatentPoint, Picture, Pipeline } from '../diffusion/types.ts';
import { describeDifferences, plotDifferences } from '../latent/differences.ts';
import { walkWithoutMusic } from '../latent/free-walk.ts';
import { findModel } from './models-folder.ts';
import { feedbackOf, type FeedbackFlags } from './feedback-options.ts';
import { modelSettingsOf, type ModelFlags } from './model-options.ts';
import type { Size } from './options.ts';
import { checkOutputFile, writeResult } from './output.ts';
import { Progress } from './progress.ts';

export interface WalkOptions extends ModelFlags, FeedbackFlags {
  readonly prompt: readonly string[];
  readonly seed: readonly number[];
  readonly negative?: string;
  readonly steps?: number;
  readonly guidance?: number;
  readonly size?: Size;
  readonly frames: number;
  readonly out: string;
  readonly uniform?: boolean;
  readonly model?: string;
  readonly force?: boolean;
}

/** Pixels between the pictures of a contact sheet, and the widest sheet. */
const GAP = 4;
const SHEET_WIDTH = 1600;
/** Widest tile of a sheet, in pixels. */
const TILE_WIDTH = 192;

export async function walkCommand(options: WalkOptions): Promise<void> {
  if (Math.max(options.prompt.length, options.seed.length) < 2) throw new UserError('usage', 'A walk needs two places at least: give --prompt or --seed twice or more.');
  feedbackOf(options);
  const isSheet = extname(options.out).toLowerCase() === '.png';
  const out = isSheet ? await checkOutputFile(options.out, options.force === true) : await checkFolder(options.out, options.force === true);
  const pipeline = await startInference({ model: findModel(options.model), drawing: modelSettingsOf(options), onNotice: (text) => notify('warn', text) });
  try {
    const { sized, uniform } = await planBoth(pipeline, options);
    const frames = await drawFrames(pipeline, chained(options.uniform === true ? uniform : sized, options));
    const drawn = frames.slice(1).map((frame, i) => measurePictureDifference(frames[i] as Picture, frame));
    const other = await pipeline.measureDifference(options.uniform === true ? sized : uniform);
    const [sizedSteps, uniformSteps] = options.uniform === true ? [other, drawn] : [drawn, other];
    print(describeDifferences(sizedSteps, uniformSteps));
    const plot = isSheet ? out.replace(/\.png$/i, '.differences.png') : join(out, 'differences.png');
    await writeResult(plot, await sharp(Buffer.from(plotDifferences(sizedSteps, uniformSteps))).png().toBuffer());
    if (isSheet) await writeResult(out, await contactSheet(frames));
    else await writeFrames(out, frames);
    for (const prompt of new Set(options.prompt)) {
      const heard = await pipeline.hear?.(prompt);
      if (heard) notify('info', `${prompt}. ${describeHeard(heard)}`);
    }
    notify('info', `${frames.length} pictures in ${options.out}, their differences drawn in ${plot}.`);
  } finally {
    await pipeline.dispose();
  }
}

interface Plans {
  readonly sized: readonly LatentPoint[];
  readonly uniform: readonly LatentPoint[];
}

async function planBoth(pipeline: Pipeline, { prompt, seed, frames, negative, steps, guidance, size }: WalkOptions): Promise<Plans> {
  const request = {
    prompts: prompt, frames, negative, steps, guidance, size, card: pipeline.card, measureDifference: (points: readonly LatentPoint[]) => pipeline.measureDifference(points), ...(seed.length === 0 ? {} : { seeds: seed }),
  };
  return { sized: await walkWithoutMusic(request), uniform: await walkWithoutMusic({ ...request, uniform: true }) };
}

/** With --feedback each point goes on from the picture of the one before. */
function chained(points: readonly LatentPoint[], options: WalkOptions): readonly LatentPoint[] {
  const feedback = feedbackOf(options);
  return feedback === undefined ? points : points.map((point, index) => ({ ...point, feedback: { chain: 'walk', index, ...feedback } }));
}

async function drawFrames(pipeline: Pipeline, points: readonly LatentPoint[]): Promise<Picture[]> {
  const progress = new Progress();
  const frames: Picture[] = [];
  for (const point of points) {
    frames.push(await pipeline.draw(point));
    progress.update({ fraction: frames.length / points.length, text: 'drawing', detail: `picture ${frames.length} of ${points.length}` }, performance.now());
  }
  progress.end();
  return frames;
}

function toSharp({ pixels, width, height }: Picture): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha();
}

async function writeFrames(folder: string, frames: readonly Picture[]): Promise<void> {
  for (const [i, frame] of frames.entries()) await writeResult(join(folder, `${String(i + 1).padStart(5, '0')}.png`), await toSharp(frame).png().toBuffer());
}

/** All frames in reading order on black. */
async function contactSheet(frames: readonly Picture[]): Promise<Buffer> {
  const first = frames[0] as Picture;
  const width = Math.min(TILE_WIDTH, first.width);
  const height = Math.round((first.height * width) / first.width);
  const columns = Math.min(frames.length, Math.floor((SHEET_WIDTH - GAP) / (width + GAP)));
  const rows = Math.ceil(frames.length / columns);
  const tiles = await Promise.all(frames.map(async (frame, i) => ({
    input: await toSharp(frame).resize(width, height).png().toBuffer(),
    left: GAP + (i % columns) * (width + GAP),
    top: GAP + Math.floor(i / columns) * (height + GAP),
  })));
  const size = { width: GAP + columns * (width + GAP), height: GAP + rows * (height + GAP), channels: 3 as const, background: '#000000' };
  return sharp({ create: size }).composite(tiles).png().toBuffer();
}

/** A folder for the frames, made where it is missing; one that holds something needs `force`. */
async function checkFolder(path: string, force: boolean): Promise<string> {
  const full = resolve(path);
  const parent = await readdir(dirname(full)).catch(() => undefined);
  if (parent === undefined) throw new UserError('input', `The folder of ${path} does not exist: make ${dirname(full)} first.`);
  const made = await mkdir(full, { recursive: true }).catch(() => null);
  if (made === null) throw new UserError('input', `${path} cannot be made a folder: choose another name, or one that ends in .png for a contact sheet.`);
  if ((await readdir(full)).length > 0 && !force) throw new UserError('usage', `The folder ${path} is not empty: choose another one, or write into it with --force.`);
  return full;
}
