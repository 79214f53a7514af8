/**
 * Roughness of a spectrum: how much its partials beat against each other (Vassilakis 2001, after Plomp and Levelt 1965):
 * for each pair (a1 a2)^0.1 * 0.5 * (2 min(a1, a2) / (a1 + a2))^3.11 * (exp(-3.5 s d) - exp(-5.75 s d)), d their distance in
 * Hz, s = 0.24 / (0.0207 f + 18.96). The strongest peaks count.
 */

import type { Hertz } from '../../base/units.ts';

const PEAKS = 14;
const LOWEST: Hertz = 60;
const HIGHEST: Hertz = 5000;
/** Peaks weaker than this share of the strongest are left out. */
const FAINT = 0.02;
/** Exponent of a pair too far apart to beat: below 1e-11 of the nearest, as the curve is kept in 32 bits. */
const FAR = 26;

export class RoughnessMeter {
  private readonly binHertz: number;
  private readonly first: number;
  private readonly last: number;
  private readonly places = new Float64Array(PEAKS);
  private readonly heights = new Float64Array(PEAKS);

  constructor(rate: Hertz, windowLength: number) {
    this.binHertz = rate / windowLength;
    this.first = Math.max(2, Math.ceil(LOWEST / this.binHertz));
    this.last = Math.min(windowLength / 2 - 2, Math.floor(HIGHEST / this.binHertz));
  }

  /** Roughness >= 0 of magnitudes, independent of their level. */
  measure(magnitudes: Float64Array): number {
    const count = this.collectPeaks(magnitudes);
    const top = this.heights[0] as number;
    if (count < 2 || top < 1e-6) return 0;
    let sum = 0;
    let power = 1e-9;
    for (let i = 0; i < count; i++) {
      power += ((this.heights[i] as number) / top) ** 2;
      for (let j = 0; j < i; j++) sum += this.pair(i, j, top);
    }
    return sum / power;
  }

  private pair(i: number, j: number, top: number): number {
    const f = this.places[i] as number;
    const g = this.places[j] as number;
    const distance = Math.abs(f - g);
    const scale = 0.24 / (0.0207 * Math.min(f, g) + 18.96);
    if (3.5 * scale * distance > FAR) return 0;
    const a = (this.heights[i] as number) / top;
    const b = (this.heights[j] as number) / top;
    const low = Math.min(a, b);
    return (a * b) ** 0.1 * 0.5 * ((2 * low) / (a + b)) ** 3.11 * (Math.exp(-3.5 * scale * distance) - Math.exp(-5.75 * scale * distance));
  }

  /** The strongest local maxima in falling order, at their places by parabolic interpolation (Hz). */
  private collectPeaks(magnitudes: Float64Array): number {
    const { places, heights } = this;
    let count = 0;
    heights.fill(0);
    for (let bin = this.first; bin <= this.last; bin++) {
      const here = magnitudes[bin] as number;
      const before = magnitudes[bin - 1] as number;
      const after = magnitudes[bin + 1] as number;
      if (here <= before || here < after || here < FAINT * (heights[0] as number)) continue;
      if (count === PEAKS && here <= (heights[PEAKS - 1] as number)) continue;
      let at = Math.min(count, PEAKS - 1);
      while (at > 0 && (heights[at - 1] as number) < here) {
        heights[at] = heights[at - 1] as number;
        places[at] = places[at - 1] as number;
        at--;
      }
      heights[at] = here;
      places[at] = (bin + (0.5 * (before - after)) / (before - 2 * here + after)) * this.binHertz;
      count = Math.min(PEAKS, count + 1);
    }
    while (count > 0 && (heights[count - 1] as number) < FAINT * (heights[0] as number)) count--;
    return count;
  }
}
