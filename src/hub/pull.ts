/** A model from a hub into a folder: only what a run needs, disk space first, what is there already stays. */

import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, messageOf } from '../base/errors.ts';
import { downloadFile, isComplete, sha256Of } from './download.ts';
import type { DownloadOptions } from './download.ts';
import { listFiles } from './repository.ts';
import type { HubFile, Repository } from './repository.ts';
import { selectFiles } from './select.ts';
import type { OptionalPart } from './select.ts';

export interface PullProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** The file that is coming. */
  readonly file: string;
}

export interface PullOptions extends Omit<DownloadOptions, 'onBytes'> {
  readonly optional?: readonly OptionalPart[] | undefined;
  readonly onProgress?: (progress: PullProgress) => void;
  /** Bytes free where the folder will be; for tests. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

export interface Pulled {
  readonly files: number;
  readonly bytes: number;
  /** Of these, already there. */
  readonly kept: number;
}

/** Room left for other things. */
const SPARE_BYTES = 100 * 2 ** 20;

/** Throws UserErrors; a folder that is not finished goes on with the same call. */
export async function pullModel(repository: Repository, folder: string, options: PullOptions = {}): Promise<Pulled> {
  const files = selectFiles(await listFiles(repository), repository, options.optional);
  await mkdir(folder, { recursive: true }).catch((reason: unknown) => {
    throw new UserError('input', `${folder} cannot be made a folder (${messageOf(reason)}); choose another with --out.`);
  });
  const missing: HubFile[] = [];
  for (const file of files) if (!(await isComplete(file, join(folder, file.path)))) missing.push(file);
  const totalBytes = sumBytes(files);
  await checkSpace(folder, sumBytes(missing), options.freeBytes ?? freeBytesOf);
  let doneBytes = totalBytes - sumBytes(missing);
  for (const file of missing) {
    await downloadFile(repository, file, join(folder, file.path), { ...options, onBytes: (bytes) => options.onProgress?.({ doneBytes: doneBytes + bytes, totalBytes, file: file.path }) });
    doneBytes += file.bytes;
  }
  await writeSums(folder, files);
  return { files: files.length, bytes: totalBytes, kept: files.length - missing.length };
}

function sumBytes(files: readonly HubFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function checkSpace(folder: string, needed: number, freeBytes: (folder: string) => Promise<number>): Promise<void> {
  const free = await freeBytes(folder);
  if (needed > 0 && needed + SPARE_BYTES > free) throw new UserError('device', `the model needs ${gigabytes(needed)} and ${gigabytes(free)} are free in ${folder}; make room or choose another disk with --out.`);
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** So that `models check` can tell damage later, and the model has an identity. */
async function writeSums(folder: string, files: readonly HubFile[]): Promise<void> {
  const lines: string[] = [];
  for (const { path, sha256 } of files) lines.push(`${sha256 ?? (await sha256Of(join(folder, path)))}  ${path}`);
  await writeFile(join(folder, 'SHA256SUMS'), `${lines.toSorted().join('\n')}\n`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
