/** Pictures moved and drawn over: plain geometry, chains in order, and ranges of a video that come out the same in parts. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WalkPlan } from '../../src/ahead/types.ts';
import { UserError } from '../../src/base/errors.ts';
import { movePicture } from '../../src/diffusion/feedback.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LocalPipeline } from '../../src/diffusion/pipeline.ts';
import type { FeedbackLink, LatentPoint } from '../../src/diffusion/types.ts';
import { feedbackFrames } from '../../src/video/feedback-frames.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';

const STILL = { zoom: 1, rotate: 0, shift: [0, 0] } as const;

/** A dot of 3x3 white pixels about (y, x) on black. */
function dot(y: number, x: number, height = 41, width = 61): { readonly height: number; readonly width: number; readonly pixels: Uint8Array } {
  const pixels = new Uint8Array(height * width * 4).fill(0);
  for (let i = 0; i < height * width; i++) {
    const inside = Math.abs(Math.floor(i / width) - y) <= 1 && Math.abs((i % width) - x) <= 1;
    pixels.set([inside ? 255 : 0, inside ? 255 : 0, inside ? 255 : 0, 255], 4 * i);
  }
  return { height, width, pixels };
}

/** Centre of the light. */
function lightOf({ width, pixels }: ReturnType<typeof dot>): readonly [number, number] {
  let [sum, down, across] = [0, 0, 0];
  for (let i = 0; i < pixels.length / 4; i++) {
    const value = pixels[4 * i] as number;
    sum += value;
    down += value * Math.floor(i / width);
    across += value * (i % width);
  }
  return [down / sum, across / sum];
}

describe('movePicture', () => {
  it('leaves a picture that is not moved', () => expect(movePicture(dot(10, 10), STILL).pixels).toEqual(dot(10, 10).pixels));

  it.each([
    ['shift', { ...STILL, shift: [0.1, -0.1] as const }, [15, 30], [10.9, 36.1]],
    ['zoom', { ...STILL, zoom: 2 }, [24, 34], [28, 38]],
    ['quarter turn', { ...STILL, rotate: 90 }, [20, 40], [10, 30]],
  ] as const)('moves by %s about the centre', (_name, move, [y, x], [toY, toX]) => {
    const [down, across] = lightOf(movePicture(dot(y, x), move));
    expect(down).toBeCloseTo(toY, 0);
    expect(across).toBeCloseTo(toX, 0);
  });

  it('mirrors what comes in at the edges', () => {
    const grey = { height: 8, width: 8, pixels: new Uint8Array(256).fill(200) };
    expect(Math.min(...movePicture(grey, { zoom: 0.5, rotate: 30, shift: [0.4, 0] }).pixels)).toBe(200);
  });
});

describe('chains', () => {
  let pipeline: LocalPipeline;
  let folder: string;
  beforeAll(async () => {
    folder = await writeTinyDiffusion(await mkdtemp(join(tmpdir(), 'latentbeat-chain-')), 'sd15-optimum');
    pipeline = await openPipeline(folder);
  });
  afterAll(() => pipeline.dispose());

  const base: LatentPoint = { prompts: [{ text: 'a neon cat', weight: 1 }], negative: '', noise: { from: 1, to: 2, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 }, guidance: 1, steps: 4, height: 64, width: 64 };
  const link = (index: number): FeedbackLink => ({ chain: 'a', index, strength: 0.5, zoom: 1.05, rotate: 2, shift: [0.01, 0] });

  it('goes on from the picture before, the same each time', async () => {
    const draw = async (): Promise<readonly string[]> => {
      const hashes: string[] = [];
      for (let i = 0; i < 4; i++) hashes.push(Buffer.from((await pipeline.draw({ ...base, feedback: link(i) })).pixels).toString('base64'));
      return hashes;
    };
    const first = await draw();
    expect(await draw()).toEqual(first);
    expect(new Set(first).size).toBe(4);
    expect(first[0]).toBe(Buffer.from((await pipeline.draw(base)).pixels).toString('base64'));
  });

  it('is drawn in order', async () => {
    await pipeline.draw({ ...base, feedback: link(0) });
    await expect(pipeline.draw({ ...base, feedback: link(2) })).rejects.toSatisfy((reason) => reason instanceof UserError && reason.fault === 'again' && /drawn in order/.test(reason.message));
  });

  it('gives a video the same frames in parts as in one go, cuts included', async () => {
    const plan: WalkPlan = { prepare: () => Promise.resolve(), pointAt: (tick) => ({ ...base, noise: { ...base.noise, position: Math.min(1, tick / 40) } }), isCutAt: (from, to) => from < 12 && to >= 12 };
    const open = (): ReturnType<typeof feedbackFrames> => feedbackFrames({ plan, pipeline, strength: 0.4, tickOf: (index) => index * 4, moveAt: (index) => ({ ...STILL, zoom: 1 + index / 100 }) });
    const frame = async ({ plan: own, pipeline: drawer }: ReturnType<typeof open>, index: number): Promise<string> => Buffer.from((await drawer.draw(own.pointAt(index * 4))).pixels).toString('base64');
    const whole: string[] = [];
    const once = open();
    for (let i = 0; i < 7; i++) whole.push(await frame(once, i));
    expect(new Set(whole).size).toBe(7);
    const parts = open();
    for (const index of [5, 6, 2, 3, 0]) expect(await frame(parts, index)).toBe(whole[index]);
    // The frame at a cut is drawn anew.
    expect(whole[3]).toBe(Buffer.from((await pipeline.draw(plan.pointAt(12))).pixels).toString('base64'));
  });
});
