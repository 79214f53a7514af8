/**
 * What kind of sound a file holds and about how long it lasts, from its first and last bytes; nothing is decoded.
 * Lengths marked exact come from the container's own count; the others from the bit rate. Sources: ID3v2.4, ISO 11172-3
 * frame header and the Xing/Info tag, FLAC STREAMINFO, RFC 3533 and 7845 (Ogg, Opus), ISO 14496-12 (mvhd), ADTS.
 */

import { open } from 'node:fs/promises';
import type { Seconds } from '../base/units.ts';

export type SoundKind = 'wav' | 'mp3' | 'flac' | 'ogg' | 'opus' | 'm4a' | 'aac' | 'aiff' | 'webm' | 'text' | 'unknown';

export interface Probe {
  readonly kind: SoundKind;
  /** undefined where the file does not tell. */
  readonly duration: Seconds | undefined;
  /** True where the container counts its samples, so that a shorter result means a cut file. */
  readonly exact: boolean;
}

const HEAD_BYTES = 1 << 16;

/** Looks at a non-empty file. */
export async function probeFile(path: string): Promise<Probe> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const readAt = async (position: number, count: number): Promise<Buffer> => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(count, size - position)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
      return bytes.subarray(0, bytesRead);
    };
    const tag = skipId3(await readAt(0, 10));
    const head = await readAt(tag, HEAD_BYTES);
    const tail = await readAt(Math.max(0, size - HEAD_BYTES), HEAD_BYTES);
    const kind = sniff(head, tag > 0);
    const movieHeader = kind === 'm4a' ? await findMovieHeader(readAt, size) : undefined;
    return { kind, ...lengthOf(kind, head, tail, size - tag, movieHeader) };
  } finally {
    await file.close();
  }
}

/** Bytes of an ID3v2 tag at the start, 0 without one. */
function skipId3(head: Buffer): number {
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0;
  const size = (head.readUInt8(6) << 21) | (head.readUInt8(7) << 14) | (head.readUInt8(8) << 7) | head.readUInt8(9);
  return 10 + size + ((head.readUInt8(5) & 0x10) !== 0 ? 10 : 0);
}

function sniff(head: Buffer, tagged: boolean): SoundKind {
  const word = (at: number, count = 4): string => head.toString('latin1', at, at + count);
  if (word(0) === 'RIFF' && word(8) === 'WAVE') return 'wav';
  if (word(0) === 'fLaC') return 'flac';
  if (word(0) === 'OggS') return head.includes('OpusHead') ? 'opus' : head.indexOf('fLaC') >= 0 ? 'flac' : 'ogg';
  if (word(4) === 'ftyp') return 'm4a';
  if (word(0) === 'FORM') return 'aiff';
  if (head.length >= 4 && head.readUInt32BE(0) === 0x1a45dfa3) return 'webm';
  if (isAdts(head, 0)) return 'aac';
  if (tagged || mpegFrameAt(head, 0) !== undefined) return 'mp3';
  return isText(head) ? 'text' : 'unknown';
}

/** Valid UTF-8 without control characters. */
function isText(head: Buffer): boolean {
  const start = head.subarray(0, 4096);
  if (start.some((byte) => byte < 32 && (byte < 9 || byte > 13))) return false;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true }).length > 0;
  } catch {
    return false;
  }
}

function isAdts(head: Buffer, at: number): boolean {
  return head.length >= at + 7 && head.readUInt8(at) === 0xff && (head.readUInt8(at + 1) & 0xf6) === 0xf0;
}

type Length = Pick<Probe, 'duration' | 'exact'>;
const UNKNOWN: Length = { duration: undefined, exact: false };

function lengthOf(kind: SoundKind, head: Buffer, tail: Buffer, bytes: number, movieHeader: Buffer | undefined): Length {
  switch (kind) {
    case 'mp3':
      return lengthOfMp3(head, bytes);
    case 'flac':
      return lengthOfFlac(head);
    case 'ogg':
    case 'opus':
      return lengthOfOgg(kind, head, tail);
    case 'm4a':
      return lengthOfMovie(movieHeader);
    case 'aac':
      return lengthOfAdts(head, bytes);
    case 'wav':
    case 'aiff':
    case 'webm':
    case 'text':
    case 'unknown':
      return UNKNOWN;
  }
}

interface MpegFrame {
  readonly sampleRate: number;
  /** kbit/s. */
  readonly bitRate: number;
  readonly samples: number;
  /** Bytes from the frame's start to the Xing/Info tag. */
  readonly tagOffset: number;
}

const MPEG1_RATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const MPEG2_RATES = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** The layer III frame header at an offset, or undefined. */
function mpegFrameAt(head: Buffer, at: number): MpegFrame | undefined {
  if (head.length < at + 4) return undefined;
  const bits = head.readUInt32BE(at);
  const version = (bits >>> 19) & 3;
  if (bits >>> 21 !== 0x7ff || version === 1 || ((bits >>> 17) & 3) !== 1) return undefined;
  const first = version === 3;
  const bitRate = (first ? MPEG1_RATES : MPEG2_RATES)[(bits >>> 12) & 15] ?? 0;
  const rate = [44_100, 48_000, 32_000][(bits >>> 10) & 3];
  if (bitRate === 0 || rate === undefined) return undefined;
  const mono = ((bits >>> 6) & 3) === 3;
  const sideInfo = first ? (mono ? 17 : 32) : mono ? 9 : 17;
  return { sampleRate: rate / (first ? 1 : version === 2 ? 2 : 4), bitRate, samples: first ? 1152 : 576, tagOffset: 4 + sideInfo };
}

function lengthOfMp3(head: Buffer, bytes: number): Length {
  let at = 0;
  let frame = mpegFrameAt(head, at);
  while (frame === undefined && at < head.length - 4) frame = mpegFrameAt(head, (at += 1));
  if (frame === undefined) return UNKNOWN;
  const tag = at + frame.tagOffset;
  const name = head.toString('latin1', tag, tag + 4);
  if ((name === 'Xing' || name === 'Info') && head.length >= tag + 12 && (head.readUInt32BE(tag + 4) & 1) === 1) {
    return { duration: (head.readUInt32BE(tag + 8) * frame.samples) / frame.sampleRate, exact: true };
  }
  return { duration: (bytes * 8) / (frame.bitRate * 1000), exact: false };
}

function lengthOfFlac(head: Buffer): Length {
  const start = head.indexOf('fLaC');
  if (start < 0 || head.length < start + 26 || head.toString('latin1', 0, 4) !== 'fLaC') return UNKNOWN;
  const rate = head.readUIntBE(start + 18, 3) >>> 4;
  const samples = (head.readUInt8(start + 21) & 15) * 2 ** 32 + head.readUInt32BE(start + 22);
  return rate === 0 || samples === 0 ? UNKNOWN : { duration: samples / rate, exact: true };
}

/** The last page's granule position counts samples (48 kHz for Opus). A cut file only has an earlier last page. */
function lengthOfOgg(kind: 'ogg' | 'opus', head: Buffer, tail: Buffer): Length {
  const page = tail.lastIndexOf('OggS');
  const vorbis = head.indexOf('\x01vorbis', 0, 'latin1');
  const rate = kind === 'opus' ? 48_000 : vorbis >= 0 && head.length >= vorbis + 16 ? head.readUInt32LE(vorbis + 12) : 0;
  if (page < 0 || tail.length < page + 14 || rate === 0) return UNKNOWN;
  return { duration: Number(tail.readBigUInt64LE(page + 6)) / rate, exact: false };
}

function lengthOfAdts(head: Buffer, bytes: number): Length {
  const rates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
  const rate = rates[(head.readUInt8(2) >> 2) & 15];
  let frames = 0;
  let at = 0;
  while (isAdts(head, at)) {
    at += Math.max(7, ((head.readUInt8(at + 3) & 3) << 11) | (head.readUInt8(at + 4) << 3) | (head.readUInt8(at + 5) >> 5));
    frames += 1;
  }
  return rate === undefined || at === 0 ? UNKNOWN : { duration: (bytes / at) * frames * (1024 / rate), exact: false };
}

/** Walks the top boxes to `moov` and returns the start of its `mvhd`. */
async function findMovieHeader(readAt: (position: number, count: number) => Promise<Buffer>, size: number): Promise<Buffer | undefined> {
  for (let at = 0; at + 8 <= size; ) {
    const box = await readAt(at, 16);
    if (box.length < 16) return undefined;
    if (box.toString('latin1', 4, 8) === 'moov') {
      const inside = await readAt(at, HEAD_BYTES);
      const header = inside.indexOf('mvhd');
      return header < 0 ? undefined : inside.subarray(header + 4);
    }
    const length = box.readUInt32BE(0);
    const step = length === 1 ? Number(box.readBigUInt64BE(8)) : length;
    if (step < 8) return undefined;
    at += step;
  }
  return undefined;
}

function lengthOfMovie(header: Buffer | undefined): Length {
  if (header === undefined || header.length < 32) return UNKNOWN;
  const wide = header.readUInt8(0) === 1;
  const scale = header.readUInt32BE(wide ? 20 : 12);
  const units = wide ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  return scale === 0 || units === 0 ? UNKNOWN : { duration: units / scale, exact: true };
}
