/** The fake pipeline keeps a pipeline's promises: same point same bytes, smooth, in order, probes between draws. */

import { describe, expect, it } from 'vitest';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import type { LatentPoint, PromptWeight } from '../../src/diffusion/types.ts';

const point = (more: Partial<LatentPoint> = {}, position = 0): LatentPoint => ({
  prompts: [{ text: 'neon jellyfish', weight: 1 }], negative: '', noise: { from: 1, to: 2, position, orbit: 0, pushSeed: 0, pushAmount: 0 }, guidance: 1, steps: 1, height: 64, width: 64, ...more,
});
const mix = (weight: number): readonly PromptWeight[] => [{ text: 'neon jellyfish', weight: 1 - weight }, { text: 'stained glass', weight }];

describe('createFakePipeline', () => {
  it('draws the same bytes for the same point, also after others', async () => {
    const pipeline = createFakePipeline();
    const first = await pipeline.draw(point());
    await pipeline.draw(point({}, 0.7));
    expect((await pipeline.draw(point())).pixels).toEqual(first.pixels);
    expect((await createFakePipeline().draw(point())).pixels).toEqual(first.pixels);
    expect(first.pixels.length).toBe(64 * 64 * 4);
    expect(first.pixels.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  it('moves smoothly along prompts and noise, and far in all', async () => {
    const pipeline = createFakePipeline();
    for (const points of [[...Array(33).keys()].map((i) => point({ prompts: mix(i / 32) })), [...Array(33).keys()].map((i) => point({}, i / 32))]) {
      const steps = await pipeline.measureDifference(points);
      const [across = 0] = await pipeline.measureDifference([points[0] as LatentPoint, points[32] as LatentPoint]);
      expect(steps).toHaveLength(32);
      expect(across).toBeGreaterThan(0.1);
      expect(Math.max(...steps)).toBeLessThan(0.5 * across);
      expect(Math.min(...steps)).toBeGreaterThan(0);
    }
  });

  it('answers in order, lets a waiting draw be dropped, and refuses after it is closed', async () => {
    const pipeline = createFakePipeline({ cost: () => 5 });
    const order: string[] = [];
    const abort = new AbortController();
    const draws = [
      pipeline.draw(point()).then(() => order.push('a')),
      pipeline.draw(point({}, 0.1), abort.signal).catch((reason: unknown) => order.push((reason as Error).message)),
      pipeline.draw(point({}, 0.2)).then(() => order.push('c')),
    ];
    abort.abort(new Error('dropped'));
    await Promise.all(draws);
    expect(order).toEqual(['a', 'dropped', 'c']);
    await pipeline.dispose();
    await pipeline.dispose();
    await expect(pipeline.draw(point())).rejects.toThrow(/closed/);
  });

  it('lets draws through while it measures', async () => {
    const pipeline = createFakePipeline({ cost: () => 2 });
    const measuring = pipeline.measureDifference([...Array(40).keys()].map((i) => point({}, i / 40))).then(() => 'measured');
    const drawing = (async () => {
      for (let i = 0; i < 5; i++) await pipeline.draw(point({}, i));
      return 'drawn';
    })();
    expect(await Promise.race([measuring, drawing])).toBe('drawn');
    expect(await measuring).toBe('measured');
  });
});
