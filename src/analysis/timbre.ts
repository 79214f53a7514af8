/**
 * The only importer of Meyda: timbre of one window of samples (mel cepstrum, loudness, sharpness, spread), always finite.
 * Meyda is one per process or worker and keeps stale filter banks when its sizes change, so they are dropped here on change;
 * its loudness is Bark-band specific loudness (power 0.23), sharpness and spread follow Zwicker.
 */

import MeydaModule from 'meyda';
import type { Hertz } from '../base/units.ts';

/** Coefficients of the mel cepstrum kept; the first (overall level) is among them. */
const CEPSTRUM = 13;
/** Values of one timbre: CEPSTRUM coefficients, loudness, sharpness, spread. */
export const TIMBRE_SIZE = CEPSTRUM + 3;
export const TIMBRE_LOUDNESS = CEPSTRUM;

/** The part of Meyda used here; its own types omit the caches. */
interface MeydaGlobal {
  bufferSize: number;
  sampleRate: number;
  numberOfMFCCCoefficients: number;
  melFilterBank?: unknown;
  chromaFilterBank?: unknown;
  barkScale?: unknown;
  extract(features: readonly string[], samples: Float32Array): { mfcc?: number[]; loudness?: { total: number }; perceptualSharpness?: number; perceptualSpread?: number } | null;
}

// Node hands over the CommonJS namespace, bundlers its default.
const meyda = ((MeydaModule as unknown as { default?: unknown }).default ?? MeydaModule) as MeydaGlobal;
const FEATURES = ['mfcc', 'loudness', 'perceptualSharpness', 'perceptualSpread'] as const;

/** Writes the timbre of `samples` (length a power of two, -1..1) at `rate` Hz into `out` (TIMBRE_SIZE). Silence gives zeros. */
export function extractTimbre(samples: Float32Array, rate: Hertz, gain: number, out: Float32Array): void {
  configure(samples.length, rate);
  const scaled = gain === 1 ? samples : samples.map((sample) => sample * gain);
  const found = meyda.extract(FEATURES, scaled);
  out.fill(0);
  const loudness = finite(found?.loudness?.total);
  if (found === null || loudness < 1e-3) return;
  for (let i = 0; i < CEPSTRUM; i++) out[i] = finite(found.mfcc?.[i]);
  out[TIMBRE_LOUDNESS] = loudness;
  out[CEPSTRUM + 1] = finite(found.perceptualSharpness);
  out[CEPSTRUM + 2] = finite(found.perceptualSpread);
}

function configure(windowLength: number, rate: Hertz): void {
  if (meyda.bufferSize === windowLength && meyda.sampleRate === rate) return;
  meyda.bufferSize = windowLength;
  meyda.sampleRate = rate;
  meyda.numberOfMFCCCoefficients = CEPSTRUM;
  delete meyda.melFilterBank;
  delete meyda.chromaFilterBank;
  delete meyda.barkScale;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
