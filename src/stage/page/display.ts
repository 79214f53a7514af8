/** The page as a stage: full screen, a screen that stays awake, a pointer that leaves, its size. */

import type { Milliseconds } from '../../base/units.ts';

const POINTER_STAYS: Milliseconds = 2_000;

/** Into full screen or out of it. */
export async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement === null) await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
  else await document.exitFullscreen();
}

/** Keeps the screen awake while the page is visible; browsers without the interface do nothing. */
export function keepAwake(): void {
  const ask = async (): Promise<void> => {
    try {
      if (document.visibilityState === 'visible') await navigator.wakeLock?.request('screen');
    } catch {
      // Refused on battery saving or without a secure page: the operating system's own settings then rule.
    }
  };
  document.addEventListener('visibilitychange', () => void ask());
  void ask();
}

/** Hides the pointer after two quiet seconds; `mayHide` is asked then. */
export function hidePointer(mayHide: () => boolean): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wake = (): void => {
    document.body.classList.remove('no-pointer');
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.toggle('no-pointer', mayHide()), POINTER_STAYS);
  };
  window.addEventListener('pointermove', wake);
  wake();
}
