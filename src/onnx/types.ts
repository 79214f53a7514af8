/** Tensors as the other rooms see them: no runtime is imported here. */

/** What a graph may take and give here. */
export type TensorData = Float32Array | BigInt64Array | Int32Array;

export interface PlainTensor {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export interface TensorInfo {
  readonly name: string;
  /** As in the graph: 'float32', 'float16', 'int64', 'int32' … */
  readonly type: string;
  /** A name instead of a number is free. */
  readonly dims: readonly (number | string)[];
}
