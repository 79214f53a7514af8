/**
 * Samples → magnitude spectra at a fixed 100 frames a second, whatever the sample rate (8–192 kHz). Frame i is centred on
 * time i/100 s (Hann window of about 46 ms). Pushed blocks may have any length, so that files and live input run the same chain.
 * One transform a frame serves everything that is measured on spectra; nothing is allocated per frame.
 */

import type { Hertz, Seconds } from '../base/units.ts';
import { createDecimator, decimatorReach, type Decimator } from './decimate.ts';
import { RealFft } from './real-fft.ts';

/** Frames a second of every curve of the analysis. */
export const FRAME_RATE: Hertz = 100;

/** One frame; the arrays are scratch that the next frame overwrites. */
export interface SpectrumFrame {
  readonly index: number;
  /** Linear magnitudes of bins 0..windowLength/2 of the Hann-windowed samples; a full-scale sine peaks at windowLength/4. */
  readonly magnitudes: Float64Array;
  /** The windowLength samples, not windowed. */
  readonly samples: Float32Array;
}

export class FrameAnalyzer {
  /** Rate (Hz) the spectra are made at, after decimation of rates above 56 kHz. */
  readonly rate: Hertz;
  readonly windowLength: number;
  private readonly factor: number;
  private readonly decimator: Decimator | undefined;
  private readonly fft: RealFft;
  private readonly window: Float64Array;
  private readonly magnitudes: Float64Array;
  private readonly buffer: Float32Array;
  /** Samples in `buffer`, and the position in the stream of its first one (negative: the padding before the start). */
  private filled: number;
  private bufferStart: number;
  private nextFrame = 0;
  private readonly onFrame: (frame: SpectrumFrame) => void;

  constructor(sampleRate: Hertz, onFrame: (frame: SpectrumFrame) => void) {
    const factor = sampleRate > 56_000 ? Math.max(2, Math.round(sampleRate / 46_000)) : 1;
    this.factor = factor;
    this.rate = sampleRate / factor;
    this.decimator = factor > 1 ? createDecimator(factor) : undefined;
    this.windowLength = 2 ** Math.round(Math.log2(this.rate * 0.0464));
    this.fft = new RealFft(this.windowLength);
    this.window = Float64Array.from({ length: this.windowLength }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / this.windowLength));
    this.magnitudes = new Float64Array(this.windowLength / 2 + 1);
    this.buffer = new Float32Array(this.windowLength * 4);
    this.filled = this.windowLength / 2;
    this.bufferStart = -this.windowLength / 2;
    this.onFrame = onFrame;
  }

  /** Feeds samples of -1..1 in order; not finite ones count as 0. */
  push(mono: Float32Array): void {
    const block = this.decimator === undefined ? mono : this.decimator(mono);
    for (let from = 0; from < block.length; ) {
      const count = Math.min(block.length - from, this.buffer.length - this.filled);
      copyFinite(block, from, this.buffer, this.filled, count);
      this.filled += count;
      from += count;
      this.drawFrames();
    }
  }

  /** Pads with silence so that the frames reach the last sample. */
  finish(): void {
    this.push(new Float32Array(Math.ceil(this.windowLength / 2) * (this.decimator === undefined ? 1 : 8)));
  }

  /** Stream time (s) of the last sample that frame `index` needs: the earliest time at which it is known. */
  knownAt(index: number): Seconds {
    const last = Math.round((index * this.rate) / FRAME_RATE) + this.windowLength / 2;
    return (this.factor === 1 ? last : (last - 1) * this.factor + decimatorReach(this.factor) + 1) / (this.rate * this.factor);
  }

  private drawFrames(): void {
    for (;;) {
      const start = Math.round((this.nextFrame * this.rate) / FRAME_RATE) - this.windowLength / 2 - this.bufferStart;
      if (start + this.windowLength > this.filled) {
        this.dropBefore(Math.min(start, this.filled));
        return;
      }
      this.fft.magnitudes(this.buffer, start, this.window, this.magnitudes);
      this.onFrame({ index: this.nextFrame, magnitudes: this.magnitudes, samples: this.buffer.subarray(start, start + this.windowLength) });
      this.nextFrame++;
    }
  }

  private dropBefore(start: number): void {
    if (start <= 0) return;
    this.buffer.copyWithin(0, start, this.filled);
    this.filled -= start;
    this.bufferStart += start;
  }
}

/** Copies samples; those that are not finite become 0. */
function copyFinite(source: Float32Array, from: number, target: Float32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const sample = source[from + i] as number;
    // x - x is 0 for finite numbers alone, and cheaper than a call.
    target[at + i] = sample - sample === 0 ? sample : 0;
  }
}
