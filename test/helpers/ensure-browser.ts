/**
 * Before all tests: is there a browser for those that need one? `npm test` run by root on Debian installs Chromium by apt;
 * elsewhere a sentence says what to do, and the browser tests are skipped.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowser } from '../../src/video/browser.ts';

export default function ensureBrowser(): void {
  if (findBrowser() !== null) return;
  const mayInstall = process.env['npm_lifecycle_event'] === 'test' && process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (mayInstall) {
    process.stderr.write('No browser was found: installing Debian\'s chromium by apt for the browser tests.\n');
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    spawnSync('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'chromium'], { stdio: 'inherit' });
  }
  if (findBrowser() === null) process.stderr.write('No Chromium, Chrome or Edge was found, so the browser tests are skipped: install Chromium (Debian: apt install chromium) or set LATENTBEAT_BROWSER to its path.\n');
}
