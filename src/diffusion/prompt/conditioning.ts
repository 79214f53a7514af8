/**
 * Arithmetic on what a prompt becomes: emphasis on encoded tokens, prompts of different lengths brought to one, mixes of
 * prompts and of their AND parts. Hidden states are [length, width] flat.
 */

import type { Conditioning } from '../text-encoder.ts';

/** One of the things a picture is drawn toward, with its share beyond the negative prompt. */
export interface ConditioningPart {
  readonly conditioning: Conditioning;
  readonly weight: number;
}

/**
 * Multiplies each token's vector by its weight, in place. `keepMean`: the whole tensor is then scaled so that its mean is
 * what it was (the web UI's "Original"; "No norm" without). `weights` has one number a token.
 */
export function applyEmphasis(hidden: Float32Array, weights: Float32Array, keepMean: boolean): Float32Array {
  if (weights.every((weight) => weight === 1)) return hidden;
  const width = hidden.length / weights.length;
  const before = meanOf(hidden);
  weights.forEach((weight, token) => scale(hidden.subarray(token * width, (token + 1) * width), weight));
  const after = meanOf(hidden);
  return keepMean && after !== 0 ? scale(hidden, before / after) : hidden;
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function scale(values: Float32Array, by: number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * by;
  return values;
}

/**
 * The same conditioning `times` as long. Cross-attention is a mean over tokens, weighted by a softmax: repeating all of them
 * changes nothing in the picture. So prompts of different length are mixed without a jump at either end.
 */
export function repeatTokens(conditioning: Conditioning, times: number): Conditioning {
  if (times === 1) return conditioning;
  const hidden = new Float32Array(conditioning.hidden.length * times);
  for (let i = 0; i < times; i++) hidden.set(conditioning.hidden, i * conditioning.hidden.length);
  return { ...conditioning, hidden, length: conditioning.length * times };
}

/** All of one length: their least common multiple. */
export function alignLengths(conditionings: readonly Conditioning[]): Conditioning[] {
  const length = conditionings.reduce((common, one) => (common * one.length) / greatestDivisor(common, one.length), 1);
  return conditionings.map((one) => repeatTokens(one, length / one.length));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

export interface WeightedParts {
  readonly parts: readonly ConditioningPart[];
  readonly weight: number;
}

/**
 * A mix of prompts, each of one or more AND parts: part k is the weighted mean of the prompts' k-th parts, and so is its
 * share;
 * the words of part k come from the prompts that have it, and its share fades with the others.
 * Weights are taken relative to their sum. At a weight of 1 the mix is the prompt itself.
 */
export function mixParts(prompts: readonly WeightedParts[]): ConditioningPart[] {
  const total = prompts.reduce((sum, { weight }) => sum + weight, 0);
  const present = (total > 0 ? prompts : prompts.map(({ parts }) => ({ parts, weight: 1 }))).filter(({ weight }) => weight !== 0);
  const sum = total > 0 ? total : present.length;
  if (present.length === 1) return [...(present[0] as WeightedParts).parts];
  const count = Math.max(...present.map(({ parts }) => parts.length));
  return Array.from({ length: count }, (_, k) => mixPart(present, k, sum));
}

function mixPart(prompts: readonly WeightedParts[], k: number, sum: number): ConditioningPart {
  const having = prompts.filter(({ parts }) => parts[k] !== undefined);
  const inPart = having.reduce((share, { weight }) => share + weight, 0);
  // The words of part k come from the prompts that have it; its share fades with the others.
  const conditionings = alignLengths(having.map(({ parts }) => (parts[k] as ConditioningPart).conditioning));
  const conditioning = blend(conditionings, having.map(({ weight }) => weight / inPart));
  return { conditioning, weight: having.reduce((share, { parts, weight }) => share + (weight / sum) * (parts[k] as ConditioningPart).weight, 0) };
}

/** Weighted sum of conditionings of one length. */
function blend(conditionings: readonly Conditioning[], shares: readonly number[]): Conditioning {
  const first = conditionings[0] as Conditioning;
  return { ...first, hidden: weightedSum(conditionings.map(({ hidden }) => hidden), shares), pooled: weightedSum(conditionings.map(({ pooled }) => pooled), shares) };
}

/** Two tensors a pass: memory, not arithmetic, is what it takes. */
function weightedSum(tensors: readonly Float32Array[], shares: readonly number[]): Float32Array {
  const sum = new Float32Array(tensors[0]?.length ?? 0);
  for (let k = 0; k < tensors.length; k += 2) {
    const a = tensors[k] as Float32Array;
    const b = tensors[k + 1] ?? a;
    const shareA = shares[k] as number;
    const shareB = tensors[k + 1] === undefined ? 0 : (shares[k + 1] as number);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + shareA * (a[i] as number) + shareB * (b[i] as number);
  }
  return sum;
}
