/**
 * The Box-Muller transform of one block of 16 uniforms (8 pairs, in place), as torch's CPU kernels compute it. `vector` is
 * the kernel of x86 machines with AVX2 or more: Cephes' float32 log and sincos (Moshier) with fused multiply-adds; `scalar`
 * is the one of all other machines. They differ in the last bits (at most 2e-6).
 */

const round = Math.fround;

export type Kernel = 'vector' | 'scalar';

/** values[at … at+7] are the first uniforms, values[at+8 … at+15] the second ones. */
export function transformBlock(values: Float32Array, at: number, kernel: Kernel): void {
  for (let j = at; j < at + 8; j++) {
    const first = round(1 - (values[j] as number));
    const second = values[j + 8] as number;
    if (kernel === 'vector') transformVector(values, j, first, second);
    else transformScalar(values, j, first, second);
  }
}

function transformScalar(values: Float32Array, j: number, first: number, second: number): void {
  const radius = round(Math.sqrt(round(-2 * round(Math.log(first)))));
  const angle = round(2 * Math.PI * second);
  values[j] = radius * round(Math.cos(angle));
  values[j + 8] = radius * round(Math.sin(angle));
}

const TWO_PI = round(2 * Math.PI);

function transformVector(values: Float32Array, j: number, first: number, second: number): void {
  const radius = round(Math.sqrt(round(-2 * logCephes(first))));
  const angle = round(TWO_PI * second);
  values[j] = radius * cosCephes(angle);
  values[j + 8] = radius * sinCephes(angle);
}

/** a·b + c rounded once; the product of two float32 is exact in double. */
function fma(a: number, b: number, c: number): number {
  return round(a * b + c);
}

const LOG = [7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1].map(round);
const SQRT_HALF = round(Math.SQRT1_2);
const LN2_LOW = round(-2.1219444e-4);
const LN2_HIGH = 0.693359375;
const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** ln of a float32 in (0, 1]. */
function logCephes(value: number): number {
  asFloat[0] = value;
  const raw = bits[0] as number;
  let exponent = (raw >>> 23) - 126;
  bits[0] = (raw & 0x007fffff) | 0x3f000000;
  let x = asFloat[0] as number;
  if (x < SQRT_HALF) {
    exponent -= 1;
    x = round(round(x - 1) + x);
  } else x = round(x - 1);
  const z = round(x * x);
  let y = LOG[0] as number;
  for (let i = 1; i < LOG.length; i++) y = fma(y, x, LOG[i] as number);
  y = fma(round(y * x), z, round(exponent * LN2_LOW));
  y = fma(-z, 0.5, y);
  return fma(exponent, LN2_HIGH, round(x + y));
}

const FOUR_OVER_PI = round(1.27323954473516);
const REDUCE = [-0.78515625, -2.4187564849853515625e-4, -3.774894977445941e-8].map(round);
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(round);
const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(round);

/** Octant (even) and the rest of an angle ≥ 0. */
function octantOf(angle: number): number {
  return (Math.trunc(round(angle * FOUR_OVER_PI)) + 1) & ~1;
}

function reduce(angle: number, octant: number): number {
  return fma(octant, REDUCE[2] as number, fma(octant, REDUCE[1] as number, fma(octant, REDUCE[0] as number, angle)));
}

function sinCephes(angle: number): number {
  const octant = octantOf(angle);
  const x = reduce(angle, octant);
  const value = (octant & 2) === 0 ? sinPolynomial(x) : cosPolynomial(x);
  return (octant & 4) === 0 ? value : -value;
}

function cosCephes(angle: number): number {
  const octant = octantOf(angle);
  const x = reduce(angle, octant);
  const value = (octant & 2) === 0 ? cosPolynomial(x) : sinPolynomial(x);
  return ((octant - 2) & 4) === 0 ? -value : value;
}

function cosPolynomial(x: number): number {
  const z = round(x * x);
  const c = round(fma(fma(COS[0] as number, z, COS[1] as number), z, COS[2] as number) * z);
  return round(fma(c, z, -round(z / 2)) + 1);
}

function sinPolynomial(x: number): number {
  const z = round(x * x);
  const s = round(fma(fma(SIN[0] as number, z, SIN[1] as number), z, SIN[2] as number) * z);
  return fma(s, x, x);
}
