/**
 * float16 graphs on every Node this machine has: the running one, those of nvm and fnm, and those that LATENTBEAT_NODES
 * names (paths of node binaries). Node 24 brought Float16Array, which the binding cannot feed by itself.
 */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { writeOnnx } from '../helpers/onnx-writer.ts';

const COMPILED = new URL('../../dist/onnx/session.js', import.meta.url);

function nodesHere(): string[] {
  const named = (process.env['LATENTBEAT_NODES'] ?? '').split(delimiter).filter((path) => path !== '');
  const managed = ['.nvm/versions/node', '.local/share/fnm/node-versions'].flatMap((folder) => {
    const root = join(homedir(), folder);
    try {
      return readdirSync(root).flatMap((version) => [join(root, version, 'bin/node'), join(root, version, 'installation/bin/node')]);
    } catch {
      return [];
    }
  });
  return [process.execPath, ...named, ...managed.filter((path) => existsSync(path))];
}

async function writeDoubler(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'latentbeat-half-')), 'add.onnx');
  const tensor = (name: string): { name: string; type: 'float16'; dims: readonly (number | string)[] } => ({ name, type: 'float16', dims: [1, 'n'] });
  await writeFile(file, writeOnnx({ inputs: [tensor('a')], outputs: [tensor('b')], nodes: [{ op: 'Add', inputs: ['a', 'a'], outputs: ['b'] }] }));
  return file;
}

describe('float16 graphs', () => {
  it.each(nodesHere())('are fed and read by %s', async (node) => {
    const script = `
      const { createSession } = await import(${JSON.stringify(COMPILED.href)});
      const session = await createSession(process.argv[1]);
      const { b } = await session.run({ a: { data: Float32Array.of(1, -0.5, 1000, 0.1), dims: [1, 4] } });
      console.log(JSON.stringify({ type: b.data.constructor.name, values: [...b.data], dims: b.dims }));`;
    const { stdout } = await promisify(execFile)(node, ['--input-type=module', '-e', script, await writeDoubler()], { cwd: fileURLToPath(new URL('../..', import.meta.url)) });
    expect(JSON.parse(stdout)).toEqual({ type: 'Float32Array', values: [2, -1, 2000, 0.199951171875], dims: [1, 4] });
  });
});
