/**
 * A song dropped on a page: `PUT /api/uploads/<id>` with the header `x-latentbeat-token`, streamed to
 * `<folder>/<id>/upload`; the page then opens it over its socket (`openTrack`), which gives the file its own name.
 */

import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Request, Response } from 'express';

import { UserError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { isSameToken } from './access.ts';

/** Largest song (bytes). */
export const UPLOAD_LIMIT = 512 * 1024 * 1024;
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const KEPT_FOR: Milliseconds = 7 * 24 * 3600 * 1000;

/** Handles one upload; answers 204, or 400, 403, 409, 411, 413 with `{error}`. */
export async function receiveUpload(request: Request, response: Response, folder: string, token: string): Promise<void> {
  const id = String(request.params['id']);
  const refusal = refusalOf(request, id, token);
  if (refusal !== null) {
    response.status(refusal.status).set('Connection', 'close').json({ error: refusal.error });
    return;
  }
  const place = join(folder, id);
  await mkdir(folder, { recursive: true });
  try {
    await mkdir(place);
  } catch {
    response.status(409).set('Connection', 'close').json({ error: `Upload ${id} exists already: choose another id.` });
    return;
  }
  try {
    await pipeline(request, limitBytes(UPLOAD_LIMIT), createWriteStream(join(place, 'upload')));
    response.status(204).end();
  } catch (thrown) {
    await rm(place, { recursive: true, force: true });
    throw thrown;
  }
}

function refusalOf(request: Request, id: string, token: string): { readonly status: number; readonly error: string } | null {
  const length = Number(request.headers['content-length']);
  if (!isSameToken(request.headers['x-latentbeat-token'], token)) return { status: 403, error: 'The upload carries no valid x-latentbeat-token: reload the page.' };
  if (!ID.test(id)) return { status: 400, error: 'The upload id must be 1 to 64 letters, digits, "-" or "_".' };
  if (!Number.isFinite(length)) return { status: 411, error: 'The upload says no Content-Length.' };
  if (length > UPLOAD_LIMIT) return { status: 413, error: `The file has ${length} bytes, at most ${UPLOAD_LIMIT} (512 MB) are taken: start latentbeat with its path instead.` };
  return null;
}

function limitBytes(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(new Error(`more than ${limit} bytes came`));
      else done(null, chunk);
    },
  });
}

/** Gives an upload the user's file name and answers its path. Throws a UserError for an unknown upload. */
export async function claimUpload(folder: string, id: string, name: string): Promise<string> {
  const safe = name.replaceAll(/[^\p{L}\p{N} ._()&+-]/gu, '_').replace(/^\.+/, '').slice(-120) || 'track';
  const target = join(folder, id, safe);
  try {
    await rename(join(folder, id, 'upload'), target);
  } catch (cause) {
    throw new UserError('input', `The upload of "${name}" is not on the server: drop the file again.`, { cause });
  }
  return target;
}

/** Deletes uploads of more than a week ago. */
export async function pruneUploads(folder: string, nowEpoch: Milliseconds): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const age = nowEpoch - ((await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? nowEpoch);
    if (age > KEPT_FOR) await rm(join(folder, name), { recursive: true, force: true });
  }
}
