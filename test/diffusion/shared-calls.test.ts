/** Pictures that share calls, prompts that are not kept, and other decoders: what each changes and what it must not. */

import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LocalPipeline, PipelineOptions } from '../../src/diffusion/pipeline.ts';
import type { LatentPoint, Picture } from '../../src/diffusion/types.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';
import { writeTinyModel } from '../helpers/tiny-model.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'latentbeat-shared-'));
});

const point = (seed: number, more: Partial<LatentPoint> = {}): LatentPoint => ({
  prompts: [{ text: 'a neon cat', weight: 1 }], negative: 'fire', noise: { from: seed, to: seed, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 }, guidance: 5, steps: 4, height: 64, width: 64, ...more,
});

/** Draws with settings; also how often a session was run. */
async function drawAll(folder: string, settings: PipelineOptions, points: readonly LatentPoint[]): Promise<{ readonly pictures: readonly Picture[]; readonly runs: number }> {
  let runs = 0;
  const pipeline: LocalPipeline = await openPipeline(folder, { ...settings, onRun: () => runs++ });
  try {
    return { pictures: await Promise.all(points.map((one) => pipeline.draw(one))), runs };
  } finally {
    await pipeline.dispose();
  }
}

function worstDifference(a: readonly Picture[], b: readonly Picture[]): number {
  return Math.max(...a.map((picture, i) => picture.pixels.reduce((worst, value, k) => Math.max(worst, Math.abs(value - (b[i]?.pixels[k] as number))), 0)));
}

describe('a batch', () => {
  it('draws the same pictures in fewer calls, guidance, other prompts and sizes among them', async () => {
    const folder = await writeTinyDiffusion(scratch, 'sd15-script');
    const points = [point(1), point(2), point(3, { prompts: [{ text: 'fire AND glass', weight: 1 }] }), point(4, { height: 48 }), point(5, { steps: 2 })];
    const alone = await drawAll(folder, {}, points);
    const together = await drawAll(folder, { batch: 5 }, points);
    expect(worstDifference(together.pictures, alone.pictures)).toBeLessThanOrEqual(1);
    expect(together.runs).toBeLessThan(alone.runs - 5);
  });

  it('shares calls where the graph takes one timestep for all', async () => {
    const folder = await writeTinyDiffusion(scratch, 'sd15-optimum');
    const points = [point(1), point(2), point(3)];
    const [alone, together] = [await drawAll(folder, {}, points), await drawAll(folder, { batch: 3 }, points)];
    expect(worstDifference(together.pictures, alone.pictures)).toBeLessThanOrEqual(1);
    expect(together.runs).toBeLessThan(alone.runs);
  });
});

describe('a stream batch', () => {
  it('brings pictures at different steps into one call', async () => {
    const folder = await writeTinyDiffusion(scratch, 'lcm-int64');
    const points = [1, 2, 3, 4, 5, 6, 7].map((seed) => point(seed, { guidance: 8 }));
    const alone = await drawAll(folder, {}, points);
    const streamed = await drawAll(folder, { stream: true }, points);
    expect(worstDifference(streamed.pictures, alone.pictures)).toBeLessThanOrEqual(1);
    // One prompt, then for each picture a decoder run and four steps of its own; streamed, a new picture joins every call.
    expect(alone.runs).toBe(1 + 7 * 5);
    expect(streamed.runs).toBeLessThanOrEqual(1 + 7 + 7 + 4);
  });

  it('is refused where all pictures of a call have one timestep', async () => {
    await expect(openPipeline(await writeTinyDiffusion(scratch, 'sd15-optimum'), { stream: true })).rejects.toSatisfy((reason) => reason instanceof UserError && reason.exitCode === 2 && /stream batch cannot be used/.test(reason.message));
  });
});

describe('embeddings', () => {
  it('are made once a prompt, or for every picture', async () => {
    const folder = await writeTinyDiffusion(scratch, 'sd-turbo-optimum');
    const points = [1, 2, 3].map((seed) => point(seed, { guidance: 1, steps: 1 }));
    const [kept, fresh] = [await drawAll(folder, {}, points), await drawAll(folder, { remember: false }, points)];
    expect(worstDifference(kept.pictures, fresh.pictures)).toBe(0);
    expect(kept.runs).toBe(1 + 3 * 2);
    expect(fresh.runs).toBe(3 * 3);
  });
});

describe('decoders', () => {
  const one = [point(1, { guidance: 1, steps: 1 })];

  it('are the full one, the tiny one of the folder, or another folder', async () => {
    const folder = await writeTinyDiffusion(scratch, 'sdxl-turbo');
    const tiny = await writeTinyDiffusion(scratch, 'lcm-half');
    const full = await drawAll(folder, {}, one);
    expect(worstDifference((await drawAll(folder, { decoder: 'auto' }, one)).pictures, full.pictures)).toBe(0);
    const other = await drawAll(folder, { decoder: tiny }, one);
    expect(worstDifference(other.pictures, full.pictures)).toBeGreaterThan(10);
    const bare = await drawAll(folder, { decoder: join(tiny, 'vae_decoder') }, one);
    expect(worstDifference(bare.pictures, other.pictures)).toBe(0);
    await expect(openPipeline(folder, { decoder: 'tiny' })).rejects.toThrow(/has no taesd_decoder/);
    await cp(join(tiny, 'vae_decoder'), join(folder, 'taesd_decoder'), { recursive: true });
    expect(worstDifference((await drawAll(folder, { decoder: 'auto' }, one)).pictures, other.pictures)).toBe(0);
    expect(worstDifference((await drawAll(folder, { decoder: 'full' }, one)).pictures, full.pictures)).toBe(0);
  });

  it('that do not fit are refused', async () => {
    const folder = await writeTinyDiffusion(scratch, 'sd2-v');
    await expect(openPipeline(folder, { decoder: join(scratch, 'nothing') })).rejects.toThrow(/the decoder folder .* does not exist/);
    await expect(openPipeline(folder, { decoder: await writeTinyModel() })).rejects.toThrow(/gives 4 latent channels and the decoder .* takes 3/);
  });
});
