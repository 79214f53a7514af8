/** A lost GL context that does not come back: the page is loaded anew, since a stage must not stay still. */

import type { Milliseconds } from '../base/units.ts';

const PATIENCE: Milliseconds = 5_000;

export function reloadUnlessRestored(canvas: HTMLCanvasElement, reload: () => void = () => location.reload()): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  canvas.addEventListener('webglcontextlost', () => {
    clearTimeout(timer);
    timer = setTimeout(reload, PATIENCE);
  });
  canvas.addEventListener('webglcontextrestored', () => clearTimeout(timer));
}
