/**
 * Spectrum → what the beat network sees; the twin of training/beat_network/front_end.py (test/analysis/beat-network.test.ts
 * holds both to the same numbers). Triangular filters evenly spaced in mel from 30 Hz to 14 kHz over magnitudes at which a
 * full-scale sine is 1, then ln(1 + 1000 m).
 */

import type { Hertz } from '../../base/units.ts';

export const MEL_BANDS = 72;
const LOW: Hertz = 30;
const HIGH: Hertz = 14_000;
const SCALE = 1000;

const melOf = (hertz: Hertz): number => 1127 * Math.log(1 + hertz / 700);
const hertzOf = (mel: number): Hertz => 700 * (Math.exp(mel / 1127) - 1);

export class MelFrontEnd {
  private readonly first = new Int32Array(MEL_BANDS);
  private readonly offsets = new Int32Array(MEL_BANDS + 1);
  private readonly weights: Float64Array;
  private readonly unit: number;

  /** For the spectra of a FrameAnalyzer of this rate (Hz) and window (samples). */
  constructor(rate: Hertz, windowLength: number) {
    const filters = Array.from({ length: MEL_BANDS }, (_, band) => designFilter(band, rate / windowLength, windowLength / 2));
    filters.forEach(({ first, weights }, band) => {
      this.first[band] = first;
      this.offsets[band + 1] = (this.offsets[band] as number) + weights.length;
    });
    this.weights = Float64Array.from(filters.flatMap(({ weights }) => weights));
    this.unit = (4 / windowLength) * SCALE;
  }

  /** Fills out[at .. at + MEL_BANDS) from a frame's magnitudes; `gain` brings the music to about -20 dBFS. */
  apply(magnitudes: Float64Array, gain: number, out: Float32Array, at = 0): void {
    const scale = this.unit * gain;
    for (let band = 0; band < MEL_BANDS; band++) {
      const end = this.offsets[band + 1] as number;
      let sum = 0;
      for (let i = this.offsets[band] as number, bin = this.first[band] as number; i < end; i++, bin++) sum += (this.weights[i] as number) * (magnitudes[bin] as number);
      out[at + band] = Math.log1p(scale * sum);
    }
  }
}

interface Filter {
  readonly first: number;
  /** Sum 1; none where the band lies above the highest bin. */
  readonly weights: readonly number[];
}

/** A triangle at least one bin wide to either side, so that narrow filters are never empty. */
function designFilter(band: number, binWidth: Hertz, lastBin: number): Filter {
  const spacing = (melOf(HIGH) - melOf(LOW)) / (MEL_BANDS + 1);
  const edge = (index: number): Hertz => hertzOf(melOf(LOW) + index * spacing);
  const centre = edge(band + 1);
  const low = Math.min(edge(band), centre - binWidth);
  const high = Math.max(edge(band + 2), centre + binWidth);
  const first = Math.max(0, Math.floor(low / binWidth) + 1);
  const weights: number[] = [];
  for (let bin = first; bin <= lastBin && bin * binWidth < high; bin++) weights.push(Math.min((bin * binWidth - low) / (centre - low), (high - bin * binWidth) / (high - centre)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: sum > 0 ? weights.map((weight) => weight / sum) : [] };
}
