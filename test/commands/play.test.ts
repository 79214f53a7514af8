/** `play` as a process: busy ports give way to the next free ones, aloud; the end is clean and leaves nobody behind. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from '../helpers/run-command.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'latentbeat-play-'))));
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function listen(process: ChildProcess): { readonly text: () => string; readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray> } {
  let text = '';
  for (const stream of [process.stdout, process.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const waitFor = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) return found;
      if (process.exitCode !== null) throw new Error(`the command ended with ${process.exitCode}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { text: () => text, waitFor };
}

describe('play', () => {
  it('takes the next free ports and says so, answers on them, and ends on SIGTERM', async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    const udp = createSocket('udp4').bind({ port: 0, address: '127.0.0.1', exclusive: true });
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    const [busyPort, busyOsc] = [(tcp.address() as { port: number }).port, udp.address().port];
    try {
      child = startCommand(['play', '--model', 'fake', '--no-open', '--clock', 'free', '--port', String(busyPort), '--osc-port', String(busyOsc), '--oscquery-port', '0'], { cwd: folder, env: { LATENTBEAT_CACHE: join(folder, 'cache') } });
      const { waitFor, text } = listen(child);
      const [, url] = await waitFor(/Stage\s+(http:\/\/\S+)/);
      expect(url).not.toContain(`:${busyPort}`);
      expect(text()).toMatch(new RegExp(`${busyPort}[^\\n]*busy`));
      expect(text()).toMatch(new RegExp(`OSC port ${busyOsc} is busy`));
      const health = await fetch(`${url}/api/health`);
      expect([200, 503]).toContain(health.status);
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(0);
    } finally {
      tcp.close();
      udp.close();
    }
  });
});
