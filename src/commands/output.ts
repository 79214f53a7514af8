/** Where results go. Places are checked before the work begins (video/output.ts), so that nothing is lost at its end. */

import { writeFile } from 'node:fs/promises';
import { messageOf, UserError } from '../base/errors.ts';
import { print } from '../base/log.ts';

export { checkOutput as checkOutputFile } from '../video/output.ts';

/** Writes a text and a line end to a file, or to standard output for `-`. */
export async function writeText(path: string, text: string): Promise<void> {
  if (path === '-') print(text);
  else await writeResult(path, `${text}\n`);
}

/** Writes a file whole; a fault is said in one sentence. */
export async function writeResult(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(path, content).catch((thrown: unknown) => {
    throw new UserError('input', `${path} cannot be written: ${messageOf(thrown)}.`);
  });
}
