/**
 * Tapping a tempo: from the third tap on the mean of the last intervals, a missed or doubled tap counted as such, a pause
 * begins anew. Pure; instants in monotonic ms.
 */

import { clamp, mean, median } from '../../base/math.ts';
import type { Bpm, Milliseconds, Unit } from '../../base/units.ts';

/** A pause this long starts a new series. */
export const TAP_PAUSE: Milliseconds = 2000;
export const TAPS_NEEDED = 3;
/** A longer series is kept than the five that are asked for: the mean of more taps is nearer, and a drifting hand is followed. */
const TAPS_KEPT = 9;

export interface TappedTempo {
  readonly tempo: Bpm;
  readonly confidence: Unit;
  /** Where the taps say that the last beat was: less uneven than the last tap alone. */
  readonly beatAt: Milliseconds;
}

export class Taps {
  private taps: Milliseconds[] = [];

  /** One tap; null until there are enough. */
  tap(now: Milliseconds): TappedTempo | null {
    const last = this.taps.at(-1);
    if (last !== undefined && (now < last || now - last > TAP_PAUSE)) this.taps = [];
    this.taps = [...this.taps, now].slice(-TAPS_KEPT);
    if (this.taps.length < TAPS_NEEDED) return null;
    const lengths = beatLengthsOf(this.taps);
    const fit = fitOf(this.taps, median(lengths));
    return { tempo: 60_000 / fit.length, confidence: tapConfidence(lengths), beatAt: fit.lastAt };
  }
}

/** Lengths of single beats between taps: an interval near twice the usual hides a missed tap, two short ones a doubled. */
function beatLengthsOf(taps: readonly Milliseconds[]): number[] {
  const intervals = taps.slice(1).map((tap, i) => tap - (taps[i] as number));
  const usual = median(intervals);
  return intervals.map((interval) => {
    const ratio = interval / usual;
    if (ratio > 1.75 && ratio < 2.25) return interval / 2;
    return ratio > 0.44 && ratio < 0.57 ? interval * 2 : interval;
  });
}

/** A straight line through the taps, each counted in (half) beats of the usual length. */
function fitOf(taps: readonly Milliseconds[], usual: Milliseconds): { length: Milliseconds; lastAt: Milliseconds } {
  let beat = 0;
  const beats = taps.map((tap, i) => (beat += i === 0 ? 0 : Math.max(0.5, Math.round((2 * (tap - (taps[i - 1] as number))) / usual) / 2)));
  const [middle, middleTime] = [mean(beats), mean(taps)];
  const covariance = beats.reduce((sum, one, i) => sum + (one - middle) * ((taps[i] as number) - middleTime), 0);
  const variance = beats.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  const length = covariance / variance;
  return { length, lastAt: middleTime + (beat - middle) * length };
}

/** Even taps are believed more, and more of them. */
function tapConfidence(lengths: readonly number[]): Unit {
  const usual = mean(lengths);
  const spread = Math.sqrt(mean(lengths.map((length) => (length - usual) ** 2))) / usual;
  return clamp(0.5 + 0.1 * Math.min(4, lengths.length) - 2 * spread, 0.1, 0.95);
}
