/**
 * The model's figures, from its shipped graphs: speed at each native size on one and two threads beside the bare sessions;
 * seeds (different ones differ, the same one gives the same bytes); walks of noise and of prompts (flicker: mean second
 * over mean first difference between frames; evenness after step sizing); orbits (largest difference from the start over
 * that of two seeds; the joint over a mean step). Pictures of the smallest native size but for speed.
 * Goals: 30 pictures/s at 256x256 and 17 at 448x256 on two threads, 12 at 256x256 on one; flicker ≤ 0.1; variation ≤ 0.15; orbit ≥ 0.4.
 */

import { mean } from '../../src/base/math.ts';
import type { PixelSize } from '../../src/base/picture-shape.ts';
import { benchPipeline } from '../../src/diffusion/bench.ts';
import { measurePictureDifference } from '../../src/diffusion/difference.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LatentPoint, NoisePoint, Picture, Pipeline } from '../../src/diffusion/types.ts';
import { evennessOf } from '../../src/latent/differences.ts';
import { walkWithoutMusic } from '../../src/latent/free-walk.ts';
import { benchModel } from '../helpers/bench-model.ts';

const THREADS = [1, 2];
const PICTURES = 12;
const SEEDS = 4;
const FRAMES = 64;
const ORBIT_STEPS = 24;
const PROMPTS_SEEN = 5;

type Row = Record<string, number | string>;

export async function run(): Promise<{ name: string; rows: Row[]; figures: Record<string, number | string | boolean> }> {
  const folder = benchModel();
  if (folder === 'fake') throw new Error('no model folder to measure');
  const pipeline = await openPipeline(folder, { threads: 1 });
  try {
    const speed = await measureSpeed(folder, pipeline.card.sizes);
    const prompts = pipeline.card.examplePrompts.slice(0, PROMPTS_SEEN);
    const seeds = await measureSeeds(pipeline, prompts);
    const walks = await measureWalks(pipeline, prompts);
    const orbits = [];
    for (const prompt of prompts) orbits.push(await measureOrbit(pipeline, prompt, seeds.byPrompt[prompt] as number));
    return { name: 'model', rows: [...speed.rows, ...walks.rows, ...orbits], figures: { model: pipeline.card.name, ...speed.figures, ...seeds.figures, ...walks.figures, ...orbitFigures(orbits) } };
  } finally {
    await pipeline.dispose();
  }
}

async function measureSpeed(folder: string, sizes: readonly PixelSize[]): Promise<{ rows: Row[]; figures: Record<string, number> }> {
  const rows: Row[] = [];
  const figures: Record<string, number> = {};
  for (const size of sizes) {
    for (const threads of THREADS) {
      const { picturesPerSecond, pictureMs, bareMs, ratio } = await benchPipeline(folder, { threads, size, pictures: PICTURES });
      const what = `${size.width}x${size.height}, ${threads} thread${threads === 1 ? '' : 's'}`;
      rows.push({ what, 'pictures/s': picturesPerSecond, 'picture ms': pictureMs, 'bare sessions ms': bareMs, 'over bare': ratio });
      figures[`picturesPerSecond${size.width}x${size.height}Threads${threads}`] = picturesPerSecond;
    }
  }
  return { rows, figures };
}

function pointOf(pipeline: Pipeline, prompt: string, noise: Partial<NoisePoint>): LatentPoint {
  const { height, width } = smallest(pipeline);
  return { prompts: [{ text: prompt, weight: 1 }], negative: '', noise: { from: 1, to: 1, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0, ...noise }, guidance: pipeline.card.guidance, steps: pipeline.card.steps, height, width };
}

async function drawAll(pipeline: Pipeline, points: readonly LatentPoint[]): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const point of points) pictures.push(await pipeline.draw(point));
  return pictures;
}

async function measureSeeds(pipeline: Pipeline, prompts: readonly string[]): Promise<{ byPrompt: Record<string, number>; figures: Record<string, number | boolean> }> {
  const byPrompt: Record<string, number> = {};
  let sameBytes = true;
  for (const prompt of prompts) {
    const points = Array.from({ length: SEEDS }, (_, seed) => pointOf(pipeline, prompt, { from: seed + 1, to: seed + 1 }));
    const pictures = await drawAll(pipeline, points);
    const pairs = pictures.flatMap((a, i) => pictures.slice(i + 1).map((b) => measurePictureDifference(a, b)));
    byPrompt[prompt] = mean(pairs);
    const again = await pipeline.draw(points[0] as LatentPoint);
    sameBytes &&= Buffer.from(again.pixels).equals(Buffer.from((pictures[0] as Picture).pixels));
  }
  const differences = Object.values(byPrompt);
  return { byPrompt, figures: { seedDifference255: mean(differences) * 255, seedDifferenceLeast255: Math.min(...differences) * 255, sameSeedSameBytes: sameBytes } };
}

/** Mean size of the second difference of the pixels over that of the first, 0 (a smooth ramp) to 2 (pure flicker). */
function flickerOf(pictures: readonly Picture[]): number {
  let first = 0;
  let second = 0;
  for (let i = 2; i < pictures.length; i++) {
    const [a, b, c] = pictures.slice(i - 2, i + 1).map(({ pixels }) => pixels) as [Uint8Array, Uint8Array, Uint8Array];
    for (let p = 0; p < a.length; p++) {
      first += Math.abs((c[p] as number) - (b[p] as number));
      second += Math.abs((c[p] as number) - 2 * (b[p] as number) + (a[p] as number));
    }
  }
  return first === 0 ? 0 : second / first;
}

async function measureWalks(pipeline: Pipeline, prompts: readonly string[]): Promise<{ rows: Row[]; figures: Record<string, number> }> {
  const [a = 'sea', b = 'fire', c = 'aurora'] = prompts;
  const routes = [
    { what: 'walk of noise', prompts: [a], seeds: [1, 2] }, { what: 'walk of noise', prompts: [c], seeds: [3, 4] },
    { what: 'walk of prompts', prompts: [a, b], seeds: [1] }, { what: 'walk of prompts', prompts: [b, c], seeds: [2] },
  ];
  const rows: Row[] = [];
  for (const route of routes) {
    const points = await walkWithoutMusic({ ...route, frames: FRAMES, uniform: false, size: smallest(pipeline), card: pipeline.card, measureDifference: (probes) => pipeline.measureDifference(probes) });
    const pictures = await drawAll(pipeline, points);
    const steps = pictures.slice(1).map((picture, i) => measurePictureDifference(pictures[i] as Picture, picture));
    rows.push({ what: `${route.what}: ${route.prompts.join(' → ')}`, flicker: flickerOf(pictures), variation: evennessOf(steps).variation, 'step of 255': evennessOf(steps).mean * 255 });
  }
  const worst = (key: string, kind: string): number => Math.max(...rows.filter(({ what }) => String(what).startsWith(kind)).map((row) => Number(row[key])));
  return { rows, figures: { noiseFlickerWorst: worst('flicker', 'walk of noise'), promptFlickerWorst: worst('flicker', 'walk of prompts'), noiseVariationWorst: worst('variation', 'walk of noise'), promptVariationWorst: worst('variation', 'walk of prompts') } };
}

function smallest({ card }: Pipeline): PixelSize {
  return card.sizes.toSorted((a, b) => a.height * a.width - b.height * b.width)[0] as PixelSize;
}

async function measureOrbit(pipeline: Pipeline, prompt: string, seedDifference: number): Promise<Row> {
  const turns = Array.from({ length: ORBIT_STEPS + 1 }, (_, i) => pointOf(pipeline, prompt, { orbit: i / ORBIT_STEPS }));
  const pictures = await drawAll(pipeline, turns);
  const start = pictures[0] as Picture;
  const steps = pictures.slice(1).map((picture, i) => measurePictureDifference(pictures[i] as Picture, picture));
  const farthest = Math.max(...pictures.map((picture) => measurePictureDifference(start, picture)));
  const joint = steps.at(-1) as number;
  return { what: `orbit: ${prompt}`, 'farthest / seeds': farthest / seedDifference, 'joint / step': joint / mean(steps), 'end − start of 255': measurePictureDifference(start, pictures.at(-1) as Picture) * 255 };
}

function orbitFigures(rows: readonly Row[]): Record<string, number> {
  const of = (key: string): number[] => rows.map((row) => Number(row[key]));
  return { orbitMean: mean(of('farthest / seeds')), orbitLeast: Math.min(...of('farthest / seeds')), orbitJointWorst: Math.max(...of('joint / step')), orbitGap255Worst: Math.max(...of('end − start of 255')) };
}
