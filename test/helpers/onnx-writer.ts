/** Writes small ONNX graphs as protobuf bytes (onnx.proto3, opset 15), so that tests run real sessions on tiny weights. */

import { floatToHalf } from '../../src/onnx/half.ts';

export interface TensorSpec {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'int32' | 'int64';
  /** A text is a free dimension. */
  readonly dims: readonly (number | string)[];
}

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** A whole number is an INT, a list INTS, `{ float }` a FLOAT. */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface WeightSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** A Uint16Array holds float16 words. */
  readonly data: Float32Array | BigInt64Array | Uint16Array;
  /** Kept in another file instead: `location` as it is written into the graph. */
  readonly external?: { readonly location: string; readonly offset: number; readonly length?: number };
}

export interface GraphSpec {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly weights?: readonly WeightSpec[];
}

export const TYPES = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;

export function writeOnnx(graph: GraphSpec): Uint8Array {
  const body = [
    ...graph.nodes.map((node) => field(1, nodeBytes(node))),
    text(2, 'test'),
    ...(graph.weights ?? []).map((weight) => field(5, weightBytes(weight))),
    ...graph.inputs.map((input) => field(11, valueBytes(input))),
    ...graph.outputs.map((output) => field(12, valueBytes(output))),
  ];
  return Buffer.concat([number(1, 8), field(7, Buffer.concat(body)), field(8, Buffer.concat([text(1, ''), number(2, 15)]))]);
}

/** The same graph with float32 weights of at least `atLeast` values kept in files, dealt out in turn; also those files' bytes. */
export function writeOnnxWithFiles(graph: GraphSpec, locations: readonly string[], atLeast = 64): { readonly graph: Uint8Array; readonly files: ReadonlyMap<string, Uint8Array> } {
  const parts = new Map<string, Buffer[]>(locations.map((location) => [location, []]));
  let turn = 0;
  const weights = (graph.weights ?? []).map((weight) => {
    if (weight.data instanceof BigInt64Array || weight.data.length < atLeast) return weight;
    const location = locations[turn++ % locations.length] as string;
    const written = parts.get(location) as Buffer[];
    const offset = written.reduce((sum, { length }) => sum + length, 0);
    const bytes = rawBytes(weight.data);
    // As the exporters do, tensors begin on a page.
    written.push(Buffer.concat([bytes, Buffer.alloc((4096 - (bytes.length % 4096)) % 4096)]));
    return { ...weight, external: { location, offset, length: bytes.length } };
  });
  return { graph: writeOnnx({ ...graph, weights }), files: new Map([...parts].map(([location, written]) => [location, Buffer.concat(written)])) };
}

/** The graph with every float32 weight stored as float16 and cast back where it is used. */
export function withHalfWeights(graph: GraphSpec): GraphSpec {
  const halved = (graph.weights ?? []).filter(({ data }) => data instanceof Float32Array);
  const weights = (graph.weights ?? []).map((weight) => (weight.data instanceof Float32Array ? { ...weight, name: `${weight.name}_half`, data: floatToHalf(weight.data) } : weight));
  const casts = halved.map(({ name }) => ({ op: 'Cast', inputs: [`${name}_half`], outputs: [name], attributes: { to: TYPES.float32 } }));
  return { ...graph, weights, nodes: [...casts, ...graph.nodes] };
}

function rawBytes(data: WeightSpec['data']): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function nodeBytes({ op, inputs, outputs, attributes = {} }: NodeSpec): Buffer {
  const written = Object.entries(attributes).map(([name, value]) => field(5, attributeBytes(name, value)));
  return Buffer.concat([...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name)), text(4, op), ...written]);
}

function attributeBytes(name: string, value: number | readonly number[] | { readonly float: number }): Buffer {
  if (typeof value === 'number') return Buffer.concat([text(1, name), number(3, value), number(20, 2)]);
  if ('float' in value) return Buffer.concat([text(1, name), Buffer.concat([varint((2 << 3) | 5), Buffer.from(Float32Array.of(value.float).buffer)]), number(20, 1)]);
  return Buffer.concat([text(1, name), ...value.map((one) => number(8, one)), number(20, 7)]);
}

function weightBytes({ name, dims, data, external }: WeightSpec): Buffer {
  const type = data instanceof Float32Array ? TYPES.float32 : data instanceof Uint16Array ? TYPES.float16 : TYPES.int64;
  const head = [...dims.map((dim) => number(1, dim)), number(2, type), text(8, name)];
  if (external === undefined) return Buffer.concat([...head, field(9, rawBytes(data))]);
  const entry = (key: string, value: string): Buffer => field(13, Buffer.concat([text(1, key), text(2, value)]));
  const { location, offset, length = data.byteLength } = external;
  return Buffer.concat([...head, entry('location', location), entry('offset', String(offset)), entry('length', String(length)), number(14, 1)]);
}

function valueBytes({ name, type, dims }: TensorSpec): Buffer {
  const shape = Buffer.concat(dims.map((dim) => field(1, typeof dim === 'number' ? number(1, dim) : text(2, dim))));
  const tensor = Buffer.concat([number(1, TYPES[type]), field(2, shape)]);
  return Buffer.concat([text(1, name), field(2, field(1, tensor))]);
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

function field(id: number, body: Uint8Array): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(body.length), body]);
}

function text(id: number, value: string): Buffer {
  return field(id, Buffer.from(value, 'utf8'));
}
