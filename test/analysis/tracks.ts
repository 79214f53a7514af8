/** Sounds of known truth for the analysis' tests, and an AudioSource over samples in memory. */

import type { AudioSource } from '../../src/audio/types.ts';
import { randomFor } from '../../src/base/random.ts';

/** A source over mono samples; `sha256` only needs to differ between tracks. */
export function sourceOf(mono: Float32Array, sampleRate: number): AudioSource {
  return {
    path: '/nowhere/test.wav',
    sha256: 'f'.repeat(64),
    sampleRate,
    channels: 1,
    length: mono.length,
    duration: mono.length / sampleRate,
    wavPath: '/nowhere/test.wav',
    read: (start, count) => Promise.resolve(mono.slice(start, start + count)),
    async *monoBlocks(blockLength) {
      for (let at = 0; at < mono.length; at += blockLength) yield mono.slice(at, at + blockLength);
    },
  };
}

/** The demo's stereo, or any interleaved sound, as mono. */
export function toMono(samples: Float32Array, channels: number): Float32Array {
  return Float32Array.from({ length: samples.length / channels }, (_, i) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[i * channels + channel] as number;
    return sum / channels;
  });
}

/** Short noise bursts that start exactly at the times; the first of every `metre` is louder and lower. */
export function clickTrack(times: readonly number[], seconds: number, sampleRate: number, metre = 4): Float32Array {
  const out = new Float32Array(Math.round(seconds * sampleRate));
  const random = randomFor(1, 'clicks');
  times.forEach((time, index) => {
    const start = Math.round(time * sampleRate);
    const accent = index % metre === 0;
    for (let i = 0; i < sampleRate * 0.03 && start + i < out.length; i++) {
      const decay = Math.exp((-i / sampleRate) * 150);
      const low = accent ? 0.6 * Math.sin((2 * Math.PI * 90 * i) / sampleRate) : 0;
      out[start + i] = decay * (0.35 * random.normal() + low);
    }
  });
  return out;
}

/** Times of a steady grid. */
export function gridTimes(bpm: number, offset: number, seconds: number): number[] {
  const times: number[] = [];
  for (let time = offset; time < seconds; time += 60 / bpm) times.push(time);
  return times;
}
