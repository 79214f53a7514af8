/** `npm run reference -- [DIR]`: loads reference.ts through vite, as the benches are loaded, so that no build is needed. */

import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const server = await createServer({ configFile: false, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
let code = 1;
try {
  const { main } = await createServerModuleRunner(server.environments.ssr, { hmr: false }).import(fileURLToPath(new URL('./reference.ts', import.meta.url)));
  code = await main(process.argv.slice(2));
} finally {
  await server.close();
}
process.exit(code);
