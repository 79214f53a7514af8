/** scheduler_traces.json and diffusers_full_loop.json: whole runs of the schedulers, step by step and end to end. */

import { createScheduler } from '../../src/diffusion/schedulers/create.ts';
import type { Schedule, Scheduler } from '../../src/diffusion/schedulers/types.ts';
import { createGenerator } from '../../src/diffusion/rng/draw.ts';
import { expectAllNear, expectNear, expectSame, largest, sumOf } from './report.ts';
import type { Case } from './report.ts';

/** The tolerances of the facts: samples, sigmas, timesteps found by interpolation. */
const SAMPLES = { relative: 1e-4 };
const SIGMAS = { relative: 2e-5 };
const TIMESTEPS = { relative: 2e-3 };

type Config = Readonly<Record<string, unknown>>;

interface TraceStep {
  readonly i: number;
  readonly t: number;
  readonly model_input_first4?: readonly number[];
  readonly model_output_first4?: readonly number[];
  readonly prev_sample?: readonly number[];
  readonly prev_sample_first8?: readonly number[];
  readonly prev_sample_sum?: number;
  readonly prev_sample_abs_sum?: number;
  readonly noise_first8?: readonly number[];
}

interface Trace {
  readonly name: string;
  readonly scheduler: string;
  readonly config: Config;
  readonly set_timesteps: { readonly num_inference_steps?: number; readonly sigmas?: readonly number[]; readonly timesteps?: readonly number[]; readonly mu?: number; readonly strength?: number; readonly original_inference_steps?: number };
  readonly step_kwargs?: { readonly eta?: number };
  readonly generator_seed: number | null;
  readonly timesteps: readonly number[];
  readonly sigmas?: readonly number[] | null;
  readonly init_noise_sigma: number;
  readonly steps: readonly TraceStep[];
}

interface AddNoise {
  readonly name: string;
  readonly scheduler: string;
  readonly config: Config;
  readonly n: number;
  readonly timestep_index: number;
  readonly out_first16: readonly number[];
  readonly abs_sum?: number;
}

interface TraceFile {
  readonly x_init: readonly number[];
  readonly bias: readonly number[];
  readonly add_noise_noise?: readonly number[];
  readonly cases?: readonly Trace[];
  readonly add_noise?: readonly AddNoise[];
}

export function traceCases(file: TraceFile): Case[] {
  return [
    ...(file.cases ?? []).map((trace) => ({ name: trace.name, check: () => checkTrace(trace, file) })),
    ...(file.add_noise ?? []).map((entry) => ({ name: `add_noise ${entry.name}`, check: () => checkAddNoise(entry, file) })),
  ];
}

function checkTrace(trace: Trace, file: TraceFile): void {
  const { num_inference_steps: steps, original_inference_steps: original, ...options } = trace.set_timesteps;
  // TCD told the number spaces over all train steps.
  const spaced = original === undefined ? {} : { original_inference_steps: trace.scheduler === 'TCDScheduler' ? (trace.config['num_train_timesteps'] ?? 1000) : original };
  const eta = trace.step_kwargs?.eta;
  const scheduler = createScheduler({ ...trace.config, ...spaced, _class_name: trace.scheduler }, undefined, { eta: eta ?? defaultEta(trace.scheduler) });
  const schedule = scheduler.setTimesteps(steps ?? options.sigmas?.length ?? options.timesteps?.length ?? 0, options);
  checkSchedule(schedule, trace);
  const isFlow = trace.scheduler.startsWith('FlowMatch');
  const sample = Float32Array.from(file.x_init, (value) => value * (isFlow ? 1 : Math.fround(schedule.initNoiseSigma)));
  const generator = trace.generator_seed === null ? undefined : createGenerator('torch-cpu', trace.generator_seed);
  const expected = new Map(trace.steps.map((step) => [step.i, step]));
  schedule.timesteps.forEach((_, i) => {
    const step = expected.get(i);
    const input = scheduler.scaleModelInput(sample, i);
    const output = input.map((value, k) => Math.fround(0.5 * value) + (file.bias[k] as number));
    if (step?.model_input_first4 !== undefined) expectAllNear(`step ${i} model input`, input, step.model_input_first4, SAMPLES);
    if (step?.model_output_first4 !== undefined) expectAllNear(`step ${i} model output`, output, step.model_output_first4, SAMPLES);
    const noise = scheduler.needsNoise(i) ? generator?.randn(sample.length) : undefined;
    if (step?.noise_first8 !== undefined && noise !== undefined) expectAllNear(`step ${i} noise`, noise, step.noise_first8, { absolute: 3e-6 });
    scheduler.step(output, i, sample, noise);
    if (step !== undefined) checkSample(step, sample);
  });
}

/** diffusers' step() of TCD takes 0.3 where nothing is given, DDIM's 0. */
function defaultEta(className: string): number | undefined {
  return className === 'TCDScheduler' ? 0.3 : undefined;
}

function checkSchedule(schedule: Schedule, expected: { readonly timesteps: readonly number[]; readonly sigmas?: readonly number[] | null; readonly init_noise_sigma: number }): void {
  expectSame('number of model calls', schedule.timesteps.length, expected.timesteps.length);
  schedule.timesteps.forEach((timestep, i) => expectNear(`timestep ${i}`, timestep, expected.timesteps[i] as number, TIMESTEPS, 1));
  expectNear('init_noise_sigma', schedule.initNoiseSigma, expected.init_noise_sigma, SIGMAS);
  if (expected.sigmas === undefined || expected.sigmas === null || schedule.sigmas.length === 0) return;
  expectSame('number of sigmas', schedule.sigmas.length, expected.sigmas.length);
  schedule.sigmas.forEach((sigma, i) => expectNear(`sigma ${i}`, sigma, (expected.sigmas as readonly number[])[i] as number, SIGMAS));
}

function checkSample(step: TraceStep, sample: Float32Array): void {
  const scale = largest(step.prev_sample ?? step.prev_sample_first8 ?? []);
  const what = `step ${step.i} sample`;
  expectAllNear(what, sample, step.prev_sample ?? [], SAMPLES, scale);
  expectAllNear(what, sample, step.prev_sample_first8 ?? [], SAMPLES, scale);
  if (step.prev_sample_abs_sum !== undefined) expectNear(`${what} absolute sum`, sumOf(sample, Math.abs), step.prev_sample_abs_sum, SAMPLES);
  if (step.prev_sample_sum !== undefined) expectNear(`${what} sum`, sumOf(sample), step.prev_sample_sum, SAMPLES, step.prev_sample_abs_sum ?? 0);
}

function checkAddNoise(entry: AddNoise, file: TraceFile): void {
  const scheduler = createScheduler({ ...entry.config, _class_name: entry.scheduler });
  scheduler.setTimesteps(entry.n);
  const came = scheduler.addNoise(Float32Array.from(file.x_init), Float32Array.from(file.add_noise_noise ?? []), entry.timestep_index);
  expectAllNear('noised', came, entry.out_first16, SAMPLES);
  if (entry.abs_sum !== undefined) expectNear('absolute sum', sumOf(came, Math.abs), entry.abs_sum, SAMPLES);
}

interface FullLoop {
  readonly name: string;
  readonly scheduler: string;
  readonly config: Config;
  readonly num_inference_steps: number;
  readonly init: string;
  readonly scale_model_input_overwrites_sample: boolean;
  readonly add_noise_t_start: number | null;
  readonly generator_seed: number | null;
  readonly step_kwargs?: { readonly eta?: number };
  readonly sample_dims_CHW: readonly number[];
  readonly measured_abs_sum?: number;
  readonly measured_abs_mean?: number;
  readonly expected_abs_sum?: number | null;
  readonly expected_abs_mean?: number | null;
  readonly tol_sum?: number | null;
  readonly tol_mean?: number | null;
  readonly timesteps: readonly number[];
  readonly sigmas?: readonly number[] | null;
  readonly init_noise_sigma: number;
  readonly final_first16_BCHW?: readonly number[];
  readonly final_last4_BCHW?: readonly number[];
}

export function fullLoopCases(file: { readonly cases?: readonly FullLoop[] }): Case[] {
  return (file.cases ?? []).map((loop) => ({ name: loop.name, check: () => checkFullLoop(loop) }));
}

const BATCH = 4;

/** Each batch item runs on a scheduler of its own; the noise is one draw over the whole batch. */
function checkFullLoop(loop: FullLoop): void {
  const size = loop.sample_dims_CHW.reduce((product, side) => product * side, 1);
  const eta = loop.step_kwargs?.eta ?? defaultEta(loop.scheduler);
  const schedulers = Array.from({ length: BATCH }, () => createScheduler({ ...loop.config, _class_name: loop.scheduler }, undefined, { eta }));
  const schedule = schedulers.map((scheduler) => scheduler.setTimesteps(loop.num_inference_steps))[0] as Schedule;
  const skip = (loop.add_noise_t_start ?? 0) * (loop.scheduler.startsWith('Heun') ? 2 : 1);
  // The file lists the model calls that are made, and the sigmas of all.
  checkSchedule({ ...schedule, timesteps: schedule.timesteps.slice(skip) }, loop);
  const samples = initialSamples(loop, size, schedule, schedulers, skip);
  const generator = loop.generator_seed === null ? undefined : createGenerator('torch-cpu', loop.generator_seed);
  schedule.timesteps.slice(skip).forEach((timestep, i) => {
    const place = i + skip;
    const noise = schedulers[0]?.needsNoise(place) === true ? generator?.randn(size * BATCH) : undefined;
    samples.forEach((sample, item) => stepItem({ scheduler: schedulers[item] as Scheduler, sample, place, timestep, noise: noise?.subarray(item * size, (item + 1) * size), overwrites: loop.scale_model_input_overwrites_sample }));
  });
  checkFinal(loop, samples);
}

function initialSamples(loop: FullLoop, size: number, schedule: Schedule, schedulers: readonly Scheduler[], skip: number): Float32Array[] {
  const total = size * BATCH;
  const scale = loop.init.includes('init_noise_sigma') ? Math.fround(schedule.initNoiseSigma) : 1;
  return schedulers.map((scheduler, item) => {
    const ramp = Float32Array.from({ length: size }, (_, i) => Math.fround((i * BATCH + item) / total) * scale);
    if (loop.add_noise_t_start === null) return ramp;
    return scheduler.addNoise(ramp, Float32Array.from({ length: size }, (_, i) => (total - 1 - (i * BATCH + item)) / total), skip);
  });
}

interface ItemStep {
  readonly scheduler: Scheduler;
  readonly sample: Float32Array;
  readonly place: number;
  readonly timestep: number;
  readonly noise: Float32Array | undefined;
  readonly overwrites: boolean;
}

function stepItem({ scheduler, sample, place, timestep, noise, overwrites }: ItemStep): void {
  const input = scheduler.scaleModelInput(sample, place);
  const output = input.map((value) => Math.fround(value * timestep) / Math.fround(timestep + 1));
  if (overwrites) sample.set(input);
  scheduler.step(output, place, sample, noise);
}

function checkFinal(loop: FullLoop, samples: readonly Float32Array[]): void {
  const all = Float32Array.from(samples.flatMap((sample) => [...sample]));
  const sum = sumOf(all, Math.abs);
  const scale = sum / all.length;
  if (loop.measured_abs_sum !== undefined) expectNear('absolute sum', sum, loop.measured_abs_sum, SAMPLES);
  if (loop.measured_abs_mean !== undefined) expectNear('absolute mean', sum / all.length, loop.measured_abs_mean, SAMPLES);
  if (typeof loop.expected_abs_sum === 'number') expectNear('absolute sum upstream', sum, loop.expected_abs_sum, { absolute: loop.tol_sum ?? 1e-2 });
  if (typeof loop.expected_abs_mean === 'number') expectNear('absolute mean upstream', sum / all.length, loop.expected_abs_mean, { absolute: loop.tol_mean ?? 1e-3 });
  expectAllNear('first values', all, loop.final_first16_BCHW ?? [], SAMPLES, Math.max(scale, largest(loop.final_first16_BCHW ?? [])));
  expectAllNear('last values', all.slice(-(loop.final_last4_BCHW ?? []).length || all.length), loop.final_last4_BCHW ?? [], SAMPLES);
}
