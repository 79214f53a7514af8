/** Probabilities made by hand → beats and bars that must follow. */

import { describe, expect, it } from 'vitest';
import { downbeatShares, findBarsOf, followBeats, toFrames } from '../../../src/analysis/beat-network/read-file.ts';
import { PulseFilter } from '../../../src/analysis/beat-network/pulse-filter.ts';
import { steadyFrames } from '../../../src/analysis/grid.ts';
import { randomFor } from '../../../src/base/random.ts';

/** Probabilities at the frame rate with a peak on each time. */
function peaksAt(times: readonly number[], seconds: number, height = 0.8): Float32Array {
  const out = new Float32Array(Math.round(seconds * 100)).fill(0.01);
  for (const time of times) {
    for (const away of [-1, 0, 1]) {
      const frame = Math.round(time * 100) + away;
      if (frame >= 0 && frame < out.length) out[frame] = Math.max(out[frame]!, away === 0 ? height : height / 2);
    }
  }
  return out;
}

const every = (period: number, seconds: number, from = 0.2): number[] => Array.from({ length: Math.floor((seconds - from) / period) }, (_, i) => from + i * period);

describe('beats from probabilities', () => {
  it.each([62, 96, 128, 174])('are on the peaks at %d BPM, through eight bars without any', (bpm) => {
    const period = 60 / bpm;
    const times = every(period, 60);
    const gap = 32 * period;
    const beat = peaksAt(times.filter((time) => time < 20 || time > 20 + gap), 60);
    const found = steadyFrames(beat, followBeats(beat)).map((frame) => frame / 100);
    const worst = found.filter((time) => time > 1 && time < 58).map((time) => Math.min(...times.map((other) => Math.abs(other - time))));
    expect(Math.max(...worst)).toBeLessThan(0.07);
    expect(found.length / times.length).toBeGreaterThan(0.95);
    expect(found.length / times.length).toBeLessThan(1.06);
  });

  it('follow a tempo that swells by a third and comes back', () => {
    const times = [0.3];
    while (times.at(-1)! < 58) times.push(times.at(-1)! + 0.5 * (1 + 0.16 * Math.sin(times.at(-1)! / 8)));
    const found = followBeats(peaksAt(times, 60)).map((frame) => frame / 100);
    const missed = times.filter((time) => time > 2 && time < 57 && !found.some((other) => Math.abs(other - time) < 0.03));
    expect(missed.length).toBeLessThan(times.length * 0.03);
  });

  it('of steady music lie on one line', () => {
    const random = randomFor(3, 'jitter');
    const times = every(0.487, 60);
    const beat = peaksAt(times.map((time) => time + 0.006 * random.normal()), 60);
    const frames = steadyFrames(beat, followBeats(beat));
    const gaps = frames.slice(1).map((frame, i) => frame - frames[i]!);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(1e-6);
    expect(gaps[0]).toBeCloseTo(48.7, 1);
  });

  it('are none for no frames and never fail on flat ones', () => {
    expect(followBeats(new Float32Array())).toEqual([]);
    expect(followBeats(new Float32Array(3000).fill(0.5)).every(Number.isInteger)).toBe(true);
    expect(followBeats(new Float32Array(3000)).every(Number.isInteger)).toBe(true);
  });
});

describe('bars from downbeats', () => {
  const shares = (metres: readonly number[], sure = 0.85): number[] => metres.flatMap((metre) => Array.from({ length: metre }, (_, i) => (i === 0 ? sure : 1 - sure)));

  it.each([2, 3, 4, 5, 6, 7])('keep a metre of %d', (metre) => {
    const { positions, metres } = findBarsOf(shares(Array.from({ length: 12 }, () => metre)));
    expect([...metres]).toEqual(Array.from({ length: 12 * metre }, () => metre));
    expect(Array.from(positions.subarray(0, metre))).toEqual(Array.from({ length: metre }, (_, i) => i + 1));
  });

  it('change metre where the music does', () => {
    const bars = [4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4];
    const { positions } = findBarsOf(shares(bars, 0.92));
    expect([...positions]).toEqual(bars.flatMap((metre) => Array.from({ length: metre }, (_, i) => i + 1)));
  });

  it('are not turned over by one false downbeat', () => {
    const given = shares(Array.from({ length: 10 }, () => 4));
    given[18] = 0.9;
    given[20] = 0.2;
    expect([...findBarsOf(given).positions].filter((position) => position === 1).length).toBe(10);
  });

  it('read the share of a downbeat at a beat', () => {
    const beat = new Float32Array(100).fill(0.02);
    const downbeat = new Float32Array(100).fill(0.01);
    beat[50] = 0.8;
    downbeat[51] = 0.6;
    const found = downbeatShares([1.01], { beat, downbeat }, 50);
    expect(found[0]).toBeCloseTo(0.75, 5);
  });

  it('widen from outputs to frames without moving', () => {
    expect([...toFrames(Float32Array.of(0, 1, 0), 5)]).toEqual([0, 0.5, 1, 0.5, 0]);
  });
});

describe('pulse filter', () => {
  it.each([64, 100, 140, 190])('reads the next beat and the period at %d BPM', (bpm) => {
    const filter = new PulseFilter();
    const period = 60 / bpm;
    const beats = peaksAt(every(period, 12), 12, 0.7);
    for (const beat of beats.subarray(0, 1000)) filter.step(Math.max(0.012, beat));
    const reading = filter.estimate();
    expect(reading.mass).toBeGreaterThan(0.5);
    expect(reading.period / period).toBeCloseTo(1, 1);
    const next = 9.99 + reading.toBeat;
    const off = ((((next - 0.2) % period) + 1.5 * period) % period) - period / 2;
    expect(Math.abs(off)).toBeLessThan(0.035);
  });

  it('keeps what it was told while it hears nothing', () => {
    const filter = new PulseFilter();
    filter.settle(0.4637, 0.2);
    const reading = filter.estimate();
    expect(reading.period).toBeCloseTo(0.4637, 2);
    expect(reading.toBeat).toBeCloseTo(0.2, 2);
  });
});
