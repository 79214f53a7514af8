/**
 * Changes in the order in which they shape the show: by tick, then by arrival. Values of one path at one tick are one, the
 * last; nothing is moved across what does more than set a value, since it reads or alters the others.
 */

import type { Tick } from '../base/units.ts';
import type { ControlChange } from './control.ts';

/** Puts a change in its place, over its twin where it has one. */
export function addChange(list: ControlChange[], change: ControlChange): void {
  const place = placeAfter(list, change.appliesFromTick);
  const twin = isPlain(change) ? twinOf(list, change, place) : -1;
  if (twin >= 0) list[twin] = change;
  else list.splice(place, 0, change);
}

/** Index after all changes up to and with a tick; by halves, since a night's log is long. */
function placeAfter(list: readonly ControlChange[], tick: Tick): number {
  let first = 0;
  let last = list.length;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if ((list[middle] as ControlChange).appliesFromTick <= tick) first = middle + 1;
    else last = middle;
  }
  return first;
}

function twinOf(list: readonly ControlChange[], { path, source, appliesFromTick }: ControlChange, place: number): number {
  for (let i = place - 1; i >= 0; i--) {
    const other = list[i] as ControlChange;
    if (other.appliesFromTick !== appliesFromTick || !isPlain(other)) return -1;
    // A render leaves the governor's changes out: what a hand set must not be gone with them.
    if (other.path === path && (other.source === 'governor') === (source === 'governor')) return i;
  }
  return -1;
}

/** Sets one value and no more: a preset brings the values of its look. */
function isPlain({ kind, path }: ControlChange): boolean {
  return kind === 'value' && path !== '/preset/load';
}
