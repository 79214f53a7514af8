/**
 * interpolation_misc.json: LCM's guidance embedding, noise between seeds, even spacing. The seed_travel_curves in it are
 * easing curves of another tool that nothing here offers, so they are not checked.
 */

import { cosineBetween, slerp } from '../../src/base/noise-math.ts';
import { guidanceEmbedding } from '../../src/diffusion/prompt/guidance.ts';
import { drawNoise } from '../../src/diffusion/rng/draw.ts';
import { arcLengthTable, positionAt } from '../../src/latent/arc-length.ts';
import { expectAllNear, expectNear, sumOf } from './report.ts';
import type { Case } from './report.ts';

interface File {
  readonly lcm_timestep_cond?: { readonly cases?: readonly { readonly guidance_scale: number; readonly values: readonly number[] }[] };
  readonly noise_interpolation?: { readonly cosine_A_B?: number; readonly plain_lerp_std_at_half?: number; readonly cases?: readonly Between[] };
  readonly equal_distance_alphas?: Readonly<Record<string, unknown>> & { readonly distances?: readonly number[] };
}

interface Between {
  readonly method: string;
  readonly t: number;
  readonly first8: readonly number[];
  readonly sum: number;
  readonly std_population: number;
}

const SHAPE = [4, 64, 64];

export function interpolationCases(file: File): Case[] {
  const { lcm_timestep_cond: lcm, noise_interpolation: noise, equal_distance_alphas: alphas } = file;
  return [
    ...(lcm?.cases ?? []).map(({ guidance_scale: guidance, values }) => ({ name: `guidance embedding ${guidance}`, check: () => expectAllNear('values', guidanceEmbedding(guidance, values.length), values, { absolute: 1e-3 }) })),
    ...(noise === undefined ? [] : noiseCases(noise)),
    ...(alphas?.distances === undefined ? [] : [{ name: 'equal-distance alphas', check: () => checkAlphas(alphas, alphas.distances ?? []) }]),
  ];
}

const METHODS: Readonly<Record<string, (a: Float32Array, b: Float32Array, t: number) => Float32Array>> = {
  slerp_full_tensor: (a, b, t) => slerp(a, b, t),
  linear_then_standardise: (a, b, t) => standardise(a.map((value, i) => value * (1 - t) + (b[i] as number) * t)),
  slerp_a1111_axis1: slerpColumns,
};

function noiseCases(noise: NonNullable<File['noise_interpolation']>): Case[] {
  const [a, b] = [0, 1].map((seed) => drawNoise('torch-cpu', seed, SHAPE)) as [Float32Array, Float32Array];
  const half = (): Float32Array => a.map((value, i) => (value + (b[i] as number)) / 2);
  return [
    ...(noise.cosine_A_B === undefined ? [] : [{ name: 'cosine of two seeds', check: () => expectNear('cosine', cosineBetween(a, b), noise.cosine_A_B ?? 0, { absolute: 1e-7 }) }]),
    ...(noise.plain_lerp_std_at_half === undefined ? [] : [{ name: 'deviation of a plain lerp', check: () => expectNear('deviation', deviationOf(half()), noise.plain_lerp_std_at_half ?? 0, { relative: 1e-6 }) }]),
    ...(noise.cases ?? []).map((between) => ({ name: `${between.method} at ${between.t}`, check: () => checkBetween(between, a, b) })),
  ];
}

function checkBetween({ method, t, first8, sum, std_population: deviation }: Between, a: Float32Array, b: Float32Array): void {
  const run = METHODS[method];
  if (run === undefined) throw new Error(`no method ${method} is known`);
  const came = run(a, b, t);
  expectAllNear('first values', came, first8, { absolute: 1e-6 });
  // A sum of 16384 float32 values.
  expectNear('sum', sumOf(came), sum, { absolute: 2e-3 });
  expectNear('deviation', deviationOf(came), deviation, { relative: 1e-5 });
}

/** One angle for each column of each channel, as A1111 applies its variation seed; checked here, not used in the walk. */
function slerpColumns(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const [channels, height, width] = SHAPE as [number, number, number];
  const result = new Float32Array(a.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let x = 0; x < width; x++) {
      const places = Array.from({ length: height }, (_, y) => (channel * height + y) * width + x);
      const column = slerp(Float32Array.from(places, (i) => a[i] as number), Float32Array.from(places, (i) => b[i] as number), t);
      places.forEach((i, y) => (result[i] = column[y] as number));
    }
  }
  return result;
}

/** Every list `alphas_…` holds positions at equal shares of the distances. */
function checkAlphas(entries: Readonly<Record<string, unknown>>, distances: readonly number[]): void {
  const table = arcLengthTable([...distances.map((_, i) => i / distances.length), 1], distances, 0);
  for (const [name, alphas] of Object.entries(entries)) {
    if (name.startsWith('alphas') && Array.isArray(alphas)) expectAllNear(name, alphas.map((_, i) => positionAt(table, i / (alphas.length - 1))), alphas as number[], { absolute: 1e-9 });
  }
}

function standardise(values: Float32Array): Float32Array {
  const mean = sumOf(values) / values.length;
  const deviation = Math.sqrt(sumOf(values, (value) => (value - mean) ** 2) / (values.length - 1));
  return values.map((value) => (value - mean) / deviation);
}

function deviationOf(values: Float32Array): number {
  const mean = sumOf(values) / values.length;
  return Math.sqrt(sumOf(values, (value) => (value - mean) ** 2) / values.length);
}
