/**
 * The noise schedule a diffusion model was trained with: betas, their cumulative product A and the noise levels
 * sigma = sqrt((1 − A) / A), as float32 tables of `num_train_timesteps` entries. Products accumulate in double and are
 * stored as float32, as torch does. Sources: Ho et al. 2020; zero terminal SNR: Lin et al. 2023, section 3.1;
 * cosine schedule: Nichol and Dhariwal 2021. The rounding follows diffusers.
 */

import type { NoiseScheduleConfig } from './config.ts';
import { LruCache } from '../lru-cache.ts';

const round = Math.fround;

export interface NoiseSchedule {
  readonly betas: Float32Array;
  readonly alphasCumprod: Float32Array;
  /** Ascending: sigmas[t] of timestep t. */
  readonly sigmas: Float32Array;
  /** ln of `sigmas`. */
  readonly logSigmas: Float32Array;
}

/** With `rescale_betas_zero_snr` the last A of a sigma sampler is this instead of 0, so that its sigma stays finite (4096). */
const SMALLEST_ALPHA = 2 ** -24;

const kept = new LruCache<string, NoiseSchedule>(8);

/** `floor`: keep the last A above zero (sigma samplers). */
export function noiseSchedule(config: NoiseScheduleConfig, floor: boolean): NoiseSchedule {
  return kept.getOrCreate(JSON.stringify([config, floor]), () => computeSchedule(config, floor));
}

function computeSchedule(config: NoiseScheduleConfig, floor: boolean): NoiseSchedule {
  let betas = computeBetas(config);
  if (config.rescaleBetasZeroSnr) betas = rescaleToZeroSnr(betas);
  const alphasCumprod = cumulativeProduct(betas);
  if (config.rescaleBetasZeroSnr && floor) alphasCumprod[alphasCumprod.length - 1] = SMALLEST_ALPHA;
  const sigmas = alphasCumprod.map((a) => Math.sqrt(round(round(1 - a) / a)));
  return { betas, alphasCumprod, sigmas, logSigmas: sigmas.map((sigma) => Math.log(sigma)) };
}

function computeBetas({ trainedBetas, betaSchedule, betaStart, betaEnd, trainSteps }: NoiseScheduleConfig): Float32Array {
  if (trainedBetas !== undefined) return Float32Array.from(trainedBetas);
  switch (betaSchedule) {
    case 'linear': return linspace(betaStart, betaEnd, trainSteps);
    case 'scaled_linear': return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainSteps).map((root) => root * root);
    case 'squaredcos_cap_v2': return betasOf((t) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2, trainSteps);
    case 'exp': return betasOf((t) => Math.exp(-12 * t), trainSteps);
  }
}

/** Equal float32 steps, counted from both ends as torch.linspace does. */
function linspace(start: number, end: number, count: number): Float32Array {
  const [first, last] = [round(start), round(end)];
  const step = count > 1 ? round(round(last - first) / (count - 1)) : 0;
  return Float32Array.from({ length: count }, (_, i) => (i < count / 2 ? first + round(step * i) : last - round(step * (count - 1 - i))));
}

function betasOf(alphaBar: (t: number) => number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), 0.999));
}

function cumulativeProduct(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => (product *= round(1 - beta)));
}

function rescaleToZeroSnr(betas: Float32Array): Float32Array {
  const roots = cumulativeProduct(betas).map(Math.sqrt);
  const first = roots[0] ?? 1;
  const last = roots.at(-1) ?? 0;
  const stretch = round(first / round(first - last));
  const bars = roots.map((root) => round(round(root - last) * stretch) ** 2);
  return bars.map((bar, i) => 1 - (i === 0 ? bar : round(bar / (bars[i - 1] as number))));
}
