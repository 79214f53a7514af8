/** Puts the stage on the display that `play --display n` names, and the panel on another. Falls back to the usual browser, and says so. */

import { notify } from './base/log.ts';
import { findBrowser } from './video/browser.ts';
import { listDisplays, type Display } from './video/displays.ts';
import { openKiosk, type Kiosk } from './video/kiosk.ts';

/** Closes what was opened. */
export type CloseDisplays = () => Promise<void>;

/** Null where there is no browser or no such display: the caller opens the page as usual. */
export async function openOnDisplay(url: string, number: number): Promise<CloseDisplays | null> {
  const browserPath = findBrowser();
  const displays = await listDisplays();
  const display = displays[number - 1];
  if (browserPath === null || display === undefined) {
    notify('warn', browserPath === null
      ? '--display needs Chromium, Chrome or Edge: none was found, so the stage opens in the usual browser; press F there.'
      : `there is no display ${number} here (${describe(displays)}), so the stage opens in the usual browser; press F there.`);
    return null;
  }
  const kiosks: Kiosk[] = [openKiosk({ browserPath, url: `${url}/?autoplay=1&output=display-${number}`, display, onExit: () => notify('info', 'The stage window was closed; the show goes on.') })];
  const desk = displays.find((one) => one !== display);
  if (desk !== undefined) kiosks.push(openKiosk({ browserPath, url: `${url}/panel`, display: desk, asWindow: true }));
  notify('info', `The stage is on display ${number} (${display.name}, ${display.width}x${display.height})${desk === undefined ? '' : `, the panel on ${desk.name}`}.`);
  return async () => void (await Promise.all(kiosks.map((kiosk) => kiosk.close())));
}

function describe(displays: readonly Display[]): string {
  return displays.length === 0 ? 'this machine names none' : displays.map(({ name, width, height }, i) => `${i + 1}: ${name} ${width}x${height}`).join(', ');
}
