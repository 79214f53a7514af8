/**
 * Step sizing on a fixed list of eight routes through the embedded model, 3 s at 30 frames a second each, judged by other
 * measures than the one used to size: 1 − SSIM and Lab ΔE. Goal: CV ≤ .25, max/mean ≤ 2, mean |ΔRGB| ≥ 1/255.
 * 1 − SSIM grows with the square of a small difference, so its root is shown beside.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { Picture, Pipeline } from '../../src/diffusion/types.ts';
import { median } from '../../src/base/math.ts';
import { evennessOf, plotDifferences } from '../../src/latent/differences.ts';
import { walkBetweenPlaces } from '../../src/latent/free-walk.ts';
import type { Place } from '../../src/score/modulation.ts';
import { colourDifference, plainDifference, structuralDifference } from '../helpers/picture-metrics.ts';

/** A model folder, or 'fake'. */
const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const FRAMES = 90;

const place = (seed: number, ...texts: string[]): Place => ({ seed, prompts: texts.map((text) => ({ text, weight: 1 / texts.length })) });
const FOUR = ['violet nebula in deep space', 'ocean blue waves, moon over the sea', 'neon city skyline at night', 'fiery flames'];

const ROUTES: readonly { readonly route: string; readonly from: Place; readonly to: Place }[] = [
  { route: 'unlike: city to waves', from: place(1, 'neon city skyline at night'), to: place(1, 'ocean blue waves, moon over the sea') },
  { route: 'unlike: nebula to glass', from: place(2, 'violet nebula in deep space'), to: place(2, 'rainbow stained glass') },
  { route: 'unlike: flames to mandala', from: place(3, 'fiery flames'), to: place(3, 'golden mandala') },
  { route: 'seeds: aurora', from: place(4, 'emerald northern lights'), to: place(5, 'emerald northern lights') },
  { route: 'seeds: tunnel', from: place(6, 'neon warp tunnel'), to: place(7, 'neon warp tunnel') },
  { route: 'both: storm to chrome', from: place(8, 'midnight blue lightning'), to: place(9, 'neon liquid chrome') },
  { route: 'both: smoke to flower', from: place(10, 'white smoke on black'), to: place(11, 'ruby red lotus flower') },
  { route: '4-prompt mix to one', from: place(12, ...FOUR), to: place(13, 'fiery flames') },
];

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const pipeline = MODEL === 'fake' ? createFakePipeline() : await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const rows: Record<string, number | string>[] = [];
  for (const { route, from, to } of ROUTES) {
    const sized = await measureRoute(pipeline, from, to, false);
    const uniform = await measureRoute(pipeline, from, to, true);
    savePlot(route, sized.colour, uniform.colour);
    rows.push({
      route, cvSsim: evennessOf(sized.structure).variation, cvRootSsim: evennessOf(sized.structure.map(Math.sqrt)).variation, cvLab: evennessOf(sized.colour).variation, maxMeanSsim: evennessOf(sized.structure).maxOverMean, maxMeanLab: evennessOf(sized.colour).maxOverMean,
      mean255: evennessOf(sized.plain).mean * 255, unsizedCvSsim: evennessOf(uniform.structure).variation, unsizedCvLab: evennessOf(uniform.colour).variation, unsizedMaxMeanLab: evennessOf(uniform.colour).maxOverMean,
    });
  }
  await pipeline.dispose();
  const worst = (key: string): number => Math.max(...rows.map((row) => Number(row[key])));
  const middle = (key: string): number => median(rows.map((row) => Number(row[key])));
  return {
    name: 'step sizing',
    rows,
    figures: {
      stepSizingCvSsimMedian: middle('cvSsim'), stepSizingCvSsimWorst: worst('cvSsim'), stepSizingCvRootSsimMedian: middle('cvRootSsim'), stepSizingCvLabMedian: middle('cvLab'), stepSizingCvLabWorst: worst('cvLab'),
      stepSizingMaxOverMeanWorst: Math.max(worst('maxMeanSsim'), worst('maxMeanLab')), stepSizingMean255Least: Math.min(...rows.map((row) => Number(row['mean255']))),
      unsizedCvSsimMedian: middle('unsizedCvSsim'), unsizedCvLabMedian: middle('unsizedCvLab'),
    },
  };
}

async function measureRoute(pipeline: Pipeline, from: Place, to: Place, uniform: boolean): Promise<{ structure: number[]; colour: number[]; plain: number[] }> {
  const points = await walkBetweenPlaces([from, to], { frames: FRAMES, uniform, card: pipeline.card, measureDifference: (probes) => pipeline.measureDifference(probes) });
  const found = { structure: [] as number[], colour: [] as number[], plain: [] as number[] };
  let before: Picture | undefined;
  for (const point of points) {
    const now = await pipeline.draw(point);
    if (before !== undefined) {
      found.structure.push(structuralDifference(before, now));
      found.colour.push(colourDifference(before, now));
      found.plain.push(plainDifference(before, now));
    }
    before = now;
  }
  return found;
}

/** With LATENTBEAT_PLOTS set to a folder, one SVG a route. */
function savePlot(route: string, sized: readonly number[], uniform: readonly number[]): void {
  const folder = process.env['LATENTBEAT_PLOTS'];
  if (folder !== undefined) writeFileSync(`${folder}/step-${route.replaceAll(/\W+/g, '-')}.svg`, plotDifferences(sized.map((value) => value / 255), uniform.map((value) => value / 255)));
}
