/**
 * The only importer of Meyda: timbre of one spectrum (mel cepstrum, loudness, sharpness, spread), always finite. Meyda gives
 * the Bark-band specific loudness (power 0.23) of a spectrum that is made once for all features; the rest is worked out here,
 * since its cepstrum walks whole filter rows and its own transform is made anew at each call. Sharpness and spread: Zwicker.
 */

import MeydaModule from 'meyda';
import type { Hertz } from '../base/units.ts';
import { createMelBank, type FilterBank } from './filter-bank.ts';

/** Coefficients of the mel cepstrum kept; the first (overall level) is among them. */
const CEPSTRUM = 13;
const MEL_BANDS = 26;
/** Values of one timbre: CEPSTRUM coefficients, loudness, sharpness, spread. */
export const TIMBRE_SIZE = CEPSTRUM + 3;
export const TIMBRE_LOUDNESS = CEPSTRUM;

/** The part of Meyda used here: an extractor that takes a spectrum, free of Meyda's global state. */
interface MeydaExtractors {
  readonly featureExtractors: { loudness(input: { ampSpectrum: Float32Array; barkScale: Float32Array }): { specific: Float32Array; total: number } };
}

// Node hands over the CommonJS namespace, bundlers its default.
const meyda = ((MeydaModule as unknown as { default?: unknown }).default ?? MeydaModule) as MeydaExtractors;

export class TimbreExtractor {
  private readonly mel: FilterBank;
  private readonly melPowers = new Float32Array(MEL_BANDS);
  private readonly cosines: Float64Array;
  private readonly barkScale: Float32Array;
  private readonly scaled: Float32Array;
  private readonly powers: Float32Array;

  /** For spectra of `windowLength` samples at `rate`. */
  constructor(rate: Hertz, windowLength: number) {
    const bins = windowLength / 2 + 1;
    this.mel = createMelBank(rate, windowLength, { count: MEL_BANDS });
    this.cosines = Float64Array.from({ length: CEPSTRUM * MEL_BANDS }, (_, i) => 2 * Math.cos((Math.PI / MEL_BANDS) * ((i % MEL_BANDS) + 0.5) * Math.floor(i / MEL_BANDS)));
    this.barkScale = Float32Array.from({ length: bins }, (_, bin) => barkOf((bin * rate) / windowLength));
    this.scaled = new Float32Array(bins);
    this.powers = new Float32Array(bins);
  }

  /** Writes the timbre of `magnitudes` (windowLength/2 + 1) times `gain` into `out` (TIMBRE_SIZE). Silence gives zeros. */
  extract(magnitudes: Float64Array, gain: number, out: Float32Array): void {
    const { scaled, powers } = this;
    for (let bin = 0; bin < scaled.length; bin++) {
      const magnitude = (magnitudes[bin] as number) * gain;
      scaled[bin] = magnitude;
      powers[bin] = magnitude * magnitude;
    }
    out.fill(0);
    const { specific, total } = meyda.featureExtractors.loudness({ ampSpectrum: scaled, barkScale: this.barkScale });
    if (!(total >= 1e-3) || !Number.isFinite(total)) return;
    this.writeCepstrum(out);
    out[TIMBRE_LOUDNESS] = total;
    out[CEPSTRUM + 1] = sharpnessOf(specific, total);
    out[CEPSTRUM + 2] = ((total - Math.max(...specific)) / total) ** 2;
  }

  private writeCepstrum(out: Float32Array): void {
    const { melPowers, cosines } = this;
    this.mel.apply(this.powers, melPowers);
    for (let band = 0; band < MEL_BANDS; band++) melPowers[band] = Math.log1p(melPowers[band] as number);
    for (let i = 0; i < CEPSTRUM; i++) {
      let sum = 0;
      for (let band = 0; band < MEL_BANDS; band++) sum += (melPowers[band] as number) * (cosines[i * MEL_BANDS + band] as number);
      out[i] = sum;
    }
  }
}

/** Critical-band rate (Bark) of a frequency (Zwicker and Terhardt 1980). */
function barkOf(hertz: Hertz): number {
  return 13 * Math.atan(hertz / 1315.8) + 3.5 * Math.atan((hertz / 7518) ** 2);
}

/** Weighted centre of the specific loudness (acum), high bands weighted up. */
function sharpnessOf(specific: Float32Array, total: number): number {
  let sum = 0;
  for (let band = 0; band < specific.length; band++) {
    const bark = band + 1;
    sum += (specific[band] as number) * bark * (bark < 15 ? 1 : 0.066 * Math.exp(0.171 * bark));
  }
  return (0.11 * sum) / total;
}
