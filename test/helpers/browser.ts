/** A real Chromium for the tests of the pages: found as the product finds it, one clear sentence where there is none. */

import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { findBrowser, STAGE_FLAGS } from '../../src/video/browser.ts';

/** Folder of the built pages; `npm test` builds them first. */
export const WEB_ROOT = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** Starts it headless; `flags` are added to those of a stage. Throws with what to do. */
export async function launchTestBrowser(flags: readonly string[] = []): Promise<Browser> {
  const path = findBrowser();
  if (path === null) throw new Error('The tests of the pages need Chromium, Chrome or Edge: install one (on Debian as root: apt-get install chromium) or name it in LATENTBEAT_BROWSER.');
  if (statSync(`${WEB_ROOT}index.html`, { throwIfNoEntry: false }) === undefined) throw new Error('The pages are not built: run npm run build first.');
  const { chromium } = await import('playwright-core');
  const isRoot = process.getuid?.() === 0;
  // Software GL in every run, so that pixels agree between machines.
  return chromium.launch({ executablePath: path, headless: true, args: [...STAGE_FLAGS, '--use-angle=swiftshader', ...(isRoot ? ['--no-sandbox'] : []), ...flags] });
}
