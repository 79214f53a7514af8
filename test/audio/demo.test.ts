/** The demo track: its truth is what sounds, every variation is clean, and it is the same every time. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demoTruth, openDemo, synthesiseDemo, type DemoOptions } from '../../src/audio/demo.ts';
import { MASTER_PEAK } from '../../src/audio/demo-mix.ts';
import { useScratchCache } from './cache-folder.ts';

useScratchCache();

/** Root mean square (dB) of a stretch of interleaved stereo. */
function levelOf(samples: Float32Array, rate: number, from: number, to: number): number {
  let sum = 0;
  const [start, end] = [Math.round(from * rate) * 2, Math.min(samples.length, Math.round(to * rate) * 2)];
  for (let i = start; i < end; i++) sum += (samples[i] as number) ** 2;
  return 10 * Math.log10(sum / (end - start) + 1e-12);
}

describe('the truth', () => {
  it('is a steady grid of 124 BPM with the form of the brief', () => {
    const truth = demoTruth();
    expect(truth.duration).toBeGreaterThan(70);
    expect(truth.duration).toBeLessThan(80);
    truth.beats.forEach((time, i) => expect(time).toBeCloseTo((i * 60) / 124, 9));
    expect(truth.downbeats).toEqual(truth.beats.filter((_, i) => i % 4 === 0));
    expect(truth.sections.map(({ kind }) => kind)).toEqual(['intro', 'verse', 'build', 'drop', 'breakdown', 'drop', 'outro']);
    truth.sections.slice(1).forEach((section, i) => expect(section.start).toBeCloseTo(truth.sections[i]?.end as number, 9));
    expect(truth.drops).toHaveLength(2);
    expect(truth.sections[1]?.start).toBeCloseTo(7.742, 3);
  });

  it('follows the options: waltz, offset; swing moves no beat', () => {
    const waltz = demoTruth({ metre: 3, offsetSeconds: 0.7, bpm: 90, swing: 1 / 3 });
    expect(waltz.beats[0]).toBe(0.7);
    expect(waltz.beats[1]).toBeCloseTo(0.7 + 60 / 90, 9);
    expect(waltz.downbeats[1]).toBeCloseTo(0.7 + 2, 9);
  });
});

describe('the sound', () => {
  const { samples, sampleRate } = synthesiseDemo();
  const truth = demoTruth();

  it('lasts as long as the truth says and never clips', () => {
    expect(samples.length / 2 / sampleRate).toBeCloseTo(truth.duration, 3);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeLessThanOrEqual(MASTER_PEAK);
    expect(peak).toBeGreaterThan(MASTER_PEAK - 0.01);
  });

  it('has an arc: intro and breakdown calm, drops loudest, silence before a drop', () => {
    const level = truth.sections.map(({ start, end }) => levelOf(samples, sampleRate, start, end));
    const [intro, verse, , drop, breakdown, second] = level as [number, number, number, number, number, number, number];
    expect(verse - intro).toBeGreaterThan(3);
    expect(drop - verse).toBeGreaterThan(2);
    expect(drop - breakdown).toBeGreaterThan(5);
    expect(Math.abs(second - drop)).toBeLessThan(1);
    for (const time of truth.drops) expect(levelOf(samples, sampleRate, time, time + 0.25) - levelOf(samples, sampleRate, time - 0.2, time - 0.02)).toBeGreaterThan(9);
  });

  it('lands a change within the first ten seconds', () => {
    const landed = truth.sections[1]?.start as number;
    expect(landed).toBeLessThan(10);
    expect(levelOf(samples, sampleRate, landed, landed + 0.1) - levelOf(samples, sampleRate, landed - 0.1, landed)).toBeGreaterThan(5);
  });

  it('has a kick on every beat of the drops: the band below 200 Hz jumps there', () => {
    const low = lowBand(samples, sampleRate);
    const drop = truth.sections[3] as { start: number; end: number };
    for (const beat of truth.beats.filter((time) => time >= drop.start && time < drop.end)) {
      const energyFrom = (from: number): number => low.subarray(Math.round((beat + from) * sampleRate), Math.round((beat + from + 0.03) * sampleRate)).reduce((sum, x) => sum + x * x, 0);
      expect(energyFrom(0.003)).toBeGreaterThan(1.5 * energyFrom(-0.033));
    }
  });

  it('is the same every time, and opens as a file like any other', async () => {
    const source = await openDemo();
    const read = await source.read(0, source.length);
    const hash = (data: Float32Array): string => createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex');
    expect(hash(read)).toBe(hash(samples));
    expect((await openDemo()).wavPath).toBe(source.wavPath);
  });
});

describe('variations', () => {
  const variations: readonly DemoOptions[] = [
    { bpm: 70, seed: 2 }, { bpm: 180, seed: 3 }, { bpm: 100, swing: 1 / 3, seed: 4 }, { bpm: 132, metre: 3, offsetSeconds: 0.37, seed: 5 },
  ];
  it.each(variations)('%o is clean and in time', (options) => {
    const { samples, sampleRate } = synthesiseDemo({ ...options, short: true }, 22_050);
    const truth = demoTruth({ ...options, short: true });
    expect(samples.every((sample) => Math.abs(sample) <= MASTER_PEAK)).toBe(true);
    const first = truth.beats[0] as number;
    if (first > 0) expect(levelOf(samples, sampleRate, 0, first - 0.001)).toBeLessThan(-100);
    const drop = truth.drops[0] as number;
    expect(levelOf(samples, sampleRate, drop, drop + 1) - levelOf(samples, sampleRate, first, first + 1)).toBeGreaterThan(3);
  });
});

/** Mono below ~200 Hz (two one-pole low-passes). */
function lowBand(samples: Float32Array, rate: number): Float32Array {
  const amount = 1 - Math.exp((-2 * Math.PI * 200) / rate);
  const out = new Float32Array(samples.length / 2);
  let [a, b] = [0, 0];
  for (let i = 0; i < out.length; i++) {
    a += amount * ((samples[2 * i] as number) + (samples[2 * i + 1] as number) - a);
    b += amount * (a - b);
    out[i] = b;
  }
  return out;
}
