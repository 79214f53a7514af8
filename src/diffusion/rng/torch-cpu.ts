/**
 * torch's CPU generator: what `torch.randn(n, generator=torch.Generator('cpu').manual_seed(seed))` gives, call after call.
 * Only the low 32 bits of the seed count. Source: PyTorch's CPUGeneratorImpl and DistributionTemplates (behaviour), checked
 * against recorded values.
 */

import { roundToHalf } from '../../onnx/half.ts';
import { transformBlock } from './box-muller.ts';
import type { Kernel } from './box-muller.ts';
import { MersenneTwister } from './mersenne-twister.ts';
import type { DrawType, NoiseGenerator } from './types.ts';

/** Shorter draws go element by element in double precision. */
const SHORTEST_BLOCKS = 16;

export class TorchCpuGenerator implements NoiseGenerator {
  readonly #engine: MersenneTwister;
  readonly #kernel: Kernel;
  /** The second value of the last pair of a short draw. */
  #spare: number | undefined;

  constructor(seed: bigint, kernel: Kernel = 'vector') {
    this.#engine = new MersenneTwister(Number(BigInt.asUintN(32, seed)));
    this.#kernel = kernel;
  }

  randn(count: number, type: DrawType = 'float32'): Float32Array {
    if (count < SHORTEST_BLOCKS) return this.#drawShort(count, type);
    const isHalf = type === 'float16';
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = isHalf ? this.#uniformHalf() : this.uniform();
    for (let at = 0; at + 16 <= count; at += 16) this.#transform(values, at, isHalf);
    if (count % 16 !== 0) {
      // The last 16 places are drawn anew, those already done included.
      const at = count - 16;
      for (let i = at; i < count; i++) values[i] = isHalf ? this.#uniformHalf() : this.uniform();
      this.#transform(values, at, isHalf);
    }
    return values;
  }

  /** The same in double precision, for `dtype=float64`. */
  randnDouble(count: number): Float64Array {
    if (count < SHORTEST_BLOCKS) return Float64Array.from({ length: count }, () => this.#normal());
    const values = Float64Array.from({ length: count }, () => this.uniformDouble());
    for (let at = 0; at + 16 <= count; at += 16) transformDouble(values, at);
    if (count % 16 !== 0) {
      for (let i = count - 16; i < count; i++) values[i] = this.uniformDouble();
      transformDouble(values, count - 16);
    }
    return values;
  }

  /** In [0, 1), 24 bits. */
  uniform(): number {
    return (this.#engine.word() & 0xffffff) / 2 ** 24;
  }

  /** In [0, 1), 53 bits. */
  uniformDouble(): number {
    const high = this.#engine.word();
    const low = this.#engine.word();
    return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
  }

  #uniformHalf(): number {
    return (this.#engine.word() & 0x7ff) / 2048;
  }

  #drawShort(count: number, type: DrawType): Float32Array {
    return Float32Array.from({ length: count }, () => (type === 'float16' ? roundToHalf(Math.fround(this.#normal())) : this.#normal()));
  }

  #normal(): number {
    if (this.#spare !== undefined) {
      const kept = this.#spare;
      this.#spare = undefined;
      return kept;
    }
    const angle = 2 * Math.PI * this.uniformDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniformDouble()));
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #transform(values: Float32Array, at: number, isHalf: boolean): void {
    if (isHalf) transformHalf(values, at);
    else transformBlock(values, at, this.#kernel);
  }
}

/** float16: radius and angle are rounded to half, then the products. */
function transformHalf(values: Float32Array, at: number): void {
  for (let j = at; j < at + 8; j++) {
    const first = roundToHalf(1 - (values[j] as number));
    const radius = roundToHalf(Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(first))))));
    const angle = roundToHalf(Math.fround(2 * Math.PI * (values[j + 8] as number)));
    values[j] = roundToHalf(Math.fround(radius * Math.fround(Math.cos(angle))));
    values[j + 8] = roundToHalf(Math.fround(radius * Math.fround(Math.sin(angle))));
  }
}

function transformDouble(values: Float64Array, at: number): void {
  for (let j = at; j < at + 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - (values[j] as number)));
    const angle = 2 * Math.PI * (values[j + 8] as number);
    values[j] = radius * Math.cos(angle);
    values[j + 8] = radius * Math.sin(angle);
  }
}
