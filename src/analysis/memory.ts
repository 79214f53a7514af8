/** Memory that is asked back: V8 collects what large arrays leave behind late, since it counts little of their size. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Seconds } from '../base/units.ts';

/** Music from this length on leaves tens of megabytes behind at every step. */
const LONG: Seconds = 1200;

let collect: (() => void) | undefined;

/** Frees what nothing refers to any more: some 10 ms. For the steps of hour-long work, not for anything that draws. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** The same between the steps of a long track; nothing for a short one. */
export function tidyAfter(duration: Seconds): void {
  if (duration > LONG) collectGarbage();
}
