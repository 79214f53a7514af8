/**
 * Where results that can be made again are kept: decoded sound, analyses, probes. One folder a user, made on demand;
 * `LATENTBEAT_CACHE` moves it. Files appear whole or not at all (written under a temporary name, then renamed).
 */

import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../base/errors.ts';

/** Decoded sound kept at most, in bytes; the least recently opened goes first. */
const DECODED_LIMIT_BYTES = 8e9;

/** The user's cache folder (absolute), created when missing. Throws a UserError where it cannot be. */
export function cacheFolder(): string {
  const folder = resolve(process.env['LATENTBEAT_CACHE'] || join(platformCacheFolder(), 'latentbeat'));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError('device', `The cache folder ${folder} cannot be made (${messageOf(error)}): set LATENTBEAT_CACHE to a folder that can be written.`);
  }
  return folder;
}

/** A folder inside the cache folder, created when missing. */
export function cacheSubfolder(name: string): string {
  const folder = join(cacheFolder(), name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The SHA-256 of a file's bytes, lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

let writes = 0;

/** Lets `write` fill a temporary file beside `path`, then moves it there; a failure leaves nothing behind. */
export async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}-${(writes += 1)}.part`;
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Marks a cached file as used now and removes the oldest of its folder beyond the limit, and leftovers of a day ago. */
export async function touchAndPrune(path: string, limitBytes = DECODED_LIMIT_BYTES): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
  const folder = resolve(path, '..');
  const files = await listFiles(folder);
  let total = 0;
  for (const file of files.sort((a, b) => b.time - a.time)) {
    total += file.bytes;
    const abandoned = file.path.endsWith('.part') && now.getTime() - file.time > 86_400_000;
    if ((total > limitBytes && file.path !== path) || abandoned) await rm(file.path, { force: true });
  }
}

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

async function listFiles(folder: string): Promise<CachedFile[]> {
  const found: CachedFile[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const about = await stat(path).catch(() => undefined);
    if (about?.isFile()) found.push({ path, bytes: about.size, time: about.mtimeMs });
  }
  return found;
}

function platformCacheFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local');
  return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
}
