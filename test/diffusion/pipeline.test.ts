/** The whole pipeline on real sessions: the tiny model always, the embedded model where it is in the checkout. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LocalPipeline } from '../../src/diffusion/pipeline.ts';
import type { LatentPoint } from '../../src/diffusion/types.ts';
import { writeTinyModel } from '../helpers/tiny-model.ts';

const EMBEDDED = fileURLToPath(new URL('../../models/embedded', import.meta.url));

function point(pipeline: LocalPipeline, more: Partial<LatentPoint> = {}): LatentPoint {
  const { steps, guidance, sizes } = pipeline.card;
  const { height = 0, width = 0 } = sizes[0] ?? {};
  return { prompts: [{ text: 'neon jellyfish', weight: 1 }], negative: '', noise: { from: 1, to: 2, position: 0.3, orbit: 0.1, pushSeed: 3, pushAmount: 0.1 }, guidance, steps, height, width, ...more };
}

describe('the tiny model', () => {
  let folder: string;
  let pipeline: LocalPipeline;
  beforeAll(async () => {
    folder = await writeTinyModel();
    pipeline = await openPipeline(folder);
  });
  afterAll(() => pipeline.dispose());

  it('knows itself', () => expect(pipeline.card).toMatchObject({ id: 'tiny', provider: 'cpu', sizes: [{ height: 24, width: 24 }], steps: 1 }));

  it('draws the same bytes for the same prompt, seed and size, in another pipeline too', async () => {
    const first = await pipeline.draw(point(pipeline));
    await pipeline.draw(point(pipeline, { prompts: [{ text: 'fire', weight: 1 }] }));
    expect((await pipeline.draw(point(pipeline))).pixels).toEqual(first.pixels);
    const other = await openPipeline(folder);
    expect((await other.draw(point(other))).pixels).toEqual(first.pixels);
    await other.dispose();
    expect(new Set(first.pixels).size).toBeGreaterThan(20);
  });

  it('draws any size whose sides fit, height before width', async () => {
    const { height, width, pixels } = await pipeline.draw(point(pipeline, { height: 16, width: 40 }));
    expect([height, width, pixels.length]).toEqual([16, 40, 16 * 40 * 4]);
  });

  it('refuses a size that does not fit in one sentence', async () => {
    await expect(pipeline.draw(point(pipeline, { height: 26 }))).rejects.toSatisfy((reason) => reason instanceof UserError && /multiples of 4 pixels, but 24x26/.test(reason.message));
  });

  it('reacts to prompt, seed, orbit, push, steps and guidance', async () => {
    const start = point(pipeline);
    const others = [
      { prompts: [{ text: 'fire', weight: 1 }] }, { noise: { ...start.noise, from: 9 } }, { noise: { ...start.noise, orbit: 0.4 } }, { noise: { ...start.noise, pushAmount: 0.4 } },
      { steps: 3 }, { guidance: 4 },
    ];
    for (const other of others) {
      const [difference = 0] = await pipeline.measureDifference([start, { ...start, ...other }]);
      expect(difference).toBeGreaterThan(0.001);
    }
  });

  it('measures between neighbours', async () => {
    const points = [0, 0.25, 0.5, 1].map((weight) => point(pipeline, { prompts: [{ text: 'city', weight: 1 - weight }, { text: 'fire', weight }] }));
    const differences = await pipeline.measureDifference(points);
    expect(differences).toHaveLength(3);
    expect(differences.every((difference) => difference > 0 && difference < 1)).toBe(true);
  });

  it('draws the same middle at all native sizes of its card', async () => {
    const shaped = await writeTinyModel();
    await writeFile(join(shaped, 'card.json'), JSON.stringify({ nativeSteps: 1, nativeSizes: [[24, 24], [24, 40], [40, 24]] }));
    const other = await openPipeline(shaped);
    expect(other.card.sizes).toEqual([{ height: 24, width: 24 }, { height: 24, width: 40 }, { height: 40, width: 24 }]);
    // One latent cell (4 pixels) at the seam sees its neighbours; all within is the square's picture.
    const at = async (height: number, width: number): Promise<number[]> => {
      const { pixels } = await other.draw(point(other, { height, width }));
      return Array.from({ length: 16 * 16 }, (_, i) => pixels[4 * (((height - 16) / 2 + Math.floor(i / 16)) * width + (width - 16) / 2 + (i % 16))] as number);
    };
    const square = await at(24, 24);
    const pushless = { noise: { from: 1, to: 1, position: 0, orbit: 0, pushSeed: 3, pushAmount: 0 } };
    expect(new Set(square).size).toBeGreaterThan(10);
    for (const [height, width] of [[24, 40], [40, 24]] as const) {
      const wide = await at(height, width);
      // A slerp's angle is that of the whole tensor, which margins change a little.
      const error = Math.max(...wide.map((value, i) => Math.abs(value - (square[i] as number))));
      expect(error).toBeLessThan(24);
    }
    const [first, second] = await Promise.all([[24, 24], [24, 40]].map(async ([height = 0, width = 0]) => (await other.draw(point(other, { height, width, ...pushless }))).pixels));
    for (let y = 4; y < 20; y++) expect(second?.subarray(4 * (y * 40 + 12), 4 * (y * 40 + 28))).toEqual(first?.subarray(4 * (y * 24 + 4), 4 * (y * 24 + 20)));
    await other.dispose();
  });

  it('closes twice', async () => {
    const other = await openPipeline(folder);
    await other.dispose();
    await other.dispose();
    await expect(other.draw(point(other))).rejects.toThrow(/closed/);
  });
});

describe('a folder that cannot be sampled', () => {
  it.each([['{"_class_name": "FooScheduler"}', /the scheduler FooScheduler is not supported/], ['{}', /names no "_class_name"/], ['{"_class_name": "PNDMScheduler", "beta_schedule": "odd"}', /"beta_schedule" should be one of/]])('is refused: %s', async (config, expected) => {
    const folder = await writeTinyModel();
    await writeFile(join(folder, 'scheduler/scheduler_config.json'), config);
    await expect(openPipeline(folder)).rejects.toSatisfy((reason) => reason instanceof UserError && reason.exitCode === 4 && expected.test(reason.message));
  });
});

describe.skipIf(!existsSync(`${EMBEDDED}/unet/model.onnx`))('the embedded model', () => {
  let pipeline: LocalPipeline;
  beforeAll(async () => {
    pipeline = await openPipeline(EMBEDDED);
  });
  afterAll(() => pipeline.dispose());

  it('draws the same bytes twice, a picture and not a plain', async () => {
    const first = await pipeline.draw(point(pipeline));
    expect((await pipeline.draw(point(pipeline))).pixels).toEqual(first.pixels);
    expect(new Set(first.pixels).size).toBeGreaterThan(8);
  });

  it('refuses a size that its graphs do not take', async () => {
    await expect(pipeline.draw(point(pipeline, { height: 256, width: 300 }))).rejects.toThrow(/draws sides that are multiples of 8 from 256 on pixels, but 300x256/);
    await expect(pipeline.draw(point(pipeline, { height: 128, width: 256 }))).rejects.toThrow(/from 256 on pixels, but 256x128/);
  });

  it('draws its three shapes about one centre', async () => {
    const [square, wide] = [await pipeline.draw(point(pipeline, { height: 256, width: 256 })), await pipeline.draw(point(pipeline, { height: 256, width: 448 }))];
    let difference = 0;
    for (let y = 32; y < 224; y++) {
      for (let x = 32; x < 224; x++) difference += Math.abs((square.pixels[(y * 256 + x) * 4] as number) - (wide.pixels[(y * 448 + x + 96) * 4] as number));
    }
    expect(difference / (192 * 192 * 255)).toBeLessThan(0.01);
  });
});
