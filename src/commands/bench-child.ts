/** The process of one bench: loads the TypeScript file named on its command line through vite, runs it, sends the result. */

import { pathToFileURL } from 'node:url';
import { messageOf } from '../base/errors.ts';
import type { BenchMessage, BenchResult } from './bench.ts';

async function runBench(file: string): Promise<BenchMessage> {
  try {
    const { runnerImport } = await import('vite');
    const { module } = await runnerImport<{ run?: () => Promise<BenchResult> }>(pathToFileURL(file).pathname, { configFile: false, logLevel: 'error' });
    if (typeof module.run !== 'function') return { failure: 'it exports no run()' };
    return { result: await module.run() };
  } catch (thrown) {
    return { failure: thrown instanceof Error && process.env['LATENTBEAT_DEBUG'] !== undefined ? (thrown.stack ?? thrown.message) : messageOf(thrown) };
  }
}

const message = await runBench(process.argv[2] ?? '');
process.send?.(message, () => process.exit(0));
