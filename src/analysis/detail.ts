/** What is known of a whole track beside its curves: loudness, key, chroma, kinds of onsets, and the sound in few numbers. */

import type { Overview, TrackDetail } from '../timeline/timeline.ts';
import { FRAME_RATE } from './frames.ts';
import { type Measurements, TIMBRE_EVERY } from './measure.ts';
import type { Onsets } from './onsets/pick.ts';
import { tabulate } from './series.ts';
import { findKey, nameOfKey } from './sound/harmony.ts';
import { summariseLoudness } from './sound/loudness.ts';
import { TIMBRE_SIZE } from './timbre.ts';

/** Rows of chroma and columns of the overview: 10 and 20 a second. */
const CHROMA_EVERY = 2;
const OVERVIEW_EVERY = 5;

export function computeDetail(measurements: Measurements, onsets: Onsets): TrackDetail {
  const chroma = measurements.timbre.slice(TIMBRE_SIZE);
  const key = findKey(chroma);
  const { integrated, range } = summariseLoudness(measurements.loudness);
  return {
    onsetKinds: onsets.kinds,
    onsetStrengths: onsets.strengths,
    loudness: integrated,
    loudnessRange: range,
    key: key === undefined ? '' : nameOfKey(key),
    keyConfidence: key?.confidence ?? 0,
    chroma: rowsOfChroma(chroma),
    chromaRate: FRAME_RATE / TIMBRE_EVERY / CHROMA_EVERY,
    overview: computeOverview(measurements),
  };
}

function rowsOfChroma(chroma: readonly Float32Array[]): Float32Array {
  const rows = Math.ceil((chroma[0] as Float32Array).length / CHROMA_EVERY);
  const out = new Float32Array(12 * rows);
  for (let row = 0; row < rows; row++) {
    let largest = 1e-6;
    for (let pitch = 0; pitch < 12; pitch++) {
      const column = chroma[pitch] as Float32Array;
      const value = Math.sqrt((column[row * CHROMA_EVERY] as number) + (column[row * CHROMA_EVERY + 1] ?? 0));
      out[12 * row + pitch] = value;
      largest = Math.max(largest, value);
    }
    for (let pitch = 0; pitch < 12; pitch++) out[12 * row + pitch] = (out[12 * row + pitch] as number) / largest;
  }
  return out;
}

function computeOverview({ raw, count }: Measurements): Overview {
  const length = Math.ceil(count / OVERVIEW_EVERY);
  const largest = (values: Float32Array): Float32Array =>
    tabulate(length, (i) => {
      let peak = 0;
      for (let k = i * OVERVIEW_EVERY; k < Math.min(count, (i + 1) * OVERVIEW_EVERY); k++) peak = Math.max(peak, values[k] as number);
      return Math.min(1, peak);
    });
  // The root mean square of a hop is told as the peak of a sine of that power.
  const peak = largest(raw.amplitude).map((value) => Math.min(1, value * Math.SQRT2));
  return { rate: FRAME_RATE / OVERVIEW_EVERY, peak, low: largest(raw.lowLevel), mid: largest(raw.midLevel), high: largest(raw.highLevel) };
}
