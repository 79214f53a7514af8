/**
 * Spectrum → semitone bands: triangular filters centred on the notes of the equal-tempered scale (A4 = 440 Hz) from 27.5 Hz
 * to 17 kHz. Where bins are wider than a semitone, neighbouring filters share a bin and are merged into one.
 */

import type { Hertz } from '../base/units.ts';
import { createFilterBank, type BinFilter, type FilterBank } from './filter-bank.ts';

const LOWEST_NOTE = 21;
const HIGHEST_HERTZ = 17_000;

/** `apply` gives the weighted mean magnitude of each band. */
export interface BandBank extends FilterBank {
  /** Centre (Hz) of each band, ascending. */
  readonly centres: Float64Array;
  /** Pitch class 0..11 (C = 0) of bands narrow enough to tell it, else -1. */
  readonly pitchClass: Int8Array;
}

interface Filter extends BinFilter {
  readonly centre: Hertz;
  readonly note: number;
}

export function createBandBank(rate: Hertz, windowLength: number): BandBank {
  const filters = designFilters(rate, windowLength);
  const semitone = 2 ** (1 / 12) - 1;
  return {
    ...createFilterBank(filters),
    centres: Float64Array.from(filters, ({ centre }) => centre),
    pitchClass: Int8Array.from(filters, ({ centre, note }) => (centre * semitone >= (0.7 * rate) / windowLength && centre < 4200 ? note % 12 : -1)),
  };
}

function designFilters(rate: Hertz, windowLength: number): Filter[] {
  const binOfNote = (note: number): number => Math.round((440 * 2 ** ((note - 69) / 12) * windowLength) / rate);
  const top = Math.min(HIGHEST_HERTZ, rate * 0.47);
  const filters: Filter[] = [];
  let lastCentre = 0;
  for (let note = LOWEST_NOTE; 440 * 2 ** ((note - 69) / 12) <= top; note++) {
    const centre = Math.max(1, binOfNote(note));
    if (centre === lastCentre) continue;
    const low = Math.min(lastCentre === 0 ? centre - 1 : lastCentre, binOfNote(note - 1), centre - 1);
    const high = Math.max(binOfNote(note + 1), centre + 1);
    filters.push({ centre: (centre * rate) / windowLength, note, firstBin: low + 1, weights: triangle(low, centre, high) });
    lastCentre = centre;
  }
  return filters;
}

/** Weights of bins low+1 .. high-1, summing to 1. */
function triangle(low: number, centre: number, high: number): number[] {
  const weights: number[] = [];
  for (let bin = low + 1; bin < high; bin++) weights.push(bin <= centre ? (bin - low) / (centre - low) : (high - bin) / (high - centre));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
