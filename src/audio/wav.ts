/**
 * RIFF WAVE on disk. Writes IEEE float32 (format 3), reads the header of any PCM depth (8 to 32 bits, float 32 and 64,
 * WAVE_FORMAT_EXTENSIBLE). Samples are interleaved. Source: Microsoft "Multimedia Programming Interface and Data
 * Specifications 1.0" and the WAVEFORMATEXTENSIBLE page. Sizes are 32 bit: a file holds at most 4 GB.
 */

import { open, type FileHandle } from 'node:fs/promises';
import type { Hertz } from '../base/units.ts';

/** Bytes before the samples in a file of ours: RIFF, fmt (18), fact, data. */
export const WAV_HEADER_BYTES = 58;
/** Bytes of samples that fit the 32-bit sizes of a WAV file. */
export const WAV_DATA_LIMIT_BYTES = 0xffffffff - WAV_HEADER_BYTES;

export interface WavFormat {
  readonly sampleRate: Hertz;
  readonly channels: number;
  /** 8, 16, 24, 32 or 64. */
  readonly bits: number;
  readonly float: boolean;
  /** Byte offset of the first sample. */
  readonly dataOffset: number;
  /** Bytes of samples that the header promises (the file may hold fewer); Infinity for a stream of unknown length. */
  readonly dataBytes: number;
}

/** Writes interleaved float32 samples as a WAV file of format 3. */
export async function writeWav(path: string, samples: Float32Array, sampleRate: Hertz, channels: number): Promise<void> {
  const writer = await openWavWriter(path, sampleRate, channels);
  try {
    await writer.write(samples);
  } finally {
    await writer.close();
  }
}

/** Appends blocks of interleaved samples; `close` completes the header. NaN and infinities become 0. */
export interface WavWriter {
  /** Samples a channel written so far. */
  readonly length: number;
  write(samples: Float32Array): Promise<void>;
  close(): Promise<void>;
}

/** Opens a WAV file for streaming; it is valid once closed. Throws Error beyond 4 GB of samples. */
export async function openWavWriter(path: string, sampleRate: Hertz, channels: number): Promise<WavWriter> {
  const file = await open(path, 'w');
  let bytes = 0;
  await file.write(wavHeader(sampleRate, channels, 0), 0, WAV_HEADER_BYTES, 0);
  return {
    get length() {
      return bytes / 4 / channels;
    },
    async write(samples) {
      if (bytes + samples.length * 4 > WAV_DATA_LIMIT_BYTES) throw new Error('a decoded WAV file cannot exceed 4 GB');
      await writeAll(file, littleEndianBytes(finite(samples)), WAV_HEADER_BYTES + bytes);
      bytes += samples.length * 4;
    },
    async close() {
      await file.write(wavHeader(sampleRate, channels, bytes), 0, WAV_HEADER_BYTES, 0);
      await file.close();
    },
  };
}

/** Our header for `dataBytes` bytes of float32 samples. */
export function wavHeader(sampleRate: Hertz, channels: number, dataBytes: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(WAV_HEADER_BYTES));
  const text = (offset: number, word: string): void => new Uint8Array(header.buffer).set(Buffer.from(word, 'latin1'), offset);
  text(0, 'RIFF');
  header.setUint32(4, WAV_HEADER_BYTES - 8 + dataBytes, true);
  text(8, 'WAVEfmt ');
  header.setUint32(16, 18, true);
  header.setUint16(20, 3, true);
  header.setUint16(22, channels, true);
  header.setUint32(24, sampleRate, true);
  header.setUint32(28, sampleRate * channels * 4, true);
  header.setUint16(32, channels * 4, true);
  header.setUint16(34, 32, true);
  text(38, 'fact');
  header.setUint32(42, 4, true);
  header.setUint32(46, dataBytes / 4 / channels, true);
  text(50, 'data');
  header.setUint32(54, dataBytes, true);
  return new Uint8Array(header.buffer);
}

/**
 * Reads the header from the first bytes of a file (64 KB do for any but the strangest).
 * Throws a plain Error that says what is wrong with it.
 */
export function parseWavHeader(bytes: Uint8Array): WavFormat {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (offset: number): string => String.fromCharCode(...bytes.subarray(offset, offset + 4));
  if (bytes.length < 12 || word(0) !== 'RIFF' || word(8) !== 'WAVE') throw new Error('it does not begin with a RIFF WAVE header');
  let format: Omit<WavFormat, 'dataOffset' | 'dataBytes'> | undefined;
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const size = view.getUint32(offset + 4, true);
    if (word(offset) === 'fmt ') format = parseFormatChunk(view, offset + 8, size);
    if (word(offset) === 'data') {
      if (format === undefined) throw new Error('its samples come before its format');
      return { ...format, dataOffset: offset + 8, dataBytes: size === 0xffffffff ? Infinity : size };
    }
    offset += 8 + size + (size & 1);
  }
  throw new Error('it ends before its samples');
}

function parseFormatChunk(view: DataView, at: number, size: number): Omit<WavFormat, 'dataOffset' | 'dataBytes'> {
  if (size < 16 || at + size > view.byteLength) throw new Error('its format chunk is cut short');
  const tag = view.getUint16(at, true);
  const code = tag === 0xfffe && size >= 26 ? view.getUint16(at + 24, true) : tag;
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if (code !== 1 && code !== 3) throw new Error(`its samples are compressed (format ${code})`);
  if (![8, 16, 24, 32, 64].includes(bits) || (code === 3) !== (bits === 64 || (bits === 32 && code === 3))) throw new Error(`its samples have ${bits} bits`);
  if (channels === 0 || sampleRate === 0) throw new Error(`it says ${channels} channels at ${sampleRate} Hz`);
  return { sampleRate, channels, bits, float: code === 3 };
}

/** Converts raw samples of a WAV's data chunk (whole samples only) to float32 in -1..1. */
export function decodeWavSamples(bytes: Uint8Array, format: Pick<WavFormat, 'bits' | 'float'>): Float32Array {
  const width = format.bits / 8;
  const count = Math.floor(bytes.length / width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(count);
  const read = sampleReader(view, format);
  for (let i = 0; i < count; i++) samples[i] = read(i * width);
  return samples;
}

function sampleReader(view: DataView, { bits, float }: Pick<WavFormat, 'bits' | 'float'>): (offset: number) => number {
  if (float) return bits === 64 ? (at) => view.getFloat64(at, true) : (at) => view.getFloat32(at, true);
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 32768;
    case 24:
      return (at) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 8388608;
    default:
      return (at) => view.getInt32(at, true) / 2147483648;
  }
}

function finite(samples: Float32Array): Float32Array {
  let clean = samples;
  for (let i = 0; i < samples.length; i++) {
    if (Number.isFinite(samples[i])) continue;
    if (clean === samples) clean = samples.slice();
    clean[i] = 0;
  }
  return clean;
}

/** Every machine that Node 20 runs on keeps numbers little-endian, as WAV does. */
function littleEndianBytes(samples: Float32Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
