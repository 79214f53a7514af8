/** Every family and layout of folders runs its whole chain: folder → prompts → sampler → pixels. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
