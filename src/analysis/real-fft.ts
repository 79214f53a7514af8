/**
 * Magnitudes of a real, windowed signal by one complex transform of half its length: even samples as the real part, odd ones
 * as the imaginary part, taken apart afterwards (Sorensen et al. 1987, "Real-valued fast Fourier transform algorithms").
 * The only importer of fft.js; nothing is allocated per call.
 */

import FFT from 'fft.js';

export class RealFft {
  /** Samples of one transform, a power of two of at least 8. */
  readonly length: number;
  private readonly half: FFT;
  private readonly packed: Float64Array;
  private readonly output: Float64Array;
  /** cos and sin of the turn from the half-length bins to those of the whole length. */
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;

  constructor(length: number) {
    this.length = length;
    this.half = new FFT(length / 2);
    this.packed = new Float64Array(length);
    this.output = new Float64Array(length);
    this.cosines = Float64Array.from({ length: length / 4 + 1 }, (_, k) => 0.5 * Math.cos((2 * Math.PI * k) / length));
    this.sines = Float64Array.from({ length: length / 4 + 1 }, (_, k) => 0.5 * Math.sin((2 * Math.PI * k) / length));
  }

  /** Writes |X| of bins 0..length/2 of samples[start .. start + length) times `window` (length) into `magnitudes` (length/2 + 1). */
  magnitudes(samples: Float32Array, start: number, window: Float64Array, magnitudes: Float64Array): void {
    const { packed, length } = this;
    for (let i = 0; i < length; i++) packed[i] = (samples[start + i] as number) * (window[i] as number);
    this.half.transform(this.output, packed);
    this.takeApart(magnitudes);
  }

  /** X[k] = E[k] + W^k O[k] and X[n-k] = conj(E[k] - W^k O[k]), with E and O of the even and odd samples. */
  private takeApart(magnitudes: Float64Array): void {
    const { output, cosines, sines } = this;
    const last = this.length / 2;
    const [real0, imaginary0] = [output[0] as number, output[1] as number];
    magnitudes[0] = Math.abs(real0 + imaginary0);
    magnitudes[last] = Math.abs(real0 - imaginary0);
    for (let k = 1, j = last - 1; k <= j; k++, j--) {
      const ar = output[2 * k] as number;
      const ai = output[2 * k + 1] as number;
      const br = output[2 * j] as number;
      const bi = output[2 * j + 1] as number;
      const evenReal = 0.5 * (ar + br);
      const evenImaginary = 0.5 * (ai - bi);
      const c = cosines[k] as number;
      const s = sines[k] as number;
      const oddReal = (ai + bi) * c - (ar - br) * s;
      const oddImaginary = -(ai + bi) * s - (ar - br) * c;
      const [x, y] = [evenReal + oddReal, evenImaginary + oddImaginary];
      const [u, v] = [evenReal - oddReal, evenImaginary - oddImaginary];
      magnitudes[k] = Math.sqrt(x * x + y * y);
      magnitudes[j] = Math.sqrt(u * u + v * v);
    }
  }
}
