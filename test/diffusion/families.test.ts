/** Every family and layout of folders runs its whole chain: folder → prompts → sampler → pixels. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LocalPipeline } from '../../src/diffusion/pipeline.ts';
import type { LatentPoint, ModelSettings } from '../../src/diffusion/types.ts';
import { RECIPES, writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';
import type { RecipeName } from '../helpers/tiny-diffusion.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'latentbeat-families-'));
});

function point({ card }: LocalPipeline, more: Partial<LatentPoint> = {}): LatentPoint {
  const noise = { from: 1, to: 2, position: 0.3, orbit: 0.1, pushSeed: 3, pushAmount: 0.1 };
  return { prompts: [{ text: 'a neon cat of glass', weight: 1 }], negative: '', noise, guidance: card.guidance, steps: Math.min(4, card.steps), height: 64, width: 64, ...more };
}

async function withModel<Result>(name: RecipeName, settings: ModelSettings, use: (pipeline: LocalPipeline) => Promise<Result>): Promise<Result> {
  const pipeline = await openPipeline(await writeTinyDiffusion(scratch, name), settings);
  try {
    return await use(pipeline);
  } finally {
    await pipeline.dispose();
  }
}

describe('every family and layout', () => {
  it.each(Object.keys(RECIPES) as RecipeName[])('%s draws a picture that listens to prompt and seed', async (name) => {
    await withModel(name, {}, async (pipeline) => {
      const start = point(pipeline);
      const { pixels, height, width } = await pipeline.draw(start);
      expect([height, width]).toEqual([64, 64]);
      expect(new Set(pixels).size).toBeGreaterThan(30);
      expect((await pipeline.draw(start)).pixels).toEqual(pixels);
      for (const other of [{ prompts: [{ text: 'fire', weight: 1 }] }, { noise: { ...start.noise, from: 7 } }]) {
        const [difference = 0] = await pipeline.measureDifference([start, { ...start, ...other }]);
        expect(difference).toBeGreaterThan(0.002);
      }
    });
  });
});

describe('the same pipeline serves the model that ships and a Stable Diffusion folder', () => {
  const EMBEDDED = fileURLToPath(new URL('../../models/embedded', import.meta.url));

  it.each(['embedded', 'sd-turbo-optimum'] as const)('%s: prompts mix, seeds slerp, steps give the native size, bytes repeat', async (which) => {
    const pipeline = await openPipeline(which === 'embedded' ? EMBEDDED : await writeTinyDiffusion(scratch, which), {});
    try {
      const size = which === 'embedded' ? { height: 256, width: 256 } : { height: 64, width: 64 };
      const start = point(pipeline, size);
      const mixed = { ...start, prompts: [{ text: 'a neon cat of glass', weight: 0.5 }, { text: 'fire', weight: 0.5 }] };
      const there = { ...start, prompts: [{ text: 'fire', weight: 1 }] };
      const picture = await pipeline.draw(mixed);
      expect([picture.height, picture.width, picture.pixels.length]).toEqual([size.height, size.width, size.height * size.width * 4]);
      expect((await pipeline.draw(mixed)).pixels).toEqual(picture.pixels);
      const [first = 0, second = 0] = await pipeline.measureDifference([start, mixed, there]);
      expect(Math.max(first, second)).toBeGreaterThan(0.002);
      const [near = 0, far = 0] = await pipeline.measureDifference([{ ...start, noise: { ...start.noise, position: 0.31 } }, start, { ...start, noise: { ...start.noise, position: 0.9 } }]);
      expect(near).toBeLessThan(far);
    } finally {
      await pipeline.dispose();
    }
  });
});
