/** Hands on a track's beats: what passed stays, the phase never jumps, the tempo becomes what was asked. */

import { describe, expect, it } from 'vitest';

import { GridHand, type HandBeat } from '../../../src/control/clock/grid-hand.ts';
import type { TempoClock } from '../../../src/control/clock/tempo.ts';
import { placeInGrid, type BeatGrid } from '../../../src/timeline/timeline.ts';

function gridOf(beats: readonly HandBeat[]): BeatGrid {
  const times = beats.map(({ time }) => time);
  return {
    beats: Float64Array.from(times), positions: Uint8Array.from(beats, ({ position }) => position), metre: 4, confidence: 1,
    tempo: Float32Array.from(times, (time, i) => 60 / ((times[i + 1] ?? time + 0.5) - time)),
  };
}

const steady = (tempo: number, offset = 0.3): BeatGrid => gridOf(Array.from({ length: Math.floor((120 * tempo) / 60) }, (_, i) => ({ time: offset + (i * 60) / tempo, position: (i % 4) + 1 })));

function corrected(grid: BeatGrid, acts: readonly [time: number, act: (clock: TempoClock, at: number) => unknown][], from: number): BeatGrid {
  const hand = new GridHand(grid);
  for (const [time, act] of acts) hand.act(grid, time, act);
  return hand.leads ? gridOf(hand.beats(grid, from, 120)) : grid;
}

/** The longest step of the beat count within 10 ms, in beats of the tempo then, around a time. */
function longestStep(grid: BeatGrid, from: number, to: number): number {
  let longest = 0;
  for (let time = from; time < to; time += 0.01) longest = Math.max(longest, Math.abs(placeInGrid(grid, time + 0.01).beat - placeInGrid(grid, time).beat));
  return longest;
}

const ACTS: readonly [string, readonly [number, (clock: TempoClock, at: number) => unknown][], number][] = [
  ['taps at 100', [0, 1, 2, 3, 4, 5].map((i) => [20.17 + i * 0.6, (clock: TempoClock, at: number) => clock.tap(at)]), 100],
  ['twice', [[20.2, (clock, at) => clock.scaleTempo(at, 2)]], 240],
  ['half', [[20.2, (clock, at) => clock.scaleTempo(at, 0.5)]], 60],
  ['a tempo by hand', [[20.2, (clock, at) => clock.setTempo(at, 128)]], 128],
  ['a nudge', [[20.2, (clock) => clock.setNudge(40)]], 120],
  ['downbeat now', [[20.55, (clock, at) => clock.setDownbeat(at)]], 120],
];

describe('hands on the grid of a track', () => {
  it.each(ACTS)('%s: beats before stay, the phase goes on without a jump, the tempo is as asked', (_, acts, tempo) => {
    const before = steady(120);
    const after = corrected(before, acts, 24);
    const past = Array.from(before.beats).filter((time) => time <= 24);
    expect(Array.from(after.beats).slice(0, past.length)).toEqual(past);
    expect(placeInGrid(after, 24).phase).toBeCloseTo(placeInGrid(before, 24).phase, 9);
    expect(longestStep(after, 23, 30)).toBeLessThan((1.6 * Math.max(120, tempo)) / 6000);
    expect(placeInGrid(after, 60).tempo).toBeCloseTo(tempo, 3);
    expect(after.beats.at(-1)).toBeGreaterThan(119);
  });

  it('puts beats where the taps were, and the downbeat where it was said', () => {
    const tapped = corrected(steady(120), ACTS[0]?.[1] ?? [], 24);
    const phase = placeInGrid(tapped, 20.17 + 60 * 0.6).phase;
    expect(Math.min(phase, 1 - phase)).toBeLessThan(1e-6);
    const said = corrected(steady(120), [[20.55, (clock, at) => clock.setDownbeat(at)]], 24);
    const place = placeInGrid(said, 20.55 + 16 * 0.5 + 1e-6);
    expect(place.positionInBar).toBe(1);
    expect(place.phase).toBeLessThan(1e-4);
  });

  it('nudges add up to what is set, also one after the other on the corrected grid', () => {
    const grid = steady(120);
    const hand = new GridHand(grid);
    hand.act(grid, 10, (clock) => clock.setNudge(10));
    const once = gridOf(hand.beats(grid, 11, 120));
    hand.act(once, 12, (clock) => clock.setNudge(20));
    const twice = gridOf(hand.beats(once, 13, 120));
    expect(twice.beats[100]).toBeCloseTo((grid.beats[100] ?? 0) + 0.02, 6);
  });

  it('two taps change nothing', () => expect(corrected(steady(120), [20, 20.6].map((time) => [time, (clock, at) => clock.tap(at)]), 24)).toEqual(steady(120)));

  it('joins the grid again after a jump of the track', () => {
    const grid = steady(120);
    const hand = new GridHand(grid);
    hand.act(grid, 50, (clock, at) => clock.scaleTempo(at, 2));
    hand.rest();
    hand.act(grid, 10, (clock, at) => clock.setTempo(at, 100));
    const after = gridOf(hand.beats(grid, 11, 120));
    expect(placeInGrid(after, 60).tempo).toBeCloseTo(100, 3);
    expect(longestStep(after, 9, 14)).toBeLessThan(0.032);
  });
});
