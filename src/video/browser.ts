/**
 * The machine's own Chromium, Chrome or Edge, started without a window through playwright-core (the only importer of it in
 * the product). Nothing is downloaded: where no such browser is found, the caller does without.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge', 'chrome', 'chrome.exe', 'msedge.exe'];

/** Where these browsers are installed when they are not on the PATH. */
function usualPlaces(): string[] {
  const { PROGRAMFILES, LOCALAPPDATA } = process.env;
  const programs = [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA].filter((folder) => folder !== undefined);
  return [
    ...['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
    '/snap/bin/chromium',
    ...programs.flatMap((folder) => [join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'), join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe')]),
  ];
}

/** Path of a browser, or null. `LATENTBEAT_BROWSER` or `CHROME_PATH` name one that comes first. */
export function findBrowser(): string | null {
  const { LATENTBEAT_BROWSER, CHROME_PATH, PATH } = process.env;
  const onPath = (PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const candidates = [LATENTBEAT_BROWSER, CHROME_PATH, ...onPath, ...usualPlaces()];
  return candidates.find((path): path is string => path !== undefined && path !== '' && isExecutable(path)) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Flags of a browser that shows a stage without being watched: no throttling of hidden pages, sound without a click,
 * software GL where there is no GPU, and none of its own traffic.
 */
export const STAGE_FLAGS: readonly string[] = [
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--force-color-profile=srgb',
  '--enable-unsafe-swiftshader',
];

/** Starts the browser at `path` headless. A container's root user needs `--no-sandbox`. */
export async function launchBrowser(path: string): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: path, headless: true, args: [...STAGE_FLAGS, ...(isRoot ? ['--no-sandbox'] : [])] });
}
