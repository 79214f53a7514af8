/** Routes: attack and release in seconds, thresholds and rests, shapes that move on the beat and not after it. */

import { describe, expect, it } from 'vitest';
import { accentOf, bumpShape, OVERSHOOT, preRollOf, stepShape } from '../../src/score/beat-shape.ts';
import { route, RouteRunner } from '../../src/score/route.ts';
import type { RouteSpec } from '../../src/score/route.ts';
import { StageRoutes, stageRoutesOf } from '../../src/score/stage-routes.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makePreset } from './helpers.ts';

const timeline = syntheticTimeline();
const BEAT = 60 / 124;
const TICK = 1 / 120;

function trace(specs: readonly RouteSpec[], target: string, from: number, to: number): number[] {
  const runner = new RouteRunner(specs, timeline);
  return Array.from({ length: to - from }, (_, i) => runner.advanceTo(from + i)[target] as number);
}

describe('beat shapes', () => {
  it.each([0.25, 0.35, BEAT, 0.85])('a step at a beat of %f s is fastest on it, overshoots 5 to 8 % and settles within the beat', (beat) => {
    const times = Array.from({ length: 2000 }, (_, i) => -beat / 2 + (i / 2000) * 1.5 * beat);
    const values = times.map((time) => stepShape(time, beat));
    const speeds = values.map((value, i) => value - (values[i - 1] ?? 0));
    expect(Math.abs(times[speeds.indexOf(Math.max(...speeds))] as number)).toBeLessThan(0.005);
    expect(Math.max(...values) - 1).toBeGreaterThan(0.05);
    expect(Math.max(...values) - 1).toBeLessThan(0.08);
    expect(stepShape(-preRollOf(beat) - 1e-6, beat)).toBe(0);
    expect(stepShape(0.76 * beat, beat)).toBeCloseTo(1, 9);
    for (const speed of speeds) expect(Math.abs(speed)).toBeLessThan(0.02);
  });

  it('a bump comes back to nothing through a small dip', () => {
    const values = Array.from({ length: 500 }, (_, i) => bumpShape(-0.15 + (i / 500) * 0.6, BEAT));
    expect(Math.max(...values)).toBeCloseTo(1, 2);
    expect(Math.min(...values)).toBeCloseTo(-OVERSHOOT, 2);
    expect(bumpShape(0.76 * BEAT, BEAT)).toBeCloseTo(0, 9);
  });

  it('accents weigh 1, .4, .6, .4 and half as much again in the first bar of a phrase', () => {
    expect([1, 2, 3, 4].map((position) => accentOf(position, 4, 3))).toEqual([1, 0.4, 0.6, 0.4]);
    expect(accentOf(1, 4, 8)).toBe(1.5);
    expect([1, 2, 3].map((position) => accentOf(position, 3, 1))).toEqual([1, 0.4, 0.4]);
    expect(accentOf(1, 4, -8)).toBe(1.5);
  });
});

describe('routes', () => {
  it('follow rises with attack and falls with release, whatever the song', () => {
    const spec = route('event:drop', 'look.light', 1, { attack: { amount: 0.1, unit: 's' }, release: { amount: 1, unit: 'bar' } });
    const at = Math.round(12 * 4 * BEAT * 120);
    const values = trace([spec], 'look.light', at - 10, at + 60);
    expect(values[5]).toBe(0);
    const elapsed = 30 * TICK;
    expect(values[40]).toBeCloseTo(1 - Math.exp(-elapsed / 0.1), 1);
  });

  it('a hit fires at the threshold, rests, and changes sides', () => {
    const spec = route('snare', 'look.rotate', 1.5, { shape: 'hit', alternate: true, threshold: 0.5, release: { amount: 0.1, unit: 's' } });
    const from = Math.round(14 * 4 * BEAT * 120);
    const values = trace([spec], 'look.rotate', from, from + Math.round(8 * BEAT * 120));
    const peaks = values.flatMap((value, i) => (Math.abs(value) > 0.8 && Math.abs(value) >= Math.abs(values[i - 1] ?? 0) && Math.abs(value) > Math.abs(values[i + 1] ?? 0) ? [Math.sign(value)] : []));
    expect(peaks.length).toBe(4);
    expect(peaks).toEqual([1, -1, 1, -1].map((side) => side * (peaks[0] as number)));
  });

  it('a sway moves on beats by its accents and never runs away', () => {
    const from = Math.round(13 * 4 * BEAT * 120);
    const values = trace([route('beat', 'walk.pulse', 1, { shape: 'sway' })], 'walk.pulse', from, from + Math.round(28 * BEAT * 120));
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(1.6);
    const speeds = values.map((value, i) => Math.abs(value - (values[i - 1] ?? value)));
    for (let beat = 1; beat < 27; beat++) {
      const onBeat = Math.round(beat * BEAT * 120);
      const near = Math.max(...speeds.slice(onBeat - 3, onBeat + 4));
      const between = Math.max(...speeds.slice(onBeat + 28, onBeat + 34));
      expect(near).toBeGreaterThan(4 * between);
    }
  });

  it('without a grid a beat shape answers the hits themselves', () => {
    const gridless = { ...timeline, grid: { ...timeline.grid, confidence: 0 } };
    const runner = new RouteRunner([route('kick', 'look.zoom', 0.03, { shape: 'beat' })], gridless);
    const from = Math.round(14 * 4 * BEAT * 120);
    const values = Array.from({ length: 240 }, (_, i) => runner.advanceTo(from + i)['look.zoom'] as number);
    expect(Math.max(...values)).toBeGreaterThan(0.02);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  it('one phrase of four rests', () => {
    const long = syntheticTimeline({ sections: [{ bars: 16, kind: 'drop', label: 'A', energy: 0.9 }, { bars: 8, kind: 'verse', label: 'B', energy: 0.5 }, { bars: 8, kind: 'drop', label: 'A', energy: 0.9 }] });
    const runner = new RouteRunner([route('beat', 'walk.pulse', 1, { shape: 'sway' })], long);
    const moved = (bar: number): number => {
      const values = Array.from({ length: 300 }, (_, i) => runner.advanceTo(Math.round(bar * 4 * BEAT * 120) + i)['walk.pulse'] as number);
      return Math.max(...values) - Math.min(...values);
    };
    expect([2, 10, 26].map(moved).every((size) => size > 0.3)).toBe(true);
    expect(moved(19)).toBe(0);
  });
});

describe('stage routes', () => {
  const specs = makePreset({ look: { palettes: [0, 0.1] } }).routes;

  it('moves the look alone, the same at 30 and 60 frames a second', () => {
    expect(stageRoutesOf(specs).some(({ to }) => to.startsWith('walk.'))).toBe(false);
    const slow = new StageRoutes(specs, timeline);
    const fast = new StageRoutes(specs, timeline);
    fast.valuesAt(20);
    for (let frame = 0; frame < 300; frame++) {
      const time = 20 + frame / 30;
      if (frame > 0) fast.valuesAt(time - 1 / 60);
      const values = fast.valuesAt(time);
      expect(Object.keys(values).length).toBeGreaterThan(5);
      for (const [path, value] of Object.entries(slow.valuesAt(time))) expect(values[path]).toBeCloseTo(value, 9);
    }
  });

  it('after a jump it stands where it would have been without', () => {
    const steady = new StageRoutes(specs, timeline);
    for (let time = 0; time < 30; time += 0.25) steady.valuesAt(time);
    const jumped = new StageRoutes(specs, timeline);
    jumped.valuesAt(70);
    expect(jumped.valuesAt(30)['look.zoom']).toBeCloseTo(steady.valuesAt(30)['look.zoom'] as number, 6);
  });
});
