/**
 * Decoded sound. Analysis, playback and export read *the same decoded samples*: float32 PCM in a cache on disk
 * (a WAV file of format 3, so that the server can hand it to a browser as it is), at the file's own rate.
 */

import type { Hertz, Seconds } from '../base/units.ts';

export interface AudioSource {
  /** Absolute path of the file the user gave. */
  readonly path: string;
  /** Of that file. */
  readonly sha256: string;
  readonly sampleRate: Hertz;
  readonly channels: number;
  /** Samples per channel. */
  readonly length: number;
  readonly duration: Seconds;
  /** The decoded cache: WAV, IEEE float32, interleaved. */
  readonly wavPath: string;
  /** Interleaved samples [start, start + count) clipped to the ends; NaN and infinities are already 0. */
  read(start: number, count: number): Promise<Float32Array>;
  /** Mono mix-down (mean of channels) blocks in order, at most `blockLength` samples each. */
  monoBlocks(blockLength: number): AsyncIterable<Float32Array>;
}
