/**
 * `bench`: runs test/bench/*.bench.ts one after another, each in a process of its own, prints a table for each and, as the
 * last line, all figures as one JSON object. Each bench exports `run() → {name, rows, figures}`.
 */

import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compiledEntry, packageRoot } from '../base/entry.ts';
import { UserError } from '../base/errors.ts';
import { notify, print } from '../base/log.ts';
import { writeText } from './output.ts';
import { formatTable, type Cell } from './table.ts';

export interface BenchResult {
  readonly name: string;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly figures: Readonly<Record<string, Cell>>;
}

/** What the bench process sends back. */
export type BenchMessage = { readonly result: BenchResult } | { readonly failure: string };

/** Sections of a bench that are wanted, for benches that have some (comma-separated; unset: all). */
export const SECTIONS_VARIABLE = 'LATENTBEAT_BENCH_SECTIONS';

/** Without a name `only` chooses benches, with one it chooses sections inside. */
export async function benchCommand(name: string | undefined, options: { readonly json?: string; readonly only?: string }): Promise<void> {
  const files = findBenches(name ?? options.only);
  if (name !== undefined && options.only !== undefined) process.env[SECTIONS_VARIABLE] = options.only;
  const results: Record<string, unknown> = { machine: describeMachine() };
  const failed: string[] = [];
  for (const [name, file] of files) {
    const started = performance.now();
    notify('info', `bench ${name} …`);
    const message = await runInChild(file);
    const seconds = Math.round((performance.now() - started) / 1000);
    if ('failure' in message) {
      failed.push(name);
      results[name] = { error: message.failure };
      print(`\n${name} FAILED: ${message.failure}`);
    } else {
      results[name] = { ...message.result.figures, wallSeconds: seconds };
      print(`\n${message.result.name}  (${seconds} s, load ${(loadavg()[0] ?? 0).toFixed(1)})\n${formatTable(message.result.rows)}`);
    }
  }
  if (options.json !== undefined) await writeText(options.json, JSON.stringify(results, null, 2));
  print(JSON.stringify(results));
  if (failed.length > 0) throw new UserError('device', `${failed.length} of ${files.length} benches failed: ${failed.join(', ')}.`);
}

/** Names and files of the benches; throws UserError where none is there or none matches. */
function findBenches(only: string | undefined): readonly (readonly [name: string, file: string])[] {
  const folder = new URL('test/bench/', packageRoot(import.meta.url));
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith('.bench.ts')).sort();
  } catch {
    throw new UserError('usage', 'The benches are part of the repository, not of the installed package: run `npm run bench` in a clone.');
  }
  const wanted = files.filter((file) => file.includes(only ?? ''));
  if (wanted.length === 0) throw new UserError('usage', `No bench has "${only}" in its name: there are ${files.map((file) => file.replace('.bench.ts', '')).join(', ')}.`);
  return wanted.map((file) => [file.replace('.bench.ts', ''), fileURLToPath(new URL(file, folder))]);
}

function runInChild(file: string): Promise<BenchMessage> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(compiledEntry(import.meta.url, './bench-child.js')), [file], { execArgv: ['--expose-gc'] });
    let answer: BenchMessage | undefined;
    child.on('message', (message) => (answer = message as BenchMessage));
    child.on('error', (fault) => resolve({ failure: fault.message }));
    child.on('exit', (code, signal) => resolve(answer ?? { failure: `its process ended with ${signal ?? `code ${code}`} and no result` }));
  });
}

function describeMachine(): Readonly<Record<string, Cell>> {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}
