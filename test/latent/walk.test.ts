/** The walk: modulation to symbolic points, sized by measured difference, prepared ahead, the same for live and export. */

import { describe, expect, it } from 'vitest';
import type { LatentPoint, ModelCard } from '../../src/diffusion/types.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { evennessOf, describeDifferences, plotDifferences } from '../../src/latent/differences.ts';
import { walkBetweenPlaces, walkWithoutMusic } from '../../src/latent/free-walk.ts';
import { createWalk } from '../../src/latent/walk.ts';
import { makePreset, makeScore, valueChange } from '../score/helpers.ts';

const card: ModelCard = { id: 'toy', name: 'Toy', folder: '', sha256: '', provider: 'none', sizes: [{ height: 64, width: 96 }], steps: 2, guidance: 1, examplePrompts: [] };
const BAR = (4 * 60 * 120) / 124;

/** A picture that switches steeply where the calm lake's weight passes .3. */
const look = ({ prompts, noise }: LatentPoint): number => 1 / (1 + Math.exp(((prompts.find(({ text }) => text === 'calm lake')?.weight ?? 0) - 0.3) / 0.03)) + 0.2 * noise.position;

function toyMeasure(): { readonly measured: number[]; readonly measureDifference: (points: readonly LatentPoint[]) => Promise<number[]> } {
  const measured: number[] = [];
  const measureDifference = (points: readonly LatentPoint[]): Promise<number[]> => {
    measured.push(points.length);
    return Promise.resolve(points.slice(1).map((point, i) => Math.abs(look(point) - look(points[i] as LatentPoint))));
  };
  return { measured, measureDifference };
}

describe('createWalk', () => {
  const score = makeScore({ preset: makePreset({ walk: { cut: false, groove: 0 }, routes: [], pulse: 0 }) });

  it('gives points of the model\'s size whose weights sum to 1', async () => {
    const walk = createWalk({ score, card, ...toyMeasure() });
    await walk.prepare(0, 3000);
    for (let tick = 0; tick < 3000; tick += 50) {
      const point = walk.pointAt(tick);
      expect(point.prompts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
      expect([point.height, point.width, point.steps]).toEqual([64, 96, 2]);
      expect(point.noise.position).toBeGreaterThanOrEqual(0);
      expect(point.noise.position).toBeLessThanOrEqual(1);
    }
    expect(walk.describe(0)).toContain('calm lake');
  });

  it('makes equal fractions equal visible change once prepared', async () => {
    const walk = createWalk({ score, card, ...toyMeasure() });
    const land = Math.round(4 * BAR);
    const travel = (tick: number): number => Math.abs(look(walk.pointAt(tick)) - look(walk.pointAt(land - 1)));
    const middle = Array.from({ length: 200 }, (_, i) => land - 240 + i).find((tick) => score.modulationAt(tick).segment.fraction >= 0.5) as number;
    const total = Math.abs(look(walk.pointAt(0)) - look(walk.pointAt(land - 1)));
    expect(Math.abs(travel(middle) / total - 0.5)).toBeGreaterThan(0.3);
    expect(walk.isPrepared(0, land + 60)).toBe(false);
    await walk.prepare(0, land + 60);
    expect(walk.isPrepared(0, land + 60)).toBe(true);
    expect(Math.abs(travel(middle) / total - 0.5)).toBeLessThan(0.05);
  });

  it('measures a stretch once, whoever asks, and again only where a measurement failed', async () => {
    const toy = toyMeasure();
    let failing = true;
    const measureDifference = (points: readonly LatentPoint[]): Promise<number[]> => (failing ? Promise.reject(new Error('model is restarting')) : toy.measureDifference(points));
    const walk = createWalk({ score, card, measureDifference });
    await expect(walk.prepare(0, 1500)).rejects.toThrow('restarting');
    failing = false;
    await Promise.all([walk.prepare(0, 1500), walk.prepare(0, 1500)]);
    const count = toy.measured.length;
    expect(count).toBeGreaterThan(0);
    await walk.prepare(0, 1500);
    walk.invalidate(0);
    await walk.prepare(0, 1500);
    expect(toy.measured.length).toBe(count);
  });

  it('walks the same whether prepared in one go, in pieces, or backwards', async () => {
    const gesture = { log: [valueChange('/walk/noise', 3, 400), valueChange('/walk/prompt/3', 0.6, 900)] };
    const answers: string[] = [];
    for (const pieces of [[[0, 4000]], [[0, 1000], [1000, 2500], [2500, 4000]], [[2500, 4000], [1000, 2500], [0, 1000]]] as const) {
      const walk = createWalk({ score: makeScore(gesture), card, ...toyMeasure() });
      for (const [from, to] of pieces) await walk.prepare(from, to);
      answers.push(JSON.stringify(Array.from({ length: 400 }, (_, i) => walk.pointAt(i * 10))));
    }
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
  });

  it('does not measure with sizing off', async () => {
    const toy = toyMeasure();
    const walk = createWalk({ score, card, sizing: false, ...toy });
    await walk.prepare(0, 5000);
    expect(toy.measured).toEqual([]);
  });
});

describe('walkWithoutMusic', () => {
  it('makes even steps over the whole way on real pictures', async () => {
    const pipeline = createFakePipeline({ size: { height: 32, width: 32 } });
    const request = { prompts: ['calm lake', 'burning city', 'ice'], seeds: [1, 2, 3], frames: 60, card: pipeline.card, measureDifference: (points: readonly LatentPoint[]) => pipeline.measureDifference(points) };
    const sized = await pipeline.measureDifference(await walkWithoutMusic(request));
    const uniform = await pipeline.measureDifference(await walkWithoutMusic({ ...request, uniform: true }));
    expect(sized.length).toBe(59);
    expect(evennessOf(sized).variation).toBeLessThan(Math.min(0.25, evennessOf(uniform).variation));
    expect(describeDifferences(sized, uniform).split('\n').length).toBe(62);
    expect(plotDifferences(sized, uniform)).toMatch(/^<svg[\s\S]*<\/svg>$/);
    await pipeline.dispose();
  });

  it('refuses a walk that goes nowhere, and takes mixes', async () => {
    await expect(walkWithoutMusic({ prompts: ['a'], frames: 10, card, ...toyMeasure() })).rejects.toThrow('two stations');
    const mix = { seed: 1, prompts: ['a', 'b', 'c', 'd'].map((text) => ({ text, weight: 0.25 })) };
    const points = await walkBetweenPlaces([mix, { seed: 1, prompts: [{ text: 'a', weight: 1 }] }], { frames: 5, uniform: true, card, ...toyMeasure() });
    expect(points[2]?.prompts[0]).toEqual({ text: 'a', weight: 0.625 });
  });
});
