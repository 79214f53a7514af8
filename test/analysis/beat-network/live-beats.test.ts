/** The oscillator of the live tracker, fed with probabilities made by hand. */

import { describe, expect, it } from 'vitest';
import { CAUSAL_DELAY } from '../../../src/analysis/beat-network/causal.ts';
import { NetworkBeats, type BeatHearing } from '../../../src/analysis/beat-network/live-beats.ts';
import { randomFor } from '../../../src/base/random.ts';

const MEL = new Float32Array(72);

/** A network that hears exactly these beats, 0.1 s late. */
function hearing(beats: readonly number[], isDownbeat: (index: number) => boolean, height = 0.7): BeatHearing {
  const byOutput = new Map<number, number>();
  beats.forEach((time, i) => byOutput.set(Math.round(time * 50) + CAUSAL_DELAY, i));
  let frame = 0;
  return {
    beat: 0,
    downbeat: 0,
    push() {
      if (frame++ % 2 !== 0) return false;
      const output = (frame - 1) / 2;
      const at = (shift: number): number | undefined => byOutput.get(output + shift);
      const index = at(0) ?? at(-1) ?? at(1);
      const share = at(0) === undefined ? 0.5 : 1;
      const mutable = this as { beat: number; downbeat: number };
      mutable.beat = index === undefined ? 0.01 : height * share;
      mutable.downbeat = index !== undefined && isDownbeat(index) ? 0.85 * height * share : 0.005;
      return true;
    },
  };
}

function follow(network: BeatHearing, seconds: number): NetworkBeats {
  const live = new NetworkBeats(network);
  for (let frame = 0; frame < seconds * 100; frame++) live.push(MEL, true, frame / 100 + 0.0232);
  return live;
}

const grid = (period: number, seconds: number, from = 0.3): number[] => Array.from({ length: Math.floor((seconds - from) / period) }, (_, i) => from + i * period);
const offOf = (time: number, period: number, from = 0.3): number => Math.abs(((((time - from) % period) + 1.5 * period) % period) - period / 2);

describe('live beats by the network', () => {
  it.each([62, 90, 128, 174, 198])('lock in 4 s at %d BPM and are told 50 ms ahead', (bpm) => {
    const period = 60 / bpm;
    const live = follow(hearing(grid(period, 20), (i) => i % 4 === 0), 20);
    const locked = live.beats.filter(({ time }) => time > 4);
    expect(Math.abs(locked.length - 16 / period)).toBeLessThan(3);
    for (const { time, announced } of locked) {
      expect(offOf(time, period)).toBeLessThan(0.035);
      expect(time - announced).toBeGreaterThan(0.05);
    }
    expect(60 / live.tempo / period).toBeCloseTo(1, 1);
    const downbeats = live.beats.filter(({ time, position }) => time > 10 && position === 1);
    for (const { time } of downbeats) expect(offOf(time, 4 * period)).toBeLessThan(0.04);
  });

  it.each([84, 126, 171])('run on through 16 bars of nothing at %d BPM, and are right when it comes back', (bpm) => {
    const period = 60 / bpm;
    const [from, to] = [20, 20 + 64 * period];
    const times = grid(period, to + 10);
    const live = follow(
      hearing(
        times.filter((time) => time < from || time > to),
        () => false,
      ),
      to + 10,
    );
    for (const { time } of live.beats.filter((beat) => beat.time > 6)) expect(offOf(time, period)).toBeLessThan(0.06);
    const gaps = live.beats.filter((beat) => beat.time > 6).map(({ time }, i, all) => time - (all[i - 1]?.time ?? time - period));
    expect(Math.max(...gaps) / period).toBeLessThan(1.1);
  });

  it('take over a new tempo within 4 s', () => {
    const first = grid(0.5, 15);
    const second = grid(0.62, 15).map((time) => time + first.at(-1)!);
    const live = follow(
      hearing([...first, ...second], () => false),
      29,
    );
    const late = live.beats.filter(({ time }) => time > first.at(-1)! + 5);
    expect(late.length).toBeGreaterThan(10);
    for (const { time } of late) expect(offOf(time, 0.62, second[0])).toBeLessThan(0.05);
  });

  it('never go backwards, whatever is heard', () => {
    const random = randomFor(5, 'noise');
    let pushes = 0;
    const noise: BeatHearing = { beat: 0, downbeat: 0, push: () => ++pushes % 2 === 1 };
    const mutable = noise as { beat: number; downbeat: number };
    const live = new NetworkBeats(noise);
    for (let frame = 0; frame < 6000; frame++) {
      mutable.beat = random.uniform() ** 3;
      mutable.downbeat = mutable.beat * random.uniform();
      live.push(MEL, frame % 1000 < 900, frame / 100 + 0.02);
    }
    live.beats.forEach(({ time, announced, tempo, position }, i, all) => {
      expect(Number.isFinite(time + announced + tempo)).toBe(true);
      expect(position).toBeGreaterThanOrEqual(1);
      if (i > 0) expect(time - all[i - 1]!.time).toBeGreaterThan(0.14);
    });
    expect(live.confidence).toBeGreaterThanOrEqual(0);
    expect(live.confidence).toBeLessThanOrEqual(1);
  });

  it('are none in silence', () => {
    const live = new NetworkBeats({ beat: 0.9, downbeat: 0.9, push: () => true });
    for (let frame = 0; frame < 1000; frame++) live.push(MEL, false, frame / 100);
    expect(live.beats).toEqual([]);
  });
});
