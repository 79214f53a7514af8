/** Where results go: checked before the work begins, so that nothing is lost at its end. */

import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../base/errors.ts';
import { print } from '../base/log.ts';

/** An output file that can be written. Throws UserError: 'input' for a bad folder, 'usage' for a file that exists without `force`. */
export async function checkOutputFile(path: string, force: boolean): Promise<string> {
  const full = resolve(path);
  await checkFolder(dirname(full), path);
  const about = await stat(full).catch(() => undefined);
  if (about?.isDirectory() === true) throw new UserError('input', `${path} is a folder: give the name of a file to write.`);
  if (about !== undefined && !force) throw new UserError('usage', `${path} exists already: choose another name, or overwrite it with --force.`);
  return full;
}

/** Writes text to a file, or to standard output for `-`. */
export async function writeText(path: string, text: string): Promise<void> {
  if (path === '-') {
    print(text);
    return;
  }
  await writeFile(path, `${text}\n`).catch((thrown: unknown) => {
    throw new UserError('input', `${path} cannot be written: ${messageOf(thrown)}.`);
  });
}

async function checkFolder(folder: string, path: string): Promise<void> {
  const about = await stat(folder).catch(() => undefined);
  if (about === undefined) throw new UserError('input', `The folder of ${path} does not exist: make ${folder} first.`);
  if (!about.isDirectory()) throw new UserError('input', `${folder} is not a folder, so ${path} cannot be written there.`);
  await access(folder, constants.W_OK).catch(() => {
    throw new UserError('input', `Nothing may be written to ${folder}: choose another place for ${path}, or change its permissions.`);
  });
}
