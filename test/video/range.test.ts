import { describe, expect, it } from 'vitest';
import { CURVE_NAMES, type Curves, type Timeline } from '../../src/timeline/timeline.ts';
import { chooseRange } from '../../src/video/range.ts';

function track(duration: number, drop?: number): Timeline {
  return {
    version: 1,
    duration,
    rate: 100,
    curves: Object.fromEntries(CURVE_NAMES.map((name) => [name, new Float32Array(4)])) as unknown as Curves,
    grid: { beats: new Float64Array(), positions: new Uint8Array(), tempo: new Float32Array(), metre: 4, confidence: 0 },
    onsets: new Float64Array(),
    sections: [
      { start: 0, end: 30, label: 'A', kind: 'intro', energy: 0.1 },
      { start: 30, end: duration, label: 'B', kind: 'verse', energy: 0.9 },
    ],
    events: drop === undefined ? [] : [{ kind: 'drop', start: drop, end: drop, strength: 1 }],
  };
}

describe('chooseRange', () => {
  it('has round(duration × fps) frames, for the rates where float arithmetic likes to slip', () => {
    for (const fps of [12, 24, 25, 29.97, 30, 50, 60]) {
      for (let n = 1; n < 2000; n += 7) {
        const range = chooseRange(track(n / fps), { fps });
        expect(range.frames).toBe(Math.round((n / fps) * fps));
      }
    }
  });

  it('gives frames ascending ticks that start with the range', () => {
    const range = chooseRange(track(60), { fps: 25, from: 10, to: 20 });
    expect([range.from, range.to, range.frames]).toEqual([10, 20, 250]);
    expect(range.tickOf(0)).toBe(1200);
    for (let i = 1; i < 250; i++) expect(range.tickOf(i)).toBeGreaterThan(range.tickOf(i - 1));
  });

  it('drafts 20 s around the drop, inside the track', () => {
    expect(chooseRange(track(120, 60), { fps: 30, draft: true })).toMatchObject({ from: 52, to: 72 });
    expect(chooseRange(track(65, 60), { fps: 30, draft: true })).toMatchObject({ from: 45, to: 65 });
    expect(chooseRange(track(12, 3), { fps: 30, draft: true })).toMatchObject({ from: 0, to: 12 });
    expect(chooseRange(track(120), { fps: 30, draft: true })).toMatchObject({ from: 22 });
  });

  it('refuses a range outside the track', () => {
    expect(() => chooseRange(track(60), { fps: 30, from: 60 })).toThrow('behind the end');
    expect(() => chooseRange(track(60), { fps: 30, from: 20, to: 10 })).toThrow('after --from');
  });
});
