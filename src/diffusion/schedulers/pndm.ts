/**
 * Pseudo numerical methods for diffusion models (Liu et al. 2022): Runge-Kutta for the first steps (or, with
 * skip_prk_steps as Stable Diffusion ships it, a first step made twice), then linear multistep of four outputs.
 */

import { UserError } from '../../base/errors.ts';
import { AlphaSampler } from './alpha-sampler.ts';
import { TensorHistory } from './base.ts';
import type { Levels } from './base.ts';
import { accumulate, combine, combineRounded } from './predict.ts';
import { roundHalfEven, spacedTimesteps } from './sigmas.ts';
import type { TimestepOptions } from './types.ts';

const round = Math.fround;
const RUNGE_KUTTA_STEPS = 4;
/** Model calls of the Runge-Kutta part: four a step, the last step being left to the multistep part. */
const RUNGE_KUTTA_CALLS = 12;
const RUNGE_KUTTA_WEIGHTS = [1 / 6, 1 / 3, 1 / 3, 1 / 6] as const;
/** Adams-Bashforth, newest output first. */
const MULTISTEP_WEIGHTS = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]] as const;

export class PndmSampler extends AlphaSampler {
  readonly #outputs = new TensorHistory(4);
  readonly #start = new TensorHistory(1);
  readonly #mean = new TensorHistory(1);
  #calls = 0;

  protected override plan(steps: number, _options: TimestepOptions): Levels {
    const { spacing, trainSteps, stepsOffset, skipPrkSteps } = this.settings;
    const down = spacedTimesteps({ spacing, steps, trainSteps, stepsOffset }).map(roundHalfEven);
    if (skipPrkSteps) return { timesteps: [...down.slice(0, 2), ...down.slice(1)], sigmas: [] };
    if (steps < RUNGE_KUTTA_STEPS) throw new UserError('usage', `PNDM with its Runge-Kutta start needs ${RUNGE_KUTTA_STEPS} steps or more, and ${steps} came; set "skip_prk_steps" or use more.`);
    const half = Math.floor(Math.floor(trainSteps / steps) / 2);
    const pairs = down.slice(0, RUNGE_KUTTA_STEPS).flatMap((t) => [t + half, t]).slice(1);
    const twice = pairs.flatMap((t) => [t, t]).slice(1, -1);
    return { timesteps: [...twice, ...down.slice(RUNGE_KUTTA_STEPS - 1)], sigmas: [] };
  }

  protected override restart(): void {
    this.#calls = 0;
    for (const history of [this.#outputs, this.#start, this.#mean]) history.clear();
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    const call = this.#calls++;
    const timestep = this.timesteps[place] ?? 0;
    if (!this.settings.skipPrkSteps && call < RUNGE_KUTTA_CALLS) return this.#rungeKutta(output, call, timestep, sample);
    return this.#multistep(output, call, timestep, sample);
  }

  get #stride(): number {
    return Math.floor(this.settings.trainSteps / this.steps);
  }

  #rungeKutta(output: Float32Array, call: number, timestep: number, sample: Float32Array): Float32Array {
    const turn = call % 4;
    const weight = RUNGE_KUTTA_WEIGHTS[turn] as number;
    const target = timestep - (call % 2 === 1 ? 0 : Math.floor(this.#stride / 2));
    const from = this.timesteps[call - turn] ?? 0;
    if (turn === 0) {
      this.#outputs.push(output);
      this.#start.push(sample);
      this.#mean.push(new Float32Array(output.length));
    }
    accumulate(this.#mean.at(0), weight, output);
    if (turn === 3) output.set(this.#mean.at(0));
    sample.set(this.#start.at(0));
    return this.#transfer(sample, from, target, output);
  }

  #multistep(output: Float32Array, call: number, timestep: number, sample: Float32Array): Float32Array {
    const stride = this.#stride;
    if (call === 1) {
      // The first step again, with the mean of its two outputs.
      const first = this.#outputs.at(0);
      combine(0.5, output, 0.5, first, output);
      sample.set(this.#start.at(0));
      return this.#transfer(sample, timestep + stride, timestep, output);
    }
    this.#outputs.push(output);
    if (call === 0) this.#start.push(sample);
    const weights = MULTISTEP_WEIGHTS[this.#outputs.length - 1] ?? [1];
    output.fill(0);
    weights.forEach((weight, age) => accumulate(output, weight, this.#outputs.at(age)));
    return this.#transfer(sample, timestep, timestep - stride, output);
  }

  /** Eq. 9: from one timestep to another, in place. */
  #transfer(sample: Float32Array, from: number, to: number, output: Float32Array): Float32Array {
    const [now, next] = [this.alphaAt(from), this.alphaAt(to)];
    if (this.predictionType === 'v_prediction') combineRounded(Math.sqrt(now), output, Math.sqrt(1 - now), sample, output);
    const divisor = round(round(now * round(Math.sqrt(round(1 - next)))) + round(Math.sqrt(round(round(now * round(1 - now)) * next))));
    const [keep, drop] = [round(Math.sqrt(round(next / now))), round(next - now)];
    for (let i = 0; i < sample.length; i++) sample[i] = round(keep * (sample[i] as number)) - round(round(drop * (output[i] as number)) / divisor);
    return sample;
  }
}
