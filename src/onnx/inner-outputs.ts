/**
 * Values inside a graph as outputs of it. A protobuf message that comes twice is merged, so a tail that names the outputs
 * in a second graph message is all that is added to the file's bytes; the runtime infers their types.
 * Source: onnx.proto3 (ModelProto 7, GraphProto 1 and 12, NodeProto 2, ValueInfoProto 1), protobuf.dev on merging.
 */

import { readFile } from 'node:fs/promises';
import { WireReader } from './wire-reader.ts';

const GRAPH = 7;
const NODE = 1;
const NODE_OUTPUT = 2;
const GRAPH_OUTPUT = 12;
const VALUE_NAME = 1;

/** Names of all values that nodes of the main graph compute, in order. */
export function listInnerValues(file: string): string[] {
  return listNames(file, NODE, NODE_OUTPUT);
}

/** Names of the graph's outputs. */
export function listOutputs(file: string): string[] {
  return listNames(file, GRAPH_OUTPUT, VALUE_NAME);
}

/** Texts of field `name` in the main graph's children `child`. */
function listNames(file: string, child: number, name: number): string[] {
  const reader = new WireReader(file);
  const names: string[] = [];
  try {
    for (const graph of reader.fields(0, reader.size)) {
      if (graph.id !== GRAPH) continue;
      for (const message of reader.fields(graph.from, graph.to)) {
        if (message.id !== child) continue;
        for (const part of reader.fields(message.from, message.to)) if (part.id === name) names.push(reader.text(part.from, part.to));
      }
    }
    return names;
  } finally {
    reader.close();
  }
}

/** The file's bytes with `names` as further outputs. */
export async function withInnerOutputs(file: string, names: readonly string[]): Promise<Uint8Array> {
  const outputs = names.map((name) => delimited(GRAPH_OUTPUT, delimited(VALUE_NAME, Buffer.from(name, 'utf8'))));
  return Buffer.concat([await readFile(file), delimited(GRAPH, Buffer.concat(outputs))]);
}

/** A length-delimited field. */
function delimited(id: number, body: Buffer): Buffer {
  return Buffer.concat([varint(id * 8 + 2), varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
