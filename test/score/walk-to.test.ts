/** Walking to a place by hand: cut, dissolve, morph; what each does on its tick and when it is there. */

import { describe, expect, it } from 'vitest';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { measurePictureDifference } from '../../src/diffusion/difference.ts';
import { createWalk } from '../../src/latent/walk.ts';
import { boundaryTickFrom, QUANTISES } from '../../src/score/quantise.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makePreset, makeScore, triggerChange } from './helpers.ts';

const BEAT = (60 * 120) / 124;
const place = JSON.stringify({ prompts: [{ text: 'kept', weight: 1 }], seed: 99 });
const preset = makePreset({ walk: { cut: false, groove: 0 }, routes: [], pulse: 0 });
const AT = Math.round(8 * BEAT);

describe('/walk/to', () => {
  it('cuts on its tick, marked as a cut', () => {
    const score = makeScore({ preset, log: [triggerChange('/walk/to', [place, 4, 'cut'], AT)] });
    expect(score.modulationAt(AT - 1).segment.from.seed).not.toBe(99);
    expect(score.modulationAt(AT)).toMatchObject({ cut: true, segment: { from: { seed: 99 }, to: { seed: 99 } } });
    expect(score.isCutAt(AT - 1, AT)).toBe(true);
    expect(score.modulationAt(AT).dissolve).toBeUndefined();
  });

  it('morphs through the latent and lands a whole number of beats later', () => {
    const score = makeScore({ preset, log: [triggerChange('/walk/to', [place, 4, 'morph'], AT)] });
    const half = score.modulationAt(Math.round(AT + 2 * BEAT)).segment;
    expect(half.to.seed).toBe(99);
    expect(half.fraction).toBeGreaterThan(0.2);
    expect(half.fraction).toBeLessThan(0.8);
    expect(score.modulationAt(Math.round(AT + 4 * BEAT) + 2).segment.from.seed).toBe(99);
  });

  it('dissolves: from the picture before, standing still, evenly to the new one, without a cut', async () => {
    const score = makeScore({ preset, log: [triggerChange('/walk/to', [place, 2, 'dissolve'], AT)] });
    const pipeline = createFakePipeline({ size: { height: 32, width: 32 } });
    const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points) });
    await walk.prepare(AT - 10, AT + 300);
    const draw = async (tick: number): Promise<Uint8Array> => (await pipeline.draw(walk.pointAt(tick))).pixels;
    const picture = async (tick: number): Promise<{ readonly height: number; readonly width: number; readonly pixels: Uint8Array; readonly cost: number }> => ({ height: 32, width: 32, cost: 0, pixels: await draw(tick) });
    const end = AT + Math.round(2 * BEAT);
    expect(score.isCutAt(AT - 1, end)).toBe(false);
    expect(await draw(AT)).toEqual(await draw(AT - 1));
    expect(walk.pointAt(end).under).toBeUndefined();
    const before = await picture(AT - 1);
    const after = await picture(end);
    const whole = measurePictureDifference(before, after);
    const shares = await Promise.all([0.25, 0.5, 0.75].map(async (part) => measurePictureDifference(before, await picture(Math.round(AT + part * 2 * BEAT))) / whole));
    expect(shares[0]).toBeLessThan(shares[1] as number);
    expect(shares[1]).toBeLessThan(shares[2] as number);
    expect(shares[1]).toBeGreaterThan(0.25);
    expect(shares[1]).toBeLessThan(0.9);
  });

  it('goes where the preset would be now when no place is named', () => {
    const score = makeScore({ preset, log: [triggerChange('/walk/to', [place, 1, 'cut'], AT), triggerChange('/walk/to', ['', 1, 'cut'], AT + 100)] });
    expect(score.modulationAt(AT + 100).segment.from).toEqual(makeScore({ preset }).modulationAt(0).segment.from);
  });
});

describe('quantising', () => {
  it('waits for the next boundary and not longer than to it', () => {
    const { grid } = syntheticTimeline();
    const from = Math.round(5.5 * BEAT);
    const beats = QUANTISES.map((quantise) => Math.round((boundaryTickFrom(grid, quantise, from) / BEAT) * 2) / 2);
    expect(beats).toEqual([5.5, 6, 8, 8, 16, 32]);
    expect(boundaryTickFrom(grid, 'bar', Math.round(8 * BEAT))).toBe(Math.round(8 * BEAT));
  });
});
