/**
 * The samplers in k-diffusion's space, where a noisy latent is x0 + sigma · noise: Euler, Euler ancestral, Heun
 * (Karras et al. 2022, algorithms 1 and 2) and linear multistep. Per-element arithmetic is float32 in diffusers' order,
 * because the first level of a zero-SNR model is 4096 and the order of rounding shows there.
 */

import { UserError } from '../../base/errors.ts';
import { BaseScheduler, TensorHistory } from './base.ts';
import type { Levels } from './base.ts';
import { linspace, sigmasAt, spacedTimesteps, spaceSigmas, timestepOf } from './sigmas.ts';
import type { TimestepOptions } from './types.ts';

const round = Math.fround;

/** sqrt(sigma² + 1) in float32. */
function inputScale(sigma: number): number {
  return round(Math.sqrt(round(round(sigma * sigma) + 1)));
}

abstract class SigmaSampler extends BaseScheduler {
  override scaleModelInput(sample: Float32Array, index: number, out: Float32Array = new Float32Array(sample.length)): Float32Array {
    const scale = inputScale(this.sigmaAt(index + this.begin));
    for (let i = 0; i < sample.length; i++) out[i] = (sample[i] as number) / scale;
    return out;
  }

  protected override plan(steps: number, options: TimestepOptions): Levels {
    const { sigmas, timesteps } = this.spaceLevels(steps, options);
    const all = [...sigmas, ...(options.sigmas === undefined ? [this.#lastSigma()] : [])].map(round);
    const isContinuous = this.settings.timestepType === 'continuous' && this.settings.predictionType === 'v_prediction';
    return { sigmas: all, timesteps: isContinuous ? all.slice(0, -1).map((sigma) => round(0.25 * round(Math.log(sigma)))) : timesteps.map(round) };
  }

  protected spaceLevels(steps: number, { sigmas: given, timesteps: wanted }: TimestepOptions): Levels {
    const { settings, schedule } = this;
    if (given !== undefined) {
      const sigmas = given.map(round);
      return { sigmas, timesteps: sigmas.slice(0, -1).map((sigma) => timestepOf(sigma, schedule)) };
    }
    const timesteps = wanted ?? spacedTimesteps({ spacing: settings.spacing, steps, trainSteps: settings.trainSteps, stepsOffset: settings.stepsOffset }).map(round);
    const base = settings.interpolationType === 'linear' ? sigmasAt(timesteps, schedule.sigmas) : logLinear(schedule.logSigmas, steps);
    if (settings.sigmaSpacing !== 'karras' && settings.sigmaSpacing !== 'exponential' && settings.sigmaSpacing !== 'beta') return { sigmas: base, timesteps };
    if (wanted !== undefined) throw new UserError('usage', `explicit timesteps do not go with ${settings.sigmaSpacing} sigmas.`);
    const range = { min: settings.sigmaMin ?? (base.at(-1) as number), max: settings.sigmaMax ?? (base[0] as number) };
    const sigmas = spaceSigmas(settings.sigmaSpacing, steps, range);
    return { sigmas, timesteps: sigmas.map((sigma) => timestepOf(sigma, schedule)) };
  }

  #lastSigma(): number {
    return this.settings.finalSigmasType === 'sigma_min' && this.className === 'EulerDiscreteScheduler' ? (this.schedule.sigmas[0] as number) : 0;
  }

  protected override initNoiseSigma(): number {
    const max = Math.max(...this.sigmas);
    return this.settings.spacing === 'leading' ? inputScale(max) : max;
  }

  protected override mixAt(place: number): { readonly signal: number; readonly noise: number } {
    return { signal: 1, noise: this.sigmaAt(place) };
  }

  protected sigmaAt(place: number): number {
    const sigma = this.sigmas[place];
    if (sigma === undefined) throw new Error(`${this.className} has no step ${place}`);
    return sigma;
  }

  /** The slope (x − x0) / sigma at a level, written over the model's output. */
  protected slope(output: Float32Array, sigma: number, sample: Float32Array, clip?: number): Float32Array {
    const scale = inputScale(sigma);
    const squared = round(round(sigma * sigma) + 1);
    const factor = round(-sigma / scale);
    const kind = this.predictionType;
    for (let i = 0; i < sample.length; i++) {
      const x = sample[i] as number;
      const m = output[i] as number;
      let x0 = kind === 'epsilon' ? round(x - round(sigma * m)) : kind === 'v_prediction' ? round(round(m * factor) + round(x / squared)) : m;
      if (clip !== undefined) x0 = Math.min(clip, Math.max(-clip, x0));
      output[i] = round(x - x0) / sigma;
    }
    return output;
  }
}

/** diffusers' `log_linear`: one level more than steps, evenly spaced in ln sigma. */
function logLinear(logSigmas: Float32Array, steps: number): number[] {
  return linspace(logSigmas.at(-1) as number, logSigmas[0] as number, steps + 1).map((log) => round(Math.exp(round(log))));
}

function glide(sample: Float32Array, slope: Float32Array, by: number, from: Float32Array = sample): Float32Array {
  for (let i = 0; i < sample.length; i++) sample[i] = round((from[i] as number) + round((slope[i] as number) * by));
  return sample;
}

export class EulerSampler extends SigmaSampler {
  protected override move(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    const sigma = this.sigmaAt(place);
    return glide(sample, this.slope(output, sigma, sample), round(this.sigmaAt(place + 1) - sigma));
  }
}

/** Euler with part of the way walked down further and filled with fresh noise. */
export class EulerAncestralSampler extends SigmaSampler {
  protected override usesNoise(place: number, { sigmas }: Levels): boolean {
    return (sigmas[place + 1] ?? 0) > 0;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    const sigma = this.sigmaAt(place);
    const next = this.sigmaAt(place + 1);
    const [squared, nextSquared] = [round(sigma * sigma), round(next * next)];
    const up = round(Math.sqrt(round(round(nextSquared * round(squared - nextSquared)) / squared)));
    const down = round(Math.sqrt(round(nextSquared - round(up * up))));
    glide(sample, this.slope(output, sigma, sample), round(down - sigma));
    return up === 0 || noise === undefined ? sample : glide(sample, noise, up);
  }
}

/** Second order: every step but the last asks the model twice and takes the mean slope. */
export class HeunSampler extends SigmaSampler {
  protected override readonly callsPerStep = 2;
  readonly #slopes = new TensorHistory(1);
  readonly #start = new TensorHistory(1);

  protected override plan(steps: number, options: TimestepOptions): Levels {
    const { timesteps, sigmas } = super.plan(steps, options);
    const twice = (values: readonly number[]): number[] => values.flatMap((value) => [value, value]);
    return { timesteps: [...timesteps.slice(0, 1), ...twice(timesteps.slice(1))], sigmas: [...sigmas.slice(0, 1), ...twice(sigmas.slice(1, -1)), ...sigmas.slice(-1)] };
  }

  protected override restart(): void {
    this.#slopes.clear();
    this.#start.clear();
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    const isFirst = this.#slopes.length === 0;
    const from = this.sigmaAt(isFirst ? place : place - 1);
    const to = this.sigmaAt(isFirst ? place + 1 : place);
    const slope = this.slope(output, isFirst ? from : to, sample, this.settings.clipSampleRange);
    if (isFirst) {
      this.#slopes.push(slope);
      this.#start.push(sample);
      return glide(sample, slope, round(to - from));
    }
    const before = this.#slopes.at(0);
    for (let i = 0; i < slope.length; i++) slope[i] = round((before[i] as number) + (slope[i] as number)) / 2;
    glide(sample, slope, round(to - from), this.#start.at(0));
    this.restart();
    return sample;
  }
}

/** Linear multistep of up to four slopes: the integral of their Lagrange polynomial over the step. */
export class LmsSampler extends SigmaSampler {
  static readonly #order = 4;
  readonly #slopes = new TensorHistory(LmsSampler.#order);

  protected override restart(): void {
    this.#slopes.clear();
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    this.#slopes.push(this.slope(output, this.sigmaAt(place), sample));
    const order = this.#slopes.length;
    const levels = Array.from({ length: order }, (_, k) => this.sigmaAt(place - k));
    const weights = levels.map((_, k) => integrateLagrange(levels, k, this.sigmaAt(place), this.sigmaAt(place + 1)));
    const sum = output.fill(0);
    for (let k = 0; k < order; k++) {
      const slope = this.#slopes.at(k);
      const weight = round(weights[k] as number);
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + round(weight * (slope[i] as number));
    }
    for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] as number) + (sum[i] as number);
    return sample;
  }
}

/** Nodes and weights of Gauss-Legendre with 3 points: exact for the cubics here. */
const GAUSS = [[-Math.sqrt(0.6), 5 / 9], [0, 8 / 9], [Math.sqrt(0.6), 5 / 9]] as const;

function integrateLagrange(levels: readonly number[], which: number, from: number, to: number): number {
  const own = levels[which] as number;
  const basis = (tau: number): number => levels.reduce((product, level, k) => (k === which ? product : (product * (tau - level)) / (own - level)), 1);
  const half = (to - from) / 2;
  return GAUSS.reduce((sum, [node, weight]) => sum + weight * half * basis(from + half * (1 + node)), 0);
}
