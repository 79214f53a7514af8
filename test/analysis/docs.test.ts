import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FEATURES } from '../../src/score/route-types.ts';
import { STEM_CURVE_NAMES } from '../../src/timeline/timeline.ts';

it('docs/analysis.md names every feature that a route may name', () => {
  const page = readFileSync(new URL('../../docs/analysis.md', import.meta.url), 'utf8');
  for (const name of [...FEATURES, ...STEM_CURVE_NAMES]) expect(page, name).toContain(`\`${name}\``);
});
