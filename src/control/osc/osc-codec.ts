/**
 * OSC packets ↔ messages. The only importer of osc-js, which reads and writes the single messages; bundles are walked here,
 * since osc-js runs past the end of a nested one. Everything that comes from outside is bounded before it is decoded,
 * and nothing in here throws: junk is counted. Source: Open Sound Control 1.0 specification.
 */

import OSC from 'osc-js';
import type { Milliseconds } from '../../base/units.ts';
import { MAX_ADDRESS_LENGTH } from './osc-pattern.ts';

export const MAX_PACKET_BYTES = 8192;
export const MAX_NESTING = 4;
export const MAX_ARGUMENTS = 32;
/** Messages of one packet, all bundles together. */
export const MAX_MESSAGES = 256;

/** An argument after decoding; blobs and nil carry no meaning for us and arrive as null. */
export type OscArgument = number | boolean | string | null;

export interface OscMessage {
  readonly address: string;
  readonly args: readonly OscArgument[];
}

/** Messages to be applied at one instant. */
export interface OscBundle {
  /** Unix time (ms) at which it is due; null = at once. */
  readonly due: Milliseconds | null;
  readonly messages: readonly OscMessage[];
}

export interface DecodedPacket {
  readonly bundles: readonly OscBundle[];
  /** Parts that could not be read. */
  readonly bad: number;
}

/** The bundles of a packet in order; a lone message is a bundle of one. Never throws. */
export function decodePacket(bytes: Uint8Array): DecodedPacket {
  if (bytes.length === 0 || bytes.length > MAX_PACKET_BYTES || bytes.length % 4 !== 0) return { bundles: [], bad: 1 };
  // osc-js ignores the offset of a view inside its buffer, so it always gets a buffer of its own.
  const reading: Reading = { bundles: [], bad: 0, messages: 0 };
  readElement(bytes.slice(), 0, null, reading, (message) => reading.bundles.push({ due: null, messages: [message] }));
  return { bundles: reading.bundles, bad: reading.bad };
}

/** One message: numbers go out as float32, booleans as int32 0 or 1, texts as UTF-8. */
export function encodeMessage(address: string, args: readonly (number | boolean | string)[]): Uint8Array {
  const typed = args.map((value) =>
    typeof value === 'string' ? { type: 's', value: Buffer.from(value, 'utf8').toString('latin1') }
    : typeof value === 'boolean' ? { type: 'i', value: value ? 1 : 0 } : { type: 'f', value });
  return new oscJs.TypedMessage(address, typed).pack();
}

/** One message whose arguments have the given type tags: `i` int32, `f` float32, `s` text. */
export function encodeTyped(address: string, types: string, args: readonly (number | string)[]): Uint8Array {
  const typed = args.map((value, i) => {
    const type = types[i] ?? 'f';
    return { type, value: typeof value === 'string' ? Buffer.from(value, 'utf8').toString('latin1') : type === 'i' ? Math.round(value) : value };
  });
  return new oscJs.TypedMessage(address, typed).pack();
}

/** A bundle, due at once or at a Unix time (ms). */
export function encodeBundle(messages: readonly Uint8Array[], due: Milliseconds | null = null): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('#bundle\0', 'latin1'), encodeTimetag(due)];
  for (const message of messages) {
    const size = Buffer.alloc(4);
    size.writeInt32BE(message.length);
    parts.push(size, message);
  }
  return Buffer.concat(parts);
}

/** What we use of osc-js; its own types describe a class that cannot be constructed. */
interface OscJsMessage {
  address: string;
  types: string;
  args: unknown[];
  pack(): Uint8Array;
  unpack(view: DataView): number;
}
interface OscJs {
  readonly Message: new (address?: string) => OscJsMessage;
  readonly TypedMessage: new (address: string, args: readonly { type: string; value: number | string }[]) => OscJsMessage;
}
const oscJs = OSC as unknown as OscJs;

interface Reading {
  readonly bundles: OscBundle[];
  bad: number;
  messages: number;
}

function readElement(bytes: Uint8Array, depth: number, due: Milliseconds | null, reading: Reading, keep: (message: OscMessage) => void): void {
  if (startsWithBundleTag(bytes)) {
    readBundle(bytes, depth + 1, due, reading);
    return;
  }
  reading.messages++;
  const message = reading.messages > MAX_MESSAGES ? undefined : readMessage(bytes);
  if (message === undefined) reading.bad++;
  else keep(message);
}

/** An inner bundle is due no earlier than its outer one. */
function readBundle(bytes: Uint8Array, depth: number, outerDue: Milliseconds | null, reading: Reading): void {
  if (depth > MAX_NESTING || bytes.length < 16) {
    reading.bad++;
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const due = latest(outerDue, readTimetag(view, 8));
  const messages: OscMessage[] = [];
  const place = reading.bundles.length;
  let at = 16;
  while (at < bytes.length) {
    const size = at + 4 <= bytes.length ? view.getInt32(at) : -1;
    if (size <= 0 || size % 4 !== 0 || at + 4 + size > bytes.length) {
      reading.bad++;
      break;
    }
    readElement(bytes.subarray(at + 4, at + 4 + size), depth, due, reading, (message) => messages.push(message));
    at += 4 + size;
  }
  if (messages.length > 0) reading.bundles.splice(place, 0, { due, messages });
}

function readMessage(bytes: Uint8Array): OscMessage | undefined {
  const normal = normalizeMessage(bytes);
  if (normal === undefined) return undefined;
  try {
    const message = new oscJs.Message();
    if (message.unpack(new DataView(normal.buffer, 0, normal.length)) > normal.length) return undefined;
    return { address: message.address, args: message.args.map((value, index) => toArgument(value, message.types[index + 1] as string)) };
  } catch {
    return undefined;
  }
}

/**
 * Checks address, tags and argument lengths, and rewrites the type tags that osc-js lacks: arrays are flattened,
 * `S` read as text, `c r m` as integers. A copy in a buffer of its own, or undefined for junk.
 */
function normalizeMessage(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const addressEnd = endOfString(bytes, 0);
  if (addressEnd === undefined || bytes[0] !== 0x2f || bytes.indexOf(0) > MAX_ADDRESS_LENGTH) return undefined;
  if (addressEnd === bytes.length) return joinMessage(bytes, ',', addressEnd, addressEnd);
  const tagsEnd = endOfString(bytes, addressEnd);
  if (tagsEnd === undefined || bytes[addressEnd] !== 0x2c) return undefined;
  const tags = Buffer.from(bytes.subarray(addressEnd, bytes.indexOf(0, addressEnd))).toString('latin1')
    .replaceAll(/[[\]]/g, '').replaceAll('S', 's').replaceAll(/[crm]/g, 'i');
  if (tags.length - 1 > MAX_ARGUMENTS || endOfArguments(bytes, tags, tagsEnd) === undefined) return undefined;
  return joinMessage(bytes, tags, addressEnd, tagsEnd);
}

function joinMessage(bytes: Uint8Array, tags: string, addressEnd: number, tagsEnd: number): Uint8Array<ArrayBuffer> {
  const tagBytes = Math.ceil((tags.length + 1) / 4) * 4;
  const joined = new Uint8Array(addressEnd + tagBytes + bytes.length - tagsEnd);
  joined.set(bytes.subarray(0, addressEnd));
  joined.set(Buffer.from(tags, 'latin1'), addressEnd);
  joined.set(bytes.subarray(tagsEnd), addressEnd + tagBytes);
  return joined;
}

/** Offset after the arguments; undefined where they run past the end or a tag is unknown. */
function endOfArguments(bytes: Uint8Array, tags: string, start: number): number | undefined {
  let at: number | undefined = start;
  for (const tag of tags.slice(1)) {
    at = endOfArgument(bytes, tag, at);
    if (at === undefined || at > bytes.length) return undefined;
  }
  return at;
}

function endOfArgument(bytes: Uint8Array, tag: string, at: number): number | undefined {
  if ('TFNI'.includes(tag)) return at;
  if ('if'.includes(tag)) return at + 4;
  if ('hdt'.includes(tag)) return at + 8;
  if (tag === 's') return endOfString(bytes, at);
  if (tag !== 'b' || at + 4 > bytes.length) return undefined;
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getInt32(at);
  return size < 0 || size > MAX_PACKET_BYTES ? undefined : at + 4 + Math.ceil(size / 4) * 4;
}

/** Offset after the padded string at `at`; undefined where it does not end. */
function endOfString(bytes: Uint8Array, at: number): number | undefined {
  const zero = bytes.indexOf(0, at);
  if (zero < 0) return undefined;
  const end = Math.ceil((zero + 1) / 4) * 4;
  return end > bytes.length ? undefined : end;
}

function toArgument(value: unknown, tag: string): OscArgument {
  if (tag === 'T' || tag === 'I') return true;
  if (tag === 'F') return false;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function startsWithBundleTag(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && Buffer.from(bytes.subarray(0, 8)).toString('latin1') === '#bundle\0';
}

/** Seconds from 1900, the epoch of NTP and OSC, to 1970. */
const NTP_TO_UNIX_SECONDS = 2_208_988_800;

/** Unix time (ms) of a timetag; null for the special value 1, "immediately". */
function readTimetag(view: DataView, at: number): Milliseconds | null {
  const seconds = view.getUint32(at);
  const fraction = view.getUint32(at + 4);
  return seconds === 0 && fraction <= 1 ? null : (seconds - NTP_TO_UNIX_SECONDS + fraction / 2 ** 32) * 1000;
}

function encodeTimetag(due: Milliseconds | null): Uint8Array {
  const bytes = Buffer.alloc(8);
  const seconds = due === null ? 0 : due / 1000 + NTP_TO_UNIX_SECONDS;
  bytes.writeUInt32BE(Math.floor(seconds), 0);
  bytes.writeUInt32BE(due === null ? 1 : Math.floor((seconds % 1) * 2 ** 32), 4);
  return bytes;
}

function latest(a: Milliseconds | null, b: Milliseconds | null): Milliseconds | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
