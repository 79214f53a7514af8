/**
 * One hop of live input, page → server, as a binary WebSocket message. Little-endian: 4 bytes "LBH1", 4 bytes of zero, float64
 * index of its first sample since the input was opened (a gap between hops is lost sound), float64 instant at which the end of
 * the hop was in the air (server-monotonic ms; NaN where the page does not know the server's clock yet), then float32 mono.
 */

import type { Milliseconds } from '../base/units.ts';

export interface Hop {
  readonly first: number;
  readonly at: Milliseconds;
  /** Mono, −1..1. */
  readonly samples: Float32Array;
}

const MAGIC = 0x3148_424c;
const HEADER_BYTES = 24;
/** Longest hop (samples): a third of a second at 192 kHz. */
const MOST_SAMPLES = 65_536;
/** A device may clip above full scale; beyond this it is no sound. */
const LOUDEST = 4;

export function encodeHop({ first, at, samples }: Hop): ArrayBuffer {
  const bytes = new ArrayBuffer(HEADER_BYTES + samples.length * 4);
  const view = new DataView(bytes);
  view.setUint32(0, MAGIC, true);
  view.setFloat64(8, first, true);
  view.setFloat64(16, at, true);
  samples.forEach((sample, i) => view.setFloat32(HEADER_BYTES + i * 4, sample, true));
  return bytes;
}

/** Reads a hop; what is no number becomes silence. Throws an Error of one sentence for anything else. */
export function decodeHop(bytes: Uint8Array): Hop {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = (bytes.length - HEADER_BYTES) / 4;
  if (count < 1 || count > MOST_SAMPLES || !Number.isInteger(count) || view.getUint32(0, true) !== MAGIC) throw new Error('A sound hop came that is not one of ours.');
  const first = view.getFloat64(8, true);
  if (!Number.isSafeInteger(first) || first < 0) throw new Error('A sound hop came whose sample count is no whole number.');
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const sample = view.getFloat32(HEADER_BYTES + i * 4, true);
    samples[i] = Number.isFinite(sample) ? Math.min(LOUDEST, Math.max(-LOUDEST, sample)) : 0;
  }
  return { first, at: view.getFloat64(16, true), samples };
}
