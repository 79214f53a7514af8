/**
 * The binary frame on the WebSocket: a little-endian header of 48 bytes and the travel's fractions, then the pixels.
 *
 * | offset | type    | field |
 * |--------|---------|-------|
 * | 0      | 4 bytes | 'LBF1' |
 * | 4      | uint16  | protocol version |
 * | 6      | uint16  | header length (48 + 2 for each fraction) |
 * | 8      | uint32  | score tick |
 * | 12     | uint32  | generation |
 * | 16     | float64 | due time on the show clock (s) |
 * | 24     | uint16  | height (px) |
 * | 26     | uint16  | width (px) |
 * | 28     | uint8   | encoding: 0 raw RGBA top row first, 1 JPEG |
 * | 29     | uint8   | flags: bit 0 = cut before this frame |
 * | 30     | uint16  | epoch (low 16 bits of TransportState.epoch) |
 * | 32     | float32 | cost (ms) |
 * | 36     | uint32  | travel: tick of the frame that the fractions start from |
 * | 40     | uint16  | travel: number of fractions, 0 = even |
 * | 42     | 6 bytes | zero |
 * | 48     | int16 each | fractions of the way to this frame at equal steps of time, x 8192 |
 */

import { PROTOCOL_VERSION } from './messages.ts';

export const FRAME_HEADER_BYTES = 48;
const FRACTION_UNIT = 8192;
const MOST_FRACTIONS = 256;

export interface FrameHeader {
  readonly tick: number;
  readonly generation: number;
  readonly due: number;
  readonly height: number;
  readonly width: number;
  readonly encoding: 'rgba' | 'jpeg';
  readonly cut: boolean;
  readonly epoch: number;
  readonly cost: number;
  /** Where the walk is between the frame at `fromTick` and this one; left out: even. */
  readonly travel?: { readonly fromTick: number; readonly fractions: readonly number[] } | undefined;
}

export function encodeFrame(header: FrameHeader, payload: Uint8Array): Uint8Array {
  const fractions = (header.travel?.fractions ?? []).slice(0, MOST_FRACTIONS);
  const headerBytes = FRAME_HEADER_BYTES + 2 * fractions.length;
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4c, 0x42, 0x46, 0x31]);
  view.setUint16(4, PROTOCOL_VERSION, true);
  view.setUint16(6, headerBytes, true);
  view.setUint32(8, header.tick >>> 0, true);
  view.setUint32(12, header.generation >>> 0, true);
  view.setFloat64(16, header.due, true);
  view.setUint16(24, header.height, true);
  view.setUint16(26, header.width, true);
  view.setUint8(28, header.encoding === 'jpeg' ? 1 : 0);
  view.setUint8(29, header.cut ? 1 : 0);
  view.setUint16(30, header.epoch & 0xffff, true);
  view.setFloat32(32, header.cost, true);
  view.setUint32(36, (header.travel?.fromTick ?? 0) >>> 0, true);
  view.setUint16(40, fractions.length, true);
  fractions.forEach((fraction, i) => view.setInt16(FRAME_HEADER_BYTES + 2 * i, Math.round(Math.min(3.9, Math.max(-3.9, fraction)) * FRACTION_UNIT), true));
  bytes.set(payload, headerBytes);
  return bytes;
}

/** Throws a plain Error for anything that is not one of our frames. */
export function decodeFrame(bytes: ArrayBuffer): { readonly header: FrameHeader; readonly payload: Uint8Array } {
  const view = new DataView(bytes);
  if (bytes.byteLength < FRAME_HEADER_BYTES || view.getUint32(0, false) !== 0x4c424631) throw new Error('not a latentbeat frame');
  if (view.getUint16(4, true) !== PROTOCOL_VERSION) throw new Error(`frame of protocol ${view.getUint16(4, true)}, expected ${PROTOCOL_VERSION}: reload the page`);
  const count = view.getUint16(40, true);
  const headerBytes = view.getUint16(6, true);
  if (headerBytes !== FRAME_HEADER_BYTES + 2 * count || count > MOST_FRACTIONS || headerBytes > bytes.byteLength) throw new Error('a frame whose header does not fit its length');
  const header: FrameHeader = {
    tick: view.getUint32(8, true),
    generation: view.getUint32(12, true),
    due: view.getFloat64(16, true),
    height: view.getUint16(24, true),
    width: view.getUint16(26, true),
    encoding: view.getUint8(28) === 1 ? 'jpeg' : 'rgba',
    cut: (view.getUint8(29) & 1) === 1,
    epoch: view.getUint16(30, true),
    cost: view.getFloat32(32, true),
    ...(count === 0 ? {} : { travel: { fromTick: view.getUint32(36, true), fractions: Array.from({ length: count }, (_, i) => view.getInt16(FRAME_HEADER_BYTES + 2 * i, true) / FRACTION_UNIT) } }),
  };
  return { header, payload: new Uint8Array(bytes, headerBytes) };
}
