/**
 * UniPC (Zhao et al. 2023): a predictor of order p and a corrector that re-solves the last step with the new output at no
 * extra model call. B(h) is h ('bh1') or e^h − 1 ('bh2').
 */

import { TensorHistory } from './base.ts';
import type { Levels } from './base.ts';
import { accumulate } from './predict.ts';
import { SolverSampler, unipcFlowSigmas } from './solver.ts';
import type { Level } from './solver.ts';
import type { TimestepOptions } from './types.ts';

/** Factors of the start sample and of the outputs' differences in a step. */
interface Solution {
  readonly sample: number;
  /** Of the newest output m0. */
  readonly base: number;
  /** Of (m_i − m0) / r_i for older outputs, then of the output at the target (corrector). */
  readonly differences: readonly number[];
  readonly ratios: readonly number[];
}

export class UnipcSampler extends SolverSampler {
  readonly #last = new TensorHistory(1);
  #order = 0;

  protected override restart(): void {
    super.restart();
    this.#last.clear();
    this.#order = 0;
  }

  protected override spaceLevels(steps: number, options: TimestepOptions): Levels {
    const { settings } = this;
    if (settings.sigmaSpacing === 'flow') {
      const sigmas = unipcFlowSigmas(steps, settings, options);
      return { sigmas, timesteps: sigmas.map((sigma) => sigma * settings.trainSteps) };
    }
    const levels = super.spaceLevels(steps, options);
    if (settings.sigmaSpacing !== 'karras' || !settings.flowSigmas) return levels;
    const sigmas = levels.sigmas.map((sigma) => sigma / (sigma + 1));
    return { sigmas, timesteps: sigmas.map((sigma) => sigma * settings.trainSteps) };
  }

  /** Spaced levels repeat their last where the run does not end at zero. */
  protected override lastSigma(sigmas: readonly number[]): number {
    if (this.settings.finalSigmasType === 'zero') return 0;
    return this.settings.sigmaSpacing === 'schedule' ? (this.schedule.sigmas[0] as number) : (sigmas.at(-1) as number);
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    const { settings } = this;
    const converted = settings.predictX0 ? this.toClean(output, place, sample) : this.toNoise(output, place, sample, false);
    if (this.#last.length > 0 && !settings.disableCorrector.includes(place - 1)) this.#correct(converted, place, sample);
    this.outputs.push(converted);
    const left = this.timesteps.length - place;
    this.#order = Math.min(settings.solverOrder, settings.lowerOrderFinal ? left : Infinity, this.outputs.length);
    this.#last.push(sample);
    return this.#predict(place, sample);
  }

  #predict(place: number, sample: Float32Array): Float32Array {
    const solution = this.#solve(place, place + 1, this.#order, false);
    return this.#apply(solution, sample, sample);
  }

  /** `sample` becomes the corrected one. */
  #correct(output: Float32Array, place: number, sample: Float32Array): void {
    const solution = this.#solve(place - 1, place, this.#order, true);
    const atTarget = solution.differences.at(-1) as number;
    this.#apply(solution, this.#last.at(0), sample);
    accumulate(accumulate(sample, atTarget, output), -atTarget, this.outputs.at(0));
  }

  /** In place: the base step and the differences of older outputs. */
  #apply({ sample: keep, base, differences, ratios }: Solution, from: Float32Array, sample: Float32Array): Float32Array {
    const newest = this.outputs.at(0);
    const shares = ratios.map((ratio, i) => (differences[i] as number) / ratio);
    const own = shares.reduce((rest, share) => rest - share, base);
    for (let i = 0; i < sample.length; i++) sample[i] = keep * (from[i] as number) + own * (newest[i] as number);
    shares.forEach((share, i) => accumulate(sample, share, this.outputs.at(i + 1)));
    return sample;
  }

  /** From place s to place t with the outputs at s and before it. */
  #solve(s: number, t: number, order: number, corrects: boolean): Solution {
    const [start, target] = [this.levelAt(s), this.levelAt(t)];
    const h = target.lambda - start.lambda;
    const ratios = Array.from({ length: order - 1 }, (_, i) => (this.levelAt(s - 1 - i).lambda - start.lambda) / h);
    const hh = this.settings.predictX0 ? -h : h;
    const growth = Math.expm1(hh);
    const scale = this.settings.solverType === 'bh1' ? hh : growth;
    const side = this.settings.predictX0 ? target.alpha : target.sigma;
    const weights = corrects ? correctorWeights(ratios, hh, scale) : predictorWeights(ratios, hh, scale);
    return { sample: this.#keeps(start, target), base: -side * growth, differences: weights.map((weight) => -side * scale * weight), ratios };
  }

  #keeps(start: Level, target: Level): number {
    return this.settings.predictX0 ? target.sigma / start.sigma : target.alpha / start.alpha;
  }
}

function predictorWeights(ratios: readonly number[], hh: number, scale: number): number[] {
  if (ratios.length === 0) return [];
  return ratios.length === 1 ? [0.5] : solveVandermonde(ratios, rightSide(ratios.length, hh, scale));
}

function correctorWeights(ratios: readonly number[], hh: number, scale: number): number[] {
  return ratios.length === 0 ? [0.5] : solveVandermonde([...ratios, 1], rightSide(ratios.length + 1, hh, scale));
}

/** b_i = i! · phi_{i+1}(hh) / B(h), i = 1 … count. */
function rightSide(count: number, hh: number, scale: number): number[] {
  const sides: number[] = [];
  let factorial = 1;
  let phi = Math.expm1(hh) / hh - 1;
  for (let i = 1; i <= count; i++) {
    sides.push((phi * factorial) / scale);
    factorial *= i + 1;
    phi = phi / hh - 1 / factorial;
  }
  return sides;
}

/** x with Σ_k ratios[k]^i x[k] = side[i]; Gaussian elimination with pivoting. */
function solveVandermonde(ratios: readonly number[], side: readonly number[]): number[] {
  const size = ratios.length;
  const rows = side.map((value, power) => [...ratios.map((ratio) => ratio ** power), value]);
  for (let column = 0; column < size; column++) {
    const pivot = rows.slice(column).reduce((best, row, i) => (Math.abs(row[column] as number) > Math.abs((rows[best] as number[])[column] as number) ? column + i : best), column);
    [rows[column], rows[pivot]] = [rows[pivot] as number[], rows[column] as number[]];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = ((rows[row] as number[])[column] as number) / ((rows[column] as number[])[column] as number);
      rows[row] = (rows[row] as number[]).map((value, i) => value - factor * ((rows[column] as number[])[i] as number));
    }
  }
  return rows.map((row, i) => (row[size] as number) / (row[i] as number));
}
