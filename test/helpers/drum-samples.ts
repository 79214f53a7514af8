/** A steady drum pattern with known beats: kick on each, snare on two and four, hats between. */

import { randomFor } from '../../src/base/random.ts';

export interface DrumOptions {
  readonly seconds: number;
  readonly bpm: number;
  readonly rate: number;
  /** Time of the first beat (s). */
  readonly offset?: number;
}

/** Mono, −1..1. */
export function drumSamples({ seconds, bpm, rate, offset = 0 }: DrumOptions): Float32Array {
  const out = new Float32Array(Math.round(seconds * rate));
  const random = randomFor(1, 'drum samples');
  const add = (time: number, length: number, value: (t: number) => number): void => {
    const start = Math.round(time * rate);
    for (let i = 0; i < length * rate && start + i < out.length; i++) out[start + i] = (out[start + i] as number) + value(i / rate);
  };
  for (let beat = 0; offset + (beat * 60) / bpm < seconds; beat++) {
    const time = offset + (beat * 60) / bpm;
    add(time, 0.14, (t) => 0.7 * Math.exp(-t * 30) * Math.sin(2 * Math.PI * 55 * t + 6 * Math.exp(-t * 60)));
    if (beat % 2 === 1) add(time, 0.12, (t) => 0.3 * Math.exp(-t * 40) * random.normal() * 0.5);
    add(time + 30 / bpm, 0.05, (t) => 0.1 * Math.exp(-t * 120) * random.normal() * 0.5);
  }
  return out;
}
