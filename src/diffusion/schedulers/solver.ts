/**
 * What the log-SNR solvers share (DPM-Solver, DEIS, UniPC): levels as pairs (alpha, sigma) of x = alpha·x0 + sigma·noise
 * with half log-SNR lambda = ln(alpha / sigma), and the model's output turned to x0 or noise.
 */

import { UserError } from '../../base/errors.ts';
import { BaseScheduler, TensorHistory } from './base.ts';
import type { Levels } from './base.ts';
import type { SchedulerSettings } from './config.ts';
import type { NoiseSchedule } from './noise-schedule.ts';
import { combineRounded, solveFor, thresholdSample } from './predict.ts';
import { bendSigma, luSigmas, roundHalfEven, sigmasAt, solverFlowSigmas, solverTimesteps, spaceSigmas, timestepOf } from './sigmas.ts';
import type { TimestepOptions } from './types.ts';

const round = Math.fround;

export interface Level {
  readonly alpha: number;
  readonly sigma: number;
  /** Infinity at the clean end. */
  readonly lambda: number;
}

export abstract class SolverSampler extends BaseScheduler {
  /** Converted outputs, newest first. */
  protected readonly outputs: TensorHistory;

  constructor(settings: SchedulerSettings, schedule: NoiseSchedule) {
    super(settings, schedule);
    this.outputs = new TensorHistory(settings.solverOrder);
  }

  protected override restart(): void {
    this.outputs.clear();
  }

  /** Model timesteps are whole: karras and lu levels are rounded to them, the others cut, as diffusers' int64 cast does. */
  protected override plan(steps: number, options: TimestepOptions): Levels {
    const { timesteps, sigmas } = this.spaceLevels(steps, options);
    return { timesteps: timesteps.map(Math.trunc), sigmas: [...sigmas, this.lastSigma(sigmas)].map(round) };
  }

  protected spaceLevels(steps: number, { timesteps: wanted, mu }: TimestepOptions): Levels {
    const { settings, schedule } = this;
    const { spacing, trainSteps, stepsOffset, sigmaSpacing } = settings;
    if (wanted !== undefined && sigmaSpacing !== 'schedule') throw new UserError('usage', `explicit timesteps do not go with ${sigmaSpacing} sigmas.`);
    switch (sigmaSpacing) {
      case 'schedule': {
        const timesteps = wanted ?? solverTimesteps({ spacing, steps, trainSteps, stepsOffset }, this.lastTimestep());
        return { timesteps, sigmas: sigmasAt(timesteps, schedule.sigmas) };
      }
      case 'karras': case 'exponential': case 'beta': {
        const sigmas = spaceSigmas(sigmaSpacing, steps, { min: settings.sigmaMin ?? (schedule.sigmas[0] as number), max: settings.sigmaMax ?? (schedule.sigmas.at(-1) as number) });
        return { timesteps: this.#timestepsOf(sigmas, sigmaSpacing === 'karras'), sigmas };
      }
      case 'lu': {
        const sigmas = luSigmas(schedule, steps);
        return { timesteps: this.#timestepsOf(sigmas, true), sigmas };
      }
      case 'flow': {
        const sigmas = solverFlowSigmas(steps, trainSteps, mu === undefined ? settings.flowShift : Math.exp(mu));
        return { timesteps: sigmas.map((sigma) => sigma * trainSteps), sigmas };
      }
    }
  }

  #timestepsOf(sigmas: readonly number[], rounds: boolean): number[] {
    const times = sigmas.map((sigma) => timestepOf(sigma, this.schedule));
    return rounds && this.roundsTimesteps() ? times.map(roundHalfEven) : times;
  }

  protected roundsTimesteps(): boolean {
    return true;
  }

  /** Timesteps in use, from the clean end. */
  protected lastTimestep(): number {
    return this.settings.trainSteps;
  }

  /** Train steps whose lambda lies below `lambda_min_clipped`. */
  protected clippedTimesteps(): number {
    const { lambdaMinClipped } = this.settings;
    return this.schedule.alphasCumprod.filter((alpha) => lambdaOf(Math.sqrt(alpha), Math.sqrt(round(1 - alpha))) < lambdaMinClipped).length;
  }

  protected lastSigma(_sigmas: readonly number[]): number {
    return this.settings.finalSigmasType === 'zero' ? 0 : (this.schedule.sigmas[0] as number);
  }

  protected override mixAt(place: number): { readonly signal: number; readonly noise: number } {
    const { alpha, sigma } = this.levelAt(place);
    return { signal: alpha, noise: sigma };
  }

  protected levelAt(place: number): Level {
    const raw = this.sigmas[place];
    if (raw === undefined) throw new Error(`${this.className} has no step ${place}`);
    if (this.settings.flowSigmas) return { alpha: round(1 - raw), sigma: raw, lambda: lambdaOf(round(1 - raw), raw) };
    const alpha = round(1 / round(Math.sqrt(round(round(raw * raw) + 1))));
    const sigma = round(raw * alpha);
    return { alpha, sigma, lambda: lambdaOf(alpha, sigma) };
  }

  /** The model's output becomes the predicted x0, in place. */
  protected toClean(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    const { alpha, sigma } = this.levelAt(place);
    switch (this.predictionType) {
      case 'epsilon': solveFor(alpha, sample, sigma, output, output); break;
      case 'v_prediction': combineRounded(alpha, sample, -sigma, output, output); break;
      case 'flow_prediction': combineRounded(1, sample, -(this.sigmas[place] as number), output, output); break;
      case 'sample': break;
    }
    const { thresholding } = this.settings;
    return thresholding === undefined ? output : thresholdSample(output, thresholding.ratio, thresholding.max);
  }

  /** The model's output becomes the predicted noise, in place. `byClean`: by way of x0, with thresholding. */
  protected toNoise(output: Float32Array, place: number, sample: Float32Array, byClean: boolean): Float32Array {
    const { alpha, sigma } = this.levelAt(place);
    if (byClean) {
      this.toClean(output, place, sample);
      return solveFor(sigma, sample, alpha, output, output);
    }
    switch (this.predictionType) {
      case 'epsilon': return output;
      case 'v_prediction': return combineRounded(alpha, output, sigma, sample, output);
      case 'sample': return solveFor(sigma, sample, alpha, output, output);
      case 'flow_prediction': return this.toNoise(output, place, sample, true);
    }
  }
}

/** ln alpha − ln sigma in float32. */
export function lambdaOf(alpha: number, sigma: number): number {
  return round(round(Math.log(alpha)) - round(Math.log(sigma)));
}

/** Levels of UniPC for flow models: Flux's grid, bent, the first a hair below 1 so that its log-SNR is finite. */
export function unipcFlowSigmas(steps: number, settings: SchedulerSettings, { sigmas, mu }: TimestepOptions): number[] {
  const { trainSteps, flowShift, dynamicShifting, timeShiftType, shiftTerminal } = settings;
  const grid = sigmas ?? Array.from({ length: steps }, (_, i) => 1 + (i * (1 / trainSteps - 1)) / steps);
  const strength = dynamicShifting ? (timeShiftType === 'exponential' ? Math.exp(mu ?? 0) : (mu ?? 1)) : flowShift;
  let bent = grid.map((sigma) => (dynamicShifting ? strength / (strength + (1 / sigma - 1)) : bendSigma(sigma, strength)));
  if (shiftTerminal !== undefined && shiftTerminal !== 0) {
    const scale = (1 - (bent.at(-1) as number)) / (1 - shiftTerminal);
    bent = bent.map((sigma) => 1 - (1 - sigma) / scale);
  }
  const first = bent[0] as number;
  return Math.abs(first - 1) < 1e-6 ? [first - 1e-6, ...bent.slice(1)] : bent;
}
