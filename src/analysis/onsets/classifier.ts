/**
 * The onset classifier: a perceptron of two hidden layers (models/onsets, trained by training/onsets on music composed there)
 * that says of each candidate whether a sound starts and how much later than the candidate. About 12 000 multiplications each.
 */

import { readFileSync } from 'node:fs';
import type { Seconds, Unit } from '../../base/units.ts';

interface Card {
  /** Sizes from the input to the two outputs. */
  readonly layers: readonly number[];
  readonly threshold: number;
  readonly offsetSeconds: number;
  readonly apartSeconds: number;
}

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs] */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  readonly values: Float32Array;
}

export interface Verdict {
  /** Probability that a sound starts here. */
  probability: Unit;
  /** To be added to the candidate's time. */
  offset: Seconds;
}

export class OnsetClassifier {
  /** From this probability on a candidate counts, and onsets are at least this far apart. */
  readonly threshold: Unit;
  readonly apart: Seconds;
  private readonly offsetScale: Seconds;
  private readonly layers: readonly Layer[];
  private readonly verdict: Verdict = { probability: 0, offset: 0 };

  constructor(card: Card, weights: Float32Array) {
    this.threshold = card.threshold;
    this.apart = card.apartSeconds;
    this.offsetScale = card.offsetSeconds;
    let at = 0;
    this.layers = card.layers.slice(1).map((outputs, i) => {
      const inputs = card.layers[i] as number;
      const layer = { inputs, outputs, weights: weights.subarray(at, at + inputs * outputs), biases: weights.subarray(at + inputs * outputs, at + (inputs + 1) * outputs), values: new Float32Array(outputs) };
      at += (inputs + 1) * outputs;
      return layer;
    });
    if (at !== weights.length) throw new Error(`the onset classifier's weights hold ${weights.length} numbers, its card asks for ${at}`);
  }

  /** Size of the input. */
  get inputs(): number {
    return (this.layers[0] as Layer).inputs;
  }

  /** The verdict on one candidate; the record is reused. */
  judge(features: Float32Array): Verdict {
    let values = features;
    this.layers.forEach((layer, i) => {
      applyLayer(layer, values, i < this.layers.length - 1);
      values = layer.values;
    });
    this.verdict.probability = 1 / (1 + Math.exp(-(values[0] as number)));
    this.verdict.offset = this.offsetScale * Math.tanh(values[1] as number);
    return this.verdict;
  }
}

/** Four rows at a time where there are four: a sum waits for its last term, four of them do not wait for each other. */
function applyLayer({ inputs, outputs, weights, biases, values }: Layer, from: Float32Array, rectified: boolean): void {
  let out = 0;
  for (; out + 4 <= outputs; out += 4) {
    let a = biases[out] as number;
    let b = biases[out + 1] as number;
    let c = biases[out + 2] as number;
    let d = biases[out + 3] as number;
    for (let i = 0, at = out * inputs; i < inputs; i++, at++) {
      const value = from[i] as number;
      a += (weights[at] as number) * value;
      b += (weights[at + inputs] as number) * value;
      c += (weights[at + 2 * inputs] as number) * value;
      d += (weights[at + 3 * inputs] as number) * value;
    }
    values[out] = a;
    values[out + 1] = b;
    values[out + 2] = c;
    values[out + 3] = d;
  }
  for (; out < outputs; out++) {
    let sum = biases[out] as number;
    for (let i = 0, at = out * inputs; i < inputs; i++, at++) sum += (weights[at] as number) * (from[i] as number);
    values[out] = sum;
  }
  if (rectified) for (let i = 0; i < outputs; i++) if ((values[i] as number) < 0) values[i] = 0;
}

let loaded: OnsetClassifier | undefined | 'missing';

/** The classifier that ships; undefined where its files are missing or of another size. */
export function shippedClassifier(inputs: number): OnsetClassifier | undefined {
  loaded ??= load() ?? 'missing';
  return loaded === 'missing' || loaded.inputs !== inputs ? undefined : loaded;
}

function load(): OnsetClassifier | undefined {
  try {
    const folder = new URL('../../../models/onsets/', import.meta.url);
    const bytes = readFileSync(new URL('weights.bin', folder));
    const weights = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return new OnsetClassifier(JSON.parse(readFileSync(new URL('card.json', folder), 'utf8')) as Card, weights);
  } catch {
    return undefined;
  }
}
