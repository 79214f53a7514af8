/** The place a result goes to: checked before any work is spent on it. */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';

/** The container by the file's ending. */
export function containerOf(out: string): 'mp4' | 'webm' {
  const ending = extname(out).toLowerCase();
  if (ending === '.mp4' || ending === '.webm') return ending.slice(1) as 'mp4' | 'webm';
  throw new UserError('usage', `the video's name should end in .mp4 or .webm, but "${out}" ends in ${ending === '' ? 'nothing' : `"${ending}"`}: rename it`);
}

/** Absolute path of an output that may be written; an existing one needs `force`. */
export async function checkOutput(out: string, force: boolean): Promise<string> {
  const path = resolve(out);
  const folder = dirname(path);
  const info = await stat(folder).catch(() => null);
  if (info === null) throw new UserError('input', `the output folder "${folder}" does not exist: make it first, or choose another place for "${out}"`);
  if (!info.isDirectory()) throw new UserError('input', `"${folder}" should be the output folder but is a file: choose another place for "${out}"`);
  const writable = await access(folder, constants.W_OK).then(() => true, () => false);
  if (!writable) throw new UserError('input', `the output folder "${folder}" cannot be written to: choose another place for "${out}"`);
  const existing = await stat(path).catch(() => null);
  if (existing?.isDirectory() === true) throw new UserError('input', `the output "${out}" is a folder: give a file name`);
  if (existing !== null && !force) throw new UserError('usage', `"${out}" exists already: add --force to replace it, or choose another name`);
  return path;
}
