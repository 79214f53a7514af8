/** The process of one bench: loads the TypeScript file named on its command line through vite, runs it, sends the result. */

import { pathToFileURL } from 'node:url';
import { messageOf } from '../base/errors.ts';
import type { BenchMessage, BenchResult } from './bench.ts';

async function runBench(file: string): Promise<BenchMessage> {
  try {
    const { createServer, createServerModuleRunner } = await import('vite');
    // Not runnerImport: it closes before the bench runs, and the product imports its heavy parts late.
    const server = await createServer({ configFile: false, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
    try {
      const module: { run?: () => Promise<BenchResult> } = await createServerModuleRunner(server.environments.ssr, { hmr: false }).import(pathToFileURL(file).pathname);
      if (typeof module.run !== 'function') return { failure: 'it exports no run()' };
      return { result: await module.run() };
    } finally {
      await server.close();
    }
  } catch (thrown) {
    return { failure: thrown instanceof Error && process.env['LATENTBEAT_DEBUG'] !== undefined ? (thrown.stack ?? thrown.message) : messageOf(thrown) };
  }
}

const message = await runBench(process.argv[2] ?? '');
process.send?.(message, () => process.exit(0));
