/**
 * The HTTP side: static pages and the read-only GETs of the contract (design.md). Nothing here changes the show;
 * an upload only puts a file into the cache, and needs the token.
 */

import { join } from 'node:path';

import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import sharp from 'sharp';

import { messageOf } from '../../base/errors.ts';
import { cookieFor, gradeOf, isForeignWrite, isOwnHost, tokenInUrl, type LanAccess } from './access.ts';
import type { ShowHost } from './host.ts';
import { addOverlayFiles } from './overlay-files.ts';
import { receiveUpload } from './uploads.ts';

export interface RouteOptions {
  readonly host: ShowHost;
  readonly token: string;
  readonly port: () => number;
  /** Null: loopback alone. */
  readonly lan: LanAccess | null;
  /** Folder of the built pages; none: only the API is served. */
  readonly webRoot: string | undefined;
  readonly uploadFolder: string | undefined;
  readonly overlayFolder?: string | undefined;
}

export function createApp(options: RouteOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use((request, response, next) => refuseForeigners(request, response, next, options));
  addApi(app, options.host);
  if (options.uploadFolder !== undefined) addUploads(app, options.uploadFolder, options.token);
  if (options.overlayFolder !== undefined) addOverlayFiles(app, options.overlayFolder, options.token);
  app.use('/api', (_request, response) => void response.status(404).json({ error: 'There is no such address under /api.' }));
  if (options.webRoot !== undefined) addPages(app, options.webRoot);
  app.use(answerFault);
  return app;
}

function refuseForeigners(request: Request, response: Response, next: NextFunction, { port, lan }: RouteOptions): void {
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cross-Origin-Resource-Policy': 'same-origin', 'Referrer-Policy': 'no-referrer', 'X-Frame-Options': 'SAMEORIGIN' });
  const refuse = (text: string): void => void response.status(403).type('text').send(`${text}\n`);
  if (!isOwnHost(request.headers.host, port(), lan?.names)) return refuse('This address is not served here: open http://localhost with the port of latentbeat.');
  if (isForeignWrite(request, port(), lan?.names)) return refuse('Another site may not write here.');
  const grade = gradeOf(request, lan);
  if (grade === null || (grade === 'guest' && request.method !== 'GET' && request.method !== 'HEAD')) return refuse('This show needs its token: open the address, or the code, that latentbeat printed at its start.');
  const token = tokenInUrl(request.url);
  if (token === null) return next();
  // The token leaves the address bar, so that it is not read over a shoulder or kept in the history.
  response.set('Set-Cookie', cookieFor(token)).redirect(303, request.path);
}

function addApi(app: Express, host: ShowHost): void {
  app.use('/api', (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.get('/api/health', (_request, response) => {
    const health = host.health();
    response.status(health.ok ? 200 : 503).json(health);
  });
  app.get('/api/state', (_request, response) => void response.json(host.state()));
  app.get('/api/parameters', (_request, response) => void response.json(host.welcome()?.parameters ?? []));
  app.get('/api/frame.png', (_request, response) => sendNewestFrame(response, host));
  app.get('/api/timeline', (_request, response) => {
    const bytes = host.timelineBytes();
    if (bytes === null) response.status(404).json({ error: 'No track is open.' });
    else response.type('application/octet-stream').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
  app.get('/api/pcm', (_request, response) => sendFile(response, host.pcmPath(), 'audio/wav'));
  app.get('/api/scenes/:id.jpg', (request, response) => sendPicture(request, response, host, 'scenes'));
  app.get('/api/keepers/:id.jpg', (request, response) => sendPicture(request, response, host, 'keepers'));
  app.get('/api/presets/:id.jpg', (request, response) => sendPicture(request, response, host, 'presets'));
  app.get('/api/pads/:id.jpg', (request, response) => sendPicture(request, response, host, 'pads'));
  app.get('/api/preview.jpg', (request, response) => sendPicture(request, response, host, 'preview', ''));
  app.get('/api/renders/:id', (request, response) => {
    const download = host.download(String(request.params['id']));
    if (download !== null) response.attachment(download.name);
    sendFile(response, download?.path ?? null);
  });
}

async function sendNewestFrame(response: Response, host: ShowHost): Promise<void> {
  const frame = host.newestFrame();
  if (frame === null) {
    response.status(503).json({ error: 'No picture has been generated yet: ask again in a second.' });
    return;
  }
  const { width, height } = frame;
  response.type('png').send(await sharp(frame.pixels, { raw: { width, height, channels: 4 } }).png({ compressionLevel: 3 }).toBuffer());
}

async function sendPicture(request: Request, response: Response, host: ShowHost, kind: 'scenes' | 'keepers' | 'presets' | 'preview' | 'pads', id = String(request.params['id'])): Promise<void> {
  const picture = await host.picture(kind, id);
  if (picture === null) response.status(404).json({ error: 'There is no such picture yet.' });
  else response.type('jpeg').send(Buffer.from(picture));
}

/** Streams a file and honours Range. */
function sendFile(response: Response, path: string | null, type?: string): void {
  if (path === null) {
    response.status(404).json({ error: 'There is no such file.' });
    return;
  }
  if (type !== undefined) response.type(type);
  response.sendFile(path, { dotfiles: 'allow', acceptRanges: true, cacheControl: false, lastModified: false }, (fault?: Error & { readonly status?: number }) => {
    if (fault === undefined || fault === null || response.headersSent) return;
    const isRange = fault.status === 416;
    response.status(isRange ? 416 : 404).json({ error: isRange ? 'The range lies outside the file.' : 'The file is gone.' });
  });
}

function addUploads(app: Express, folder: string, token: string): void {
  app.put('/api/uploads/:id', (request, response) => receiveUpload(request, response, folder, token));
}

function addPages(app: Express, webRoot: string): void {
  // Mounted under a path: addresses on the page are relative, so it needs its slash.
  app.get('/', ({ baseUrl, originalUrl }, response, next) => (originalUrl.split('?')[0] === baseUrl ? response.redirect(308, `${baseUrl}/${originalUrl.slice(baseUrl.length)}`) : next()));
  app.get('/panel', (_request, response) => response.sendFile(join(webRoot, 'panel.html'), { dotfiles: 'allow' }));
  app.use(express.static(webRoot, { dotfiles: 'allow' }));
  app.use((_request, response) => void response.status(404).type('text').send('There is no such page: try / or /panel.\n'));
}

function answerFault(fault: unknown, _request: Request, response: Response, _next: NextFunction): void {
  if (response.headersSent) response.destroy();
  else response.status(500).json({ error: messageOf(fault) });
}
