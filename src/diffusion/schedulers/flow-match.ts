/**
 * FlowMatchEuler: the model predicts v = noise − latent, sigma falls from 1 to 0, x += (sigma' − sigma)·v (Lipman et al.
 * 2023; Liu et al. 2023). Levels are bent by SD3's shift (Esser et al. 2024). Without a grid of its own the levels run
 * from the bent 1 to the bent 1/1000 and are bent again, as diffusers does. Levels stay in double precision.
 */

import { UserError } from '../../base/errors.ts';
import { BaseScheduler } from './base.ts';
import type { Levels } from './base.ts';
import { bendSigma, linspace, spaceSigmas } from './sigmas.ts';
import type { TimestepOptions } from './types.ts';

/** 1, 1−1/n … 1/n: no step is spent near 0. Flux passes this grid, and the embedded model was trained for it. */
export function evenFlowSigmas(steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => 1 - i / steps);
}

export class FlowMatchSampler extends BaseScheduler {
  protected override plan(steps: number, options: TimestepOptions): Levels {
    const { trainSteps, invertSigmas } = this.settings;
    const levels = this.#space(this.#bend(options.sigmas ?? this.#defaultGrid(steps), options.mu));
    const used = invertSigmas ? levels.map((sigma) => 1 - sigma) : levels;
    return { sigmas: [...used, invertSigmas ? 1 : 0], timesteps: used.map((sigma) => sigma * trainSteps) };
  }

  #defaultGrid(steps: number): number[] {
    const { trainSteps, shift, dynamicShifting } = this.settings;
    const ends = [1, 1 / trainSteps].map((sigma) => Math.fround(dynamicShifting ? sigma : bendSigma(sigma, shift)));
    return linspace((ends[0] as number) * trainSteps, (ends[1] as number) * trainSteps, steps).map((t) => t / trainSteps);
  }

  #bend(grid: readonly number[], mu: number | undefined): number[] {
    const { shift, dynamicShifting, timeShiftType, shiftTerminal } = this.settings;
    if (dynamicShifting && mu === undefined) throw new UserError('device', 'the scheduler shifts its levels by the picture size ("use_dynamic_shifting"), which is not supported for this model.');
    const strength = dynamicShifting ? (timeShiftType === 'exponential' ? Math.exp(mu ?? 0) : (mu ?? 1)) : shift;
    const bent = grid.map((sigma) => (dynamicShifting ? strength / (strength + (1 / sigma - 1)) : bendSigma(sigma, strength)));
    if (shiftTerminal === undefined || shiftTerminal === 0) return bent;
    const scale = (1 - (bent.at(-1) as number)) / (1 - shiftTerminal);
    return bent.map((sigma) => 1 - (1 - sigma) / scale);
  }

  #space(bent: number[]): number[] {
    const { sigmaSpacing, sigmaMin, sigmaMax } = this.settings;
    if (sigmaSpacing !== 'karras' && sigmaSpacing !== 'exponential' && sigmaSpacing !== 'beta') return bent;
    return spaceSigmas(sigmaSpacing, bent.length, { min: sigmaMin ?? (bent.at(-1) as number), max: sigmaMax ?? (bent[0] as number) });
  }

  protected override mixAt(place: number): { readonly signal: number; readonly noise: number } {
    const sigma = this.sigmas[place] ?? 0;
    return { signal: 1 - sigma, noise: sigma };
  }

  protected override usesNoise(place: number, { sigmas }: Levels): boolean {
    return this.settings.stochasticSampling && (sigmas[place + 1] ?? 0) > 0;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    const sigma = this.sigmas[place] as number;
    const next = this.sigmas[place + 1] as number;
    const by = next - sigma;
    if (!this.settings.stochasticSampling) {
      for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] as number) + by * (output[i] as number);
      return sample;
    }
    for (let i = 0; i < sample.length; i++) {
      const clean = (sample[i] as number) - sigma * (output[i] as number);
      sample[i] = (1 - next) * clean + next * (noise?.[i] ?? 0);
    }
    return sample;
  }
}
