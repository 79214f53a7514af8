/** `analyze` as scripts use it: the JSON of the contract on standard output, causal or not, and corrections that stay. */

import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../helpers/run-command.ts';

interface Report {
  readonly tempo: number;
  readonly duration: number;
  readonly beats: readonly number[];
  readonly downbeats: readonly number[];
  readonly announced?: readonly number[];
  readonly curves: { readonly rate: number; readonly names: readonly string[]; readonly values: readonly (readonly number[])[] };
}

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'latentbeat-analyze-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function analyze(...flags: string[]): Promise<Report> {
  const { code, stdout, complaints } = await runCommand(['analyze', 'demo', '--json', '-', ...flags], { cwd: folder, env: { LATENTBEAT_CACHE: join(folder, 'cache') } });
  expect(complaints).toEqual([]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Report;
}

describe('analyze demo', () => {
  it('prints nothing but the JSON, and writes plot and clicks beside', async () => {
    const report = await analyze('--plot', 'plot.png', '--click', 'click.wav');
    expect(report.tempo).toBeCloseTo(124, 0);
    expect(report.curves.values).toHaveLength(report.curves.names.length);
    expect(report.curves.values[0]?.length).toBeCloseTo(report.duration * report.curves.rate, -1);
    expect(statSync(join(folder, 'plot.png')).size).toBeGreaterThan(10_000);
    expect(statSync(join(folder, 'click.wav')).size).toBeGreaterThan(1_000_000);
  });

  it('--causal announces every beat, and claims none after the end', async () => {
    const report = await analyze('--causal');
    expect(report.beats.length).toBeGreaterThan(100);
    expect(report.announced).toHaveLength(report.beats.length);
    expect(report.beats.at(-1)).toBeLessThanOrEqual(report.duration + 0.1);
  });

  it('keeps a correction for the next time', async () => {
    expect((await analyze('--bpm', '62')).tempo).toBeCloseTo(62, 1);
    expect((await analyze()).tempo).toBeCloseTo(62, 1);
    expect(existsSync(join(folder, 'cache', 'corrections'))).toBe(true);
  });
});
