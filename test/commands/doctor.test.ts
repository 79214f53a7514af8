/** `doctor`: a line a topic, good or with what to do; the essentials are here, since these tests run. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatFinding } from '../../src/commands/doctor.ts';
import { runCommand } from '../helpers/run-command.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'latentbeat-doctor-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('doctor', () => {
  it('names every topic, and leaves with 0 where nothing essential is missing', async () => {
    const { code, stdout, complaints } = await runCommand(['doctor'], { cwd: folder, env: { LATENTBEAT_CACHE: join(folder, 'cache') } });
    expect(complaints).toEqual([]);
    expect(code).toBe(0);
    for (const topic of ['node', 'processor', 'provider', 'model', 'disk', 'browser', 'video', 'pages', 'osc']) expect(stdout).toMatch(new RegExp(`^[✓✗] ${topic} `, 'm'));
    expect(stdout).toMatch(/^✓ node/m);
    expect(stdout).toMatch(/^✓ model/m);
  });

  it('leaves with 4 where an essential is missing, and says which', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, stdout, complaints } = await runCommand(['doctor'], { cwd: folder, env: { LATENTBEAT_CACHE: join(folder, 'file', 'cache') } });
    expect(code).toBe(4);
    expect(stdout).toMatch(/^✗ disk .*LATENTBEAT_CACHE/m);
    expect(complaints).toEqual(['error: latentbeat cannot run here yet: mend disk (see above).']);
  });

  it('is green, yellow and red on a terminal, plain elsewhere', () => {
    expect(formatFinding({ state: 'good', topic: 'node', text: 'v20' }, false)).toBe('✓ node       v20');
    expect(formatFinding({ state: 'bad', topic: 'node', text: 'v18' }, true)).toBe('\u001B[31m✗\u001B[0m node       v18');
    expect(formatFinding({ state: 'poor', topic: 'gpu', text: 'none' }, true)).toContain('[33m✗');
  });
});
