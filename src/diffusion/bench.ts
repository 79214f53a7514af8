/**
 * How fast a model folder draws here: whole pictures through the pipeline beside the bare native runs of the same graphs
 * on the same inputs, interleaved so that a busy machine touches both alike. Times are medians in ms of wall time.
 */

import { performance } from 'node:perf_hooks';
import { median } from '../base/math.ts';
import type { PixelSize } from '../base/picture-shape.ts';
import type { Milliseconds } from '../base/units.ts';
import { openPipeline } from './pipeline.ts';
import type { LocalPipeline, StageTimes } from './pipeline.ts';
import type { LatentPoint, ModelCard, ModelSettings } from './types.ts';

export interface BenchOptions extends ModelSettings {
  /** Pictures measured; default 40. */
  readonly pictures?: number;
  /** Drawn before; default 5. */
  readonly warmUp?: number;
  /** Of one picture; default: the model's own. */
  readonly steps?: number;
  /** Pixels; default: the model's best. */
  readonly size?: PixelSize;
}

export interface PipelineBench {
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
  readonly decoder: string;
  /** Of each picture. */
  readonly steps: number;
  readonly width: number;
  readonly height: number;
  readonly picturesPerSecond: number;
  readonly pictureMs: Milliseconds;
  /** Sum of the runs of UNet and decoder that a picture takes, without anything around them. */
  readonly bareMs: Milliseconds;
  /** pictureMs / bareMs: the median of the pairs' ratios. */
  readonly ratio: number;
  /** pictureMs − bareMs: the median of the pairs' differences. */
  readonly overheadMs: Milliseconds;
  /** The same in processor time, which a busy machine does not stretch. */
  readonly overheadCpuMs: Milliseconds;
  readonly stages: StageTimes;
  /** Opening the sessions, and the first picture after that. */
  readonly openMs: Milliseconds;
  readonly firstMs: Milliseconds;
  /** What opening and drawing added to the process. */
  readonly memoryMegabytes: number;
}

/** Draws a walk between two prompts and two seeds. */
export async function benchPipeline(folder: string, options: BenchOptions = {}): Promise<PipelineBench> {
  const { pictures: count = 40, warmUp = 5 } = options;
  const before = process.memoryUsage.rss();
  const runs: (() => Promise<unknown>)[] = [];
  const opening = performance.now();
  const pipeline = await openPipeline(folder, { ...options, onRun: (again) => runs.push(again) });
  const openMs = performance.now() - opening;
  const draw = async (index: number): Promise<void> => {
    runs.length = 0;
    await pipeline.draw(benchPoint(pipeline.card, Math.max(0, index) / count, options));
  };
  const pairs: Pair[] = [];
  let firstMs = 0;
  try {
    for (let i = -warmUp; i < count; i++) {
      const whole = await timeOf(() => draw(i));
      if (i === -warmUp) firstMs = whole.wall;
      const bare = await timeOf(async () => {
        for (const again of runs.slice()) await again();
      });
      if (i >= 0) pairs.push({ whole, bare, stages: pipeline.stageTimes() });
    }
    return { ...summarise(pipeline, options, pairs), openMs, firstMs, memoryMegabytes: (process.memoryUsage.rss() - before) / 2 ** 20 };
  } finally {
    await pipeline.dispose();
  }
}

interface Spent {
  readonly wall: Milliseconds;
  readonly cpu: Milliseconds;
}

interface Pair {
  readonly whole: Spent;
  readonly bare: Spent;
  readonly stages: StageTimes;
}

function summarise({ card, folder }: LocalPipeline, options: BenchOptions, pairs: readonly Pair[]): Omit<PipelineBench, 'openMs' | 'firstMs' | 'memoryMegabytes'> {
  const pictureMs = median(pairs.map((pair) => pair.whole.wall));
  const stage = (name: keyof StageTimes): number => median(pairs.map((pair) => pair.stages[name]));
  const { height, width } = options.size ?? card.sizes[0] ?? { height: 0, width: 0 };
  return {
    model: card.name,
    provider: card.provider,
    threads: options.threads ?? 1,
    decoder: folder.codec.kind,
    steps: options.steps ?? card.steps,
    width,
    height,
    picturesPerSecond: 1000 / pictureMs,
    pictureMs,
    bareMs: median(pairs.map((pair) => pair.bare.wall)),
    ratio: median(pairs.map((pair) => pair.whole.wall / pair.bare.wall)),
    overheadMs: median(pairs.map((pair) => pair.whole.wall - pair.bare.wall)),
    overheadCpuMs: median(pairs.map((pair) => pair.whole.cpu - pair.bare.cpu)),
    stages: { text: stage('text'), noise: stage('noise'), denoise: stage('denoise'), decode: stage('decode') },
  };
}

function benchPoint(card: ModelCard, along: number, { steps = card.steps, size }: BenchOptions): LatentPoint {
  const [a = 'neon jellyfish', b = 'stained glass'] = card.examplePrompts;
  const { height, width } = size ?? card.sizes[0] ?? { height: 128, width: 128 };
  return { prompts: [{ text: a, weight: 1 - along }, { text: b, weight: along }], negative: '', noise: { from: 1, to: 2, position: along, orbit: along, pushSeed: 3, pushAmount: 0.05 }, guidance: card.guidance, steps, height, width };
}

async function timeOf(work: () => Promise<unknown>): Promise<Spent> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

export interface BatchBench {
  readonly batch: number;
  readonly stream: boolean;
  readonly picturesPerSecond: number;
}

/** Pictures a second with 1, 2, 4 and 8 pictures a call and, where the model can, as a stream batch. */
export async function benchBatches(folder: string, options: BenchOptions = {}): Promise<BatchBench[]> {
  const results: BatchBench[] = [];
  for (const { batch, stream } of [1, 2, 4, 8].map((size) => ({ batch: size, stream: false })).concat({ batch: 1, stream: true })) {
    const pipeline = await openPipeline(folder, { ...options, batch, stream }).catch(() => undefined);
    if (pipeline === undefined) continue;
    try {
      const count = Math.max(8, options.pictures ?? 16);
      const draw = (index: number): Promise<unknown> => pipeline.draw(benchPoint(pipeline.card, index / count, options));
      await draw(0);
      const { wall } = await timeOf(() => Promise.all(Array.from({ length: count }, (_, i) => draw(i))));
      results.push({ batch, stream, picturesPerSecond: (1000 * count) / wall });
    } finally {
      await pipeline.dispose();
    }
  }
  return results;
}
