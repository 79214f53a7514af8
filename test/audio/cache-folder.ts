/** A cache folder of its own for one test file, so that tests neither see nor leave anything in the user's. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes a scratch folder, points LATENTBEAT_CACHE into it, and removes it after the file's tests. */
export function useScratchCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-audio-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
