/**
 * Streams a WAV file of any PCM depth into a float32 WAV of ours, block by block, so that length costs no memory.
 */

import { open } from 'node:fs/promises';
import type { Seconds } from '../base/units.ts';
import { decodeWavSamples, openWavWriter, parseWavHeader, WAV_DATA_LIMIT_BYTES } from './wav.ts';

const HEADER_BYTES = 1 << 16;
/** Sample frames a block. */
const BLOCK = 1 << 16;

/** What came out: `missing` is how much sound the header promises beyond what the file holds. */
export interface Converted {
  readonly missing: Seconds;
}

/** Converts `path` to float32 at `wavPath`. Throws a plain Error that says what is wrong with the file. */
export async function convertWav(path: string, wavPath: string, onProgress: (fraction: number) => void): Promise<Converted> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(HEADER_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const format = parseWavHeader(head.subarray(0, bytesRead));
    const frameBytes = (format.bits / 8) * format.channels;
    const held = (await file.stat()).size - format.dataOffset;
    const frames = Math.floor(Math.min(held, format.dataBytes) / frameBytes);
    if (frames * format.channels * 4 > WAV_DATA_LIMIT_BYTES) throw new Error('it is longer than 4 GB of decoded sound: cut it in parts');
    const writer = await openWavWriter(wavPath, format.sampleRate, format.channels);
    try {
      for (let at = 0; at < frames; at += BLOCK) {
        const bytes = new Uint8Array(Math.min(BLOCK, frames - at) * frameBytes);
        await file.read(bytes, 0, bytes.length, format.dataOffset + at * frameBytes);
        await writer.write(decodeWavSamples(bytes, format));
        onProgress(at / frames);
      }
    } finally {
      await writer.close();
    }
    const promised = Number.isFinite(format.dataBytes) ? format.dataBytes / frameBytes : frames;
    return { missing: Math.max(0, promised - frames) / format.sampleRate };
  } finally {
    await file.close();
  }
}
