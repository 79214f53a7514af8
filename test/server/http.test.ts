/** The HTTP side on a real port: the contract's GETs, Range, uploads, and who is refused. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';

import { startServer, type RunningServer, type ServerOptions } from '../../src/server/web/server.ts';
import { claimUpload, UPLOAD_LIMIT } from '../../src/server/web/uploads.ts';
import { createTestHost, frameOf } from './fixtures.ts';

const servers: RunningServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function start(more: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ host: createTestHost(), port: 0, now: () => performance.now(), ...more });
  servers.push(server);
  return server;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latentbeat-server-'));
  folders.push(folder);
  return folder;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** fetch cannot set Host, so this asks by hand. */
function ask(port: number, path: string, options: { readonly headers?: Record<string, string>; readonly method?: string; readonly body?: Buffer } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

describe('contract', () => {
  it('answers health with 503 until the show is open', async () => {
    const host = createTestHost();
    host.open = false;
    const { port } = await start({ host });
    expect((await ask(port, '/api/health')).status).toBe(503);
    host.open = true;
    const answer = await ask(port, '/api/health');
    expect(answer.status).toBe(200);
    expect(Object.keys(JSON.parse(answer.body.toString()) as object)).toEqual(['ok', 'version', 'model', 'provider', 'track', 'uptimeSeconds']);
  });

  it('answers state, parameters and timeline', async () => {
    const { port } = await start();
    expect(JSON.parse((await ask(port, '/api/state')).body.toString())).toMatchObject({ showTimeSeconds: 1.5, bufferSeconds: 2, parameters: { '/walk/speed': 1 } });
    expect(JSON.parse((await ask(port, '/api/parameters')).body.toString())).toContainEqual(expect.objectContaining({ path: '/walk/speed', max: 4 }));
    expect([...(await ask(port, '/api/timeline')).body]).toEqual([1, 2, 3]);
  });

  it('serves the newest frame as a PNG of its pixels', async () => {
    const host = createTestHost();
    const { port } = await start({ host });
    expect((await ask(port, '/api/frame.png')).status).toBe(503);
    host.frames = [frameOf(1, 40), { ...frameOf(2, 0), pixels: new Uint8Array(32 * 32 * 4).map((_, i) => (i % 4 === 3 ? 255 : i % 251)) }];
    const answer = await ask(port, '/api/frame.png');
    expect(answer.headers['content-type']).toBe('image/png');
    const { data } = await sharp(answer.body).raw().ensureAlpha().toBuffer({ resolveWithObject: true });
    expect(new Uint8Array(data)).toEqual(host.frames[1]?.pixels);
  });

  it('serves pictures of scenes and refuses unknown ones', async () => {
    const { port } = await start();
    expect((await ask(port, '/api/scenes/a.jpg')).headers['content-type']).toBe('image/jpeg');
    expect((await ask(port, '/api/scenes/b.jpg')).status).toBe(404);
    expect((await ask(port, '/api/renders/none')).status).toBe(404);
    expect((await ask(port, '/api/nothing')).status).toBe(404);
  });

  it('serves decoded sound by Range, from a hidden folder too', async () => {
    const folder = join(await makeFolder(), '.cache-like.wav');
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
    await writeFile(folder, bytes);
    const { port } = await start({ host: createTestHost({ pcmPath: () => folder }) });
    const whole = await ask(port, '/api/pcm');
    expect(whole.status).toBe(200);
    expect(whole.headers['accept-ranges']).toBe('bytes');
    expect(whole.body.equals(bytes)).toBe(true);
    const part = await ask(port, '/api/pcm', { headers: { Range: 'bytes=44-143' } });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe('bytes 44-143/1000');
    expect(part.body.equals(bytes.subarray(44, 144))).toBe(true);
    expect((await ask(port, '/api/pcm', { headers: { Range: 'bytes=5000-' } })).status).toBe(416);
  });
});

describe('access', () => {
  it('refuses a Host that is not ours', async () => {
    const { port } = await start();
    for (const name of ['evil.example', `evil.example:${port}`, `localhost:${port + 1}`, `127.0.0.1.evil.example:${port}`, `localhost:${port}:1`]) {
      expect((await ask(port, '/api/health', { headers: { Host: name } })).status, name).toBe(403);
    }
    for (const name of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, `LOCALHOST:${port}`]) {
      expect((await ask(port, '/api/health', { headers: { Host: name } })).status, name).toBe(200);
    }
  });

  it('serves the pages, and only files under its web folder', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'index.html'), 'stage page');
    await writeFile(join(folder, 'panel.html'), 'panel page');
    const { port } = await start({ webRoot: folder });
    expect((await ask(port, '/')).body.toString()).toBe('stage page');
    expect((await ask(port, '/panel')).body.toString()).toBe('panel page');
    for (const path of ['/../../../etc/passwd', '/..%2f..%2fetc/passwd', '/nothing']) expect((await ask(port, path)).status, path).toBeGreaterThanOrEqual(400);
  });

  it('goes to the next port when one is busy, and says so', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const busy = (other.address() as AddressInfo).port;
    const notices: string[] = [];
    const server = await start({ port: busy, onNotice: (text) => notices.push(text) });
    expect(server.port).toBeGreaterThan(busy);
    expect(notices).toEqual([`Port ${busy} is busy, so this show is at port ${server.port}.`]);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('uploads', () => {
  it('takes a song with the token, under the name it is then given', async () => {
    const uploadFolder = await makeFolder();
    const { port, token } = await start({ uploadFolder });
    const body = Buffer.alloc(300_000, 7);
    expect((await ask(port, '/api/uploads/one', { method: 'PUT', body, headers: { 'x-latentbeat-token': token, 'content-length': String(body.length) } })).status).toBe(204);
    const path = await claimUpload(uploadFolder, 'one', '../..\\my söng.mp3');
    expect(path.startsWith(join(uploadFolder, 'one'))).toBe(true);
    expect(path.endsWith('my söng.mp3')).toBe(true);
    expect((await readFile(path)).equals(body)).toBe(true);
    await expect(claimUpload(uploadFolder, 'two', 'x.mp3')).rejects.toThrow('drop the file again');
  });

  it('refuses a wrong token, a bad id, a second time and too many bytes', async () => {
    const uploadFolder = await makeFolder();
    const { port, token } = await start({ uploadFolder });
    const put = async (id: string, headers: Record<string, string>): Promise<number> =>
      (await ask(port, `/api/uploads/${id}`, { method: 'PUT', body: Buffer.from('abc'), headers: { 'content-length': '3', ...headers } })).status;
    expect(await put('a', {})).toBe(403);
    expect(await put('a', { 'x-latentbeat-token': `${token}x` })).toBe(403);
    expect(await put('..%2f..%2fa', { 'x-latentbeat-token': token })).toBe(400);
    expect(await put('a', { 'x-latentbeat-token': token })).toBe(204);
    expect(await put('a', { 'x-latentbeat-token': token })).toBe(409);
    const large = await new Promise<number>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path: '/api/uploads/b', method: 'PUT', headers: { 'x-latentbeat-token': token, 'content-length': String(UPLOAD_LIMIT + 1) } }, (response) => {
        resolve(response.statusCode ?? 0);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(large).toBe(413);
  });
});
