/** Boundaries that what is fired may wait for: the next beat, bar, or every 2nd, 4th, 8th bar counted from the first. */

import { secondsOfTick, tickOfSeconds, type Tick } from '../base/units.ts';
import { placeInGrid, timeOfBeat, type BeatGrid } from '../timeline/timeline.ts';

export const QUANTISES = ['off', 'beat', 'bar', '2 bars', '4 bars', '8 bars'] as const;
export type Quantise = (typeof QUANTISES)[number];

const BARS: Readonly<Record<Quantise, number>> = { off: 0, beat: 0, bar: 1, '2 bars': 2, '4 bars': 4, '8 bars': 8 };
/** Longest bar that is searched, in beats. */
const LONGEST_BAR = 16;

export function isQuantise(text: unknown): text is Quantise {
  return QUANTISES.some((one) => one === text);
}

/** Tick of the first boundary at or after `tick`. */
export function boundaryTickFrom(grid: BeatGrid, quantise: Quantise, tick: Tick): Tick {
  if (quantise === 'off') return tick;
  const every = BARS[quantise];
  const first = Math.floor(placeInGrid(grid, secondsOfTick(tick)).beat);
  for (let beat = first; beat <= first + LONGEST_BAR * Math.max(1, every); beat++) {
    const time = timeOfBeat(grid, beat);
    const { positionInBar, bar } = placeInGrid(grid, time + 1e-6);
    if (tickOfSeconds(time) >= tick && (every === 0 || (positionInBar === 1 && bar % every === 0))) return tickOfSeconds(time);
  }
  return tick;
}
