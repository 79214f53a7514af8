/**
 * The way from noise to latent in steps. FlowMatchEuler: the model predicts v = noise − latent, sigma falls from 1 to 0,
 * x += (sigma' − sigma)·v. Sigmas start as 1, 1−1/n … 1/n (as Flux and Schnell pass them, so that no step is wasted
 * near 0) and are bent by the model's shift s: s·σ/(1+(s−1)·σ). Source: diffusers' FlowMatchEulerDiscreteScheduler.
 */

export interface Schedule {
  /** What the model is told at each step. */
  readonly timesteps: readonly number[];
  /** One more than steps; the last is 0. */
  readonly sigmas: readonly number[];
  /** Moves `sample` by one step, in place. `output` is the model's answer for it. */
  step(index: number, sample: Float32Array, output: Float32Array): void;
}

export interface Scheduler {
  /** Steps ≥ 1. */
  plan(steps: number): Schedule;
}

export function createFlowMatchEuler(options: { readonly shift: number; readonly trainSteps: number }): Scheduler {
  const { shift, trainSteps } = options;
  return {
    plan: (steps) => {
      const bent = Array.from({ length: steps }, (_, i) => 1 - i / steps).map((sigma) => (shift * sigma) / (1 + (shift - 1) * sigma));
      const sigmas = [...bent, 0];
      return { sigmas, timesteps: bent.map((sigma) => sigma * trainSteps), step: (index, sample, output) => moveSample(sample, output, (sigmas[index + 1] as number) - (sigmas[index] as number)) };
    },
  };
}

function moveSample(sample: Float32Array, output: Float32Array, by: number): void {
  for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] as number) + by * (output[i] as number);
}
