/**
 * An AudioSource over a decoded cache file (float32 WAV of ours). Blocks are read on demand, so two hours cost no memory.
 */

import { open, type FileHandle } from 'node:fs/promises';
import { clamp } from '../base/math.ts';
import type { AudioSource } from './types.ts';
import { parseWavHeader, type WavFormat } from './wav.ts';

/** Opens the decoded WAV at `wavPath` as the sound of the file at `path`. Throws Error where it is not one of ours. */
export async function openWavSource(path: string, sha256: string, wavPath: string): Promise<AudioSource> {
  const file = await open(wavPath, 'r');
  try {
    const head = new Uint8Array(4096);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const format = parseWavHeader(head.subarray(0, bytesRead));
    const { size } = await file.stat();
    if (!format.float || format.bits !== 32 || size < format.dataOffset + format.dataBytes) throw new Error(`${wavPath} is not a whole float32 WAV file`);
    return sourceOver(path, sha256, wavPath, format);
  } finally {
    await file.close();
  }
}

function sourceOver(path: string, sha256: string, wavPath: string, format: WavFormat): AudioSource {
  const { channels, sampleRate } = format;
  const length = Math.floor(format.dataBytes / 4 / channels);
  const readFrom = async (file: FileHandle, start: number, count: number): Promise<Float32Array> => {
    const first = clamp(Math.floor(start), 0, length);
    const end = clamp(Math.floor(start + count), first, length);
    const bytes = new Uint8Array((end - first) * channels * 4);
    await readFully(file, bytes, format.dataOffset + first * channels * 4);
    return new Float32Array(bytes.buffer);
  };
  return {
    path,
    sha256,
    wavPath,
    sampleRate,
    channels,
    length,
    duration: length / sampleRate,
    read: (start, count) => withFile(wavPath, (file) => readFrom(file, start, count)),
    async *monoBlocks(blockLength) {
      const file = await open(wavPath, 'r');
      try {
        for (let at = 0; at < length; at += blockLength) yield mixDown(await readFrom(file, at, blockLength), channels);
      } finally {
        await file.close();
      }
    },
  };
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error('the decoded sound in the cache was cut short while it was being read');
    done += bytesRead;
  }
}

/** Interleaved samples to the mean of the channels. */
function mixDown(samples: Float32Array, channels: number): Float32Array {
  if (channels === 1) return samples;
  const mono = new Float32Array(samples.length / channels);
  for (let i = 0, at = 0; i < mono.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += samples[at++] as number;
    mono[i] = sum / channels;
  }
  return mono;
}
