/**
 * Looks at a graph file before the runtime does: whether it is whole, and which files of weights it names. Weights may
 * lie beside the graph or in folders below the model folder, never outside it, be it by path or by link.
 * Source: onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto), onnx/docs/ExternalData.md.
 */

import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { TensorInfo } from './types.ts';
import { WireError, WireReader } from './wire-reader.ts';
import type { WireField } from './wire-reader.ts';

export interface GraphFile {
  /** What it takes, weights left out. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Absolute paths of the weight files it names, each once. */
  readonly weights: readonly string[];
  /** Bytes of the graph and its weights. */
  readonly bytes: number;
}

interface ExternalTensor {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Message kinds that can hold tensors, and which of their fields lead on. */
const CHILDREN = {
  model: new Map<number, Kind>([[7, 'graph'], [25, 'function']]),
  graph: new Map<number, Kind>([[1, 'node'], [5, 'tensor'], [15, 'sparse']]),
  function: new Map<number, Kind>([[7, 'node']]),
  node: new Map<number, Kind>([[5, 'attribute']]),
  attribute: new Map<number, Kind>([[5, 'tensor'], [6, 'graph'], [10, 'tensor'], [11, 'graph'], [22, 'sparse'], [23, 'sparse']]),
  sparse: new Map<number, Kind>([[1, 'tensor'], [2, 'tensor']]),
} as const;
type Kind = 'model' | 'graph' | 'function' | 'node' | 'attribute' | 'sparse' | 'tensor';

const EXTERNAL_DATA = 13;

/**
 * Checks a graph and the weight files it names, all within `folder`. Throws a UserError 'device' of one sentence for a
 * file that is cut off or no graph, and for weights that are missing, too short or outside the folder.
 */
export function inspectGraph(file: string, folder: string): GraphFile {
  const { tensors, inputs, outputs } = readGraph(file);
  const ends = new Map<string, number>();
  for (const tensor of tensors) {
    const path = resolveWeights(file, tensor.location, folder);
    ends.set(path, Math.max(ends.get(path) ?? 0, tensor.offset + tensor.length));
  }
  let bytes = statSync(file).size;
  for (const [path, end] of ends) {
    const { size } = statSync(path);
    if (size < end) throw new UserError('device', `${path} is cut off: ${file} needs ${end} bytes of it, and it has ${size}; copy it again.`);
    bytes += size;
  }
  return { inputs, outputs, weights: [...ends.keys()], bytes };
}

interface GraphContent {
  readonly tensors: ExternalTensor[];
  readonly inputs: TensorInfo[];
  readonly outputs: TensorInfo[];
}

function readGraph(file: string): GraphContent {
  const reader = new WireReader(file);
  try {
    const content: GraphContent = { tensors: [], inputs: [], outputs: [] };
    let hasGraph = false;
    for (const field of reader.fields(0, reader.size)) {
      const kind = CHILDREN.model.get(field.id);
      if (kind !== undefined) collect(reader, kind, field.from, field.to, content.tensors);
      if (kind !== 'graph') continue;
      hasGraph = true;
      readSignature(reader, field, content);
    }
    if (!hasGraph) throw new WireError('there is no graph in it');
    return content;
  } catch (reason) {
    if (reason instanceof WireError) throw new UserError('device', `${file} is not a whole ONNX graph: ${reason.message}; copy it again.`, { cause: reason });
    throw reason;
  } finally {
    reader.close();
  }
}

/** Inputs and outputs of the main graph. Old files list their weights among the inputs. */
function readSignature(reader: WireReader, graph: WireField, { inputs, outputs }: GraphContent): void {
  const weights = new Set<string>();
  const values: TensorInfo[] = [];
  for (const { id, from, to } of reader.fields(graph.from, graph.to)) {
    if (id === 5) for (const part of reader.fields(from, to)) if (part.id === 8) weights.add(reader.text(part.from, part.to));
    if (id === 11) values.push(readValue(reader, from, to));
    if (id === 12) outputs.push(readValue(reader, from, to));
  }
  inputs.push(...values.filter(({ name }) => !weights.has(name)));
}

const ELEMENT_TYPES: Readonly<Record<number, string>> = { 1: 'float32', 6: 'int32', 7: 'int64', 10: 'float16', 11: 'float64' };

function readValue(reader: WireReader, from: number, to: number): TensorInfo {
  let name = '';
  let type = 'not a tensor';
  const dims: (number | string)[] = [];
  for (const field of reader.fields(from, to)) {
    if (field.id === 1) name = reader.text(field.from, field.to);
    if (field.id !== 2) continue;
    for (const tensor of within(reader, field, 1)) {
      if (tensor.id === 1) type = ELEMENT_TYPES[tensor.value] ?? 'another';
      if (tensor.id !== 2) continue;
      for (const dim of reader.fields(tensor.from, tensor.to)) dims.push(readDim(reader, dim));
    }
  }
  return { name, type, dims };
}

/** A size, or the name of a free one. */
function readDim(reader: WireReader, dim: WireField): number | string {
  for (const { id, value, from, to } of reader.fields(dim.from, dim.to)) {
    if (id === 1) return value;
    if (id === 2) return reader.text(from, to);
  }
  return '';
}

/** The fields of all children `id` of a field. */
function* within(reader: WireReader, field: WireField, id: number): Generator<WireField> {
  for (const child of reader.fields(field.from, field.to)) if (child.id === id) yield* reader.fields(child.from, child.to);
}

function collect(reader: WireReader, kind: Kind, from: number, to: number, found: ExternalTensor[]): void {
  if (kind === 'tensor') {
    const external = readTensor(reader, from, to);
    if (external !== undefined) found.push(external);
    return;
  }
  for (const field of reader.fields(from, to)) {
    const child = CHILDREN[kind].get(field.id);
    if (child !== undefined) collect(reader, child, field.from, field.to, found);
  }
}

function readTensor(reader: WireReader, from: number, to: number): ExternalTensor | undefined {
  const entries = new Map<string, string>();
  for (const field of reader.fields(from, to)) {
    if (field.id !== EXTERNAL_DATA) continue;
    const pair = [...reader.fields(field.from, field.to)].map((part) => reader.text(part.from, part.to));
    entries.set(pair[0] ?? '', pair[1] ?? '');
  }
  const location = entries.get('location');
  if (location === undefined) return undefined;
  return { location, offset: Number(entries.get('offset') ?? 0), length: Number(entries.get('length') ?? 0) };
}

function resolveWeights(file: string, location: string, folder: string): string {
  const refuse = (what: string, todo: string): UserError => new UserError('device', `${file} keeps its weights in "${location}", ${what}; ${todo}.`);
  const outside = refuse('which is outside the model folder', 'weights are only read from within it, so do not trust this file');
  const parts = location.split(/[/\\]/);
  if (isAbsolute(location) || /^[a-z]:/i.test(location) || parts.includes('..')) throw outside;
  const path = resolve(dirname(file), location);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) throw refuse('which is missing', 'copy the whole folder again');
  const inside = relative(realpathSync(folder), realpathSync(path));
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw outside;
  return path;
}
