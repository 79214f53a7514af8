/**
 * Where the low end comes in at once: drops, told from choruses that are merely loud. A boundary is a drop when the kick or
 * the bass was away before it (a breakdown, a build-up, an empty last beat) and is there after it, at full strength. Pure.
 */

import { clamp, quantile } from '../base/math.ts';
import type { Unit } from '../base/units.ts';
import type { Bar } from './bars.ts';

/** Bars before and after a boundary that are compared. */
const BEFORE = 4;
const AFTER = 4;
/** Keep music without kick or bass from being blown up. */
const LEAST_KICK = 0.008;
const LEAST_BASS = 0.05;

/** How much like a drop the boundary before bar `at` is: about 0.5 and above for one. */
export function dropEvidence(bars: readonly Bar[], at: number): Unit {
  if (at < 1 || at >= bars.length) return 0;
  const before = bars.slice(Math.max(0, at - BEFORE), at);
  const after = bars.slice(at, at + AFTER);
  const kickFull = quantile(bars.map(({ means }) => means.kick), 0.85) + LEAST_KICK;
  const bassFull = quantile(bars.map(({ means }) => means.bass), 0.85) + LEAST_BASS;
  // Kicks are short, so their mean says little by itself: each is told by its own full strength.
  const lowEnd = ({ means }: Bar): number => (Math.min(1.2, means.kick / kickFull) + 0.8 * Math.min(1.2, means.bass / bassFull)) / 1.8;
  const present = meanOf(after, lowEnd);
  const rise = present - meanOf(before, lowEnd);
  const louder = clamp((meanOf(after, lufs) - meanOf(before, lufs)) * 6, -1, 1);
  return clamp((0.95 * rise + 0.35 * louder) * Math.min(1, present), 0, 1);
}

const lufs = ({ means }: Bar): number => means.lufs;

function meanOf(bars: readonly Bar[], level: (bar: Bar) => number): number {
  return bars.reduce((sum, bar) => sum + level(bar), 0) / Math.max(1, bars.length);
}
