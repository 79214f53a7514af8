/**
 * Philox4x32-10 (Salmon et al. 2011) with Box-Muller, as A1111's "NV" source and stable-diffusion.cpp's cuda generator
 * imitate torch.randn on a GPU: element i of draw number o has counter (o, 0, i, 0) and key (seed low, seed high).
 */

import { roundToHalf } from '../../onnx/half.ts';
import type { DrawType, NoiseGenerator } from './types.ts';

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;
const UNIT = 2 ** -32;
/** 2π · 2^-32 in float32, as the source has it. */
const TURN = Math.fround(2.3283064e-10 * 6.2831855);

export type Words4 = readonly [number, number, number, number];

/** One block of four 32-bit words. */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let i = 0; i < ROUNDS; i++) {
    const [high0, low0] = multiply(MULTIPLIERS[0], c0);
    const [high1, low1] = multiply(MULTIPLIERS[1], c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** High and low word of a 32 x 32 bit product. */
function multiply(a: number, b: number): readonly [number, number] {
  const [aHigh, aLow] = [a >>> 16, a & 0xffff];
  const [bHigh, bLow] = [b >>> 16, b & 0xffff];
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16) + ((aLow * bHigh) & 0xffff);
  const high = aHigh * bHigh + Math.floor(middle / 65536) + ((aLow * bHigh) >>> 16);
  return [high >>> 0, Math.imul(a, b) >>> 0];
}

export class PhiloxGenerator implements NoiseGenerator {
  readonly #key: readonly [number, number];
  #draws = 0;

  /** All 64 bits of the seed count. */
  constructor(seed: bigint) {
    this.#key = [Number(BigInt.asUintN(32, seed)), Number(BigInt.asUintN(32, seed >> 32n))];
  }

  randn(count: number, type: DrawType = 'float32'): Float32Array {
    const draw = this.#draws++;
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const [g0, g1] = philox4x32([draw, 0, i, 0], this.#key);
      const value = Math.sqrt(-2 * Math.log(g0 * UNIT + UNIT / 2)) * Math.sin(g1 * TURN + TURN / 2);
      values[i] = type === 'float16' ? roundToHalf(Math.fround(value)) : value;
    }
    return values;
  }
}
