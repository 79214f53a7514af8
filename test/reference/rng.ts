/** rng_torch_cpu.json, rng_philox_nv.json, rng_numpy_legacy.json: the noise of other tools. */

import { MersenneTwister } from '../../src/diffusion/rng/mersenne-twister.ts';
import { NumpyLegacyGenerator } from '../../src/diffusion/rng/numpy-legacy.ts';
import { philox4x32, PhiloxGenerator } from '../../src/diffusion/rng/philox.ts';
import type { Words4 } from '../../src/diffusion/rng/philox.ts';
import { TorchCpuGenerator } from '../../src/diffusion/rng/torch-cpu.ts';
import type { Kernel } from '../../src/diffusion/rng/box-muller.ts';
import { expectAllNear, expectNear, expectSame, sumOf } from './report.ts';
import type { Case, Tolerance } from './report.ts';

interface Draw {
  readonly first32?: readonly number[];
  readonly last32?: readonly number[];
  readonly first8?: readonly number[];
  readonly last4?: readonly number[];
  readonly sum?: number;
  readonly abs_sum?: number;
  readonly sq_sum?: number;
}

/** The vector kernel is exact; the other kernel's libm differs from Math.log and its kin in the last bit. */
const KERNELS: Readonly<Record<string, { readonly kernel: Kernel; readonly tolerance: Tolerance }>> = {
  avx2: { kernel: 'vector', tolerance: { absolute: 1e-7, relative: 1e-7 } },
  scalar: { kernel: 'scalar', tolerance: { absolute: 5e-7 } },
};

type TorchFile = Readonly<Record<string, unknown>> & { readonly mt19937_u32?: Readonly<Record<string, readonly number[]>> };

export function torchCases(file: TorchFile): Case[] {
  const words = Object.entries(file.mt19937_u32 ?? {}).map(([seed, expected]) => ({ name: `words of seed ${seed}`, check: () => expectWords(Number(seed), expected) }));
  const draws = Object.entries(KERNELS).flatMap(([section, { kernel, tolerance }]) =>
    Object.entries((file[section] ?? {}) as Readonly<Record<string, unknown>>).flatMap(([seed, entries]) => drawCases(section, seed, entries, kernel, tolerance)));
  return [...words, ...draws];
}

function expectWords(seed: number, expected: readonly number[]): void {
  const engine = new MersenneTwister(seed);
  expectSame('words', expected.map(() => engine.word()), expected);
}

function drawCases(section: string, seed: string, entries: unknown, kernel: Kernel, tolerance: Tolerance): Case[] {
  const [, formula, count, shape] = /^seed_(.+?)_first(\d+)_of_(.+)$/.exec(seed) ?? [];
  if (formula !== undefined) {
    const value = formula.split('+').reduce((sum, term) => sum + power(term), 0n);
    return [{ name: `${section} ${seed}`, check: () => expectAllNear('values', new TorchCpuGenerator(value, kernel).randn(sizeOf(shape as string)), (entries as readonly number[]).slice(0, Number(count)), tolerance) }];
  }
  return Object.entries(entries as object).map(([name, expected]) => ({ name: `${section} seed ${seed} ${name}`, check: () => checkDraw(name, expected, () => new TorchCpuGenerator(BigInt(seed), kernel), tolerance) }));
}

/** `2**32` or a plain number. */
function power(term: string): bigint {
  const [base = '0', exponent = '1'] = term.split('**');
  return BigInt(base) ** BigInt(exponent);
}

function sizeOf(shape: string): number {
  return shape.split('x').map(Number).reduce((product, side) => product * side, 1);
}

/** The entry's name says what was drawn. */
function checkDraw(name: string, expected: unknown, create: () => TorchCpuGenerator, tolerance: Tolerance): void {
  const generator = create();
  const [kind = '', ...rest] = name.split('_');
  if (kind === 'second') {
    generator.randn(sizeOf(rest[0] as string));
    expectDraw(generator.randn(sizeOf(rest[0] as string)), expected, tolerance);
  } else if (kind === 'sequence') {
    (expected as readonly (readonly number[])[]).forEach((values, i) => expectAllNear(`draw ${i}`, generator.randn(Number(rest[i])), values, tolerance));
  } else if (kind === 'rand') {
    expectAllNear('values', Array.from({ length: Number(rest[1]) }, () => (rest[0] === 'float64' ? generator.uniformDouble() : generator.uniform())), expected as readonly number[], { absolute: 5e-8 });
  } else if (kind === 'randn') {
    expectAllNear('values', generator.randnDouble(Number(rest[1])), expected as readonly number[], { absolute: 1e-12, relative: 1e-12 });
  } else if (kind === 'float16') {
    expectDraw(generator.randn(sizeOf(rest[0] as string), 'float16'), expected, { absolute: 0, relative: 0 });
  } else expectDraw(generator.randn(sizeOf(name)), expected, tolerance);
}

function expectDraw(values: ArrayLike<number> & { slice(start: number): ArrayLike<number> }, expected: unknown, tolerance: Tolerance): void {
  if (Array.isArray(expected)) return expectAllNear('values', values, expected as number[], tolerance);
  const { first32, last32, first8, last4, sum, abs_sum: absolute, sq_sum: squares } = expected as Draw;
  expectAllNear('first values', values, first32 ?? first8 ?? [], tolerance);
  expectAllNear('last values', values.slice(-(last32 ?? last4 ?? [0]).length), last32 ?? last4 ?? [], tolerance);
  // Sums of many values, each of which may be off by the tolerance.
  const slack = { absolute: 1e-9 + values.length * (tolerance.absolute ?? 0) };
  if (sum !== undefined) expectNear('sum', sumOf(values), sum, slack);
  if (absolute !== undefined) expectNear('absolute sum', sumOf(values, Math.abs), absolute, slack);
  if (squares !== undefined) expectNear('sum of squares', sumOf(values, (value) => value * value), squares, { absolute: 4 * slack.absolute });
}

interface PhiloxFile {
  readonly a1111_docstring_seed0_3x4?: readonly number[];
  readonly philox4x32_10_kat?: readonly { readonly counter: Words4; readonly key: readonly [number, number]; readonly out: Words4 }[];
}
interface PhiloxSeed extends Draw {
  readonly second_call_first8?: readonly number[];
}

const NOISE: Tolerance = { absolute: 1e-6 };
/** What the docstring printed. */
const PRINTED: Tolerance = { absolute: 2e-6 };
const LATENT = 4 * 64 * 64;

export function philoxCases(file: PhiloxFile): Case[] {
  const seeds = Object.entries(file).filter(([key]) => /^\d+$/.test(key));
  return [
    ...(file.a1111_docstring_seed0_3x4 === undefined ? [] : [{ name: 'docstring', check: () => expectAllNear('values', new PhiloxGenerator(0n).randn(12), file.a1111_docstring_seed0_3x4 ?? [], PRINTED) }]),
    ...(file.philox4x32_10_kat ?? []).map(({ counter, key, out }, i) => ({ name: `known answer ${i}`, check: () => expectSame('words', philox4x32(counter, key), out) })),
    ...seeds.map(([seed, expected]) => ({ name: `seed ${seed}`, check: () => checkPhilox(BigInt(seed), expected as PhiloxSeed) })),
  ];
}

function checkPhilox(seed: bigint, expected: PhiloxSeed): void {
  const generator = new PhiloxGenerator(seed);
  expectDraw(generator.randn(LATENT), expected, NOISE);
  expectAllNear('second draw', generator.randn(LATENT), expected.second_call_first8 ?? [], NOISE);
}

export function numpyCases(file: Readonly<Record<string, unknown>>): Case[] {
  return Object.entries(file).filter(([key]) => /^\d+$/.test(key)).map(([seed, expected]) => ({
    name: `seed ${seed}`,
    check: () => {
      const generator = new NumpyLegacyGenerator(BigInt(seed));
      expectDraw(Float64Array.from({ length: LATENT }, () => generator.normal()), expected, { absolute: 1e-12 });
    },
  }));
}
