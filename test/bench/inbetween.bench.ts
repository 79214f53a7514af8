/**
 * In-betweens against the truth: walks of all presets over the demo track, drawn at 30 pictures a second by the embedded
 * model; of every second, fourth and eighth picture (15, 7.5 and 3.75 a second) the middle one is held back and made from
 * its two neighbours: cross-faded, cross-faded at the place that the walk tells, and moved along the flow to that place
 * (the reference of the stage's shaders). PSNR in dB over all colours. Goal: flow ≥ 1 dB better where the cross-fade is
 * under 32 dB, never worse by more than 0.1 dB.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp, { type OverlayOptions } from 'sharp';
import { mean } from '../../src/base/math.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import { travelBetween } from '../../src/latent/travel.ts';
import { travelled } from '../../src/stage/flow/travelled.ts';
import { rasterOf, referenceBetween, referenceField, type Raster } from '../helpers/reference-flow.ts';
import { demoTimeline, drawStretches, presetNames, RASTER_TICKS, type Stretch } from '../helpers/walk-frames.ts';

const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const PRESETS = process.env['LATENTBEAT_PRESET']?.split(',') ?? presetNames();
/** Pictures a stretch: 1.6 s. */
const COUNT = 49;
/** Raster steps between two pictures that are shown. */
const SPACINGS = [8, 4, 2] as const;

export interface Trial {
  readonly spacing: number;
  readonly crossFade: number;
  readonly placed: number;
  readonly moved: number;
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const timeline = await demoTimeline();
  const pipeline = await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const rows: Record<string, number | string>[] = [];
  const all: Trial[] = [];
  for (const preset of PRESETS) {
    for await (const stretch of drawStretches(pipeline, timeline, preset, COUNT)) {
      for (const spacing of SPACINGS) {
        const trials = tryStretch(stretch, spacing);
        all.push(...trials);
        rows.push(rowOf(stretch, spacing, trials));
      }
      await saveSheet(stretch);
    }
  }
  await pipeline.dispose();
  return { name: 'in-betweens, PSNR of the middle picture (dB)', rows, figures: figuresOf(all, rows) };
}

/** Every middle picture of a stretch, without those across a cut. */
export function tryStretch(stretch: Stretch, spacing: number): Trial[] {
  const trials: Trial[] = [];
  for (let i = 0; i + spacing < stretch.pictures.length; i += Math.max(4, spacing)) {
    const made = makeMiddle(stretch, i, spacing);
    if (made !== null) trials.push({ spacing, crossFade: signalToNoise(made.crossFade, made.truth), placed: signalToNoise(made.placed, made.truth), moved: signalToNoise(made.moved, made.truth) });
  }
  return trials;
}

interface Middle {
  readonly truth: Raster;
  readonly crossFade: Raster;
  readonly placed: Raster;
  readonly moved: Raster;
}

function makeMiddle({ pictures, firstTick, pointAt, isCutAt }: Stretch, index: number, spacing: number): Middle | null {
  const fromTick = firstTick + index * RASTER_TICKS;
  const toTick = fromTick + spacing * RASTER_TICKS;
  if (isCutAt(fromTick, toTick)) return null;
  const [first, truth, second] = [index, index + spacing / 2, index + spacing].map((i) => {
    const { pixels, width, height } = pictures[i] as Stretch['pictures'][number];
    return rasterOf(pixels, width, height);
  }) as [Raster, Raster, Raster];
  const fraction = travelled({ from: { tick: fromTick }, to: { tick: toTick, travel: { fromTick, fractions: travelBetween(pointAt, fromTick, toTick) } }, mix: 0.5 });
  const field = referenceField(first, second);
  return { truth, crossFade: fade(first, second, 0.5), placed: fade(first, second, fraction), moved: referenceBetween(first, second, field, fraction) };
}

function fade(first: Raster, second: Raster, share: number): Raster {
  const part = Math.min(1, Math.max(0, share));
  return { ...first, data: first.data.map((value, i) => value + part * ((second.data[i] as number) - value)) };
}

/** PSNR in dB; at most 65, where eight bits end. */
function signalToNoise(a: Raster, b: Raster): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += ((a.data[i] as number) - (b.data[i] as number)) ** 2;
  return Math.min(65, -10 * Math.log10(Math.max(1e-9, sum / a.data.length)));
}

function rowOf({ preset, place }: Stretch, spacing: number, trials: readonly Trial[]): Record<string, number | string> {
  const crossFade = mean(trials.map((trial) => trial.crossFade));
  return {
    walk: `${preset} ${place}`, perSecond: 30 / spacing, crossFade, atItsPlace: mean(trials.map(({ placed }) => placed)) - crossFade, flow: mean(trials.map(({ moved }) => moved)) - crossFade,
    worst: Math.min(...trials.map((trial) => trial.moved - trial.crossFade)),
  };
}

function figuresOf(all: readonly Trial[], rows: readonly Record<string, number | string>[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const spacing of SPACINGS) {
    const low = all.filter((trial) => trial.spacing === spacing && trial.crossFade < 32);
    const name = `${Math.round(30 / spacing)}PerSecond`;
    figures[`inbetween${name}Gain`] = mean(low.map((trial) => trial.moved - trial.crossFade));
    figures[`inbetween${name}CrossFade`] = mean(low.map(({ crossFade }) => crossFade));
    figures[`inbetween${name}PlacedGain`] = mean(low.map((trial) => trial.placed - trial.crossFade));
  }
  const low = rows.filter((row) => Number(row['crossFade']) < 32);
  figures['inbetweenLowWalks'] = low.length;
  figures['inbetweenLowWalksUnder1dB'] = low.filter((row) => Number(row['flow']) < 1).length;
  figures['inbetweenLeastWalkGain'] = Math.min(...rows.map((row) => Number(row['flow'])));
  figures['inbetweenLeastPictureGain'] = Math.min(...all.map((trial) => trial.moved - trial.crossFade));
  figures['inbetweenPicturesWorseBy0p1'] = all.filter((trial) => trial.moved - trial.crossFade < -0.1).length / all.length;
  return figures;
}

/** With LATENTBEAT_PLOTS set to a folder: truth, cross-fade, flow and both errors (x 3) of the middle picture, at three places. */
async function saveSheet(stretch: Stretch): Promise<void> {
  const folder = process.env['LATENTBEAT_PLOTS'];
  if (folder === undefined) return;
  const tiles: OverlayOptions[] = [];
  let width = 0, height = 0, line = 0;
  for (const index of [8, 20, 32]) {
    const made = makeMiddle(stretch, index, 8);
    if (made === null) continue;
    ({ width, height } = made.truth);
    const pictures = [made.truth, made.crossFade, made.moved, errorOf(made.crossFade, made.truth), errorOf(made.moved, made.truth)];
    for (const [i, picture] of pictures.entries()) tiles.push({ input: await toPng(picture), left: i * (width + 4), top: line * (height + 4) });
    line++;
  }
  if (line === 0) return;
  const png = await sharp({ create: { width: 5 * (width + 4), height: line * (height + 4), channels: 3, background: '#000' } }).composite(tiles).png().toBuffer();
  writeFileSync(`${folder}/inbetween-${stretch.preset}-${stretch.place}.png`, png);
}

function errorOf(a: Raster, b: Raster): Raster {
  return { ...a, data: a.data.map((value, i) => Math.min(1, 3 * Math.abs(value - (b.data[i] as number)))) };
}

async function toPng({ data, width, height }: Raster): Promise<Buffer> {
  return await sharp(Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))), { raw: { width, height, channels: 3 } }).png().toBuffer();
}
