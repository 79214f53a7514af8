/** Keyframes stand on the beats of any grid, and every change of their number lies where it was put. */

import { describe, expect, it } from 'vitest';
import { KeyframePlan, SUBDIVISIONS, barTickFrom, keyframeTicks, paceAt } from '../../src/ahead/keyframes.ts';
import { randomFor } from '../../src/base/random.ts';
import { tickOfSeconds } from '../../src/base/units.ts';
import type { BeatGrid } from '../../src/timeline/timeline.ts';
import { steadyTimeline } from '../helpers/hand-plan.ts';

/** Beats 0.3 to 0.8 s apart: tempo that wanders from beat to beat. */
function unsteadyGrid(): BeatGrid {
  const random = randomFor(3, 'grid');
  let time = 0.7;
  const beats = Float64Array.from({ length: 200 }, () => (time += 0.3 + 0.5 * random.uniform()));
  return { beats, positions: Uint8Array.from(beats, (_, i) => (i % 3) + 1), tempo: new Float32Array(200).fill(110), metre: 3, confidence: 1 };
}

const empty: BeatGrid = { beats: new Float64Array(0), positions: new Uint8Array(0), tempo: new Float32Array(0), metre: 4, confidence: 0 };

describe('keyframeTicks', () => {
  it.each(SUBDIVISIONS.filter((n) => n >= 1))('draws every beat at %d a beat', (perBeat) => {
    const grid = unsteadyGrid();
    const ticks = new Set(keyframeTicks(grid, 0, 20_000, perBeat));
    const beats = [...grid.beats].map(tickOfSeconds).filter((tick) => tick < 20_000);
    expect(beats.length).toBeGreaterThan(100);
    expect(beats.filter((tick) => !ticks.has(tick))).toEqual([]);
  });

  it('ascends without doubles and does not depend on where a window begins', () => {
    const grid = unsteadyGrid();
    const whole = keyframeTicks(grid, 0, 6000, 6);
    expect(whole.every((tick, i) => i === 0 || tick > (whole[i - 1] as number))).toBe(true);
    for (let from = 0; from < 3000; from += 37) {
      expect(keyframeTicks(grid, from, from + 700, 6)).toEqual(whole.filter((tick) => tick >= from && tick < from + 700));
    }
  });

  it('is evenly spaced without a grid', () => {
    const ticks = keyframeTicks(empty, 0, 1200, 4);
    expect(new Set(ticks.slice(1).map((tick, i) => tick - (ticks[i] as number)))).toEqual(new Set([15]));
  });
});

describe('bars', () => {
  it('finds the downbeat at or after a tick', () => {
    const { grid } = steadyTimeline(120, 60);
    expect([barTickFrom(grid, 0), barTickFrom(grid, 1), barTickFrom(grid, 240), barTickFrom(grid, 241)]).toEqual([0, 240, 240, 480]);
  });

  it('knows the pace', () => {
    expect(paceAt(steadyTimeline(90, 60, 3).grid, 10)).toEqual({ beatsPerSecond: 1.5, barSeconds: 2 });
  });
});

describe('KeyframePlan', () => {
  it('changes exactly at its tick and forgets what was planned later', () => {
    const { grid } = steadyTimeline(120, 60);
    const plan = new KeyframePlan(4);
    plan.changeFrom(480, 2);
    plan.changeFrom(240, 8);
    expect([plan.perBeatAt(239), plan.perBeatAt(240), plan.perBeatAt(5000)]).toEqual([4, 8, 8]);
    expect(plan.ticksBetween(grid, 0, 480)).toEqual([...keyframeTicks(grid, 0, 240, 4), ...keyframeTicks(grid, 240, 480, 8)]);
  });
});
