/** Bare clicks, which the causal network does not take for music: followed by themselves, and only where they are even. */

import { describe, expect, it } from 'vitest';
import { SteadyClicks } from '../../src/analysis/beat-network/steady-clicks.ts';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { randomFor } from '../../src/base/random.ts';

const RATE = 22_050;
const FIRST = 0.5;

function clicksAt(times: readonly number[], seconds: number, hertz = 1000): Float32Array {
  const out = new Float32Array(seconds * RATE);
  for (const time of times) {
    const start = Math.round(time * RATE);
    for (let i = 0; i < 0.03 * RATE && start + i < out.length; i++) out[start + i] = 0.6 * Math.exp(-i / (0.008 * RATE)) * Math.sin((2 * Math.PI * hertz * i) / RATE);
  }
  return out;
}

const evenTimes = (bpm: number, seconds: number): number[] => Array.from({ length: Math.floor(((seconds - FIRST) * bpm) / 60) }, (_, i) => FIRST + (i * 60) / bpm);

function follow(samples: Float32Array, block = 512): LiveAnalyzer {
  const live = new LiveAnalyzer(RATE);
  for (let at = 0; at < samples.length; at += block) live.push(samples.subarray(at, at + block));
  return live;
}

const told = (live: LiveAnalyzer): [time: number, announced: number][] => live.announced.map((at, i) => [live.timeline.grid.beats[i] as number, at]);

describe('a metronome into the live tracker', () => {
  it.each([
    [72, 1000],
    [120, 1000],
    [150, 2500],
  ])('at %d BPM of %d Hz is followed within six clicks, each beat foretold', (bpm, hertz) => {
    const live = follow(clicksAt(evenTimes(bpm, 20), 20, hertz));
    const beats = told(live);
    const period = 60 / bpm;
    expect((beats[0] as [number, number])[0]).toBeLessThan(FIRST + 7.1 * period);
    expect(beats.length).toBeGreaterThan((20 - FIRST) / period - 8);
    for (const [time, announced] of beats) {
      expect(Math.abs((time - FIRST) / period - Math.round((time - FIRST) / period)) * period).toBeLessThan(0.02);
      expect(announced).toBeLessThan(time - 0.03);
    }
    expect(live.timeline.grid.tempo.at(-1)).toBeCloseTo(bpm, -0.3);
  });

  it('announces the same whatever the size of the blocks, and nothing that is announced changes', () => {
    const samples = clicksAt(evenTimes(110, 9), 9);
    const whole = told(follow(samples));
    expect(whole.length).toBeGreaterThan(6);
    for (const block of [1, 441, 4096]) expect(told(follow(samples, block))).toEqual(whole);
    const random = randomFor(4, 'cuts');
    for (let cut = 0; cut < 5; cut++) {
      const until = random.integer(samples.length);
      expect(told(follow(samples.subarray(0, until)))).toEqual(whole.filter(([, announced]) => announced <= until / RATE));
    }
  });

  it('of clicks at random is none', () => {
    const random = randomFor(5, 'uneven');
    const times = [FIRST];
    while ((times.at(-1) as number) < 19) times.push((times.at(-1) as number) + 0.3 + 0.9 * random.uniform());
    expect(follow(clicksAt(times, 20)).announced).toEqual([]);
  });

  it('of a click every three seconds is none', () => {
    expect(follow(clicksAt([1, 4, 7, 10, 13, 16, 19], 20)).announced).toEqual([]);
  });
});

describe('even clicks', () => {
  const hear = (riseAt: (frame: number) => number, frames: number): SteadyClicks => {
    const clicks = new SteadyClicks();
    for (let frame = 0; frame < frames; frame++) clicks.push(riseAt(frame));
    return clicks;
  };

  it('are told from the fifth interval on, at their frames, until one is overdue', () => {
    const riseAt = (frame: number): number => (frame % 50 === 20 ? 30 : frame % 50 === 21 ? 12 : 0);
    expect(hear(riseAt, 180).isSteady).toBe(false);
    const clicks = hear(riseAt, 240);
    expect(clicks.isSteady).toBe(true);
    expect([219, 220, 221].map((frame) => clicks.isAt(frame))).toEqual([true, true, true]);
    expect(clicks.isAt(240)).toBe(false);
    for (let frame = 0; frame < 80; frame++) clicks.push(0);
    expect(clicks.isSteady).toBe(false);
  });

  it('are not heard where something else sounds too', () => {
    expect(hear((frame) => (frame % 50 === 20 ? 30 : frame % 3 === 0 ? 14 : 2), 400).isSteady).toBe(false);
  });
});
