/** The reference page is what the parameter table says. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parametersPage } from '../../src/commands/docs.ts';
import { CORE_PARAMETERS } from '../../src/score/parameters.ts';

describe('docs/parameters.md', () => {
  it('is up to date (npm run docs writes it)', () => {
    expect(readFileSync(new URL('../../docs/parameters.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n')).toBe(parametersPage());
  });

  it('names every core parameter and those of the shaders', () => {
    const page = parametersPage();
    for (const { path } of CORE_PARAMETERS) expect(page).toContain(`\`${path}\``);
    expect(page).toContain('`/look/bloom/amount`');
  });
});
