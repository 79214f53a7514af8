/**
 * The whole chain against diffusers' own pipelines on the same graphs (test/reference/tiny_pipelines.py): tokenizer, text
 * encoders, sampler, guidance, noise by seed, time ids, starting pictures. Latents after all steps, then pixels.
 */

import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LatentPoint } from '../../src/diffusion/types.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';
import type { RecipeName } from '../helpers/tiny-diffusion.ts';

interface Case {
  readonly model: RecipeName;
  readonly seed: number;
  readonly settings: { readonly prompt: string; readonly negative_prompt?: string; readonly guidance_scale: number; readonly guidance_rescale?: number; readonly num_inference_steps: number; readonly height?: number; readonly width?: number; readonly strength?: number };
  readonly image2image: boolean;
  readonly latentShape: readonly number[];
  readonly latents: string;
  readonly pixelsFrom: readonly [number, number];
  readonly pixels: string;
}

const golden = JSON.parse(await readFile(new URL('../golden/tiny-pipelines.json', import.meta.url), 'utf8')) as { readonly cases: readonly Case[] };
const CROP = 16;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'latentbeat-reference-'));
  const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 64, Math.floor(i / 192)];
    return [Math.floor((x * 255) / 63), Math.floor((y * 255) / 63), (x * y) % 256][i % 3] as number;
  });
  await sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } }).png().toFile(join(scratch, 'init.png'));
});

function pointOf({ seed, settings, image2image }: Case): LatentPoint {
  const { prompt, negative_prompt: negative = '', guidance_scale: guidance, num_inference_steps: steps, height = 64, width = 64, strength = 1 } = settings;
  const noise = { from: seed, to: seed, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 };
  return { prompts: [{ text: prompt, weight: 1 }], negative, noise, guidance, steps, height, width, ...(image2image ? { init: { image: join(scratch, 'init.png'), strength } } : {}) };
}

/** max |a − b| / max |b| */
function relativeError(got: Float32Array, wanted: Float32Array): number {
  let worst = 0;
  let largest = 0;
  wanted.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - (got[i] as number)));
    largest = Math.max(largest, Math.abs(value));
  });
  return worst / largest;
}

describe('against diffusers', () => {
  it('covers every family', () => expect(new Set(golden.cases.map(({ model }) => model)).size).toBeGreaterThanOrEqual(11));

  it.each(golden.cases.map((one) => [one.model, one.image2image ? 'from a picture' : 'from noise', one.seed, one] as const))('%s %s, seed %i: latents within 1e-3, pixels within 1 level', async (name, _how, _seed, one) => {
    const pipeline = await openPipeline(await writeTinyDiffusion(scratch, name), { rescale: one.settings.guidance_rescale });
    try {
      const wanted = new Float32Array(new Uint8Array(Buffer.from(one.latents, 'base64')).buffer);
      const point = pointOf(one);
      expect(relativeError(await pipeline.latentOf(point), wanted)).toBeLessThan(1e-3);
      const { pixels, width } = await pipeline.draw(point);
      const crop = Buffer.from(one.pixels, 'base64');
      let worst = 0;
      for (let i = 0; i < CROP * CROP * 3; i++) {
        const [row, column, channel] = [Math.floor(i / (CROP * 3)) + one.pixelsFrom[0], (Math.floor(i / 3) % CROP) + one.pixelsFrom[1], i % 3];
        worst = Math.max(worst, Math.abs((pixels[(row * width + column) * 4 + channel] as number) - (crop[i] as number)));
      }
      expect(worst).toBeLessThanOrEqual(1);
    } finally {
      await pipeline.dispose();
    }
  });
});
