/** The socket on a real port: hello, junk, slow pages, frames for those who join late, who is refused. */

import { once } from 'node:events';

import { afterEach, describe, expect, it } from 'vitest';

import { encodeHop } from '../../../src/protocol/hop.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/messages.ts';
import { startServer, type RunningServer } from '../../../src/server/web/server.ts';
import { createTestHost, frameOf, TestPage, type TestHost } from '../fixtures.ts';

const servers: RunningServer[] = [];
const pages: TestPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  for (const server of servers.splice(0)) await server.close();
});

async function start(host: TestHost = createTestHost()): Promise<RunningServer> {
  const server = await startServer({ host, port: 0, now: () => 5000 });
  servers.push(server);
  return server;
}

async function join(...args: Parameters<typeof TestPage.join>): Promise<TestPage> {
  const page = await TestPage.join(...args);
  pages.push(page);
  return page;
}

describe('hello', () => {
  it('answers with the show, the token, and the frames there are', async () => {
    const host = createTestHost();
    host.frames = [frameOf(120, 10), frameOf(130, 20)];
    const server = await start(host);
    const page = await join(server.url);
    await page.until(() => page.frames.length === 2);
    const hello = page.find('hello');
    expect(hello).toMatchObject({ v: PROTOCOL_VERSION, token: server.token, show: { title: 'Test' }, transport: { epoch: 3 } });
    expect(host.pages.map(({ id }) => id)).toEqual([hello?.clientId]);
    expect(page.find('storyboard')).toEqual({ type: 'storyboard', scenes: [] });
    expect(page.frames.map(({ header }) => [header.tick, header.due, header.encoding, header.epoch])).toEqual([[120, 1, 'rgba', 3], [130, 130 / 120, 'rgba', 3]]);
    expect(page.frames[1]?.payload).toEqual(frameOf(0, 20).pixels);
  });

  it('lets pages wait for the show and welcomes them when it opens', async () => {
    const host = createTestHost();
    host.open = false;
    const server = await start(host);
    const page = new TestPage(server.url);
    pages.push(page);
    await once(page.socket, 'open');
    page.send({ type: 'hello', v: PROTOCOL_VERSION, role: 'panel', canPlaySound: false });
    page.send({ type: 'value', path: '/walk/speed', value: 2, source: 'panel' });
    await page.until(() => page.messages.length > 0);
    expect(page.messages).toEqual([expect.objectContaining({ type: 'notice' })]);
    expect(host.received).toEqual([]);
    server.broadcast({ type: 'progress', task: 'analysis', fraction: 0.5, text: 'half' });
    server.broadcast({ type: 'storyboard', scenes: [] });
    host.open = true;
    server.welcomeAll();
    await page.until(() => page.find('hello') !== undefined);
    expect(page.messages.map(({ type }) => type).slice(0, 3)).toEqual(['notice', 'progress', 'hello']);
  });

  it('sends a page of another protocol away', async () => {
    const server = await start();
    const page = await join(server.url, { v: PROTOCOL_VERSION + 1 });
    if (page.socket.readyState === page.socket.OPEN) await once(page.socket, 'close');
    expect(page.find('notice')?.text).toContain('reload the page');
    expect(server.clients()).toEqual([]);
  });

  it('answers ping with the server\'s clock, and forgets a page that leaves', async () => {
    const host = createTestHost();
    const server = await start(host);
    const page = await join(server.url);
    page.send({ type: 'ping', sent: 12 });
    await page.until(() => page.find('pong') !== undefined);
    expect(page.find('pong')).toEqual({ type: 'pong', sent: 12, at: 5000 });
    const other = await join(server.url, { role: 'panel' });
    page.close();
    await other.until(() => host.pages.length === 1);
    expect(server.clients()).toHaveLength(1);
  });
});

describe('what pages send', () => {
  it('counts junk, answers a little of it, and goes on', async () => {
    const host = createTestHost();
    const server = await start(host);
    const page = await join(server.url);
    const junk = ['', 'null', '[]', '{"type":"nothing"}', '{"type":"value"}', '{"type":"value","path":"walk","value":1,"source":"x"}',
      '{"type":"value","path":"/walk/speed","value":{"a":1},"source":"x"}', '{"type":"value","path":"/walk/speed","value":1,"source":"x","extra":1}',
      '{"type":"ping","sent":1e999}', `{"type":"ping","sent":${'9'.repeat(70_000)}}`, '{"type":"trigger","path":"/keep","args":[[]],"source":"x"}'];
    for (const text of junk) page.socket.send(text);
    page.socket.send(Buffer.alloc(3));
    page.send({ type: 'value', path: '/walk/speed', value: 2, source: 'panel' });
    await page.until(() => host.received.length === 1);
    expect(server.badMessages).toBe(junk.length + 1);
    expect(host.received).toEqual([{ type: 'value', path: '/walk/speed', value: 2, source: 'panel' }]);
    const notices = (): number => page.messages.filter(({ type }) => type === 'notice').length;
    await page.until(() => notices() >= 5);
    expect(notices()).toBe(5);
  });

  it('turns a fault of the host into a notice', async () => {
    const host = createTestHost({ receive: () => { throw new Error('there is no keeper 9'); } });
    const page = await join((await start(host)).url);
    page.send({ type: 'keeper', action: 'pin', id: 9, sceneId: '' });
    await page.until(() => page.find('notice') !== undefined);
    expect(page.find('notice')?.text).toBe('there is no keeper 9');
  });

  it('hands on hops of sound as finite float32, and answers what is no hop', async () => {
    const host = createTestHost();
    const page = await join((await start(host)).url);
    page.socket.send(Buffer.from(encodeHop({ first: 512, at: 12.5, samples: Float32Array.of(0.25, -1, Number.NaN, Infinity, 100) })));
    await page.until(() => host.sounds.length === 1);
    expect(host.sounds[0]).toEqual({ first: 512, at: 12.5, samples: Float32Array.of(0.25, -1, 0, 0, 4) });
    for (const bytes of [Buffer.alloc(3), Buffer.alloc(64), Buffer.from(encodeHop({ first: 0.5, at: 0, samples: new Float32Array(4) })), Buffer.from(encodeHop({ first: -1, at: 0, samples: new Float32Array(4) }))]) page.socket.send(bytes);
    await page.until(() => page.messages.filter(({ type }) => type === 'notice').length === 4);
    expect(host.sounds).toHaveLength(1);
  });

  it('closes a page that sends more than the cap', async () => {
    const server = await start();
    const page = await join(server.url);
    page.socket.on('error', () => undefined);
    page.socket.send(Buffer.alloc(400_000));
    await once(page.socket, 'close');
    expect(server.clients()).toEqual([]);
  });

  it('refuses a foreign Origin and a foreign Host at the upgrade', async () => {
    const server = await start();
    for (const options of [{ origin: 'http://evil.example' }, { origin: 'null' }, { origin: `http://localhost:${server.port + 1}` }, { host: 'evil.example' }]) {
      const page = new TestPage(server.url, options);
      const [error] = (await once(page.socket, 'error')) as [Error];
      expect(error.message, JSON.stringify(options)).toContain('403');
    }
    const own = new TestPage(server.url, { origin: `http://localhost:${server.port}` });
    pages.push(own);
    await once(own.socket, 'open');
  });
});

describe('frames', () => {
  it('keeps a slow page\'s line short, so that news pass, and brings the newest of what it missed once it reads', async () => {
    const host = createTestHost();
    const server = await start(host);
    const page = await join(server.url);
    page.socket.pause();
    host.frames = Array.from({ length: 40 }, (_, i) => frameOf(i, i));
    for (const frame of host.frames) server.sendFrame(frame, 3);
    // All of it would fit into the sockets' own buffers; the page is known to have read nothing.
    expect(server.skippedFrames).toBe(32);
    server.broadcast({ type: 'progress', task: 'open', fraction: 1, text: 'news' });
    page.socket.resume();
    await page.until(() => page.find('progress') !== undefined);
    expect(page.frames.length).toBe(8);
    await page.until(() => page.frames.length === 16);
    expect(page.frames.map(({ header }) => header.tick)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 32, 33, 34, 35, 36, 37, 38, 39]);
  });

  it('skips frames for a page that does not read, and only for it', async () => {
    const server = await start();
    const quick = await join(server.url);
    const slow = await join(server.url);
    slow.socket.pause();
    const sent = 60;
    for (let i = 0; i < sent; i++) {
      server.sendFrame(frameOf(i, i, 512), 3);
      await quick.until(() => quick.frames.length === i + 1);
    }
    expect(server.skippedFrames).toBeGreaterThan(sent / 3);
    slow.socket.resume();
    await slow.until(() => slow.frames.length === sent - server.skippedFrames);
    const ticks = slow.frames.map(({ header }) => header.tick);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    server.sendFrame(frameOf(sent, 1, 512), 3);
    await slow.until(() => slow.frames.at(-1)?.header.tick === sent);
  });
});
