/** Few numbers about a spectrum in bands: centroid, flatness, the mean pitch class; levels and rises. Tables are made once. */

import type { Hertz } from '../base/units.ts';

/** Below this sum of magnitudes there is no shape to tell. */
const SILENT = 1e-4;
/** So many factors go into one logarithm: their product stays far from the ends of a double. */
const FACTORS = 8;

export class SpectralShape {
  /** Octaves of each band above 27.5 Hz. */
  private readonly octaves: Float64Array;
  private readonly cosines = Float64Array.from({ length: 12 }, (_, pitch) => Math.cos((2 * Math.PI * pitch) / 12));
  private readonly sines = Float64Array.from({ length: 12 }, (_, pitch) => Math.sin((2 * Math.PI * pitch) / 12));
  /** Octaves above 27.5 Hz; 0 in silence. */
  centroid = 0;
  /** Geometric over arithmetic mean; 0 in silence. */
  flatness = 0;
  /** The chroma's mean as a point on the circle of pitch classes. */
  chromaX = 0;
  chromaY = 0;

  constructor(centres: ArrayLike<Hertz>) {
    this.octaves = Float64Array.from(centres, (centre) => Math.log2(centre / 27.5));
  }

  describe(bands: Float32Array, chroma: Float32Array): void {
    const { octaves, cosines, sines } = this;
    let [sum, weighted, logSum, product] = [0, 0, 0, 1];
    for (let band = 0; band < bands.length; band++) {
      const magnitude = bands[band] as number;
      sum += magnitude;
      weighted += magnitude * (octaves[band] as number);
      product *= magnitude + 1e-7;
      if (band % FACTORS !== FACTORS - 1) continue;
      logSum += Math.log(product);
      product = 1;
    }
    logSum += Math.log(product);
    this.centroid = sum > SILENT ? weighted / sum : 0;
    this.flatness = sum > SILENT ? (Math.exp(logSum / bands.length) * bands.length) / sum : 0;
    let [x, y] = [0, 0];
    for (let pitch = 0; pitch < 12; pitch++) {
      x += (chroma[pitch] as number) * (cosines[pitch] as number);
      y += (chroma[pitch] as number) * (sines[pitch] as number);
    }
    this.chromaX = x;
    this.chromaY = y;
  }
}

/** Rise of each value of `now` above the largest of three neighbours of `before`; 0 where it falls. */
export function writeRises(now: Float32Array, before: Float32Array, rises: Float32Array): void {
  const last = now.length - 1;
  let low = before[0] as number;
  let middle = low;
  for (let band = 0; band <= last; band++) {
    const high = before[band < last ? band + 1 : last] as number;
    rises[band] = Math.max(0, (now[band] as number) - Math.max(low, middle, high));
    low = middle;
    middle = high;
  }
}

/** Sum of squares of values[from..to). */
export function powerOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (values[i] as number) * (values[i] as number);
  return sum;
}

/** Root mean square of the hop in the middle of the window. */
export function centreAmplitude(samples: Float32Array, hop: number): number {
  const from = (samples.length - hop) >> 1;
  let sum = 0;
  for (let i = from; i < from + hop; i++) sum += (samples[i] as number) ** 2;
  return Math.sqrt(sum / hop);
}
