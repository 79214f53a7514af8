/**
 * The samplers on the cumulative product A, where a noisy latent is sqrt(A)·x0 + sqrt(1−A)·noise: DDIM (Song et al. 2021,
 * eq. 12), LCM (Luo et al. 2023) and TCD (Zheng et al. 2024, algorithm 4).
 */

import { UserError } from '../../base/errors.ts';
import { BaseScheduler } from './base.ts';
import type { Levels } from './base.ts';
import type { SchedulerSettings } from './config.ts';
import type { NoiseSchedule } from './noise-schedule.ts';
import { combine, combineRounded, limitPrediction, solveFor } from './predict.ts';
import { roundHalfEven, spacedTimesteps } from './sigmas.ts';
import type { SamplerSettings, TimestepOptions } from './types.ts';

/** LCM's sigma of the data. */
const SIGMA_DATA = 0.5;

export abstract class AlphaSampler extends BaseScheduler {
  protected readonly eta: number;
  #clean = new Float32Array(0);

  constructor(settings: SchedulerSettings, schedule: NoiseSchedule, { eta }: SamplerSettings, defaultEta = 0) {
    super(settings, schedule);
    this.eta = eta ?? defaultEta;
  }

  protected override mixAt(place: number): { readonly signal: number; readonly noise: number } {
    const alpha = this.alphaAt(this.timesteps[place] ?? 0);
    return { signal: Math.sqrt(alpha), noise: Math.sqrt(1 - alpha) };
  }

  /** A at a timestep; before the first one the final A. */
  protected alphaAt(timestep: number): number {
    const table = this.schedule.alphasCumprod;
    if (timestep < 0) return this.settings.setAlphaToOne ? 1 : (table[0] as number);
    return table[Math.min(timestep, table.length - 1)] as number;
  }

  /** Splits a noisy sample: `output` becomes the predicted noise, the result is the predicted clean latent (a kept buffer). */
  protected split(output: Float32Array, alpha: number, sample: Float32Array): Float32Array {
    if (this.#clean.length !== sample.length) this.#clean = new Float32Array(sample.length);
    const clean = this.#clean;
    const [signal, loud] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
    switch (this.predictionType) {
      case 'epsilon': return solveFor(signal, sample, loud, output, clean);
      case 'v_prediction':
        combineRounded(signal, sample, -loud, output, clean);
        combineRounded(signal, output, loud, sample, output);
        return clean;
      case 'sample': case 'flow_prediction':
        clean.set(output);
        solveFor(loud, sample, signal, output, output);
        return clean;
    }
  }
}

export class DdimSampler extends AlphaSampler {
  protected override plan(steps: number, options: TimestepOptions): Levels {
    const { spacing, trainSteps, stepsOffset } = this.settings;
    if (steps > trainSteps) throw new UserError('usage', `DDIM makes at most ${trainSteps} steps with this model, and ${steps} were asked for.`);
    return { timesteps: options.timesteps ?? spacedTimesteps({ spacing, steps, trainSteps, stepsOffset }).map(roundHalfEven), sigmas: [] };
  }

  #alphas(timestep: number): { readonly now: number; readonly next: number; readonly deviation: number } {
    const now = this.alphaAt(timestep);
    const next = this.alphaAt(timestep - Math.floor(this.settings.trainSteps / this.steps));
    return { now, next, deviation: this.eta * Math.sqrt(Math.max(0, ((1 - next) / (1 - now)) * (1 - now / next))) };
  }

  protected override usesNoise(place: number, { timesteps }: Levels): boolean {
    if (this.eta === 0) return false;
    // A step's deviation is 0 only where it ends at an A of 1.
    const target = (timesteps[place] ?? 0) - Math.floor(this.settings.trainSteps / timesteps.length);
    return target >= 0 || !this.settings.setAlphaToOne;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    const { now, next, deviation } = this.#alphas(this.timesteps[place] ?? 0);
    const clean = limitPrediction(this.split(output, now, sample), this.settings);
    combine(Math.sqrt(next), clean, Math.sqrt(Math.max(0, 1 - next - deviation * deviation)), output, sample);
    return deviation > 0 && noise !== undefined ? combine(1, sample, deviation, noise, sample) : sample;
  }
}

/** What LCM and TCD share: timesteps picked from those the model was distilled with. */
abstract class ConsistencySampler extends AlphaSampler {
  protected override plan(steps: number, { timesteps }: TimestepOptions): Levels {
    if (timesteps !== undefined) return { timesteps, sigmas: [] };
    const { trainSteps, originalInferenceSteps: original } = this.settings;
    if (original > trainSteps) throw new UserError('device', `the scheduler config's "original_inference_steps" (${original}) is more than "num_train_timesteps" (${trainSteps}).`);
    if (steps > original) throw new UserError('usage', `${this.className} makes at most ${original} steps with this model, and ${steps} were asked for.`);
    const stride = Math.floor(trainSteps / original);
    const origin = Array.from({ length: original }, (_, i) => (i + 1) * stride - 1).reverse();
    return { timesteps: Array.from({ length: steps }, (_, i) => origin[Math.floor((i * original) / steps)] as number), sigmas: [] };
  }

  protected isLast(place: number): boolean {
    return place === this.steps - 1;
  }
}

export class LcmSampler extends ConsistencySampler {
  protected override usesNoise(place: number, { timesteps }: Levels): boolean {
    return place < timesteps.length - 1;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    const timestep = this.timesteps[place] ?? 0;
    const clean = limitPrediction(this.split(output, this.alphaAt(timestep), sample), this.settings);
    const scaled = timestep * this.settings.timestepScaling;
    const spread = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
    combine(scaled / Math.sqrt(spread), clean, (SIGMA_DATA * SIGMA_DATA) / spread, sample, sample);
    if (this.isLast(place) || noise === undefined) return sample;
    const next = this.alphaAt(this.timesteps[place + 1] ?? timestep);
    return combine(Math.sqrt(next), sample, Math.sqrt(1 - next), noise, sample);
  }
}

export class TcdSampler extends ConsistencySampler {
  protected override usesNoise(place: number, { timesteps }: Levels): boolean {
    return this.eta > 0 && place < timesteps.length - 1;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    const now = this.alphaAt(this.timesteps[place] ?? 0);
    const target = this.timesteps[place + 1] ?? 0;
    const between = this.alphaAt(Math.floor(Math.fround(Math.fround(1 - this.eta) * target)));
    const clean = this.split(output, now, sample);
    combine(Math.sqrt(between), clean, Math.sqrt(1 - between), output, sample);
    if (this.eta === 0 || this.isLast(place) || noise === undefined) return sample;
    const kept = this.alphaAt(target) / between;
    return combine(Math.sqrt(kept), sample, Math.sqrt(Math.max(0, 1 - kept)), noise, sample);
  }
}
