/** Graph files are looked at before the runtime loads them: whole or cut off, and where their weights lie. */

import { mkdir, mkdtemp, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { inspectGraph } from '../../src/onnx/graph-file.ts';
import { createSession } from '../../src/onnx/session.ts';
import { writeOnnx, writeOnnxWithFiles } from '../helpers/onnx-writer.ts';
import type { GraphSpec } from '../helpers/onnx-writer.ts';

const GRAPH: GraphSpec = {
  inputs: [{ name: 'a', type: 'float32', dims: [1, 128] }],
  outputs: [{ name: 'b', type: 'float32', dims: [1, 128] }],
  weights: [{ name: 'w', dims: [128], data: Float32Array.from({ length: 128 }, (_, i) => i) }, { name: 'v', dims: [128], data: new Float32Array(128).fill(2) }],
  nodes: [{ op: 'Mul', inputs: ['a', 'w'], outputs: ['c'] }, { op: 'Add', inputs: ['c', 'v'], outputs: ['b'] }],
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latentbeat-graph-'));
  file = join(folder, 'unet/model.onnx');
  await mkdir(dirname(file));
});

async function writeWith(locations: readonly string[]): Promise<void> {
  const { graph, files } = writeOnnxWithFiles(GRAPH, locations);
  await writeFile(file, graph);
  for (const [location, bytes] of files) {
    await mkdir(dirname(join(dirname(file), location)), { recursive: true });
    await writeFile(join(dirname(file), location), bytes);
  }
}

async function writeNaming(location: string): Promise<void> {
  const weights = (GRAPH.weights ?? []).map((weight) => ({ ...weight, external: { location, offset: 0 } }));
  await writeFile(file, writeOnnx({ ...GRAPH, weights }));
}

function refusal(): string {
  try {
    inspectGraph(file, folder);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).exitCode).toBe(4);
    return (thrown as UserError).message;
  }
  throw new Error('the graph was taken');
}

describe('inspectGraph', () => {
  it('finds no weights beside a graph that holds its own', async () => {
    const bytes = writeOnnx(GRAPH);
    await writeFile(file, bytes);
    expect(inspectGraph(file, folder)).toEqual({ inputs: GRAPH.inputs, outputs: GRAPH.outputs, weights: [], bytes: bytes.length });
  });

  it.each([[['weights.pb']], [['model.onnx_data']], [['model.onnx_data', 'model.onnx_data_1']], [['deep/weights.bin']]])('finds %o, and the runtime reads them', async (locations) => {
    await writeWith(locations);
    const { weights, bytes } = inspectGraph(file, folder);
    expect(weights).toEqual(locations.map((location) => join(dirname(file), location)));
    expect(bytes).toBeGreaterThan(8192);
    const session = await createSession(file);
    const { b } = await session.run({ a: { data: new Float32Array(128).fill(3), dims: [1, 128] } });
    expect(b?.data[100]).toBe(302);
    await session.release();
  });

  it.each(['/etc/hostname', '../../outside.bin', 'deep/../../../outside.bin', 'C:\\windows\\outside.bin', '..\\outside.bin'])('refuses weights in %s', async (location) => {
    await writeFile(join(folder, '..', 'outside.bin'), new Uint8Array(8192));
    await writeNaming(location);
    expect(refusal()).toMatch(/keeps its weights in ".*", which is outside the model folder; weights are only read from within it/);
  });

  it('refuses a link that leads out of the folder, and takes one that stays inside', async () => {
    const outside = join(await mkdtemp(join(tmpdir(), 'latentbeat-outside-')), 'weights.bin');
    await writeFile(outside, new Uint8Array(8192));
    await symlink(outside, join(dirname(file), 'weights.bin'));
    await writeNaming('weights.bin');
    expect(refusal()).toContain('outside the model folder');
    await writeFile(join(folder, 'shared.bin'), new Uint8Array(8192));
    await symlink('../shared.bin', join(dirname(file), 'inner.bin'));
    await writeNaming('inner.bin');
    expect(inspectGraph(file, folder).weights).toHaveLength(1);
  });

  it('names weights that are missing or cut off', async () => {
    await writeNaming('weights.pb');
    expect(refusal()).toMatch(/"weights.pb", which is missing; copy the whole folder again/);
    await writeWith(['weights.pb']);
    await truncate(join(dirname(file), 'weights.pb'), 4100);
    expect(refusal()).toMatch(/weights.pb is cut off: .* needs 4608 bytes of it, and it has 4100/);
  });

  it.each([0.2, 0.5, 0.9, 0.999])('says that a graph cut at %f is not whole', async (share) => {
    const bytes = writeOnnx(GRAPH);
    await writeFile(file, bytes.subarray(0, Math.floor(share * bytes.length)));
    expect(refusal()).toMatch(/model.onnx is not a whole ONNX graph: it ends .* early|in the middle/);
  });

  it.each([['not a graph at all, but text'], ['{"json": true}'], ['']])('says that %o is no graph', async (text) => {
    await writeFile(file, text);
    expect(refusal()).toContain('is not a whole ONNX graph');
  });
});
