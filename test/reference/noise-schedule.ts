/** sd_noise_schedule.json: betas, cumulative products and sigmas of Stable Diffusion, and with zero terminal SNR. */

import { noiseSchedule } from '../../src/diffusion/schedulers/noise-schedule.ts';
import type { NoiseScheduleConfig } from '../../src/diffusion/schedulers/config.ts';
import { expectAllNear, expectNear, expectSame } from './report.ts';
import type { Case } from './report.ts';

const STABLE_DIFFUSION: NoiseScheduleConfig = { trainSteps: 1000, betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear', trainedBetas: undefined, rescaleBetasZeroSnr: false };
const FLOAT32 = { relative: 1e-6 };

interface File {
  readonly alphas_cumprod?: readonly number[];
  readonly sigmas_full_ascending?: readonly number[];
  readonly betas?: readonly number[];
  readonly betas_points?: Readonly<Record<string, number>>;
  readonly zero_snr?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export function noiseScheduleCases(file: File): Case[] {
  const plain = noiseSchedule(STABLE_DIFFUSION, true);
  const lists = [['betas', plain.betas, file.betas], ['alphas_cumprod', plain.alphasCumprod, file.alphas_cumprod], ['sigmas_full_ascending', plain.sigmas, file.sigmas_full_ascending]] as const;
  return [
    ...lists.filter(([, , expected]) => expected !== undefined).map(([name, came, expected]) => ({ name, check: () => checkList(name, came, expected ?? []) })),
    ...(file.betas_points === undefined ? [] : [{ name: 'betas_points', check: () => checkPoints('beta', plain.betas, file.betas_points ?? {}, 0) }]),
    ...Object.entries(file.zero_snr ?? {}).map(([name, points]) => ({ name: `zero_snr ${name}`, check: () => checkZeroSnr(name, points) })),
  ];
}

function checkList(name: string, came: Float32Array, expected: readonly number[]): void {
  expectSame('length', came.length, expected.length);
  expectAllNear(name, came, expected, FLOAT32, 0);
}

function checkPoints(what: string, came: Float32Array, points: Readonly<Record<string, number>>, absolute: number): void {
  for (const [index, value] of Object.entries(points)) expectNear(`${what} ${index}`, came[Number(index)], value, { ...FLOAT32, absolute });
}

function checkZeroSnr(name: string, points: Readonly<Record<string, number>>): void {
  const { betas, alphasCumprod, sigmas } = noiseSchedule({ ...STABLE_DIFFUSION, rescaleBetasZeroSnr: true }, true);
  const tables: Readonly<Record<string, Float32Array>> = { betas, alphas_cumprod: alphasCumprod, sigmas };
  const table = tables[name.replace(/_points$/, '')];
  if (table === undefined) throw new Error(`no table ${name} is known`);
  // Products of 1000 rounded ratios: the last ones hang on the rounding of each.
  checkPoints(name, table, points, 3e-8);
}
