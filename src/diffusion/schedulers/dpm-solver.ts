/**
 * DPM-Solver and DPM-Solver++ (Lu et al. 2022a, 2022b), multistep and singlestep, orders 1 to 3, deterministic and as an
 * SDE. The factors of one step are computed first, the tensors are passed over once.
 */

import type { Levels } from './base.ts';
import type { SchedulerSettings } from './config.ts';
import { SolverSampler } from './solver.ts';
import type { Level } from './solver.ts';

/** Factors of sample, outputs (newest first) and noise in the next sample. */
interface Factors {
  readonly sample: number;
  readonly outputs: readonly number[];
  readonly noise: number;
}

/** Factors of sample, of the zeroth, first and second differences of the outputs and of the noise. */
interface Expansion {
  readonly sample: number;
  readonly d0: number;
  /** With `solver_type` midpoint. */
  readonly middle: number;
  readonly d1: number;
  readonly d2: number;
  readonly noise: number;
}

/** Runs of fewer steps end with lower orders. */
const FEW_STEPS = 15;

/** From level s to level t. */
function expand(algorithm: SchedulerSettings['algorithmType'], s: Level, t: Level): Expansion {
  const h = t.lambda - s.lambda;
  switch (algorithm) {
    case 'dpmsolver++': {
      const decay = Math.expm1(-h);
      return { sample: t.sigma / s.sigma, d0: -t.alpha * decay, middle: -0.5 * t.alpha * decay, d1: t.alpha * (decay / h + 1), d2: -t.alpha * ((decay + h) / (h * h) - 0.5), noise: 0 };
    }
    case 'dpmsolver': {
      const growth = Math.expm1(h);
      return { sample: t.alpha / s.alpha, d0: -t.sigma * growth, middle: -0.5 * t.sigma * growth, d1: -t.sigma * (growth / h - 1), d2: -t.sigma * ((growth - h) / (h * h) - 0.5), noise: 0 };
    }
    case 'sde-dpmsolver++': {
      const lost = -Math.expm1(-2 * h);
      return {
        sample: (t.sigma / s.sigma) * Math.exp(-h), d0: t.alpha * lost, middle: 0.5 * t.alpha * lost, d1: t.alpha * (lost / (-2 * h) + 1),
        d2: t.alpha * ((lost - 2 * h) / (4 * h * h) - 0.5), noise: t.sigma * Math.sqrt(lost),
      };
    }
    case 'sde-dpmsolver': {
      const growth = Math.expm1(h);
      return { sample: t.alpha / s.alpha, d0: -2 * t.sigma * growth, middle: -t.sigma * growth, d1: -2 * t.sigma * (growth / h - 1), d2: NaN, noise: t.sigma * Math.sqrt(Math.expm1(2 * h)) };
    }
  }
}

abstract class DpmSampler extends SolverSampler {
  protected get isStochastic(): boolean {
    return this.settings.algorithmType.startsWith('sde');
  }

  protected override usesNoise(place: number, { sigmas }: Levels): boolean {
    return this.isStochastic && (sigmas[place + 1] ?? 0) > 0;
  }

  protected override roundsTimesteps(): boolean {
    return this.settings.betaSchedule !== 'squaredcos_cap_v2';
  }

  protected convert(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    return this.settings.algorithmType.endsWith('++') ? this.toClean(output, place, sample) : this.toNoise(output, place, sample, this.settings.thresholding !== undefined);
  }

  /** In place. */
  protected apply({ sample: keep, outputs, noise: loudness }: Factors, from: Float32Array, sample: Float32Array, noise: Float32Array | undefined): Float32Array {
    const [a = 0, b = 0, c = 0] = outputs;
    const m0 = this.outputs.at(0);
    const m1 = outputs.length > 1 ? this.outputs.at(1) : m0;
    const m2 = outputs.length > 2 ? this.outputs.at(2) : m0;
    for (let i = 0; i < sample.length; i++) sample[i] = keep * (from[i] as number) + a * (m0[i] as number) + b * (m1[i] as number) + c * (m2[i] as number);
    if (loudness !== 0 && noise !== undefined) for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] as number) + loudness * (noise[i] as number);
    return sample;
  }
}

export class DpmMultistepSampler extends DpmSampler {
  protected override lastTimestep(): number {
    return this.settings.trainSteps - this.clippedTimesteps();
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    this.outputs.push(this.convert(output, place, sample));
    return this.apply(this.#factors(this.#orderAt(place), place), sample, sample, noise);
  }

  #orderAt(place: number): number {
    const { solverOrder, eulerAtFinal, lowerOrderFinal, finalSigmasType, algorithmType } = this.settings;
    const left = this.timesteps.length - 1 - place;
    const lowers = lowerOrderFinal && this.timesteps.length < FEW_STEPS;
    if (left === 0 && (eulerAtFinal || lowers || finalSigmasType === 'zero')) return 1;
    // The SDE on the noise has no third order.
    const highest = (left === 1 && lowers) || algorithmType === 'sde-dpmsolver' ? 2 : 3;
    return Math.min(solverOrder, this.outputs.length, highest);
  }

  #factors(order: number, place: number): Factors {
    const [t, s0] = [this.levelAt(place + 1), this.levelAt(place)];
    const { sample, d0, middle, d1, d2, noise } = expand(this.settings.algorithmType, s0, t);
    if (order === 1) return { sample, outputs: [d0], noise };
    const s1 = this.levelAt(place - 1);
    const h = t.lambda - s0.lambda;
    const r0 = (s0.lambda - s1.lambda) / h;
    if (order === 2) {
      const slope = (this.settings.solverType === 'midpoint' ? middle : d1) / r0;
      return { sample, outputs: [d0 + slope, -slope], noise };
    }
    const r1 = (s1.lambda - this.levelAt(place - 2).lambda) / h;
    // D1 = A + r0/(r0+r1)·(A − B), D2 = (A − B)/(r0+r1) with A = (m0 − m1)/r0, B = (m1 − m2)/r1.
    const bend = (d1 * r0 + d2) / (r0 + r1);
    const [a, b] = [(d1 + bend) / r0, -bend / r1];
    return { sample, outputs: [d0 + a, b - a, -b], noise };
  }
}

export class DpmSinglestepSampler extends DpmSampler {
  /** Where the present group of steps began. */
  #start = new Float32Array(0);

  protected override lastTimestep(): number {
    return this.settings.trainSteps - this.clippedTimesteps();
  }

  protected override roundsTimesteps(): boolean {
    return true;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array {
    this.outputs.push(this.convert(output, place, sample));
    const order = Math.min(this.#orders()[place] ?? 1, this.outputs.length);
    if (order === 1) {
      if (this.#start.length !== sample.length) this.#start = new Float32Array(sample.length);
      this.#start.set(sample);
    }
    return this.apply(this.#factors(order, place), this.#start, sample, noise);
  }

  /** Order of each step: groups 1 2 (3), ended by what keeps the last steps low. */
  #orders(): number[] {
    const { solverOrder, lowerOrderFinal, finalSigmasType } = this.settings;
    const steps = this.steps;
    // Without lower_order_final a group may be cut short or end at sigma 0, where diffusers switches it on.
    const lowers = lowerOrderFinal || steps % solverOrder !== 0 || finalSigmasType === 'zero';
    const group = [1, 2, 3].slice(0, solverOrder);
    const whole = Array.from({ length: Math.ceil(steps / solverOrder) + 1 }, () => group).flat().slice(0, steps);
    if (!lowers || solverOrder === 1) return whole;
    const rest = steps % solverOrder;
    if (solverOrder === 2) return rest === 0 ? [...whole.slice(0, -1), 1] : whole;
    return rest === 0 ? [...whole.slice(0, -1), 1] : finalSigmasType === 'zero' ? [...whole.slice(0, -1), 1] : whole;
  }

  #factors(order: number, place: number): Factors {
    const t = this.levelAt(place + 1);
    // The group's first level: the solver spans the group from there.
    const first = this.levelAt(place - order + 1);
    const { sample, d0, middle, d1, d2, noise } = expand(this.settings.algorithmType, first, t);
    if (order === 1) return { sample, outputs: [d0], noise };
    const h = t.lambda - first.lambda;
    const r0 = (this.levelAt(place).lambda - first.lambda) / h;
    const isMidpoint = this.settings.solverType === 'midpoint';
    if (order === 2) {
      const slope = (isMidpoint ? middle : d1) / r0;
      return { sample, outputs: [slope, d0 - slope], noise };
    }
    const r1 = (this.levelAt(place - 1).lambda - first.lambda) / h;
    if (isMidpoint) return { sample, outputs: [d1 / r0, 0, d0 - d1 / r0], noise };
    // D1 = (r0·A − r1·B)/(r0 − r1), D2 = 2(B − A)/(r0 − r1) with A = (m1 − m2)/r1, B = (m0 − m2)/r0.
    const a = (d1 * r0 - 2 * d2) / (r0 - r1) / r1;
    const b = (2 * d2 - d1 * r1) / (r0 - r1) / r0;
    return { sample, outputs: [b, a, d0 - a - b], noise };
  }
}
