/**
 * Checks every fixture file of a known name that a folder holds, any subset of files and cases, and closes with the line
 * `N passed, N failed`. The folder defaults to LATENTBEAT_SHARED/fixtures or ../shared/fixtures.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from './report.ts';
import { interpolationCases } from './interpolation.ts';
import { noiseScheduleCases } from './noise-schedule.ts';
import { emphasisCases, tokenizerCases } from './prompt.ts';
import { numpyCases, philoxCases, torchCases } from './rng.ts';
import { fullLoopCases, traceCases } from './schedulers.ts';

/** Each reads its file's parsed content and names the cases in it. */
const FILES: Readonly<Record<string, (content: never) => Case[] | Promise<Case[]>>> = {
  'scheduler_traces.json': traceCases,
  'diffusers_full_loop.json': fullLoopCases,
  'sd_noise_schedule.json': noiseScheduleCases,
  'rng_torch_cpu.json': torchCases,
  'rng_philox_nv.json': philoxCases,
  'rng_numpy_legacy.json': numpyCases,
  'clip_tokenizer.json': tokenizerCases,
  'a1111_prompt_attention.json': emphasisCases,
  'interpolation_misc.json': interpolationCases,
};

export interface Outcome {
  readonly passed: number;
  /** `file: case: what was expected and what came`. */
  readonly failures: readonly string[];
}

/** Exit code: 0 all passed, 1 something failed, 3 nothing to check. */
export async function main(args: readonly string[]): Promise<number> {
  const folder = args[0] ?? defaultFolder();
  const { passed, failures } = await checkFolder(folder, print);
  if (passed + failures.length === 0) print(`no fixture file was found in ${folder}`);
  print(`${passed} passed, ${failures.length} failed`);
  return passed + failures.length === 0 ? 3 : failures.length > 0 ? 1 : 0;
}

/** Checks what the folder holds; `onLine` hears of each failure and of each file. */
export async function checkFolder(folder: string, onLine: (line: string) => void = () => undefined): Promise<Outcome> {
  let passed = 0;
  const failures: string[] = [];
  for (const [file, casesOf] of Object.entries(FILES)) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    const cases = await casesOf(JSON.parse(readFileSync(path, 'utf8')) as never);
    const found = await failuresOf(cases);
    for (const failure of found) onLine(`  FAILED ${file}: ${failure}`);
    onLine(`${file}: ${cases.length - found.length} passed, ${found.length} failed`);
    passed += cases.length - found.length;
    failures.push(...found.map((failure) => `${file}: ${failure}`));
  }
  return { passed, failures };
}

async function failuresOf(cases: readonly Case[]): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, check } of cases) {
    try {
      await check();
    } catch (thrown) {
      failures.push(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }
  return failures;
}

function defaultFolder(): string {
  const shared = process.env['LATENTBEAT_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));
  return join(shared, 'fixtures');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
