/** `play --lan` as others on the network find it: the printed QR code leads in, and OSCQuery is announced by multicast DNS. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { lanAddresses, MdnsListener } from '../helpers/mdns-listener.ts';
import { modulesOfText, readQr } from '../helpers/read-qr.ts';
import { startCommand } from '../helpers/run-command.ts';

let folder: string;
let child: ChildProcess;
let text = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-lan-'));
  const arguments_ = ['play', '--model', 'fake', '--no-open', '--clock', 'free', '--lan', '--osc-allow', '127.0.0.1', '--port', '0', '--osc-port', '0', '--oscquery-port', '0'];
  child = startCommand(arguments_, { cwd: folder, env: { LATENTBEAT_CACHE: join(folder, 'cache') } });
  text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
});
afterEach(async () => {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

async function until<T>(find: () => T | null | undefined | false): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (child.exitCode !== null) throw new Error(`play ended with ${child.exitCode}:\n${text}`);
    await sleep(50);
  }
}

it.skipIf(lanAddresses().length === 0)('prints a QR code that leads in with its token, and is heard by multicast DNS', async () => {
  const [, url = ''] = await until(() => /Other machines\s+(http:\/\/\S+)/.exec(text));
  const code = await until(() => {
    const lines = text.split('\n').filter((line) => /^[\s█▀▄]{20,}$/.test(line));
    return lines.length > 15 && text.trimEnd().length > text.indexOf(lines.at(-1) as string) && lines;
  });
  const read = readQr(modulesOfText(code));
  expect(read).toBe(url);
  expect(new URL(read).search).toMatch(/[A-Za-z0-9_-]{16,}/);
  // A phone finds the code by the light around it: four modules on every side.
  expect(code.slice(0, 2).every((line) => /^█+$/.test(line))).toBe(true);
  expect(code.every((line) => /^(█{4}|▀{4})/.test(line))).toBe(true);
  const entered = await fetch(read, { redirect: 'manual' });
  expect(entered.headers.get('set-cookie')).toMatch(/HttpOnly/i);

  const oscqueryPort = Number(/OSCQuery http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
  const listener = await MdnsListener.open(lanAddresses()[0] as string);
  try {
    const found = await until(() => {
      listener.ask('_oscjson._tcp.local');
      return listener.servicesOf('_oscjson._tcp.local').find(({ at }) => at.endsWith(`:${oscqueryPort}`));
    });
    expect(found.name).toMatch(/^latentbeat.*\._oscjson\._tcp\.local$/);
    expect(found.at).toMatch(/^latentbeat/);
  } finally {
    listener.close();
  }
}, 60_000);
