/** FlowMatchEuler against traces of diffusers' own module (see the golden's `about`) and against a straight flow. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFlowMatchEuler } from '../../src/diffusion/scheduler.ts';

interface Golden {
  readonly x: number[];
  readonly bias: number[];
  readonly cases: readonly { readonly name: string; readonly shift: number; readonly steps: number; readonly sigmas: number[]; readonly timesteps: number[]; readonly result: number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/flow-match-euler.json', import.meta.url), 'utf8')) as Golden;

describe('createFlowMatchEuler', () => {
  it('has goldens', () => expect(golden.cases.length).toBe(2));

  it.each(golden.cases)('follows $name', ({ shift, steps, sigmas, timesteps, result }) => {
    const schedule = createFlowMatchEuler({ shift, trainSteps: 1000 }).plan(steps);
    schedule.sigmas.forEach((sigma, i) => expect(sigma).toBeCloseTo(sigmas[i] as number, 6));
    schedule.timesteps.forEach((time, i) => expect(time).toBeCloseTo(timesteps[i] as number, 3));
    const sample = Float32Array.from(golden.x);
    for (let i = 0; i < steps; i++) schedule.step(i, sample, sample.map((value, k) => 0.5 * value + (golden.bias[k] as number)));
    result.forEach((value, k) => expect(sample[k]).toBeCloseTo(value, 5));
  });

  it.each([[1, 1], [3, 1], [4, 3], [28, 3]])('lands exactly on the latent of a straight flow (%d steps, shift %d)', (steps, shift) => {
    const schedule = createFlowMatchEuler({ shift, trainSteps: 1000 }).plan(steps);
    const noise = [1, -2, 0.5];
    const latent = [3, 0.25, -1];
    const sample = Float32Array.from(noise);
    for (let i = 0; i < steps; i++) schedule.step(i, sample, Float32Array.from(noise, (value, k) => value - (latent[k] as number)));
    latent.forEach((value, k) => expect(sample[k]).toBeCloseTo(value, 5));
  });
});
