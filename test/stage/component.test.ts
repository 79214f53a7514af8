/** The examples of docs/component.md, run: the router in an Express app of someone else, the screen in a Three.js scene of someone else. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createLatentbeatRouter, type LatentbeatRouter } from '../../src/index.ts';
import type { LatentTexture } from '../../src/stage/component/index.ts';
import { launchTestBrowser } from '../helpers/browser.ts';

declare global {
  // eslint-disable-next-line no-var
  var latent: LatentTexture;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/component.md'), 'utf8'))?.[1] ?? '';
const IMPORTS = JSON.stringify({ imports: { three: '/lib/three/three.module.js', 'latentbeat/browser': '/dist/stage/component/index.js' } });

let folder: string;
let server: Server;
let browser: Browser;
let latentbeat: LatentbeatRouter;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-component-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  const app = express();
  server = createServer(app);
  const own = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => request.url === '/own' && own.handleUpgrade(request, socket, head, (client) => client.send('mine')));
  latentbeat = await createLatentbeatRouter({ server, path: '/visuals', model: 'fake', clock: 'free', oscPort: 0, oscqueryPort: 0 });
  app.use('/visuals', latentbeat.router);
  app.use('/lib/three', express.static(join(ROOT, 'node_modules/three/build')));
  app.use('/dist', express.static(join(ROOT, 'dist')));
  app.get('/scene', (_request, response) => response.send(`<!doctype html><link rel="icon" href="data:,"><style>body{margin:0}</style><script type="importmap">${IMPORTS}</script><body><script type="module">${example.replace('width: 640, height: 360', 'width: 192, height: 108')}</script>`));
  app.get('/', (_request, response) => response.send('someone else'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await latentbeat.opened;
  browser = await launchTestBrowser();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await latentbeat.close();
  server.closeAllConnections();
  server.close();
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

describe('the router in another Express app', () => {
  it('serves pages, API and socket under its path, and leaves the rest to the app', async () => {
    expect(await (await fetch(`${url}/`)).text()).toBe('someone else');
    expect(await (await fetch(`${url}/visuals/api/health`)).json()).toMatchObject({ ok: true, model: 'fake' });
    expect((await fetch(`${url}/visuals`)).url).toBe(`${url}/visuals/`);
    expect((await fetch(`${url}/visuals/panel`)).status).toBe(200);
    const mine = new WebSocket(`${url.replace('http', 'ws')}/own`);
    expect(await new Promise((resolve) => mine.once('message', (data: Buffer) => resolve(data.toString())))).toBe('mine');
    mine.close();
  });

  it('refuses a path that is none', async () => {
    await expect(createLatentbeatRouter({ server, path: 'visuals/' })).rejects.toThrow(/"visuals\/"/);
  });

  it('plays its stage page there', async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
    const faults: string[] = [];
    page.on('pageerror', (fault) => faults.push(fault.message));
    await page.goto(`${url}/visuals/?obs=1`);
    await page.waitForSelector('.stage.lit', { timeout: 30_000 });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
    expect(faults).toEqual([]);
    await page.close();
  });
});

describe('the example of the component', () => {
  it('has at most thirty lines', () => {
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(30);
  });

  it('shows the show as a screen in its scene, moving, with the scene around it as it was', async () => {
    const page: Page = await browser.newPage({ viewport: { width: 240, height: 180 } });
    const faults: string[] = [];
    page.on('pageerror', (fault) => faults.push(fault.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${url}/scene`);
    await page.waitForFunction(() => 'latent' in globalThis && globalThis.latent.isLit, undefined, { timeout: 30_000 });
    await expect.poll(() => latentbeat.session.state().showTimeSeconds, { timeout: 30_000 }).toBeGreaterThan(0.5);
    const first = await page.evaluate(() => globalThis.latent.showTime);
    await expect.poll(() => page.evaluate(() => globalThis.latent.showTime), { timeout: 40_000 }).toBeGreaterThan(first + 0.3);
    const picture = process.env['LATENTBEAT_SHOT'];
    const shot = await page.screenshot(picture === undefined ? {} : { path: picture });
    expect(shot.length).toBeGreaterThan(3_000);
    const shades = await page.evaluate(() => new Promise<{ centre: number; corner: number }>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [canvas.width, canvas.height];
      const context = copy.getContext('2d') as CanvasRenderingContext2D;
      context.drawImage(canvas, 0, 0);
      const spread = (x: number, y: number): number => {
        const { data } = context.getImageData(x * canvas.width, y * canvas.height, 40, 30);
        return Math.max(...data.filter((_, i) => i % 4 !== 3)) - Math.min(...data.filter((_, i) => i % 4 !== 3));
      };
      resolve({ centre: spread(0.3, 0.25), corner: spread(0, 0) });
    }))));
    expect(shades.centre).toBeGreaterThan(shades.corner);
    expect(faults).toEqual([]);
    await page.evaluate(() => globalThis.latent.dispose());
    await page.close();
  }, 120_000);
});
