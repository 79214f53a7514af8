/** DEIS (Zhang and Chen 2023): exponential integrator on the noise, Lagrange polynomial in ln rho (log-rho multistep), rho = sigma / alpha. */

import type { Levels } from './base.ts';
import { accumulate, combineRounded } from './predict.ts';
import { SolverSampler } from './solver.ts';

const round = Math.fround;
/** In short runs the last steps are of lower order. */
const FEW_STEPS = 15;

export class DeisSampler extends SolverSampler {
  /** The level after the last is the schedule's lowest; spaced levels repeat their last. */
  protected override lastSigma(sigmas: readonly number[]): number {
    return this.settings.sigmaSpacing === 'schedule' ? (this.schedule.sigmas[0] as number) : (sigmas.at(-1) as number);
  }

  protected override usesNoise(_place: number, _levels: Levels): boolean {
    return false;
  }

  protected override move(output: Float32Array, place: number, sample: Float32Array): Float32Array {
    this.outputs.push(this.toNoise(output, place, sample, true));
    const order = this.#orderAt(place);
    const [t, s] = [this.levelAt(place + 1), this.levelAt(place)];
    if (order === 1) {
      const growth = round(round(Math.exp(round(t.lambda - s.lambda))) - 1);
      return combineRounded(round(t.alpha / s.alpha), sample, -round(t.sigma * growth), this.outputs.at(0), sample);
    }
    const weights = this.#weights(order, place);
    for (let i = 0; i < sample.length; i++) sample[i] = ((sample[i] as number) * t.alpha) / s.alpha;
    weights.forEach((weight, age) => accumulate(sample, t.alpha * weight, this.outputs.at(age)));
    return sample;
  }

  #orderAt(place: number): number {
    const left = this.timesteps.length - 1 - place;
    const lowers = this.settings.lowerOrderFinal && this.timesteps.length < FEW_STEPS;
    return Math.min(this.settings.solverOrder, this.outputs.length, lowers ? left + 1 : 3);
  }

  /** Integrals over rho of the Lagrange polynomials in ln rho through the last levels. */
  #weights(order: number, place: number): number[] {
    const rho = (at: number): number => round(this.levelAt(at).sigma / this.levelAt(at).alpha);
    const nodes = Array.from({ length: order }, (_, age) => log(rho(place - age)));
    const [from, to] = [rho(place), rho(place + 1)];
    return nodes.map((node, age) => {
      const others = nodes.filter((_, other) => other !== age);
      const integral = others.length === 1 ? linear : quadratic;
      return round(integral(to, node, others) - integral(from, node, others));
    });
  }
}

/** Rounded at each operation, as diffusers has it in float32: the differences of these cancel. */
const log = (value: number): number => round(Math.log(value));

/** ∫ (ln r − c)/(b − c) dr at r. */
function linear(r: number, b: number, [c = 0]: readonly number[]): number {
  return round(round(r * round(round(log(r) - c) - 1)) / round(b - c));
}

/** ∫ (ln r − c)(ln r − d)/((b − c)(b − d)) dr at r. */
function quadratic(r: number, b: number, [c = 0, d = 0]: readonly number[]): number {
  const l = log(r);
  const first = round(c * round(round(d - l) + 1));
  const sum = round(round(round(round(round(first - round(d * l)) + d) + round(l * l)) - round(2 * l)) + 2);
  return round(round(r * sum) / round(round(b - c) * round(b - d)));
}
