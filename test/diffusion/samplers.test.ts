/**
 * The samplers by what must hold for any of them: a model that knows the answer is led to it, a run can be repeated, no
 * noise is asked for twice, image to image starts where it says, bad configs get one sentence.
 */

import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../src/diffusion/schedulers/create.ts';
import { SCHEDULER_NAMES } from '../../src/diffusion/schedulers/config.ts';
import type { Scheduler, SchedulerConfig, TimestepOptions } from '../../src/diffusion/schedulers/types.ts';
import { createGenerator } from '../../src/diffusion/rng/draw.ts';
import { betaQuantile, incompleteBeta } from '../../src/diffusion/schedulers/beta-quantile.ts';

const SD15: SchedulerConfig = { _class_name: 'PNDMScheduler', beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', skip_prk_steps: true, set_alpha_to_one: false, steps_offset: 1, clip_sample: false, num_train_timesteps: 1000 };
const FLOW: SchedulerConfig = { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 };
const LATENT = Float32Array.from({ length: 64 }, (_, i) => 0.8 * Math.sin(i));
const isFlowSolver = (name: string): boolean => ['flow', 'dpm++2m', 'dpm++2s', 'unipc'].includes(name);

/** The answer of a model for which every noisy sample hides `LATENT`: found from addNoise alone. */
function perfectAnswer(scheduler: Scheduler, index: number, sample: Float32Array): Float32Array {
  const zeros = new Float32Array(1);
  const signal = scheduler.addNoise(Float32Array.of(1), zeros, index)[0] as number;
  const noise = scheduler.addNoise(zeros, Float32Array.of(1), index)[0] as number;
  return sample.map((value, i) => {
    const epsilon = (value - signal * (LATENT[i] as number)) / noise;
    if (scheduler.predictionType === 'flow_prediction') return epsilon - (LATENT[i] as number);
    // sigma samplers know v in the space of their scaled input.
    const scale = Math.hypot(signal, noise);
    return scheduler.predictionType === 'v_prediction' ? (signal / scale) * epsilon - (noise / scale) * (LATENT[i] as number) : epsilon;
  });
}

interface Run {
  readonly sample: Float32Array;
  readonly noises: number;
}

function sampleWith(scheduler: Scheduler, steps: number, options: TimestepOptions = {}, start?: Float32Array): Run {
  const generator = createGenerator('torch-cpu', 5);
  const schedule = scheduler.setTimesteps(steps, options);
  const noise = generator.randn(LATENT.length);
  const sample = start === undefined ? noise.map((value) => value * schedule.initNoiseSigma) : scheduler.addNoise(start, noise, 0);
  let noises = 0;
  schedule.timesteps.forEach((_, i) => {
    const extra = scheduler.needsNoise(i) ? generator.randn(LATENT.length) : undefined;
    if (extra !== undefined) noises++;
    scheduler.step(perfectAnswer(scheduler, i, sample), i, sample, extra);
  });
  return { sample, noises };
}

const furthest = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));

describe.each(SCHEDULER_NAMES.filter((name) => name !== 'flow'))('%s', (name) => {
  it.each(['epsilon', 'v_prediction'])('finds the latent of a model that knows it (%s)', (prediction) => {
    const { sample } = sampleWith(createScheduler({ ...SD15, prediction_type: prediction }, name), 20);
    // What is left is the noise of the last level that the sampler leaves.
    expect(furthest(sample, LATENT)).toBeLessThan(0.15);
  });

  it('draws the same again, and after another run', () => {
    const scheduler = createScheduler(SD15, name);
    const first = sampleWith(scheduler, 7).sample;
    sampleWith(scheduler, 4);
    expect(sampleWith(scheduler, 7).sample).toEqual(first);
  });

  it('asks for as many noises as it says', () => {
    for (const options of [{}, { strength: 0.5 }]) {
      const scheduler = createScheduler(SD15, name, { eta: 0.5 });
      expect(sampleWith(scheduler, 6, options, LATENT).noises).toBe(createScheduler(SD15, name, { eta: 0.5 }).noiseStepsNeeded(6, options));
    }
  });

  it('starts image to image later with less strength, and none of it leaves the latent', () => {
    const calls = [0, 0.3, 0.6, 1].map((strength) => createScheduler(SD15, name).setTimesteps(10, { strength }).timesteps.length);
    expect([...calls].sort((a, b) => a - b)).toEqual(calls);
    expect(calls[0]).toBeLessThanOrEqual(1);
    expect(furthest(sampleWith(createScheduler(SD15, name), 10, { strength: 0.5 }, LATENT).sample, LATENT)).toBeLessThan(0.15);
  });

  it('goes down in timesteps within the trained ones', () => {
    for (const spacing of ['leading', 'trailing', 'linspace']) {
      const { timesteps } = createScheduler({ ...SD15, timestep_spacing: spacing }, name).setTimesteps(9);
      timesteps.slice(1).forEach((timestep, i) => expect(timestep).toBeLessThanOrEqual(timesteps[i] as number));
      expect(Math.min(...timesteps)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...timesteps)).toBeLessThanOrEqual(1000);
    }
  });
});

describe('a flow model', () => {
  it.each(SCHEDULER_NAMES.filter(isFlowSolver))('is followed by %s to its latent', (name) => {
    expect(furthest(sampleWith(createScheduler(FLOW, name), 12).sample, LATENT)).toBeLessThan(0.02);
  });

  it.each(SCHEDULER_NAMES.filter((name) => !isFlowSolver(name) && !name.startsWith('dpm')))('is not followed by %s, in one sentence', (name) => {
    expect(() => createScheduler(FLOW, name)).toThrow(/predicts a flow.*use flow, dpm\+\+2m/);
  });

  it('is not what Stable Diffusion is', () => expect(() => createScheduler(SD15, 'flow')).toThrow(/does not/));
});

describe('a scheduler config', () => {
  it.each<[string, SchedulerConfig, RegExp]>([
    ['without a class', {}, /names no "_class_name"/],
    ['of an unknown class', { _class_name: 'KarrasVeScheduler' }, /KarrasVeScheduler is not supported; choose another with --scheduler/],
    ['with a word for a number', { ...SD15, beta_start: 'small' }, /"beta_start" should be a number, but is "small"/],
    ['with an unknown schedule', { ...SD15, beta_schedule: 'sigmoid' }, /"beta_schedule" should be one of linear, scaled_linear/],
    ['with half a step', { ...SD15, num_train_timesteps: 0.5 }, /"num_train_timesteps" should be a whole number/],
    ['with two spacings of sigmas', { ...SD15, _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true, use_beta_sigmas: true }, /karras and beta sigmas at once/],
  ])('%s is refused in one sentence', (_, config, sentence) => expect(() => createScheduler(config)).toThrow(sentence));

  it('with keys left out takes the defaults of its class', () => {
    const { timesteps } = createScheduler({ _class_name: 'DDIMScheduler' }).setTimesteps(4);
    expect(timesteps).toEqual([750, 500, 250, 0]);
  });

  it('takes another sampler by name and keeps what the model was trained with', () => {
    const scheduler = createScheduler({ ...SD15, prediction_type: 'v_prediction' }, 'euler-a');
    expect(scheduler).toMatchObject({ className: 'EulerAncestralDiscreteScheduler', predictionType: 'v_prediction' });
    expect(() => createScheduler(SD15, 'dpm3')).toThrow(/--scheduler is one of euler, /);
  });

  it('that asks for more steps than the model has is told so', () => {
    expect(() => createScheduler(SD15, 'lcm').setTimesteps(51)).toThrow(/at most 50 steps/);
    expect(() => createScheduler({ ...SD15, skip_prk_steps: false }).setTimesteps(3)).toThrow(/needs 4 steps or more/);
  });
});

describe('betaQuantile', () => {
  it('inverts the incomplete beta function and is symmetric', () => {
    for (const p of [0.001, 0.1, 0.5, 0.77, 0.999]) {
      expect(incompleteBeta(betaQuantile(p, 0.6, 0.6), 0.6, 0.6)).toBeCloseTo(p, 12);
      expect(betaQuantile(p, 0.6, 0.6)).toBeCloseTo(1 - betaQuantile(1 - p, 0.6, 0.6), 12);
    }
    // Beta(2, 1) has the distribution x².
    expect(betaQuantile(0.25, 2, 1)).toBeCloseTo(0.5, 12);
  });
});
