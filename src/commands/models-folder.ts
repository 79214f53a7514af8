/** Where models lie: those of the package and those that were pulled. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheSubfolder } from '../audio/cache.ts';
import { packageRoot } from '../base/entry.ts';

/** Folder of pulled models; `LATENTBEAT_MODELS` moves it. */
export function pulledModels(): string {
  const named = process.env['LATENTBEAT_MODELS'];
  return named === undefined || named === '' ? cacheSubfolder('models') : resolve(named);
}

/** Folders whose folders are models. */
export function modelFolders(): readonly string[] {
  return [fileURLToPath(new URL('models', packageRoot(import.meta.url))), pulledModels()];
}

/** The folder a hub's OWNER/NAME becomes. */
export function pulledFolder(id: string): string {
  return join(pulledModels(), id.replaceAll('/', '--'));
}

/** What `--model` means: a folder, a pulled model's name, 'fake'; the embedded model where nothing is named. */
export function findModel(name: string | undefined): string {
  if (name === 'fake') return name;
  if (name === undefined) return join(modelFolders()[0] as string, 'embedded');
  const pulled = pulledFolder(name);
  return !existsSync(name) && existsSync(pulled) ? pulled : resolve(name);
}
