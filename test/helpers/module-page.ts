/** Source files run in a real Chromium: bundled as they are, then added to a page. */

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build, type Rollup } from 'vite';

/** Runs a module of this folder in a page; `global` is the name by which it says that it has run. */
export async function runModule(page: Page, file: string, global: string): Promise<void> {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const built = (await build({ configFile: false, logLevel: 'error', build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'page' } } })) as Rollup.RollupOutput[];
  await page.addScriptTag({ type: 'module', content: built[0]?.output[0].code ?? '' });
  await page.waitForFunction((name) => name in globalThis, global);
}
