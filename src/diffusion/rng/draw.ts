/** Seeds → noise, by the chosen generator. */

import { UserError } from '../../base/errors.ts';
import { randomFor } from '../../base/random.ts';
import { roundToHalf } from '../../onnx/half.ts';
import { NumpyLegacyGenerator } from './numpy-legacy.ts';
import { PhiloxGenerator } from './philox.ts';
import { TorchCpuGenerator } from './torch-cpu.ts';
import type { DrawType, NoiseGenerator, RngKind } from './types.ts';

/** A whole number from 0 to 2^64 − 1; numbers up to 2^53 − 1 are exact. */
export type Seed = number | bigint;

const LARGEST_SEED = 2n ** 64n - 1n;

/** Throws UserError('usage') for a seed that is no whole number from 0 to 2^64 − 1. */
export function checkSeed(seed: Seed): bigint {
  const fits = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  const value = fits ? BigInt(seed) : -1n;
  if (value < 0n || value > LARGEST_SEED) throw new UserError('usage', `a seed is a whole number from 0 to ${LARGEST_SEED}, and ${seed} came.`);
  return value;
}

/** A fresh stream. Throws UserError('usage') for a seed the kind does not take. */
export function createGenerator(kind: RngKind, seed: Seed): NoiseGenerator {
  const value = checkSeed(seed);
  switch (kind) {
    case 'torch-cpu': return new TorchCpuGenerator(value);
    case 'torch-cpu-half': {
      const generator = new TorchCpuGenerator(value);
      return { randn: (count) => generator.randn(count, 'float16') };
    }
    case 'nv': return new PhiloxGenerator(value);
    case 'numpy': return new NumpyLegacyGenerator(value);
    case 'native': return new NativeGenerator(seed);
  }
}

/**
 * Standard-normal noise of `shape` (only its size matters, except that a batch is one draw for each item), float32.
 * `draw`: which tensor of the seed's stream; 0 is the initial noise, 1 and on the step noises in the order diffusers draws them.
 */
export function drawNoise(kind: RngKind, seed: Seed, shape: readonly number[], type: DrawType = 'float32', draw = 0): Float32Array {
  return drawNoises(kind, seed, shape, type, draw + 1)[draw] as Float32Array;
}

/** The first `count` tensors of a seed's stream. */
export function drawNoises(kind: RngKind, seed: Seed, shape: readonly number[], type: DrawType, count: number): Float32Array[] {
  const size = shape.reduce((product, side) => product * side, 1);
  const generator = createGenerator(kind, seed);
  return Array.from({ length: count }, () => generator.randn(size, type));
}

/** This program's own noise: every draw has its key, so none depends on the others. Key 1 is the orbit's partner (noise.ts). */
class NativeGenerator implements NoiseGenerator {
  readonly #seed: Seed;
  #draws = 0;

  constructor(seed: Seed) {
    this.#seed = seed;
  }

  randn(count: number, type: DrawType = 'float32'): Float32Array {
    const draw = this.#draws++;
    const random = randomFor(this.#seed, 'noise', draw === 0 ? 0 : draw + 1);
    return Float32Array.from({ length: count }, () => (type === 'float16' ? roundToHalf(Math.fround(random.normal())) : random.normal()));
  }
}
