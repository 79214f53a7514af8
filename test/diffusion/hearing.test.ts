/** What a prompt is heard as: on a real session whose shares are set by the embedding itself, and through a model folder. */

import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { describeHeard, hearIn } from '../../src/diffusion/hearing.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import { createSession } from '../../src/onnx/session.ts';
import type { OnnxSession } from '../../src/onnx/session.ts';
import { writeOnnx } from '../helpers/onnx-writer.ts';
import { writeTinyModel } from '../helpers/tiny-model.ts';

const VOCABULARY = { subjects: ['sea', 'fire'], relations: ['', '{A} over {B}'], palettes: ['red', 'blue'], modifiers: ['', 'foggy'], weakBelow: 0.6 };
const OUTPUTS = ['first', 'second', 'relation', 'palette', 'modifier'] as const;
const WIDTHS = { first: 2, second: 2, relation: 2, palette: 3, modifier: 2 };

/** Every output is a slice of the embedding of 11 numbers, in order. */
function slicingReader(): Uint8Array {
  let at = 0;
  const cuts = OUTPUTS.map((name) => ({ name, from: at, to: (at += WIDTHS[name]) }));
  return writeOnnx({
    inputs: [{ name: 'text_embeds', type: 'float32', dims: [1, 11] }],
    outputs: OUTPUTS.map((name) => ({ name, type: 'float32' as const, dims: [1, WIDTHS[name]] })),
    weights: [
      { name: 'axis', dims: [1], data: BigInt64Array.of(1n) },
      ...cuts.flatMap(({ name, from, to }) => [{ name: `${name}.from`, dims: [1], data: BigInt64Array.of(BigInt(from)) }, { name: `${name}.to`, dims: [1], data: BigInt64Array.of(BigInt(to)) }]),
    ],
    nodes: cuts.map(({ name }) => ({ op: 'Slice', inputs: ['text_embeds', `${name}.from`, `${name}.to`, 'axis'], outputs: [name] })),
  });
}

describe('hearing', () => {
  let session: OnnxSession;
  beforeAll(async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'latentbeat-reader-')), 'model.onnx');
    await writeFile(file, slicingReader());
    session = await createSession(file);
  });
  afterAll(() => session.release());
  const hear = (...shares: number[]): ReturnType<typeof hearIn> => hearIn(session, VOCABULARY, Float32Array.from(shares));

  it('names palette, subject and modifier in this order', async () => {
    expect(await hear(0.1, 0.9, 0, 0, 1, 0, 0, 0.8, 0.2, 0.3, 0.7)).toMatchObject({ words: ['blue', 'fire', 'foggy'], weak: false });
  });

  it('leaves out what is not named', async () => {
    expect((await hear(0.9, 0.1, 0, 0, 1, 0, 0.1, 0.1, 0.8, 0.9, 0.1)).words).toEqual(['sea']);
  });

  it('names two subjects in their relation', async () => {
    expect((await hear(0.9, 0.1, 0.1, 0.8, 0.2, 0.8, 0.1, 0.1, 0.8, 1, 0)).words).toEqual(['sea over fire']);
  });

  it('marks a subject with a small share as weak', async () => {
    const heard = await hear(0.45, 0.55, 0, 0, 1, 0, 0, 0, 1, 1, 0);
    expect(heard).toMatchObject({ words: ['fire'], weak: true });
    expect(heard.confidence).toBeCloseTo(0.55);
    expect(describeHeard(heard)).toMatch(/^Heard as: fire \(weak match/);
    expect(describeHeard({ ...heard, weak: false })).toBe('Heard as: fire');
  });
});

describe('a model folder', () => {
  it('hears nothing without a reader', async () => {
    const pipeline = await openPipeline(await writeTinyModel());
    expect(await pipeline.hear?.('fire')).toBeNull();
    await pipeline.dispose();
  });

  it('hears with the reader that its card names, by the pooled embedding', async () => {
    const folder = await withReader({ ...VOCABULARY, subjects: ['a', 'b', 'c', 'd'] });
    const pipeline = await openPipeline(folder);
    const heard = await Promise.all(['fire', 'stained glass', 'neon jellyfish', 'city', 'fire'].map(async (prompt) => pipeline.hear?.(prompt)));
    expect(heard[0]).toEqual(heard[4]);
    expect(new Set(heard.map((one) => one?.confidence)).size).toBe(4);
    await pipeline.dispose();
  });

  it('is refused in one sentence when its card lists no words', async () => {
    const folder = await withReader({ ...VOCABULARY, palettes: [] });
    await expect(openPipeline(folder)).rejects.toSatisfy((reason) => reason instanceof UserError && /"reader" lists no palettes/.test(reason.message));
  });
});

/** The tiny model with a reader whose first output is the embedding's softmax. */
async function withReader(vocabulary: object): Promise<string> {
  const folder = await writeTinyModel();
  await mkdir(join(folder, 'reader'));
  await writeFile(join(folder, 'reader/model.onnx'), writeOnnx({
    inputs: [{ name: 'text_embeds', type: 'float32', dims: [1, 4] }],
    outputs: OUTPUTS.map((name) => ({ name, type: 'float32' as const, dims: [1, 4] })),
    nodes: OUTPUTS.map((name) => ({ op: 'Softmax', inputs: ['text_embeds'], outputs: [name], attributes: { axis: 1 } })),
  }));
  const card = JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')) as object;
  await writeFile(join(folder, 'card.json'), JSON.stringify({ ...card, reader: { file: 'reader/model.onnx', ...vocabulary } }));
  return folder;
}
