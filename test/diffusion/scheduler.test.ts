/** FlowMatchEuler against traces of diffusers' own module (see the golden's `about`) and against a straight flow. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../src/diffusion/schedulers/create.ts';
import { evenFlowSigmas } from '../../src/diffusion/schedulers/flow-match.ts';
import type { Scheduler, Schedule } from '../../src/diffusion/schedulers/types.ts';

interface Golden {
  readonly x: number[];
  readonly bias: number[];
  readonly cases: readonly { readonly name: string; readonly shift: number; readonly steps: number; readonly sigmas: number[]; readonly timesteps: number[]; readonly result: number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/flow-match-euler.json', import.meta.url), 'utf8')) as Golden;

function plan(shift: number, steps: number): { readonly scheduler: Scheduler; readonly schedule: Schedule } {
  const scheduler = createScheduler({ _class_name: 'FlowMatchEulerDiscreteScheduler', num_train_timesteps: 1000, shift });
  return { scheduler, schedule: scheduler.setTimesteps(steps, { sigmas: evenFlowSigmas(steps) }) };
}

describe('FlowMatchEuler on even levels, as the embedded model has it', () => {
  it('has goldens', () => expect(golden.cases.length).toBe(2));

  it.each(golden.cases)('follows $name', ({ shift, steps, sigmas, timesteps, result }) => {
    const { scheduler, schedule } = plan(shift, steps);
    schedule.sigmas.forEach((sigma, i) => expect(sigma).toBeCloseTo(sigmas[i] as number, 6));
    schedule.timesteps.forEach((time, i) => expect(time).toBeCloseTo(timesteps[i] as number, 3));
    const sample = Float32Array.from(golden.x);
    for (let i = 0; i < steps; i++) scheduler.step(sample.map((value, k) => 0.5 * value + (golden.bias[k] as number)), i, sample);
    result.forEach((value, k) => expect(sample[k]).toBeCloseTo(value, 5));
  });

  it.each([[1, 1], [3, 1], [4, 3], [28, 3]])('lands exactly on the latent of a straight flow (%d steps, shift %d)', (steps, shift) => {
    const { scheduler } = plan(shift, steps);
    const noise = [1, -2, 0.5];
    const latent = [3, 0.25, -1];
    const sample = Float32Array.from(noise);
    for (let i = 0; i < steps; i++) scheduler.step(Float32Array.from(noise, (value, k) => value - (latent[k] as number)), i, sample);
    latent.forEach((value, k) => expect(sample[k]).toBeCloseTo(value, 5));
  });
});
