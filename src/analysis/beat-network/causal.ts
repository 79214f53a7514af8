/**
 * The causal form of the beat network, one frame at a time in plain arithmetic: live input is pushed synchronously, and what
 * is heard must not depend on how the sound was cut into blocks, so no runtime stands between. About 9 million
 * multiplications a second of sound. Weights as trained (training/beat_network/network.py), from a safetensors file.
 */

import { readFileSync } from 'node:fs';
import { MEL_BANDS } from './front-end.ts';

/** Outputs (20 ms each) by which an answer comes after its sound. */
export const CAUSAL_DELAY = 5;
const KERNEL = 5;

interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type CausalWeights = ReadonlyMap<string, Tensor>;

/** Reads float32 tensors (https://github.com/huggingface/safetensors, format section). Throws where the file is not such. */
export function readWeights(path: string): CausalWeights {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8')) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F32') throw new Error(`${path}: ${name} is ${dtype}, not F32`);
    const start = 8 + headerLength + from;
    tensors.set(name, { shape, data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + start + to - from)) });
  }
  return tensors;
}

export class CausalBeatNetwork {
  /** Probabilities 0..1 of the last output. */
  beat = 0;
  downbeat = 0;
  private readonly input: Ring;
  private readonly early: Ring;
  private readonly first: Convolution;
  private readonly second: Convolution;
  private readonly narrow: Dense;
  private readonly blocks: readonly Block[];
  private readonly out: Dense;
  private readonly logits = new Float32Array(2);
  private frames = 0;

  constructor(weights: CausalWeights) {
    this.first = new Convolution(weights, 'first', MEL_BANDS, 3);
    this.second = new Convolution(weights, 'second', this.first.outBands, 2);
    this.input = new Ring(this.first.taps, MEL_BANDS);
    this.early = new Ring(this.second.taps, this.first.size);
    this.narrow = new Dense(weights, 'narrow');
    this.blocks = Array.from({ length: [...weights.keys()].filter((name) => /^blocks\.\d+\.mix\.weight$/.test(name)).length }, (_, i) => new Block(weights, `blocks.${i}`, 2 ** i));
    this.out = new Dense(weights, 'out');
  }

  /** One frame of MEL_BANDS values, copied. True where there is a new output: on every other frame, from the first on. */
  push(frame: Float32Array): boolean {
    this.input.push(frame);
    if (this.frames++ % 2 !== 0) return false;
    this.early.push(this.first.apply(this.input));
    let x = this.narrow.apply(this.second.apply(this.early));
    rectify(x);
    for (const block of this.blocks) x = block.apply(x);
    rectify(x);
    this.logits.set(this.out.apply(x));
    this.beat = sigmoid(this.logits[0] as number);
    this.downbeat = sigmoid(this.logits[1] as number);
    return true;
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function rectify(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) if ((values[i] as number) < 0) values[i] = 0;
}

function tensorOf(weights: CausalWeights, name: string): Tensor {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new Error(`the weights lack ${name}`);
  return tensor;
}

/** The last `length` rows of `width` values; zeros before the first. */
class Ring {
  readonly width: number;
  private readonly length: number;
  private readonly data: Float32Array;
  private newest = 0;

  constructor(length: number, width: number) {
    this.length = length;
    this.width = width;
    this.data = new Float32Array(length * width);
  }

  push(row: Float32Array): void {
    this.newest = (this.newest + 1) % this.length;
    this.data.set(row, this.newest * this.width);
  }

  /** The row pushed `ago` rows before the newest (0). */
  row(ago: number): Float32Array {
    const index = (this.newest - ago + this.length) % this.length;
    return this.data.subarray(index * this.width, (index + 1) * this.width);
  }
}

/** Rectified convolution over time (the rows of a ring) and bands; rows are [channel][band]. */
class Convolution {
  readonly taps: number;
  readonly outBands: number;
  /** Values of a row of output. */
  readonly size: number;
  private readonly weight: Float32Array;
  private readonly bias: Float32Array;
  private readonly inChannels: number;
  private readonly inBands: number;
  private readonly kernel: number;
  private readonly stride: number;
  private readonly result: Float32Array;

  constructor(weights: CausalWeights, name: string, inBands: number, stride: number) {
    const { shape, data } = tensorOf(weights, `${name}.weight`);
    this.weight = data;
    this.bias = tensorOf(weights, `${name}.bias`).data;
    this.inChannels = shape[1] as number;
    this.taps = shape[2] as number;
    this.kernel = shape[3] as number;
    this.inBands = inBands;
    this.stride = stride;
    this.outBands = Math.floor((inBands - 1) / stride) + 1;
    this.size = this.bias.length * this.outBands;
    this.result = new Float32Array(this.size);
  }

  apply(rows: Ring): Float32Array {
    const { taps, kernel, inChannels, inBands, outBands, stride, weight, result } = this;
    const half = (kernel - 1) / 2;
    for (let i = 0; i < this.size; i++) result[i] = this.bias[Math.floor(i / outBands)] as number;
    for (let tap = 0; tap < taps; tap++) {
      const row = rows.row(taps - 1 - tap);
      for (let to = 0; to < this.bias.length; to++) {
        for (let from = 0; from < inChannels; from++) {
          const at = ((to * inChannels + from) * taps + tap) * kernel;
          for (let band = 0; band < outBands; band++) {
            const middle = band * stride;
            let sum = 0;
            for (let k = Math.max(0, half - middle); k < Math.min(kernel, inBands + half - middle); k++) sum += (weight[at + k] as number) * (row[from * inBands + middle + k - half] as number);
            result[to * outBands + band] = (result[to * outBands + band] as number) + sum;
          }
        }
      }
    }
    rectify(result);
    return result;
  }
}

/** y = W x + b. */
class Dense {
  private readonly weight: Float32Array;
  private readonly bias: Float32Array;
  private readonly result: Float32Array;

  constructor(weights: CausalWeights, name: string) {
    this.weight = tensorOf(weights, `${name}.weight`).data;
    this.bias = tensorOf(weights, `${name}.bias`).data;
    this.result = new Float32Array(this.bias.length);
  }

  apply(x: Float32Array): Float32Array {
    multiplyInto(this.result, this.bias, this.weight, 0, x);
    return this.result;
  }
}

/** x + mix(rectified dilated convolution of x). */
class Block {
  private readonly ring: Ring;
  private readonly dilation: number;
  /** Weights by tap: [tap][out][in]. */
  private readonly spread: Float32Array;
  private readonly bias: Float32Array;
  private readonly mix: Dense;
  private readonly hidden: Float32Array;
  private readonly result: Float32Array;

  constructor(weights: CausalWeights, name: string, dilation: number) {
    const { shape, data } = tensorOf(weights, `${name}.spread.weight`);
    const width = shape[0] as number;
    this.dilation = dilation;
    this.ring = new Ring((KERNEL - 1) * dilation + 1, width);
    this.bias = tensorOf(weights, `${name}.spread.bias`).data;
    this.mix = new Dense(weights, `${name}.mix`);
    this.hidden = new Float32Array(width);
    this.result = new Float32Array(width);
    this.spread = new Float32Array(data.length);
    for (let pair = 0; pair < width * width; pair++) for (let tap = 0; tap < KERNEL; tap++) this.spread[tap * width * width + pair] = data[pair * KERNEL + tap] as number;
  }

  apply(x: Float32Array): Float32Array {
    const { hidden, ring, result } = this;
    ring.push(x);
    const size = hidden.length * hidden.length;
    for (let tap = 0; tap < KERNEL; tap++) multiplyInto(hidden, tap === 0 ? this.bias : hidden, this.spread, tap * size, ring.row((KERNEL - 1 - tap) * this.dilation));
    rectify(hidden);
    const mixed = this.mix.apply(hidden);
    for (let i = 0; i < result.length; i++) result[i] = (x[i] as number) + (mixed[i] as number);
    return result;
  }
}

/** out = base + W x, W (out.length, x.length) from `at` on. */
function multiplyInto(out: Float32Array, base: Float32Array, weight: Float32Array, at: number, x: Float32Array): void {
  const width = x.length;
  for (let row = 0, i = at; row < out.length; row++) {
    let sum = base[row] as number;
    for (let column = 0; column < width; column++, i++) sum += (weight[i] as number) * (x[column] as number);
    out[row] = sum;
  }
}
