/**
 * From a noise schedule to the levels a run visits: timestep spacings, and the spacings in sigma of Karras et al. 2022
 * (eq. 5, rho 7), exponential, Beta(0.6, 0.6) (Lee et al. 2024) and uniform log-SNR (Lu et al. 2022).
 */

import { betaQuantile } from './beta-quantile.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

export type Spacing = 'linspace' | 'leading' | 'trailing';
export type SigmaSpacing = 'schedule' | 'karras' | 'exponential' | 'beta' | 'lu' | 'flow';

const KARRAS_RHO = 7;
const BETA_SHAPE = 0.6;

/** Half to even, as numpy rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** `count` values from `start` to `end`, both included. */
export function linspace(start: number, end: number, count: number): number[] {
  if (count === 1) return [start];
  const step = (end - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? end : start + i * step));
}

export interface SpacingRequest {
  readonly spacing: Spacing;
  readonly steps: number;
  readonly trainSteps: number;
  readonly stepsOffset: number;
}

/** Descending timesteps with the last train step at the noisy end; linspace gives fractions. For Euler, Heun, LMS, DDIM and PNDM. */
export function spacedTimesteps({ spacing, steps, trainSteps, stepsOffset }: SpacingRequest): number[] {
  switch (spacing) {
    case 'linspace': return linspace(0, trainSteps - 1, steps).reverse();
    case 'leading': {
      const ratio = Math.floor(trainSteps / steps);
      return Array.from({ length: steps }, (_, i) => i * ratio + stepsOffset).reverse();
    }
    case 'trailing': return trailingTimesteps(trainSteps, trainSteps / steps);
  }
}

/** The same for the multistep solvers, which space one step more and drop the clean end. `last`: timesteps in use. */
export function solverTimesteps(request: SpacingRequest, last: number = request.trainSteps): number[] {
  const { spacing, steps, trainSteps, stepsOffset } = request;
  switch (spacing) {
    case 'linspace': return linspace(0, last - 1, steps + 1).map(roundHalfEven).reverse().slice(0, -1);
    case 'leading': {
      const ratio = Math.floor(last / (steps + 1));
      return Array.from({ length: steps + 1 }, (_, i) => i * ratio).reverse().slice(0, -1).map((t) => t + stepsOffset);
    }
    case 'trailing': return trailingTimesteps(last, trainSteps / steps);
  }
}

function trailingTimesteps(last: number, ratio: number): number[] {
  const all = Array.from({ length: Math.ceil(last / ratio) }, (_, i) => roundHalfEven(last - i * ratio) - 1);
  // Where the division is a hair short (61 of 1000 steps) diffusers gets one more, at −1, which no model knows.
  return all.filter((timestep) => timestep >= 0);
}

/** Linear interpolation in the sigma table at fractional timesteps, held at both ends. */
export function sigmasAt(timesteps: readonly number[], table: Float32Array): number[] {
  const end = table.length - 1;
  return timesteps.map((t) => {
    if (t <= 0) return table[0] as number;
    if (t >= end) return table[end] as number;
    const low = Math.floor(t);
    const a = table[low] as number;
    return a + ((table[low + 1] as number) - a) * (t - low);
  });
}

/** Timestep of a noise level, by linear interpolation over ln sigma; 0 to trainSteps − 1. */
export function timestepOf(sigma: number, { logSigmas }: NoiseSchedule): number {
  const wanted = Math.log(Math.max(sigma, 1e-10));
  let low = 0;
  for (let i = 0; i < logSigmas.length; i++) if (wanted >= (logSigmas[i] as number)) low = i;
  low = Math.min(low, logSigmas.length - 2);
  const a = logSigmas[low] as number;
  const weight = Math.min(1, Math.max(0, (a - wanted) / (a - (logSigmas[low + 1] as number))));
  return (1 - weight) * low + weight * (low + 1);
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** `steps` levels from max down to min; `range` of the 'lu' spacing is in ln sigma. */
export function spaceSigmas(kind: 'karras' | 'exponential' | 'beta', steps: number, { min, max }: Range): number[] {
  switch (kind) {
    case 'karras': {
      const [low, high] = [min ** (1 / KARRAS_RHO), max ** (1 / KARRAS_RHO)];
      return linspace(0, 1, steps).map((ramp) => (high + ramp * (low - high)) ** KARRAS_RHO);
    }
    case 'exponential': return linspace(Math.log(max), Math.log(min), steps).map(Math.exp);
    case 'beta': return linspace(0, 1, steps).map((ramp) => min + betaQuantile(1 - ramp, BETA_SHAPE, BETA_SHAPE) * (max - min));
  }
}

/** Levels spaced evenly in log-SNR. */
export function luSigmas({ logSigmas }: NoiseSchedule, steps: number): number[] {
  const [min, max] = [logSigmas[0] as number, logSigmas.at(-1) as number];
  return linspace(0, 1, steps).map((ramp) => Math.exp(max + ramp * (min - max)));
}

/** Levels of a flow model (0 to 1) for the multistep solvers, bent by `shift`. */
export function solverFlowSigmas(steps: number, trainSteps: number, shift: number): number[] {
  const levels = linspace(1, 1 / trainSteps, steps + 1).map((alpha) => bendSigma(1 - alpha, shift));
  return levels.reverse().slice(0, -1);
}

/** SD3's resolution shift: s·σ / (1 + (s − 1)·σ). */
export function bendSigma(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma);
}
