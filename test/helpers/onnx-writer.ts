/** Writes small ONNX graphs as protobuf bytes (onnx.proto3, opset 15), so that tests run real sessions on tiny weights. */

export interface TensorSpec {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'int64';
  /** A text is a free dimension. */
  readonly dims: readonly (number | string)[];
}

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface WeightSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface GraphSpec {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly weights?: readonly WeightSpec[];
}

const TYPES = { float32: 1, int64: 7, float16: 10 } as const;

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

function nodeBytes({ op, inputs, outputs, attributes = {} }: NodeSpec): Buffer {
  const written = Object.entries(attributes).map(([name, value]) => field(5, attributeBytes(name, value)));
  return Buffer.concat([...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name)), text(4, op), ...written]);
}

/** Whole numbers only: INT or INTS. */
function attributeBytes(name: string, value: number | readonly number[]): Buffer {
  if (typeof value === 'number') return Buffer.concat([text(1, name), number(3, value), number(20, 2)]);
  return Buffer.concat([text(1, name), ...value.map((one) => number(8, one)), number(20, 7)]);
}

function weightBytes({ name, dims, data }: WeightSpec): Buffer {
  const type = data instanceof Float32Array ? TYPES.float32 : TYPES.int64;
  return Buffer.concat([...dims.map((dim) => number(1, dim)), number(2, type), text(8, name), field(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength))]);
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
