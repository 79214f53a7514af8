/**
 * Timeline ↔ bytes, for the cache and for the stage. Browser-safe. Little-endian: 'LBTL', format (u32), length of the head
 * (u32), the head as UTF-8 JSON padded with spaces to 8 bytes, then beats and onsets (f64), tempo and curves (f32) and positions (u8).
 */

import { type BeatGrid, CURVE_NAMES, type CurveName, type Section, type Timeline, type TimelineEvent } from './timeline.ts';

const MAGIC = 0x4c54424c;
/** Of this byte layout; the timeline carries the version of its analysis. */
const FORMAT = 1;

interface Head {
  readonly version: number;
  readonly duration: number;
  readonly rate: number;
  readonly curveLength: number;
  readonly curves: readonly CurveName[];
  readonly beats: number;
  readonly onsets: number;
  readonly metre: number;
  readonly confidence: number;
  readonly sections: readonly Section[];
  readonly events: readonly TimelineEvent[];
}

/** The bytes of a timeline; times keep 64 bits, curves 32. */
export function encodeTimeline(timeline: Timeline): Uint8Array {
  const { grid, curves } = timeline;
  const head = encodeHead(timeline);
  const curveLength = curves.energy.length;
  const bytes = new Uint8Array(12 + head.length + 8 * (grid.beats.length + timeline.onsets.length) + 4 * (grid.beats.length + CURVE_NAMES.length * curveLength) + grid.beats.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FORMAT, true);
  view.setUint32(8, head.length, true);
  bytes.set(head, 12);
  let at = 12 + head.length;
  for (const value of [...grid.beats, ...timeline.onsets]) at = (view.setFloat64(at, value, true), at + 8);
  for (const values of [grid.tempo, ...CURVE_NAMES.map((name) => curves[name])]) {
    for (const value of values) at = (view.setFloat32(at, value, true), at + 4);
  }
  bytes.set(grid.positions, at);
  return bytes;
}

/** The timeline in the bytes. Throws an Error where they are not one of this format. */
export function decodeTimeline(bytes: Uint8Array): Timeline {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0, true) !== MAGIC) throw new Error('these bytes are not a timeline');
  if (view.getUint32(4, true) !== FORMAT) throw new Error(`the timeline has format ${view.getUint32(4, true)}, this program reads ${FORMAT}`);
  const headLength = view.getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + headLength))) as Head;
  const reader = readerOf(view, 12 + headLength);
  const beats = reader.float64(head.beats);
  const onsets = reader.float64(head.onsets);
  const tempo = reader.float32(head.beats);
  const curves = Object.fromEntries(head.curves.map((name) => [name, reader.float32(head.curveLength)])) as Record<CurveName, Float32Array>;
  const grid: BeatGrid = { beats, positions: reader.uint8(head.beats), tempo, metre: head.metre, confidence: head.confidence };
  return { version: head.version, duration: head.duration, rate: head.rate, curves, grid, onsets, sections: head.sections, events: head.events };
}

function encodeHead({ version, duration, rate, curves, grid, onsets, sections, events }: Timeline): Uint8Array {
  const head: Head = {
    version,
    duration,
    rate,
    curveLength: curves.energy.length,
    curves: CURVE_NAMES,
    beats: grid.beats.length,
    onsets: onsets.length,
    metre: grid.metre,
    confidence: grid.confidence,
    sections,
    events,
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const padded = new Uint8Array(Math.ceil((12 + text.length) / 8) * 8 - 12).fill(0x20);
  padded.set(text);
  return padded;
}

interface Reader {
  float64(count: number): Float64Array;
  float32(count: number): Float32Array;
  uint8(count: number): Uint8Array;
}

/** Reads arrays one after the other; throws an Error where the bytes end early. */
function readerOf(view: DataView, start: number): Reader {
  let at = start;
  const take = (size: number): number => {
    if (at + size > view.byteLength) throw new Error('the timeline is cut short');
    at += size;
    return at - size;
  };
  return {
    float64: (count) => {
      const from = take(8 * count);
      return Float64Array.from({ length: count }, (_, i) => view.getFloat64(from + 8 * i, true));
    },
    float32: (count) => {
      const from = take(4 * count);
      return Float32Array.from({ length: count }, (_, i) => view.getFloat32(from + 4 * i, true));
    },
    uint8: (count) => {
      const from = take(count);
      return Uint8Array.from({ length: count }, (_, i) => view.getUint8(from + i));
    },
  };
}
