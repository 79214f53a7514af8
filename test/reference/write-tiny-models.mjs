/** `node test/reference/write-tiny-models.mjs FOLDER`: writes every recipe of test/helpers/tiny-diffusion.ts, for tiny_pipelines.py. */

import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const folder = process.argv[2] ?? '';
if (folder === '') throw new Error('say where to write');
const server = await createServer({ configFile: false, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
try {
  const { RECIPES, writeTinyDiffusion } = await createServerModuleRunner(server.environments.ssr, { hmr: false }).import(fileURLToPath(new URL('../helpers/tiny-diffusion.ts', import.meta.url)));
  for (const name of Object.keys(RECIPES)) process.stdout.write(`${await writeTinyDiffusion(folder, name)}\n`);
} finally {
  await server.close();
}
process.exit(0);
