/**
 * Worker thread: decodes one whole file with web-audio-api (the only file that imports it) and writes it as a float32
 * WAV. Samples stay at the file's own rate and channel count: decodeAudioData of this library does not resample.
 */

import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import { openWavWriter } from './wav.ts';

/** What the worker is started with. */
export interface DecodeJob {
  readonly path: string;
  readonly wavPath: string;
}

/** What it answers, once; progress (0..1 of the writing) comes before. */
export type DecodeAnswer = { readonly kind: 'progress'; readonly fraction: number } | { readonly kind: 'done'; readonly length: number; readonly sampleRate: number } | { readonly kind: 'failed'; readonly message: string };

const BLOCK = 1 << 16;

async function decodeToWav({ path, wavPath }: DecodeJob): Promise<DecodeAnswer> {
  const { OfflineAudioContext } = await import('web-audio-api');
  const bytes = await readFile(path);
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const decoded = await new OfflineAudioContext(1, 1, 44_100).decodeAudioData(whole);
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, c) => decoded.getChannelData(c));
  const writer = await openWavWriter(wavPath, decoded.sampleRate, channels.length);
  for (let at = 0; at < decoded.length; at += BLOCK) {
    await writer.write(interleave(channels, at, Math.min(BLOCK, decoded.length - at)));
    parentPort?.postMessage({ kind: 'progress', fraction: at / decoded.length } satisfies DecodeAnswer);
  }
  await writer.close();
  return { kind: 'done', length: decoded.length, sampleRate: decoded.sampleRate };
}

function interleave(channels: readonly Float32Array[], start: number, count: number): Float32Array {
  const block = new Float32Array(count * channels.length);
  channels.forEach((samples, c) => {
    for (let i = 0; i < count; i++) block[i * channels.length + c] = samples[start + i] as number;
  });
  return block;
}

decodeToWav(workerData as DecodeJob).then(
  (answer) => parentPort?.postMessage(answer),
  (error: unknown) => parentPort?.postMessage({ kind: 'failed', message: messageOf(error) } satisfies DecodeAnswer),
);
