/**
 * Looks at a graph file before the runtime does: whether it is whole, and which files of weights it names. Weights may
 * lie beside the graph or in folders below the model folder, never outside it, be it by path or by link.
 * Source: onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto), onnx/docs/ExternalData.md.
 */

import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.ts';
import { WireError, WireReader } from './wire-reader.ts';

export interface GraphFile {
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
  const tensors = readExternalTensors(file);
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
  return { weights: [...ends.keys()], bytes };
}

function readExternalTensors(file: string): ExternalTensor[] {
  const reader = new WireReader(file);
  try {
    const found: ExternalTensor[] = [];
    let hasGraph = false;
    for (const field of reader.fields(0, reader.size)) {
      const kind = CHILDREN.model.get(field.id);
      if (kind === 'graph') hasGraph = true;
      if (kind !== undefined) collect(reader, kind, field.from, field.to, found);
    }
    if (!hasGraph) throw new WireError('there is no graph in it');
    return found;
  } catch (reason) {
    if (reason instanceof WireError) throw new UserError('device', `${file} is not a whole ONNX graph: ${reason.message}; copy it again.`, { cause: reason });
    throw reason;
  } finally {
    reader.close();
  }
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
