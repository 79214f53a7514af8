/** OSCQuery on real sockets: browsing, listening, moving, and what hostile clients send. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { randomFor } from '../../../src/base/random.ts';
import { decodePacket, encodeMessage, type OscMessage } from '../../../src/control/osc/osc-codec.ts';
import { OscQueryServer, type OscQueryOptions } from '../../../src/control/osc/oscquery.ts';
import { buildParameterTable } from '../../../src/score/parameters.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(options: Partial<OscQueryOptions> = {}): Promise<{ server: OscQueryServer; url: string; packets: Uint8Array[] }> {
  const packets: Uint8Array[] = [];
  const server = await OscQueryServer.open({
    port: 0, name: 'latentbeat', oscPort: 9000, content: () => ({ table: buildParameterTable(), values: { '/walk/speed': 1.5 }, outs: new Map() }),
    admits: ({ headers }) => headers.host?.startsWith('127.0.0.1') === true, onPacket: (bytes) => void packets.push(bytes), ...options,
  });
  closers.push(() => server.close());
  return { server, url: `http://127.0.0.1:${server.port}`, packets };
}

async function listen(url: string, ...paths: string[]): Promise<{ socket: WebSocket; heard: OscMessage[]; texts: unknown[] }> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  await once(socket, 'open');
  closers.push(() => socket.terminate());
  const heard: OscMessage[] = [];
  const texts: unknown[] = [];
  socket.on('message', (data: Buffer, isBinary) => (isBinary ? heard.push(...decodePacket(data).bundles.flatMap(({ messages }) => messages)) : texts.push(JSON.parse(data.toString()))));
  for (const path of paths) socket.send(JSON.stringify({ COMMAND: 'LISTEN', DATA: path }));
  await new Promise((resolve) => setTimeout(resolve, 60));
  return { socket, heard, texts };
}

async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !isDone(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isDone()).toBe(true);
}

describe('browsing', () => {
  it('serves the tree, attributes and HOST_INFO as JSON', async () => {
    const { url, server } = await open();
    const tree = await (await fetch(url)).json() as { CONTENTS: Record<string, unknown> };
    expect(Object.keys(tree.CONTENTS)).toEqual(expect.arrayContaining(['walk', 'look', 'stage', 'tempo', 'out']));
    expect(await (await fetch(`${url}/walk/speed?VALUE`)).json()).toEqual({ VALUE: [1.5] });
    expect(await (await fetch(`${url}/walk?HOST_INFO`)).json()).toMatchObject({ OSC_PORT: 9000, WS_PORT: server.port });
    expect((await fetch(`${url}/tempo/tap?VALUE`)).status).toBe(204);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  });

  it('answers a POST, a foreign host and a broken address without falling over', async () => {
    const { url, server } = await open();
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(400);
    const raw = connect(server.port, '127.0.0.1');
    raw.write('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    const [answer] = await once(raw, 'data') as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 403/);
    raw.destroy();
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('listening', () => {
  it('pushes binary OSC for exact paths alone, until IGNORE', async () => {
    const { server, url } = await open();
    const { socket, heard } = await listen(url, '/walk/speed', '/out/beat');
    server.echo('/walk/speed', 2);
    server.echo('/walk/noise', 3);
    server.sendOut([{ path: '/out/beat', args: [1] }]);
    await until(() => heard.length === 2);
    expect(heard).toEqual(expect.arrayContaining([{ address: '/walk/speed', args: [2] }, { address: '/out/beat', args: [1] }]));
    socket.send(JSON.stringify({ COMMAND: 'IGNORE', DATA: '/walk/speed' }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    server.echo('/walk/speed', 4);
    server.sendOut([{ path: '/out/beat', args: [2] }]);
    await until(() => heard.length === 3);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(heard.at(-1)?.address).toBe('/out/beat');
  });

  it('thins to 30 a second with the last value winning', async () => {
    const { server, url } = await open();
    const { heard } = await listen(url, '/walk/speed');
    const end = performance.now() + 500;
    let value = 0;
    while (performance.now() < end) {
      server.echo('/walk/speed', ++value);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => heard.at(-1)?.args[0] === value);
    expect(heard.length).toBeLessThanOrEqual(18);
  });

  it('takes binary OSC in, and does not push back to the hand that moves', async () => {
    const { server, url, packets } = await open();
    const mover = await listen(url, '/walk/speed');
    const other = await listen(url, '/walk/speed');
    mover.socket.send(encodeMessage('/walk/speed', [3]));
    await until(() => packets.length === 1);
    server.echo('/walk/speed', 3);
    await until(() => other.heard.length === 1);
    expect(mover.heard).toEqual([]);
    await until(() => mover.heard.length === 1);
  });

  it('says PATH_CHANGED to everyone', async () => {
    const { server, url } = await open();
    const { texts } = await listen(url);
    server.pathChanged('/walk/prompt');
    await until(() => texts.length === 1);
    expect(texts).toEqual([{ COMMAND: 'PATH_CHANGED', DATA: '/walk/prompt' }]);
  });
});

describe('hostile clients', () => {
  it('survives junk on the WebSocket, raw junk on the port, and oversized messages', async () => {
    const { server, url } = await open();
    const random = randomFor(3, 'oscquery');
    const junk = (): Buffer => Buffer.from(Uint8Array.from({ length: 1 + Math.floor(random.uniform() * 300) }, () => Math.floor(random.uniform() * 256)));
    const { socket } = await listen(url);
    const texts = ['', '{', 'null', '[]', '{"COMMAND":1,"DATA":2}', '{"COMMAND":"LISTEN"}', '{"COMMAND":"LISTEN","DATA":"/__proto__"}', '{"COMMAND":"LISTEN","DATA":"nowhere"}', '{"COMMAND":"FORMAT","DATA":"/"}'];
    for (let i = 0; i < 500; i++) socket.send(i % 2 === 0 ? junk() : texts[i % texts.length] as string);
    for (let i = 0; i < 20; i++) {
      const raw = connect(server.port, '127.0.0.1');
      raw.on('error', () => undefined);
      raw.write(junk());
      raw.end();
    }
    const big = (await listen(url)).socket;
    big.on('error', () => undefined);
    big.send(Buffer.alloc(100_000));
    await once(big, 'close');
    expect((await fetch(`${url}/walk/speed?VALUE`)).status).toBe(200);
    await until(() => server.counters.bad > 200);
    expect(server.counters.clients).toBe(1);
  });
});
