/**
 * Arithmetic on noise tensors, flat float32 arrays in [channels, height, width] order (batch 1).
 * Everything keeps the norm of Gaussian noise, so that a model sees noise as loud as it was trained with.
 * Source: slerp after Shoemake 1985, one angle for the whole tensor.
 */

import type { Turns } from './units.ts';

/** Above this |cosine| two tensors count as parallel and slerp becomes a straight line. */
export const PARALLEL_COSINE = 0.9995;

/**
 * Spherical interpolation: `a` at 0, `b` at 1. Positions outside 0..1 go on along the same great circle.
 * Where the two are nearly (anti)parallel the angle is ill defined and a straight line is used instead.
 * `out` may be `a` or `b`. Throws for different lengths.
 */
export function slerp(a: Float32Array, b: Float32Array, position: number, out: Float32Array = new Float32Array(a.length)): Float32Array {
  const { keep, take } = slerpWeights(cosineBetween(a, b), position);
  for (let i = 0; i < a.length; i++) out[i] = keep * (a[i] as number) + take * (b[i] as number);
  return out;
}

/** The weights of both ends in a slerp between tensors whose cosine is known. */
export function slerpWeights(cosine: number, position: number): { readonly keep: number; readonly take: number } {
  if (Math.abs(cosine) > PARALLEL_COSINE) return { keep: 1 - position, take: position };
  const angle = Math.acos(cosine);
  const whole = Math.sin(angle);
  return { keep: Math.sin((1 - position) * angle) / whole, take: Math.sin(position * angle) / whole };
}

/** Cosine of the angle between two tensors; 1 where one of them is zero. */
export function cosineBetween(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`slerp of tensors with ${a.length} and ${b.length} values`);
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const norms = Math.sqrt(squaresA * squaresB);
  return norms === 0 ? 1 : Math.min(1, Math.max(-1, dot / norms));
}

/**
 * Turns channel pairs: out[2k] = cos·n[2k] − sin·n[2k+1], out[2k+1] = sin·n[2k] + cos·n[2k+1]. Whole turns give back the
 * same bytes. The odd last channel of an odd count turns against the last channel of `partner` (independent noise of the
 * same shape); without a partner it stays. `out` may be `tensor`.
 */
export function rotatePairs(tensor: Float32Array, channels: number, turns: Turns, out: Float32Array = new Float32Array(tensor.length), partner?: Float32Array): Float32Array {
  const plane = tensor.length / channels;
  const phase = (turns - Math.floor(turns)) * 2 * Math.PI;
  const cosine = Math.cos(phase);
  const sine = Math.sin(phase);
  for (let channel = 0; channel + 1 < channels; channel += 2) turnPair(tensor, channel * plane, (channel + 1) * plane, plane, cosine, sine, out);
  if (channels % 2 === 1) {
    for (let i = (channels - 1) * plane; i < tensor.length; i++) {
      const own = tensor[i] as number;
      out[i] = partner === undefined ? own : cosine * own - sine * (partner[i] as number);
    }
  }
  return out;
}

function turnPair(tensor: Float32Array, first: number, second: number, plane: number, cosine: number, sine: number, out: Float32Array): void {
  for (let i = 0; i < plane; i++) {
    const x = tensor[first + i] as number;
    const y = tensor[second + i] as number;
    out[first + i] = cosine * x - sine * y;
    out[second + i] = sine * x + cosine * y;
  }
}
