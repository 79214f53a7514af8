/** Banks of overlapping filters over the bins of a spectrum, stored sparsely: bands of a semitone, mel bands. */

import type { Hertz } from '../base/units.ts';

/** One filter: weights of the bins firstBin, firstBin + 1 … */
export interface BinFilter {
  readonly firstBin: number;
  readonly weights: readonly number[];
}

export interface FilterBank {
  readonly count: number;
  /** Fills `out` (count) with the weighted sum of the bins under each filter. */
  apply(bins: ArrayLike<number>, out: Float32Array): void;
}

export function createFilterBank(filters: readonly BinFilter[]): FilterBank {
  const count = filters.length;
  const first = Int32Array.from(filters, ({ firstBin }) => firstBin);
  const offsets = new Int32Array(count + 1);
  filters.forEach(({ weights }, band) => (offsets[band + 1] = (offsets[band] as number) + weights.length));
  const flat = Float64Array.from(filters.flatMap(({ weights }) => weights));
  return {
    count,
    apply(bins, out) {
      for (let band = 0, at = 0; band < count; band++) {
        const end = offsets[band + 1] as number;
        let sum = 0;
        for (let bin = first[band] as number; at < end; at++, bin++) sum += (flat[at] as number) * (bins[bin] as number);
        out[band] = sum;
      }
    },
  };
}

export interface MelOptions {
  /** Filters. */
  readonly count: number;
  /** Edges (Hz) of the lowest and highest filter; default 0 and half the rate. */
  readonly low?: Hertz;
  readonly high?: Hertz;
  /** Weights of each filter sum to 1 rather than peaking at 1. */
  readonly normalised?: boolean;
}

/** Mel(f) = 1127 ln(1 + f / 700) (O'Shaughnessy 1987). */
export function melOf(hertz: Hertz): number {
  return 1127 * Math.log1p(hertz / 700);
}

function hertzOf(mel: number): Hertz {
  return 700 * Math.expm1(mel / 1127);
}

/** Triangles evenly spaced on the mel scale over the bins of a spectrum of `windowLength` samples at `rate`; each has at least one bin. */
export function createMelBank(rate: Hertz, windowLength: number, { count, low = 0, high = rate / 2, normalised = false }: MelOptions): FilterBank {
  const [from, to] = [melOf(low), melOf(Math.min(high, rate / 2))];
  const edge = (i: number): number => (hertzOf(from + ((to - from) * i) / (count + 1)) * windowLength) / rate;
  return createFilterBank(Array.from({ length: count }, (_, i) => triangleOver(edge(i), edge(i + 1), edge(i + 2), windowLength / 2, normalised)));
}

/** A triangle with fractional corners, in bins. */
function triangleOver(low: number, centre: number, high: number, lastBin: number, normalised: boolean): BinFilter {
  const weights: number[] = [];
  const firstBin = Math.ceil(low);
  for (let bin = firstBin; bin <= Math.min(lastBin, Math.floor(high)); bin++) weights.push(Math.max(0, bin <= centre ? (bin - low) / (centre - low) : (high - bin) / (high - centre)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum < 1e-6) return { firstBin: Math.min(lastBin, Math.round(centre)), weights: [1] };
  return { firstBin, weights: normalised ? weights.map((weight) => weight / sum) : weights };
}
