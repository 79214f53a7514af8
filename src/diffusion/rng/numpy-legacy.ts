/** numpy's RandomState(seed).randn: MT19937 and Marsaglia's polar method in double precision, as the older ONNX pipelines drew their noise. */

import { UserError } from '../../base/errors.ts';
import { roundToHalf } from '../../onnx/half.ts';
import { MersenneTwister } from './mersenne-twister.ts';
import type { DrawType, NoiseGenerator } from './types.ts';

export class NumpyLegacyGenerator implements NoiseGenerator {
  readonly #engine: MersenneTwister;
  #spare: number | undefined;

  /** Throws UserError('usage') for a seed beyond 32 bits, as numpy does. */
  constructor(seed: bigint) {
    if (seed > 0xffff_ffffn) throw new UserError('usage', `--rng numpy takes seeds up to 4294967295, and ${seed} came; use a smaller seed or another --rng.`);
    this.#engine = new MersenneTwister(Number(seed));
  }

  randn(count: number, type: DrawType = 'float32'): Float32Array {
    return Float32Array.from({ length: count }, () => (type === 'float16' ? roundToHalf(Math.fround(this.normal())) : this.normal()));
  }

  /** In double precision. */
  normal(): number {
    if (this.#spare !== undefined) {
      const kept = this.#spare;
      this.#spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * this.#uniform() - 1;
      const y = 2 * this.#uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = factor * x;
      return factor * y;
    }
  }

  /** In [0, 1), 53 bits. */
  #uniform(): number {
    const high = this.#engine.word() >>> 5;
    const low = this.#engine.word() >>> 6;
    return (high * 67_108_864 + low) / 2 ** 53;
  }
}
