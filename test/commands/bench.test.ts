/** The bench runner: a table, then all figures as one JSON object on the last line, and in a file. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../helpers/run-command.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'latentbeat-bench-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('runs a bench, prints its table and ends with JSON', async () => {
  const result = await runCommand(['--quiet', 'bench', '--only', 'osc', '--json', 'figures.json'], { cwd: folder });
  expect(result.complaints).toEqual([]);
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('hostile pattern');
  const figures = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '') as Record<string, Record<string, number>>;
  expect(figures['machine']?.['cores']).toBeGreaterThan(0);
  expect(figures['osc']?.['oscMessagesPerSecond']).toBeGreaterThan(0);
  expect(JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8'))).toEqual(figures);
});
