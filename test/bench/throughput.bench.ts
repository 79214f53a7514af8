/**
 * What the pipeline costs beyond its networks: whole pictures beside the bare sessions' runs, interleaved, in this process;
 * then through the inference process with two pictures on their way, as the show draws. Goal: ≤ 1.10 of bare.
 */

import { performance } from 'node:perf_hooks';
import { startInference } from '../../src/ahead/inference.ts';
import { median } from '../../src/base/math.ts';
import { benchPipeline } from '../../src/diffusion/bench.ts';
import { HandPlan } from '../helpers/hand-plan.ts';
import { benchModel } from '../helpers/bench-model.ts';

const PICTURES = 60;
const ROUNDS = 3;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  const model = benchModel();
  if (model === 'fake') throw new Error('no model folder to measure');
  const pipeline = await startInference({ model, threads: 1 });
  const rows: Record<string, number | string>[] = [];
  const plan = new HandPlan(pipeline.card.sizes[0]);
  try {
    await drawThrough(pipeline, plan, 10);
    for (let round = 1; round <= ROUNDS; round++) {
      const local = await benchPipeline(model, { threads: 1, pictures: PICTURES });
      const remote = await drawThrough(pipeline, plan, PICTURES);
      rows.push({ round, 'bare ms': local.bareMs, 'pipeline ms': local.pictureMs, 'pipeline/bare': local.ratio, 'own process ms': remote, 'process/bare': remote / local.bareMs, 'pictures/s': 1000 / remote });
    }
  } finally {
    await pipeline.dispose();
  }
  const of = (column: string): number => median(rows.map((row) => row[column] as number));
  return { name: 'throughput', rows, figures: { pipelineOverBare: of('pipeline/bare'), processOverBare: of('process/bare'), bareMs: of('bare ms'), picturesPerSecond: of('pictures/s') } };
}

/** Median time between pictures (ms) with two on their way. */
async function drawThrough(pipeline: Awaited<ReturnType<typeof startInference>>, plan: HandPlan, count: number): Promise<number> {
  const times: number[] = [];
  let next = 0;
  const keepDrawing = async (): Promise<void> => {
    while (next < count) {
      await pipeline.draw(plan.pointAt(next++));
      times.push(performance.now());
    }
  };
  await Promise.all([keepDrawing(), keepDrawing()]);
  return median(times.slice(1).map((time, i) => time - (times[i] as number)));
}
