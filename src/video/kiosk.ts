/**
 * A stage of its own on a projector: the machine's Chromium, Chrome or Edge full screen on one display, with a profile of its
 * own (so that no open browser takes the window over), sound without a click and no bar of its own. Ends with the show.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { STAGE_FLAGS } from './browser.ts';
import type { Display } from './displays.ts';

export interface KioskRequest {
  readonly browserPath: string;
  readonly url: string;
  readonly display: Display;
  /** Without `--kiosk`, as an app window of its own (the panel). */
  readonly asWindow?: boolean;
  /** More flags, for tests on machines without a display. */
  readonly flags?: readonly string[];
  readonly onExit?: () => void;
}

export interface Kiosk {
  readonly process: ChildProcess;
  /** Ends the browser and removes its profile; safe to call twice. */
  close(): Promise<void>;
}

/** Flags of the browser. Sources: Chromium's own switches, chrome-launcher's notes on kiosks. */
export function kioskArguments({ url, display, asWindow }: Pick<KioskRequest, 'url' | 'display' | 'asWindow'>, profile: string): string[] {
  return [
    ...STAGE_FLAGS.filter((flag) => flag !== '--enable-unsafe-swiftshader'),
    '--noerrdialogs', '--disable-session-crashed-bubble', '--no-default-browser-check', '--disable-infobars', '--hide-crash-restore-bubble',
    '--disable-features=CalculateNativeWinOcclusion,Translate', `--user-data-dir=${profile}`,
    `--window-position=${display.x},${display.y}`, `--window-size=${display.width},${display.height}`,
    ...(asWindow === true ? [] : ['--kiosk', '--start-fullscreen']), `--app=${url}`,
  ];
}

export function openKiosk(request: KioskRequest): Kiosk {
  const profile = mkdtempSync(join(tmpdir(), 'latentbeat-kiosk-'));
  const isRoot = process.getuid?.() === 0;
  const child = spawn(request.browserPath, [...kioskArguments(request, profile), ...(isRoot ? ['--no-sandbox'] : []), ...(request.flags ?? [])], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  void ended.then(() => request.onExit?.());
  return {
    process: child,
    close: async () => {
      child.kill();
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
