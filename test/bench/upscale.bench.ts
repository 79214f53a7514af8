/**
 * Enlarging against the truth: pictures of walks (embedded model), halved by boxes and enlarged again: bilinear, bicubic
 * (Catmull-Rom) and the stage's kernel (its reference in plain arithmetic) at three sharpnesses. PSNR in dB over all colours, 1 − SSIM of
 * luma. LATENTBEAT_PRESET names presets (default: every third; `all`). With LATENTBEAT_PLOTS set to a folder: pieces of the
 * whole pictures as they stand on 1920 x 1080, side by side.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp, { type OverlayOptions } from 'sharp';
import { mean } from '../../src/base/math.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { Picture } from '../../src/diffusion/types.ts';
import { CORE_PARAMETERS } from '../../src/score/parameters.ts';
import { structuralDifference } from '../helpers/picture-metrics.ts';
import { rasterOf, type Raster } from '../helpers/reference-flow.ts';
import { referenceEnlarge, type Kernel } from '../helpers/reference-upscale.ts';
import { demoTimeline, drawStretches, presetNames } from '../helpers/walk-frames.ts';

const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const ASKED = process.env['LATENTBEAT_PRESET'];
const PRESETS = ASKED === undefined ? presetNames().filter((_name, i) => i % 3 === 0) : ASKED === 'all' ? presetNames() : ASKED.split(',');
const SHARPNESS = Number(CORE_PARAMETERS.find(({ path }) => path === '/look/sharpness')?.default);
/** Width of the stage and, in pixels of the model's, of a piece on the sheet. */
const STAGE_WIDTH = 1920;
const PIECE = 100;

interface Way {
  readonly name: string;
  readonly kernel: Kernel;
  readonly sharpness: number;
}

const WAYS: readonly Way[] = [
  { name: 'bilinear', kernel: 'bilinear', sharpness: 0 }, { name: 'bicubic', kernel: 'bicubic', sharpness: 0 },
  { name: 'soft', kernel: 'edge', sharpness: 0 }, { name: 'ours', kernel: 'edge', sharpness: SHARPNESS }, { name: 'full', kernel: 'edge', sharpness: 1 },
];

interface Trial {
  readonly walk: string;
  readonly psnr: Readonly<Record<string, number>>;
  readonly difference: Readonly<Record<string, number>>;
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const timeline = await demoTimeline();
  const pipeline = await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const trials: Trial[] = [];
  const lines: Buffer[][] = [];
  for (const preset of PRESETS) {
    for await (const { place, pictures } of drawStretches(pipeline, timeline, preset, 1)) {
      const picture = pictures[0] as Picture;
      trials.push(tryPicture(`${preset} ${place}`, picture));
      if (process.env['LATENTBEAT_PLOTS'] !== undefined && place === 'drop') lines.push(await piecesOf(picture));
    }
  }
  await pipeline.dispose();
  await saveSheet(lines);
  return { name: 'enlarging twofold, PSNR (dB) and 1 − SSIM of ours', rows: trials.map(rowOf), figures: figuresOf(trials) };
}

export function tryPicture(walk: string, picture: Picture): Trial {
  const truth = rasterOf(picture.pixels, picture.width, picture.height);
  const small = halved(truth);
  const psnr: Record<string, number> = {};
  const difference: Record<string, number> = {};
  for (const { name, kernel, sharpness } of WAYS) {
    const made = toPicture(referenceEnlarge(small, small.width * 2, small.height * 2, kernel, sharpness));
    psnr[name] = signalToNoise(made, picture);
    difference[name] = structuralDifference(made, picture);
  }
  return { walk, psnr, difference };
}

/** Means of four pixels, in 8 bits as a model gives them. */
function halved({ width, height, data }: Raster): Raster {
  const half: Raster = { width: width / 2, height: height / 2, channels: 3, data: new Float32Array((width / 2) * (height / 2) * 3) };
  for (let i = 0; i < half.data.length; i++) {
    const [x, y, c] = [Math.floor(i / 3) % half.width, Math.floor(i / 3 / half.width), i % 3];
    const at = (2 * y * width + 2 * x) * 3 + c;
    half.data[i] = Math.round((255 * ((data[at] as number) + (data[at + 3] as number) + (data[at + width * 3] as number) + (data[at + width * 3 + 3] as number))) / 4) / 255;
  }
  return half;
}

function toPicture({ width, height, data }: Raster): Picture {
  const pixels = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) pixels[i * 4 + c] = Math.round(255 * (data[i * 3 + c] as number));
  return { width, height, pixels, cost: 0 };
}

function signalToNoise(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.pixels.length; i++) sum += i % 4 === 3 ? 0 : ((a.pixels[i] as number) - (b.pixels[i] as number)) ** 2;
  return Math.min(65, -10 * Math.log10(Math.max(1e-9, sum / (a.pixels.length * 0.75) / 255 ** 2)));
}

function rowOf({ walk, psnr, difference }: Trial): Record<string, number | string> {
  return { walk, ...psnr, bicubicSsimLost: difference['bicubic'] ?? 0, oursSsimLost: difference['ours'] ?? 0 };
}

function figuresOf(trials: readonly Trial[]): Record<string, number> {
  const figures: Record<string, number> = { upscalePictures: trials.length, upscaleSharpness: SHARPNESS };
  for (const { name } of WAYS) {
    const title = name[0]?.toUpperCase() + name.slice(1);
    figures[`upscale${title}Psnr`] = mean(trials.map(({ psnr }) => psnr[name] as number));
    figures[`upscale${title}SsimLost`] = mean(trials.map(({ difference }) => difference[name] as number));
  }
  const gains = trials.map(({ psnr }) => (psnr['ours'] as number) - (psnr['bicubic'] as number));
  return { ...figures, upscaleBetterThanBicubic: gains.filter((gain) => gain > 0).length, upscaleLeastGain: Math.min(...gains) };
}

/** The busiest piece of a picture as bilinear, bicubic and ours. */
async function piecesOf(picture: Picture): Promise<Buffer[]> {
  const { width, height } = picture;
  const [wide, tall] = [PIECE, Math.round((PIECE * 9) / 16)];
  const { left, top } = busiest(picture, wide, tall);
  const raster = rasterOf(picture.pixels, width, height);
  const piece: Raster = { width: wide, height: tall, channels: 3, data: Float32Array.from({ length: wide * tall * 3 }, (_, i) => raster.data[((top + Math.floor(i / 3 / wide)) * width + left + (Math.floor(i / 3) % wide)) * 3 + (i % 3)] as number) };
  const scale = STAGE_WIDTH / width;
  return Promise.all(WAYS.filter(({ name }) => ['bilinear', 'bicubic', 'ours'].includes(name)).map(async ({ kernel, sharpness }) => {
    const made = toPicture(referenceEnlarge(piece, Math.round(wide * scale), Math.round(tall * scale), kernel, sharpness));
    return await sharp(made.pixels, { raw: { width: made.width, height: made.height, channels: 4 } }).removeAlpha().png().toBuffer();
  }));
}

function busiest({ width, height, pixels }: Picture, wide: number, tall: number): { readonly left: number; readonly top: number } {
  let best = { left: 0, top: 0, slope: -1 };
  for (let top = 0; top + tall <= height; top += 20) {
    for (let left = 0; left + wide < width; left += 20) {
      let slope = 0;
      for (let y = top; y < top + tall; y++) for (let x = left; x < left + wide; x++) slope += Math.abs((pixels[(y * width + x) * 4 + 1] as number) - (pixels[(y * width + x + 1) * 4 + 1] as number));
      if (slope > best.slope) best = { left, top, slope };
    }
  }
  return best;
}

async function saveSheet(lines: readonly (readonly Buffer[])[]): Promise<void> {
  const folder = process.env['LATENTBEAT_PLOTS'];
  if (folder === undefined || lines[0]?.[0] === undefined) return;
  const { width, height } = await sharp(lines[0][0]).metadata();
  const tiles: OverlayOptions[] = lines.flatMap((pieces, line) => pieces.map((input, i) => ({ input, left: i * (width + 6), top: line * (height + 6) })));
  writeFileSync(`${folder}/upscale.png`, await sharp({ create: { width: 3 * (width + 6), height: lines.length * (height + 6), channels: 3, background: '#444' } }).composite(tiles).png().toBuffer());
}
