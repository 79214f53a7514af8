/**
 * How fast a model folder draws here: whole pictures through the pipeline beside the bare sum of its sessions' runs on
 * the same shapes, interleaved so that a busy machine touches both alike. Times are medians in ms of wall time.
 */

import { performance } from 'node:perf_hooks';
import { median } from '../base/math.ts';
import type { Milliseconds } from '../base/units.ts';
import { createSession } from '../onnx/session.ts';
import type { OnnxSession, PlainTensor } from '../onnx/session.ts';
import { readModelFolder } from './folder.ts';
import { openPipeline } from './pipeline.ts';
import type { StageTimes } from './pipeline.ts';
import type { LatentPoint, ModelCard } from './types.ts';

export interface BenchOptions {
  readonly provider?: string;
  readonly threads?: number;
  /** Pictures measured; default 40. */
  readonly pictures?: number;
}

export interface PipelineBench {
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
  readonly picturesPerSecond: number;
  readonly pictureMs: Milliseconds;
  /** Sum of the UNet's runs (steps times) and the decoder's, without anything around them. */
  readonly bareMs: Milliseconds;
  /** pictureMs / bareMs: the median of the pairs' ratios. */
  readonly ratio: number;
  readonly stages: StageTimes;
}

/** Draws a walk between two prompts and two seeds; 5 pictures warm up. */
export async function benchPipeline(folder: string, options: BenchOptions = {}): Promise<PipelineBench> {
  const model = await readModelFolder(folder);
  const pipeline = await openPipeline(folder, options);
  const unet = await createSession(model.files.unet, options);
  const decoder = await createSession(model.files.decoder, options);
  const { card } = pipeline;
  const pairs: { readonly whole: number; readonly bare: number; readonly stages: StageTimes }[] = [];
  try {
    const [native] = card.sizes;
    const feeds = { unet: feedsOf(unet, model, native), decoder: feedsOf(decoder, model, native) };
    const count = options.pictures ?? 40;
    for (let i = -5; i < count; i++) {
      const whole = await timeOf(() => pipeline.draw(benchPoint(card, Math.max(0, i) / count)));
      const bare = await timeOf(async () => {
        for (let step = 0; step < card.steps; step++) await unet.run(feeds.unet);
        await decoder.run(feeds.decoder);
      });
      if (i >= 0) pairs.push({ whole, bare, stages: pipeline.stageTimes() });
    }
  } finally {
    await Promise.all([pipeline.dispose(), unet.release(), decoder.release()]);
  }
  const pictureMs = median(pairs.map((pair) => pair.whole));
  const stage = (name: keyof StageTimes): number => median(pairs.map((pair) => pair.stages[name]));
  return {
    model: card.name,
    provider: card.provider,
    threads: options.threads ?? 1,
    picturesPerSecond: 1000 / pictureMs,
    pictureMs,
    bareMs: median(pairs.map((pair) => pair.bare)),
    ratio: median(pairs.map((pair) => pair.whole / pair.bare)),
    stages: { text: stage('text'), noise: stage('noise'), denoise: stage('denoise'), decode: stage('decode') },
  };
}

function benchPoint(card: ModelCard, along: number): LatentPoint {
  const [a = 'neon jellyfish', b = 'stained glass'] = card.examplePrompts;
  const { height, width } = card.sizes[0] ?? { height: 128, width: 128 };
  return { prompts: [{ text: a, weight: 1 - along }, { text: b, weight: along }], negative: '', noise: { from: 1, to: 2, position: along, orbit: along, pushSeed: 3, pushAmount: 0.05 }, guidance: card.guidance, steps: card.steps, height, width };
}

/** Zeros of the shapes that a native picture needs; a free length of the text is 32. */
function feedsOf(session: OnnxSession, model: { readonly latentChannels: number; readonly spatialFactor: number }, native: { readonly height: number; readonly width: number } | undefined): Record<string, PlainTensor> {
  const latent = [1, model.latentChannels, (native?.height ?? 128) / model.spatialFactor, (native?.width ?? 128) / model.spatialFactor];
  return Object.fromEntries(session.inputs.map(({ name, dims }) => {
    const known = dims.map((dim, i) => (typeof dim === 'number' && dim > 0 ? dim : dims.length === 4 ? (latent[i] as number) : i === 0 ? 1 : 32));
    return [name, { data: new Float32Array(known.reduce((product, dim) => product * dim, 1)), dims: known }];
  }));
}

async function timeOf(work: () => Promise<unknown>): Promise<Milliseconds> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
