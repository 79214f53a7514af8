/** Whether a provider really runs here: a graph of one node, in a process of its own, since a driver may crash. */

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledEntry } from '../base/entry.ts';
import type { Milliseconds } from '../base/units.ts';

/** y = Relu(x), x [1, 4] float32: a ModelProto of opset 13. */
const GRAPH = 'CAg6OwoMCgF4EgF5IgRSZWx1EgFnWhMKAXgSDgoMCAESCAoCCAEKAggEYhMKAXkSDgoMCAESCAoCCAEKAggEQgQKABAN';
/** Time for a driver to come up. */
const PATIENCE: Milliseconds = 30_000;

/** Undefined where it runs, else why not, in a few words. */
export async function probeProvider(name: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'latentbeat-probe-'));
  try {
    const file = join(folder, 'relu.onnx');
    await writeFile(file, Buffer.from(GRAPH, 'base64'));
    const script = `import(${JSON.stringify(compiledEntry(import.meta.url, './session.js').href)}).then(async ({ createSession }) => { const session = await createSession(${JSON.stringify(file)}, { provider: ${JSON.stringify(name)}, only: true }); const { y } = await session.run({ x: { data: Float32Array.of(-1, 2, -3, 4), dims: [1, 4] } }); if (y.data[1] !== 2 || y.data[0] !== 0) throw new Error('it calculates wrongly'); }).catch((reason) => { process.stdout.write(reason.message); process.exit(1); })`;
    return await new Promise((resolve) => {
      execFile(process.execPath, ['-e', script], { timeout: PATIENCE }, (error, stdout) => resolve(error === null ? undefined : shortReason(stdout, error.signal)));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function shortReason(said: string, signal: NodeJS.Signals | null | undefined): string {
  const text = /\((.*)\)/s.exec(said)?.[1] ?? said;
  const plain = text.replace(/^.*was false\.\s*/s, '');
  if (plain.trim() === '') return signal === null || signal === undefined ? 'it ended at once' : `its driver crashed, ${signal}`;
  return (plain.split('\n')[0] as string).slice(0, 100);
}
