/**
 * One file from a hub, whole or not at all: it grows under `<name>.part` and is renamed when its hash is right. What broke
 * off goes on where it stopped (Range), by itself a few times and with the same command later; what came wrong is fetched
 * once more from the start.
 */

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, messageOf } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import { causeOf, fileUrl, requestHeaders } from './repository.ts';
import type { HubFile, Repository } from './repository.ts';

export interface DownloadOptions {
  /** Bytes of the file that are on disk, each time some have come. */
  readonly onBytes?: (bytes: number) => void;
  readonly onNotice?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Breaks in a row that are mended before it is given up; default 5. */
  readonly retries?: number;
  /** Before the first new try; doubled each time. Default 500 ms. */
  readonly pause?: Milliseconds;
  /** A connection that brings nothing for this long has broken; default 30 s. */
  readonly silence?: Milliseconds;
}

/** Whether a file is there as it should be. */
export async function isComplete(file: HubFile, path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === file.bytes && (await isRight(file, path));
}

/** Throws a UserError 'again' where it broke off for good, 'input' where what comes never has the right hash. */
export async function downloadFile(repository: Repository, file: HubFile, path: string, options: DownloadOptions = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  for (let attempt = 0; attempt < 2; attempt++) {
    await fetchAll(repository, file, part, options);
    if (await isRight(file, part)) return rename(part, path);
    await rm(part, { force: true });
    options.onBytes?.(0);
    if (attempt === 0) options.onNotice?.(`${file.path} came damaged (its hash is another); fetching it once more.`);
  }
  throw new UserError('input', `${file.path} of ${repository.id} comes damaged from ${repository.hub}: its hash is not the one the hub names; try again later or name another mirror with --hub.`);
}

async function fetchAll(repository: Repository, file: HubFile, part: string, options: DownloadOptions): Promise<void> {
  const { retries = 5, pause = 500 } = options;
  let breaks = 0;
  for (;;) {
    const before = await sizeOf(part);
    if (before >= file.bytes && file.bytes > 0) return;
    try {
      await fetchRest(repository, file, part, options);
      if ((await sizeOf(part)) >= file.bytes) return;
      throw new Error('the connection closed early');
    } catch (reason) {
      if (reason instanceof UserError) throw reason;
      options.signal?.throwIfAborted();
      const after = await sizeOf(part);
      breaks = after > before ? 1 : breaks + 1;
      if (breaks > retries) throw new UserError('again', `the download of ${file.path} broke off at ${after} of ${file.bytes} bytes (${causeOf(reason)}); the same command goes on there.`);
      await sleep(pause * 2 ** (breaks - 1), undefined, { signal: options.signal ?? AbortSignal.any([]) });
    }
  }
}

async function fetchRest(repository: Repository, file: HubFile, part: string, { onBytes, signal, silence = 30_000 }: DownloadOptions): Promise<void> {
  const from = await sizeOf(part);
  const quiet = new AbortController();
  const abort = AbortSignal.any([quiet.signal, ...(signal === undefined ? [] : [signal])]);
  let timer = setTimeout(() => quiet.abort(new Error('nothing came for a while')), silence);
  try {
    const response = await fetch(fileUrl(repository, file.path), { headers: { ...requestHeaders(), ...(from > 0 ? { range: `bytes=${from}-` } : {}) }, signal: abort });
    checkStatus(response, repository, file);
    // A server that knows no ranges, or has a shorter file, sends all of it.
    const goesOn = response.status === 206;
    if (response.status === 416) return await rm(part, { force: true });
    let bytes = goesOn ? from : 0;
    const out = createWriteStream(part, { flags: goesOn ? 'a' : 'w' });
    try {
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(new Error('nothing came for a while')), silence);
        await write(out, chunk as Uint8Array);
        bytes += (chunk as Uint8Array).length;
        onBytes?.(bytes);
      }
    } finally {
      await new Promise<void>((resolve) => out.end(resolve));
    }
  } finally {
    clearTimeout(timer);
  }
}

function checkStatus(response: Response, { id, hub }: Repository, file: HubFile): void {
  const { status } = response;
  if (response.ok || status === 416) return;
  if (status === 401 || status === 403) throw new UserError('input', `${file.path} of ${id} needs a permission: accept its licence on its page and set HF_TOKEN to an access token of yours.`);
  if (status === 404) throw new UserError('input', `${hub} lists ${file.path} of ${id} but does not have it; try another --revision.`);
  throw new Error(`status ${status}`);
}

function write(out: ReturnType<typeof createWriteStream>, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    out.write(chunk, (error) => {
      if (error === undefined || error === null) return resolve();
      const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
      reject(isFull ? new UserError('device', `the disk is full: ${messageOf(error)}; make room, the same command goes on where it stopped.`) : error);
    });
  });
}

/** By SHA-256 of large files, git's blob hash of small ones; a hub that names none is taken at its word and size. */
async function isRight({ bytes, sha256, gitSha1 }: HubFile, path: string): Promise<boolean> {
  if ((await sizeOf(path)) !== bytes) return false;
  if (sha256 !== undefined) return (await hash(path, createHash('sha256'))) === sha256;
  if (gitSha1 === undefined || !/^[0-9a-f]{40}$/.test(gitSha1)) return true;
  return (await hash(path, createHash('sha1').update(`blob ${bytes}\0`))) === gitSha1;
}

export async function sha256Of(path: string): Promise<string> {
  return hash(path, createHash('sha256'));
}

async function hash(path: string, into: ReturnType<typeof createHash>): Promise<string> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) into.update(chunk as Buffer);
  return into.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
