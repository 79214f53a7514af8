import { describe, expect, it } from 'vitest';
import { placeInGrid, timeOfBeat, type BeatGrid } from '../../src/timeline/timeline.ts';

/** Beats every 0.5 s from 1 s on, in 4, with a pick-up of two beats. */
const grid: BeatGrid = {
  beats: Float64Array.from({ length: 18 }, (_, i) => 1 + i * 0.5),
  positions: Uint8Array.from({ length: 18 }, (_, i) => ((i + 2) % 4) + 1),
  tempo: Float32Array.from({ length: 18 }, () => 120),
  metre: 4,
  confidence: 1,
};

describe('beat grid', () => {
  it('is its own inverse inside and beyond the ends', () => {
    for (let time = -3; time < 15; time += 0.137) expect(timeOfBeat(grid, placeInGrid(grid, time).beat)).toBeCloseTo(time, 6);
  });

  it('counts bars from the first downbeat, pick-up before it', () => {
    expect(placeInGrid(grid, 1.1)).toMatchObject({ index: 0, positionInBar: 3, bar: -1 });
    expect(placeInGrid(grid, 2)).toMatchObject({ positionInBar: 1, bar: 0 });
    expect(placeInGrid(grid, 4.2)).toMatchObject({ positionInBar: 1, bar: 1 });
  });

  it('goes on at the last tempo with positions and bars that continue', () => {
    const places = Array.from({ length: 40 }, (_, i) => placeInGrid(grid, -4 + i * 0.5 + 0.01));
    for (let i = 1; i < places.length; i++) {
      const [before, now] = [places[i - 1]!, places[i]!];
      expect(now.positionInBar).toBe((before.positionInBar % 4) + 1);
      expect(now.bar).toBe(before.bar + (now.positionInBar === 1 ? 1 : 0));
    }
  });

  it('runs at 120 BPM where there are no beats', () => {
    const empty: BeatGrid = { beats: new Float64Array(), positions: new Uint8Array(), tempo: new Float32Array(), metre: 4, confidence: 0 };
    expect(placeInGrid(empty, 2)).toMatchObject({ tempo: 120, bar: 1, positionInBar: 1 });
  });
});
