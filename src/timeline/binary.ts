/**
 * The Timeline as bytes, for the stage and the cache: 'LBT1', uint32 length of a JSON header (little-endian), the header
 * (padded with spaces to a multiple of 8), then the arrays it lists in order, each padded to 8 bytes.
 */

import { CURVE_NAMES, type CurveName, type Curves, type Section, type Timeline, type TimelineEvent } from './timeline.ts';

const MAGIC = 0x3154424c;
const ALIGNMENT = 8;

interface Header {
  readonly version: number;
  readonly duration: number;
  readonly rate: number;
  readonly metre: number;
  readonly confidence: number;
  readonly curves: readonly string[];
  readonly curveLength: number;
  readonly beats: number;
  readonly onsets: number;
  readonly sections: readonly Section[];
  readonly events: readonly TimelineEvent[];
}

export function encodeTimeline(timeline: Timeline): Uint8Array {
  const { grid, curves } = timeline;
  const header: Header = {
    version: timeline.version, duration: timeline.duration, rate: timeline.rate, metre: grid.metre, confidence: grid.confidence,
    curves: CURVE_NAMES, curveLength: curves.energy.length, beats: grid.beats.length, onsets: timeline.onsets.length, sections: timeline.sections, events: timeline.events,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = padded(8 + text.length);
  const arrays = [grid.beats, timeline.onsets, grid.tempo, grid.positions, ...CURVE_NAMES.map((name) => curves[name])];
  const bytes = new Uint8Array(start + arrays.reduce((sum, array) => sum + padded(array.byteLength), 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, start - 8, true);
  bytes.fill(0x20, 8, start);
  bytes.set(text, 8);
  let at = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  return bytes;
}

/** Throws a plain Error for anything that is not an encoded timeline. */
export function decodeTimeline(bytes: Uint8Array): Timeline {
  // A copy, so that the typed arrays below are aligned whatever the bytes were cut from.
  const { buffer } = bytes.slice();
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new Error('these bytes are not a timeline');
  const headerLength = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, headerLength))) as Header;
  let at = 8 + headerLength;
  const take = <T>(make: (offset: number) => T & { readonly byteLength: number }): T => {
    const array = make(at);
    at += padded(array.byteLength);
    return array;
  };
  const beats = take((offset) => new Float64Array(buffer, offset, header.beats));
  const onsets = take((offset) => new Float64Array(buffer, offset, header.onsets));
  const tempo = take((offset) => new Float32Array(buffer, offset, header.beats));
  const positions = take((offset) => new Uint8Array(buffer, offset, header.beats));
  const read = Object.fromEntries(header.curves.map((name) => [name, take((offset) => new Float32Array(buffer, offset, header.curveLength))]));
  const curves = Object.fromEntries(CURVE_NAMES.map((name) => [name, read[name] ?? new Float32Array(header.curveLength)])) as Record<CurveName, Float32Array> satisfies Curves;
  return {
    version: header.version, duration: header.duration, rate: header.rate, curves, onsets, sections: header.sections, events: header.events,
    grid: { beats, positions, tempo, metre: header.metre, confidence: header.confidence },
  };
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
