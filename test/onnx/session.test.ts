/** Real sessions on small written graphs: types, providers, errors. */

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { providersToTry } from '../../src/onnx/providers.ts';
import { createSession } from '../../src/onnx/session.ts';
import { writeOnnx } from '../helpers/onnx-writer.ts';

async function writeGraph(type: 'float32' | 'float16'): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'latentbeat-onnx-')), 'add.onnx');
  const tensor = (name: string): { name: string; type: typeof type; dims: readonly (number | string)[] } => ({ name, type, dims: [1, 'n'] });
  await writeFile(file, writeOnnx({ inputs: [tensor('a'), tensor('b')], outputs: [tensor('c')], nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['c'] }] }));
  return file;
}

const row = (...values: number[]): { data: Float32Array; dims: number[] } => ({ data: Float32Array.from(values), dims: [1, values.length] });

describe('createSession', () => {
  it.each(['float32', 'float16'] as const)('feeds and reads a %s graph as float32', async (type) => {
    const session = await createSession(await writeGraph(type));
    expect(session.inputs.map(({ name, type: kind, dims }) => [name, kind, dims])).toEqual([['a', type, [1, 'n']], ['b', type, [1, 'n']]]);
    const { c } = await session.run({ a: row(1, -2, 0.5), b: row(3, 4, 0.25) });
    expect([...(c?.data ?? [])]).toEqual([4, 2, 0.75]);
    expect(c?.dims).toEqual([1, 3]);
    await session.release();
  });

  it('falls through to the processor with one line', async () => {
    const notices: string[] = [];
    const session = await createSession(await writeGraph('float32'), { provider: 'nonsense', onNotice: (text) => notices.push(text) });
    expect(session.provider).toBe('cpu');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/cannot use nonsense .*; cpu draws instead\.$/);
    await session.release();
  });

  it('names a file that is no graph', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'latentbeat-onnx-')), 'bad.onnx');
    await writeFile(file, 'not a graph');
    await expect(createSession(file)).rejects.toSatisfy((reason) => reason instanceof UserError && reason.fault === 'device' && reason.message.includes(file));
  });

  it('says which input was not fed', async () => {
    const session = await createSession(await writeGraph('float32'));
    await expect(session.run({ a: row(1) })).rejects.toThrow(/input b was not fed/);
    await session.release();
  });

  it('always ends with the processor', () => {
    expect(providersToTry('auto').at(-1)).toBe('cpu');
    expect(providersToTry('cuda')).toEqual(['cuda', 'cpu']);
  });
});
