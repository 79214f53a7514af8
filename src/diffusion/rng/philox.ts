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
  const words = Uint32Array.from(counter);
  scramble(words, key[0], key[1]);
  return [...words] as unknown as Words4;
}

/** In place, four words at a time; nothing is allocated, since each element of a tensor takes one block. */
function scramble(words: Uint32Array, key0: number, key1: number): void {
  let [k0, k1] = [key0, key1];
  for (let i = 0; i < ROUNDS; i++) {
    const c0 = words[0] as number;
    const c2 = words[2] as number;
    const high0 = highWord(MULTIPLIERS[0], c0);
    const high1 = highWord(MULTIPLIERS[1], c2);
    words[0] = high1 ^ (words[1] as number) ^ k0;
    words[1] = Math.imul(MULTIPLIERS[1], c2);
    words[2] = high0 ^ (words[3] as number) ^ k1;
    words[3] = Math.imul(MULTIPLIERS[0], c0);
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
}

/** The upper half of a 32 x 32 bit product. */
function highWord(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return aHigh * bHigh + (middle >>> 16) + (carry >>> 16);
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
    const words = new Uint32Array(4);
    for (let i = 0; i < count; i++) {
      words[0] = draw;
      words[1] = 0;
      words[2] = i;
      words[3] = 0;
      scramble(words, this.#key[0], this.#key[1]);
      const value = Math.sqrt(-2 * Math.log((words[0] as number) * UNIT + UNIT / 2)) * Math.sin((words[1] as number) * TURN + TURN / 2);
      values[i] = type === 'float16' ? roundToHalf(Math.fround(value)) : value;
    }
    return values;
  }
}
