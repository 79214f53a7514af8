/**
 * Timeline ↔ bytes, for the cache and for the stage. Browser-safe. Little-endian, as every machine that runs this: 'LBTL',
 * format (u32), length of the head (u32), the head as UTF-8 JSON padded with spaces to 8 bytes, then the arrays that the
 * head lists by name and length, those of 8 bytes first, then 4, then 1.
 */

import { CURVE_NAMES, type CurveName, type Overview, type Section, type Stem, STEM_CURVE_NAMES, type TimedLine, type Timeline, type TimelineEvent, type TrackDetail } from './timeline.ts';

const MAGIC = 0x4c54424c;
/** Of this byte layout; the timeline carries the version of its analysis. */
const FORMAT = 2;

const KINDS = { f64: Float64Array, f32: Float32Array, u8: Uint8Array } as const;
type Kind = keyof typeof KINDS;
type Numbers = Float64Array | Float32Array | Uint8Array;

interface Head {
  readonly version: number;
  readonly duration: number;
  readonly rate: number;
  readonly metre: number;
  readonly confidence: number;
  readonly sections: readonly Section[];
  readonly events: readonly TimelineEvent[];
  readonly knownUntil?: number | undefined;
  readonly stems?: readonly string[] | undefined;
  readonly lines?: readonly TimedLine[] | undefined;
  readonly detail?: DetailHead | undefined;
  readonly arrays: readonly { readonly name: string; readonly kind: Kind; readonly count: number }[];
}

type DetailHead = Pick<TrackDetail, 'loudness' | 'loudnessRange' | 'key' | 'keyConfidence' | 'chromaRate'> & { readonly overviewRate: number };

const OVERVIEW_NAMES = ['peak', 'low', 'mid', 'high'] as const;

/** The bytes of a timeline; times keep 64 bits, curves 32. */
export function encodeTimeline(timeline: Timeline): Uint8Array {
  const arrays = [...arraysOf(timeline)].sort((a, b) => b[1].BYTES_PER_ELEMENT - a[1].BYTES_PER_ELEMENT);
  const head = encodeHead(timeline, arrays);
  const bytes = new Uint8Array(12 + head.length + arrays.reduce((sum, [, values]) => sum + values.byteLength, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FORMAT, true);
  view.setUint32(8, head.length, true);
  bytes.set(head, 12);
  let at = 12 + head.length;
  for (const [, values] of arrays) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** Every array of a timeline by the name it has in the head. */
function* arraysOf({ grid, curves, onsets, detail, stems = [] }: Timeline): Generator<readonly [string, Numbers]> {
  yield ['beats', grid.beats];
  yield ['onsets', onsets];
  yield ['tempo', grid.tempo];
  yield ['positions', grid.positions];
  for (const name of CURVE_NAMES) yield [`curve.${name}`, curves[name]];
  for (const stem of stems) for (const name of STEM_CURVE_NAMES) yield [`stem.${stem.name}.${name}`, stem.curves[name]];
  if (detail === undefined) return;
  yield ['onsetKinds', detail.onsetKinds];
  yield ['onsetStrengths', detail.onsetStrengths];
  yield ['chroma', detail.chroma];
  for (const name of OVERVIEW_NAMES) yield [`overview.${name}`, detail.overview[name]];
}

function encodeHead(timeline: Timeline, arrays: readonly (readonly [string, Numbers])[]): Uint8Array {
  const { version, duration, rate, grid, sections, events, knownUntil, stems, lines, detail } = timeline;
  const head: Head = {
    version, duration, rate, sections, events, knownUntil, lines,
    metre: grid.metre,
    confidence: grid.confidence,
    stems: stems?.map(({ name }) => name),
    detail: detail === undefined ? undefined : detailHead(detail),
    arrays: arrays.map(([name, values]) => ({ name, kind: kindOf(values), count: values.length })),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const padded = new Uint8Array(Math.ceil((12 + text.length) / 8) * 8 - 12).fill(0x20);
  padded.set(text);
  return padded;
}

function detailHead({ loudness, loudnessRange, key, keyConfidence, chromaRate, overview }: TrackDetail): DetailHead {
  return { loudness, loudnessRange, key, keyConfidence, chromaRate, overviewRate: overview.rate };
}

function kindOf(values: Numbers): Kind {
  return values instanceof Float64Array ? 'f64' : values instanceof Float32Array ? 'f32' : 'u8';
}

/** The timeline in the bytes; its arrays look into them where they lie on whole words. Throws an Error where they are not one of this format. */
export function decodeTimeline(bytes: Uint8Array): Timeline {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0, true) !== MAGIC) throw new Error('these bytes are not a timeline');
  if (view.getUint32(4, true) !== FORMAT) throw new Error(`the timeline has format ${view.getUint32(4, true)}, this program reads ${FORMAT}`);
  const headLength = view.getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + headLength))) as Head;
  const arrays = readArrays(bytes, 12 + headLength, head);
  const f32 = (name: string): Float32Array => arrayOf(arrays, name, Float32Array);
  const { version, duration, rate, metre, confidence, sections, events, knownUntil, lines, stems, detail } = head;
  return {
    version, duration, rate, sections, events,
    curves: Object.fromEntries(CURVE_NAMES.map((name) => [name, f32(`curve.${name}`)])) as Record<CurveName, Float32Array>,
    grid: { beats: arrayOf(arrays, 'beats', Float64Array), positions: arrayOf(arrays, 'positions', Uint8Array), tempo: f32('tempo'), metre, confidence },
    onsets: arrayOf(arrays, 'onsets', Float64Array),
    ...(detail === undefined ? {} : { detail: readDetail(detail, arrays) }),
    ...(stems === undefined ? {} : { stems: stems.map((name): Stem => ({ name, curves: Object.fromEntries(STEM_CURVE_NAMES.map((curve) => [curve, f32(`stem.${name}.${curve}`)])) as Stem['curves'] })) }),
    ...(lines === undefined ? {} : { lines }),
    ...(knownUntil === undefined ? {} : { knownUntil }),
  };
}

function readDetail({ overviewRate, ...head }: DetailHead, arrays: ReadonlyMap<string, Numbers>): TrackDetail {
  const f32 = (name: string): Float32Array => arrayOf(arrays, name, Float32Array);
  const overview: Overview = { rate: overviewRate, peak: f32('overview.peak'), low: f32('overview.low'), mid: f32('overview.mid'), high: f32('overview.high') };
  return { ...head, onsetKinds: arrayOf(arrays, 'onsetKinds', Uint8Array), onsetStrengths: f32('onsetStrengths'), chroma: f32('chroma'), overview };
}

function readArrays(bytes: Uint8Array, start: number, head: Head): Map<string, Numbers> {
  let at = start;
  return new Map(head.arrays.map(({ name, kind, count }) => {
    const type = KINDS[kind];
    const length = count * type.BYTES_PER_ELEMENT;
    if (at + length > bytes.byteLength) throw new Error('the timeline is cut short');
    const from = bytes.byteOffset + at;
    at += length;
    return [name, from % type.BYTES_PER_ELEMENT === 0 ? new type(bytes.buffer as ArrayBuffer, from, count) : new type(bytes.buffer.slice(from, from + length) as ArrayBuffer)];
  }));
}

function arrayOf<T extends Numbers>(arrays: ReadonlyMap<string, Numbers>, name: string, type: new (...args: never[]) => T): T {
  const found = arrays.get(name);
  if (!(found instanceof type)) throw new Error(`the timeline has no ${name}`);
  return found;
}
