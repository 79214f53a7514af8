/** Feedback on stage: a chain in the order of drawing, new ones at cuts and jumps, whole after aborted draws and dead processes. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { liveFeedback } from '../../src/ahead/live-feedback.ts';
import type { WalkPlan } from '../../src/ahead/types.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { UserError } from '../../src/base/errors.ts';
import type { FeedbackLink, LatentPoint, Picture, Pipeline } from '../../src/diffusion/types.ts';
import { startPlaying } from '../../src/play.ts';
import { openShow } from '../../src/show.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';
import { TestPage } from '../server/fixtures.ts';

const base: LatentPoint = { prompts: [{ text: 'neon', weight: 1 }], negative: '', noise: { from: 1, to: 2, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 }, guidance: 1, steps: 1, height: 8, width: 8 };
const plan: WalkPlan = { prepare: () => Promise.resolve(), pointAt: () => base, isCutAt: (from, to) => from < 100 && to >= 100 };
const SETTINGS = { strength: 0.5, zoom: 1.01, rotate: 1, shift: [0.01, 0] } as const;

/** Notes the links that are drawn, and checks as the real painter does that each follows the one drawn before. */
function recorder(): { readonly pipeline: Pipeline; readonly links: FeedbackLink[]; readonly die: () => void } {
  const links: FeedbackLink[] = [];
  let last: FeedbackLink | undefined;
  const draw = async (point: LatentPoint, signal?: AbortSignal): Promise<Picture> => {
    await Promise.resolve();
    signal?.throwIfAborted();
    const link = point.feedback as FeedbackLink;
    if (link.index > 0 && (last?.chain !== link.chain || last.index !== link.index - 1)) throw new UserError('again', 'a chain is drawn in order');
    last = link;
    links.push(link);
    return { height: 8, width: 8, pixels: new Uint8Array(256), cost: 1 };
  };
  const pipeline = { card: {}, draw, measureDifference: () => Promise.resolve([]), dispose: () => Promise.resolve() } as unknown as Pipeline;
  return { pipeline, links, die: () => (last = undefined) };
}

describe('feedback on stage', () => {
  const open = (): { readonly drawAt: (tick: number, signal?: AbortSignal) => Promise<Picture> } & ReturnType<typeof recorder> => {
    const recorded = recorder();
    const chain = liveFeedback({ plan, pipeline: recorded.pipeline, strength: SETTINGS.strength, moveAt: () => SETTINGS });
    return { ...recorded, drawAt: (tick, signal) => chain.pipeline.draw(chain.plan.pointAt(tick), signal) };
  };
  const shape = (links: readonly FeedbackLink[]): [string, number][] => links.map(({ chain, index }) => [chain, index]);

  it('chains pictures in the order of drawing, back after a change too, and moves them by their distance', async () => {
    const { drawAt, links } = open();
    await Promise.all([0, 8, 16, 32, 8, 16].map((tick) => drawAt(tick)));
    expect(new Set(links.map(({ chain }) => chain)).size).toBe(1);
    expect(links.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    // Two video frames, then four, then six back.
    expect(links.slice(1).map(({ rotate }) => rotate)).toEqual([2, 2, 4, 6, 2]);
    expect(links[3]?.zoom).toBeCloseTo(1.01 ** 4, 9);
    expect(links[3]?.shift[0]).toBeCloseTo(0.04, 9);
  });

  it('begins anew at a cut and at a jump', async () => {
    const { drawAt, links } = open();
    for (const tick of [88, 96, 104, 112, 900, 908]) await drawAt(tick);
    const [a, , b, , c] = links.map(({ chain }) => chain);
    expect(shape(links)).toEqual([[a, 0], [a, 1], [b, 0], [b, 1], [c, 0], [c, 1]]);
    expect(new Set([a, b, c]).size).toBe(3);
  });

  it('is whole after a draw that was given up, and after a process that died', async () => {
    const { drawAt, links, die } = open();
    const given = new AbortController();
    const draws = [drawAt(0), drawAt(8, given.signal), drawAt(16)];
    given.abort(new Error('superseded'));
    await expect(draws[1]).rejects.toThrow('superseded');
    await Promise.all([draws[0], draws[2]]);
    expect(links.map(({ index }) => index)).toEqual([0, 1]);
    die();
    await drawAt(24);
    await drawAt(32);
    expect(links.slice(2).map(({ index }) => index)).toEqual([0, 1]);
  });
});

describe('play --feedback', () => {
  let folder: string;
  const closers: (() => Promise<unknown> | void)[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'latentbeat-feedback-'));
    process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(() => {
    delete process.env['LATENTBEAT_CACHE'];
    rmSync(folder, { recursive: true, force: true });
  });

  it('plays such a chain with a Stable Diffusion folder, and is kept by a saved show', async () => {
    const track = join(folder, 'drums.wav');
    await writeWav(track, drumSamples({ seconds: 6, bpm: 120, rate: 22_050 }), 22_050, 1);
    const model = await writeTinyDiffusion(join(folder, 'tiny'), 'sd-turbo-optimum');
    const playing = await startPlaying({ track, model, feedback: SETTINGS, pictureSize: { width: 64, height: 64 }, port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free' });
    closers.push(() => playing.close());
    await playing.opened;
    const page = await TestPage.join(playing.url, { canPlaySound: false });
    closers.push(() => page.close());
    await page.until(() => playing.session.state().showTimeSeconds > 2 && page.frames.length > 6, 60_000);
    expect(page.messages.some((message) => message.type === 'notice' && /could not/.test(message.text))).toBe(false);
    page.send({ type: 'saveShow', name: 'chain' });
    await page.until(() => page.find('notice')?.text.startsWith('The show is saved as') === true);
    const saved = await openShow({ showFile: (page.find('notice')?.text ?? '').replace('The show is saved as ', '') });
    closers.push(() => saved.close());
    expect(saved.feedback).toEqual(SETTINGS);
  });

  it('refuses a model that takes no pictures in one sentence', async () => {
    const model = await writeTinyDiffusion(join(folder, 'web'), 'sd-turbo-web');
    const track = join(folder, 'drums.wav');
    await expect(openShow({ track, model, feedback: SETTINGS })).rejects.toSatisfy((thrown) => thrown instanceof UserError && thrown.exitCode === 4 && /has no vae_encoder, which --feedback needs/.test(thrown.message));
  });
});
