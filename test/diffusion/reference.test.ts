/** The reference values of ../shared/fixtures, where they are at hand (`npm run reference` is the same check for any folder). */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkFolder } from '../reference/reference.ts';

const shared = join(process.env['LATENTBEAT_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url)), 'fixtures');

const committed = fileURLToPath(new URL('../reference/fuzz', import.meta.url));

describe('reference values', () => {
  it('meets random configs, noises and prompts run through diffusers, torch and transformers (made by test/reference/python)', async () => {
    const { passed, failures } = await checkFolder(committed);
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(200);
  });

  it.skipIf(!existsSync(shared))('meets every case of ../shared/fixtures', async () => {
    const { passed, failures } = await checkFolder(shared);
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(200);
  });
});
