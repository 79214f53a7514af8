/** A notation for small graphs: values are names, each call adds a node (and weights) and gives its output's name. */

import { randomFor } from '../../src/base/random.ts';
import { TYPES } from './onnx-writer.ts';
import type { GraphSpec, NodeSpec, TensorSpec, WeightSpec } from './onnx-writer.ts';

type Attributes = NonNullable<NodeSpec['attributes']>;

export class GraphBuilder {
  readonly #nodes: NodeSpec[] = [];
  readonly #weights: WeightSpec[] = [];
  readonly #key: string;
  #count = 0;

  /** `key` seeds the weights. */
  constructor(key: string) {
    this.#key = key;
  }

  op(op: string, inputs: readonly string[], attributes?: Attributes): string {
    const output = `v${this.#count++}`;
    this.#nodes.push({ op, inputs, outputs: [output], ...(attributes === undefined ? {} : { attributes }) });
    return output;
  }

  /** Gives a value another name, so that it can be an output. */
  name(value: string, name: string): void {
    this.#nodes.push({ op: 'Identity', inputs: [value], outputs: [name] });
  }

  /** Normal random numbers of deviation `scale`, the same on every machine. */
  weight(dims: readonly number[], scale: number): string {
    const name = `w${this.#weights.length}`;
    const random = randomFor(0, `${this.#key} ${name}`);
    this.#weights.push({ name, dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => scale * random.normal()) });
    return name;
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    const name = `c${this.#weights.length}`;
    this.#weights.push({ name, dims, data: Float32Array.from(values) });
    return name;
  }

  scalar(value: number): string {
    return this.floats([], [value]);
  }

  integers(values: readonly number[]): string {
    const name = `i${this.#weights.length}`;
    this.#weights.push({ name, dims: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  cast(value: string, type: TensorSpec['type']): string {
    return this.op('Cast', [value], { to: TYPES[type] });
  }

  add(a: string, b: string): string {
    return this.op('Add', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.op('Mul', [a, b]);
  }

  /** value · W, W [from, to] of unit gain. */
  linear(value: string, from: number, to: number, gain = 1): string {
    return this.op('MatMul', [value, this.weight([from, to], gain / Math.sqrt(from))]);
  }

  /** 3x3, same size. */
  conv(value: string, from: number, to: number, gain = 1): string {
    return this.op('Conv', [value, this.weight([to, from, 3, 3], gain / Math.sqrt(9 * from))], { pads: [1, 1, 1, 1] });
  }

  silu(value: string): string {
    return this.mul(value, this.op('Sigmoid', [value]));
  }

  reshape(value: string, dims: readonly number[]): string {
    return this.op('Reshape', [value, this.integers(dims)]);
  }

  /** (x − mean) / deviation along the last axis. */
  layerNorm(value: string): string {
    const centred = this.op('Sub', [value, this.op('ReduceMean', [value], { axes: [-1], keepdims: 1 })]);
    const variance = this.op('ReduceMean', [this.mul(centred, centred)], { axes: [-1], keepdims: 1 });
    return this.op('Div', [centred, this.op('Sqrt', [this.add(variance, this.scalar(1e-5))])]);
  }

  build(inputs: readonly TensorSpec[], outputs: readonly TensorSpec[]): GraphSpec {
    return { inputs, outputs, nodes: this.#nodes, weights: this.#weights };
  }
}
