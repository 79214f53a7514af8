/**
 * What Stable Diffusion costs here beyond its networks, and how fast it draws.
 * - overhead: whole pictures beside the bare native runs on the same inputs, interleaved: on a tiny model in ms a picture
 *   (goal ≤ 1), on a full-size one (LATENTBEAT_FULL_MODEL, test/reference/full_size_model.py) as a ratio (goal ≤ 1.05);
 * - walk step: mixing four prompts and the noise of a point, at the size of SD, without any network (goal ≤ 1 ms);
 * - pictures a second by provider, by pictures in a call, with and without kept embeddings and the tiny decoder.
 */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';
import { benchBatches, benchPipeline } from '../../src/diffusion/bench.ts';
import type { PipelineBench } from '../../src/diffusion/bench.ts';
import { NoiseField, toolStations } from '../../src/diffusion/noise.ts';
import { ClipPromptEncoder } from '../../src/diffusion/prompt/clip-encoder.ts';
import { loadClipTokenizer } from '../../src/diffusion/prompt/clip-tokenizer.ts';
import { listProviders } from '../../src/onnx/providers.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';
import type { RecipeName } from '../helpers/tiny-diffusion.ts';

type Row = Record<string, number | string>;

const STEPS_MEASURED = 200;
/** Pairs on a full-size model, which takes seconds a picture on a processor (there LATENTBEAT_FULL_PAIRS may be fewer). */
const FULL_PAIRS = Number(process.env['LATENTBEAT_FULL_PAIRS'] ?? 5);

export async function run(): Promise<{ name: string; rows: Row[]; figures: Record<string, number | string | boolean> }> {
  const scratch = await mkdtemp(join(tmpdir(), 'latentbeat-bench-'));
  const rows: Row[] = [];
  const figures: Record<string, number | string | boolean> = {};
  for (const name of ['sd-turbo-optimum', 'sdxl-turbo-olive'] as const) {
    const { overheadMs, overheadCpuMs, bareMs, pictureMs } = await tiny(scratch, name);
    rows.push({ what: `overhead, tiny ${name}`, value: overheadMs, unit: 'ms a picture', detail: `${pictureMs.toFixed(2)} against bare ${bareMs.toFixed(2)} ms; in processor time ${overheadCpuMs.toFixed(2)} ms` });
    figures[`tinyOverheadCpuMs ${name}`] = overheadCpuMs;
    figures[`tinyOverheadMs ${name}`] = overheadMs;
  }
  const step = await walkStep();
  rows.push({ what: 'walk step, 4 prompts, 77x768 and 4x64x64', value: step.wall, unit: 'ms a picture', detail: `mix, slerp, orbit, push; in processor time ${step.cpu.toFixed(2)} ms` });
  figures['walkStepMs'] = step.wall;
  figures['walkStepCpuMs'] = step.cpu;
  await tricks(scratch, rows, figures);
  await fullSize(rows, figures);
  return { name: 'diffusion', rows, figures };
}

async function tiny(scratch: string, name: RecipeName): Promise<PipelineBench> {
  return benchPipeline(await writeTinyDiffusion(scratch, name), { threads: 1, pictures: 100, warmUp: 100, size: { height: 64, width: 64 } });
}

/** Median ms of what a frame's words and noise take when nothing has to be encoded: all weights and places move. */
async function walkStep(): Promise<{ readonly wall: number; readonly cpu: number }> {
  const tokenizer = await loadClipTokenizer();
  const random = randomFor(0, 'bench embeddings');
  const encode = (): Promise<{ readonly hidden: Float32Array; readonly pooled: Float32Array }> => Promise.resolve({ hidden: Float32Array.from({ length: 77 * 768 }, () => random.normal()), pooled: new Float32Array(0) });
  const prompts = new ClipPromptEncoder([{ tokenizer, encode }], { keepMean: true, zeroWhenEmpty: false });
  const noise = new NoiseField(toolStations('torch-cpu'));
  const words = ['neon jellyfish', 'stained glass', 'city at night', 'deep nebula'];
  const times: number[] = [];
  const spent: number[] = [];
  for (let i = 0; i < STEPS_MEASURED; i++) {
    const along = i / STEPS_MEASURED;
    const start = performance.now();
    const before = process.cpuUsage();
    await prompts.encodeMix(words.map((text, k) => ({ text, weight: 1 + Math.sin(along * 7 + k) })));
    noise.resolve({ from: 1, to: 2, position: along, orbit: along, pushSeed: 3, pushAmount: 0.05 }, { channels: 4, height: 64, width: 64 });
    const { user, system } = process.cpuUsage(before);
    if (i < 20) continue;
    times.push(performance.now() - start);
    spent.push((user + system) / 1000);
  }
  return { wall: median(times), cpu: median(spent) };
}

/** Each trick on and off in turn, on a tiny few-step model: what it changes beside the networks' own time. */
async function tricks(scratch: string, rows: Row[], figures: Record<string, number | string | boolean>): Promise<void> {
  const folder = await writeTinyDiffusion(scratch, 'lcm-int64');
  const size = { height: 64, width: 64 };
  for (const { batch, stream, picturesPerSecond } of await benchBatches(folder, { threads: 1, pictures: 48, size })) {
    const label = stream ? 'stream batch' : `batch ${batch}`;
    rows.push({ what: `tiny LCM, ${label}`, value: picturesPerSecond, unit: 'pictures/s', detail: '4 steps' });
    figures[`tinyLcm ${label}`] = picturesPerSecond;
  }
  for (const remember of [true, false]) {
    const { picturesPerSecond } = await benchPipeline(folder, { threads: 1, pictures: 40, remember, size });
    rows.push({ what: `tiny LCM, embeddings ${remember ? 'kept' : 'made anew'}`, value: picturesPerSecond, unit: 'pictures/s', detail: '4 steps' });
    figures[`tinyLcm embeddings ${remember ? 'kept' : 'anew'}`] = picturesPerSecond;
  }
}

/** One step and TAESD at 512x512 on each provider that is here. */
async function fullSize(rows: Row[], figures: Record<string, number | string | boolean>): Promise<void> {
  const folder = process.env['LATENTBEAT_FULL_MODEL'];
  if (folder === undefined || folder === '') {
    rows.push({ what: 'full-size model', value: 'not measured', unit: '', detail: 'name one in LATENTBEAT_FULL_MODEL (test/reference/full_size_model.py writes it)' });
    return;
  }
  for (const provider of listProviders()) {
    const result = await benchPipeline(folder, { provider, threads: 1, pictures: FULL_PAIRS, warmUp: 1, steps: 1 }).catch((reason: unknown) => String(reason));
    if (typeof result === 'string' || result.provider !== provider) {
      rows.push({ what: `full size on ${provider}`, value: 'cannot run here', unit: '', detail: typeof result === 'string' ? result.slice(0, 120) : `fell through to ${result.provider}` });
      continue;
    }
    rows.push({ what: `full size on ${provider}, 1 step, ${result.decoder} decoder`, value: result.picturesPerSecond, unit: 'pictures/s', detail: `ratio ${result.ratio.toFixed(4)}, overhead ${result.overheadMs.toFixed(1)} ms, denoise ${result.stages.denoise.toFixed(0)} ms, decode ${result.stages.decode.toFixed(0)} ms, opening ${(result.openMs / 1000).toFixed(1)} s, ${Math.round(result.memoryMegabytes)} MB` });
    figures[`fullRatio ${provider}`] = result.ratio;
    figures[`fullPicturesPerSecond ${provider}`] = result.picturesPerSecond;
  }
}
