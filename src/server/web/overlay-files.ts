/**
 * Logos for the overlay: `PUT /api/overlays/<id>` with the token takes a PNG or an SVG (told by its first bytes), `GET` gives
 * it back under a policy in which an SVG runs nothing and loads nothing. Files lie in a folder of their own.
 */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import express, { type Express, type Request, type Response } from 'express';

import { isSameToken } from './access.ts';

/** Largest logo (bytes). */
export const LOGO_LIMIT = 4 * 1024 * 1024;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function addOverlayFiles(app: Pick<Express, 'get' | 'put'>, folder: string, token: string): void {
  app.put('/api/overlays/:id', (request, response, next) => (refusal(request, token) === null ? next() : refuse(response, refusal(request, token) as Refusal)), express.raw({ type: () => true, limit: LOGO_LIMIT }), (request: Request, response: Response) => receive(request, response, folder));
  app.get('/api/overlays/:id', (request, response) => send(response, folder, String(request.params['id'])));
}

interface Refusal {
  readonly status: number;
  readonly error: string;
}

function refusal(request: Request, token: string): Refusal | null {
  if (!isSameToken(request.headers['x-latentbeat-token'], token)) return { status: 403, error: 'The logo carries no valid x-latentbeat-token: reload the page.' };
  if (!ID.test(String(request.params['id']))) return { status: 400, error: 'The logo\'s id must be 1 to 64 letters, digits, "-" or "_".' };
  if (Number(request.headers['content-length'] ?? Infinity) > LOGO_LIMIT) return { status: 413, error: 'A logo has at most 4 MB: make it smaller.' };
  return null;
}

function refuse(response: Response, { status, error }: Refusal): void {
  response.status(status).set('Connection', 'close').json({ error });
}

async function receive(request: Request, response: Response, folder: string): Promise<void> {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || kindOf(bytes) === null) return refuse(response, { status: 415, error: 'A logo is a PNG or an SVG file, and this is neither.' });
  await mkdir(folder, { recursive: true });
  const path = join(folder, String(request.params['id']));
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
  response.status(204).end();
}

async function send(response: Response, folder: string, id: string): Promise<void> {
  const bytes = ID.test(id) ? await readFile(join(folder, id)).catch(() => null) : null;
  const kind = bytes === null ? null : kindOf(bytes);
  if (bytes === null || kind === null) return void response.status(404).json({ error: 'There is no such logo.' });
  response.set({ 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox", 'Cache-Control': 'no-store' }).type(kind).send(bytes);
}

/** By the first bytes: what a file is called proves nothing. */
function kindOf(bytes: Buffer): 'image/png' | 'image/svg+xml' | null {
  if (bytes.subarray(0, 8).equals(PNG)) return 'image/png';
  const head = bytes.subarray(0, 1024).toString('utf8').replace(/^\uFEFF/, '').trimStart();
  return /^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(head) ? 'image/svg+xml' : null;
}
