/** Values inside a graph as its outputs, with weights inside the file and beside it. */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HiddenStateReader, layerValues } from '../../src/diffusion/prompt/clip-skip.ts';
import { listInnerValues, listOutputs } from '../../src/onnx/inner-outputs.ts';
import { createSession } from '../../src/onnx/session.ts';
import { GraphBuilder } from '../helpers/graph-builder.ts';
import { writeOnnx, writeOnnxWithFiles } from '../helpers/onnx-writer.ts';
import type { GraphSpec } from '../helpers/onnx-writer.ts';

const [TOKENS, WIDTH] = [9, 16];
const layerName = (layer: number): string => `/text_model/encoder/layers.${layer}/Add_1_output_0`;

/** Three layers under the names that torch's exporter gives them; `shown` are outputs beside the normed last. */
function encoderGraph(shown: readonly string[]): GraphSpec {
  const g = new GraphBuilder('inner outputs');
  let state = g.add('embeds', g.weight([TOKENS, WIDTH], 0.3));
  for (let layer = 0; layer < 3; layer++) {
    const next = g.add(state, g.op('Tanh', [g.linear(state, WIDTH, WIDTH, 2)]));
    g.name(next, layerName(layer));
    state = layerName(layer);
  }
  g.name(g.layerNorm(state), 'last_hidden_state');
  const dims = [1, TOKENS, WIDTH];
  return g.build([{ name: 'embeds', type: 'float32', dims }], ['last_hidden_state', ...shown].map((name) => ({ name, type: 'float32' as const, dims })));
}

const feeds = { embeds: { data: Float32Array.from({ length: TOKENS * WIDTH }, (_, i) => Math.sin(3 * i)), dims: [1, TOKENS, WIDTH] } };

function writeGraph(files: 'inside' | 'beside', shown: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-inner-'));
  const file = join(folder, 'model.onnx');
  if (files === 'inside') writeFileSync(file, writeOnnx(encoderGraph(shown)));
  else {
    const written = writeOnnxWithFiles(encoderGraph(shown), ['weights/model.onnx_data'], 1);
    writeFileSync(file, written.graph);
    for (const [name, bytes] of written.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
  }
  return file;
}

describe('inner outputs', () => {
  it('are found by the names of the layers', () => {
    const file = writeGraph('inside');
    expect(listOutputs(file)).toEqual(['last_hidden_state']);
    expect(layerValues(listInnerValues(file))).toEqual([0, 1, 2].map(layerName));
  });

  it.each(['inside', 'beside'] as const)('are what the graph would give as its own, weights %s', async (weights) => {
    const names = [0, 1, 2].map(layerName);
    const [plain, added] = await Promise.all([createSession(writeGraph(weights, names)), createSession(writeGraph(weights), { inner: names })]);
    const [expected, came] = await Promise.all([plain.run(feeds), added.run(feeds)]);
    expect(Object.keys(came).sort()).toEqual([...names, 'last_hidden_state'].sort());
    for (const name of Object.keys(expected)) expect(came[name]?.data).toEqual(expected[name]?.data);
    expect(expected['last_hidden_state']?.data.length).toBe(TOKENS * WIDTH);
    // Clip skip 2: the last but one layer's result, under the final norm.
    const reader = new HiddenStateReader({ clipSkip: 2, penultimate: false });
    const skipped = reader.read(came);
    expect(skipped.dims).toEqual([1, TOKENS, WIDTH]);
    expect(skipped.data).not.toEqual(came['last_hidden_state']?.data);
    await Promise.all([plain.release(), added.release()]);
  });
});
