/**
 * In-betweens against the truth: walks over the demo track, drawn at 30 pictures a second by the embedded model; of every
 * second, fourth and eighth picture (15, 7.5 and 3.75 a second) the middle one is held back and made from its two
 * neighbours: cross-faded, cross-faded at the place that the walk tells, moved along the flow to that place (the reference
 * of the stage's shaders), and decoded from the two latents mixed at that place. PSNR in dB over all colours. Goal: flow ≥ 1 dB
 * better where the cross-fade is under 32 dB, never worse by more than 0.1 dB.
 * LATENTBEAT_PRESET names presets (default: every third; `all`), LATENTBEAT_COUNT pictures a stretch (default 17), LATENTBEAT_PLOTS
 * a folder for a sheet: before, truth, cross-fade, ours, after.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp, { type OverlayOptions } from 'sharp';
import { lerp, mean } from '../../src/base/math.ts';
import { Decoder } from '../../src/diffusion/decoder.ts';
import { openPipeline, type LocalPipeline } from '../../src/diffusion/pipeline.ts';
import { travelBetween } from '../../src/latent/travel.ts';
import { createSession } from '../../src/onnx/session.ts';
import { travelled } from '../../src/stage/flow/travelled.ts';
import { rasterOf, referenceBetween, referenceField, type Raster } from '../helpers/reference-flow.ts';
import { demoTimeline, drawStretches, presetNames, RASTER_TICKS, type Stretch } from '../helpers/walk-frames.ts';

const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const ASKED = process.env['LATENTBEAT_PRESET'];
const PRESETS = ASKED === undefined ? presetNames().filter((_name, i) => i % 3 === 0) : ASKED === 'all' ? presetNames() : ASKED.split(',');
const COUNT = Number(process.env['LATENTBEAT_COUNT'] ?? 17);
/** Raster steps between two pictures that are shown. */
const SPACINGS = [8, 4, 2] as const;
/** Raster steps from one trial to the next. */
const STRIDE = 8;

type Way = 'crossFade' | 'placed' | 'moved' | 'decoded';
type Trial = Readonly<Record<Way, number>> & { readonly spacing: number };
type Between = (stretch: Stretch, fromTick: number, toTick: number, fraction: number) => Promise<Raster>;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const timeline = await demoTimeline();
  const pipeline = await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const decoding = await openDecoding(pipeline);
  const rows: Record<string, number | string>[] = [];
  const all: Trial[] = [];
  const sheet: Raster[][] = [];
  for (const preset of PRESETS) {
    for await (const stretch of drawStretches(pipeline, timeline, preset, COUNT)) {
      for (const spacing of SPACINGS) {
        const middles = await middlesOf(stretch, spacing, decoding.between);
        const trials = middles.map((middle) => trialOf(middle, spacing));
        all.push(...trials);
        if (trials.length > 0) rows.push(rowOf(stretch, spacing, trials));
        if (spacing === 8 && middles[0] !== undefined) sheet.push([middles[0].first, middles[0].truth, middles[0].crossFade, middles[0].moved, middles[0].second]);
      }
    }
  }
  const { decode, denoise } = pipeline.stageTimes();
  await decoding.close();
  await pipeline.dispose();
  await saveSheet(sheet);
  return { name: 'in-betweens, PSNR of the middle picture (dB)', rows, figures: { ...figuresOf(all, rows), inbetweenDecoderShareOfPicture: decode / (decode + denoise) } };
}

/** The decoder by itself, on latents mixed in a straight line. */
async function openDecoding(pipeline: LocalPipeline): Promise<{ readonly between: Between; readonly close: () => Promise<void> }> {
  const { codec, latentChannels: channels } = pipeline.folder;
  const session = await createSession(codec.decoder, { provider: 'cpu', threads: 1 });
  const decoder = new Decoder(session, codec);
  const between: Between = async ({ pointAt }, fromTick, toTick, fraction) => {
    const point = pointAt(fromTick);
    const [first, second] = [await pipeline.latentOf(point), await pipeline.latentOf(pointAt(toTick))];
    const shape = { channels, height: point.height / codec.spatialFactor, width: point.width / codec.spatialFactor };
    const { pixels, width, height } = await decoder.decode(first.map((value, i) => lerp(value, second[i] as number, fraction)), shape);
    return rasterOf(pixels, width, height);
  };
  return { between, close: () => session.release() };
}

interface Middle extends Readonly<Record<Way, Raster>> {
  readonly first: Raster;
  readonly truth: Raster;
  readonly second: Raster;
}

/** Middle pictures of a stretch, without those across a cut. */
async function middlesOf(stretch: Stretch, spacing: number, decode: Between): Promise<Middle[]> {
  const middles: Middle[] = [];
  for (let i = 0; i + spacing < stretch.pictures.length; i += STRIDE) {
    const fromTick = stretch.firstTick + i * RASTER_TICKS;
    const toTick = fromTick + spacing * RASTER_TICKS;
    if (!stretch.isCutAt(fromTick, toTick)) middles.push(await makeMiddle(stretch, i, spacing, decode));
  }
  return middles;
}

async function makeMiddle(stretch: Stretch, index: number, spacing: number, decode: Between): Promise<Middle> {
  const fromTick = stretch.firstTick + index * RASTER_TICKS;
  const toTick = fromTick + spacing * RASTER_TICKS;
  const [first, truth, second] = [index, index + spacing / 2, index + spacing].map((i) => {
    const { pixels, width, height } = stretch.pictures[i] as Stretch['pictures'][number];
    return rasterOf(pixels, width, height);
  }) as [Raster, Raster, Raster];
  const fraction = travelled({ from: { tick: fromTick }, to: { tick: toTick, travel: { fromTick, fractions: travelBetween(stretch.pointAt, fromTick, toTick) } }, mix: 0.5 });
  const moved = referenceBetween(first, second, referenceField(first, second), fraction, 0.5);
  return { first, truth, second, crossFade: fade(first, second, 0.5), placed: fade(first, second, fraction), moved, decoded: await decode(stretch, fromTick, toTick, fraction) };
}

function trialOf({ truth, ...made }: Middle, spacing: number): Trial {
  const against = (way: Way): number => signalToNoise(made[way], truth);
  return { spacing, crossFade: against('crossFade'), placed: against('placed'), moved: against('moved'), decoded: against('decoded') };
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

const gainsOf = (trials: readonly Trial[], way: Way): number[] => trials.map((trial) => trial[way] - trial.crossFade);

function rowOf({ preset, place }: Stretch, spacing: number, trials: readonly Trial[]): Record<string, number | string> {
  return {
    walk: `${preset} ${place}`, perSecond: 30 / spacing, crossFade: mean(trials.map(({ crossFade }) => crossFade)), atItsPlace: mean(gainsOf(trials, 'placed')),
    flow: mean(gainsOf(trials, 'moved')), worst: Math.min(...gainsOf(trials, 'moved')), decoder: mean(gainsOf(trials, 'decoded')),
  };
}

function figuresOf(all: readonly Trial[], rows: readonly Record<string, number | string>[]): Record<string, number> {
  const figures: Record<string, number> = { inbetweenPictures: all.length };
  for (const spacing of SPACINGS) {
    const low = all.filter((trial) => trial.spacing === spacing && trial.crossFade < 32);
    const name = `${Math.round(30 / spacing)}PerSecond`;
    figures[`inbetween${name}LowPictures`] = low.length;
    if (low.length === 0) continue;
    figures[`inbetween${name}CrossFade`] = mean(low.map(({ crossFade }) => crossFade));
    figures[`inbetween${name}Gain`] = mean(gainsOf(low, 'moved'));
    figures[`inbetween${name}PlacedGain`] = mean(gainsOf(low, 'placed'));
    figures[`inbetween${name}DecoderGain`] = mean(gainsOf(low, 'decoded'));
  }
  const low = all.filter((trial) => trial.crossFade < 32);
  figures['inbetweenLowUnder1dB'] = gainsOf(low, 'moved').filter((gain) => gain < 1).length;
  figures['inbetweenLeastWalkGain'] = Math.min(...rows.map((row) => Number(row['flow'])));
  figures['inbetweenLeastPictureGain'] = Math.min(...gainsOf(all, 'moved'));
  figures['inbetweenPicturesWorseBy0p1'] = gainsOf(all, 'moved').filter((gain) => gain < -0.1).length / all.length;
  return figures;
}

async function saveSheet(lines: readonly (readonly Raster[])[]): Promise<void> {
  const folder = process.env['LATENTBEAT_PLOTS'];
  const one = lines[0]?.[0];
  if (folder === undefined || one === undefined) return;
  const [wide, tall] = [one.width + 4, one.height + 4];
  const tiles: OverlayOptions[] = [];
  for (const [line, pictures] of lines.entries()) for (const [i, picture] of pictures.entries()) tiles.push({ input: await toPng(picture), left: i * wide, top: line * tall });
  writeFileSync(`${folder}/inbetween.png`, await sharp({ create: { width: 5 * wide, height: lines.length * tall, channels: 3, background: '#000' } }).composite(tiles).png().toBuffer());
}

async function toPng({ data, width, height }: Raster): Promise<Buffer> {
  return await sharp(Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))), { raw: { width, height, channels: 3 } }).png().toBuffer();
}
