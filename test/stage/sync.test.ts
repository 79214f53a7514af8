/** Offsets that are kept, hands that tap, and the light of a beat against its sound. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { BeatLight } from '../../src/stage/beat-light.ts';
import { DisplayOffset } from '../../src/stage/page/display-offset.ts';
import { TapTrial } from '../../src/stage/page/tap-trial.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

class Shelf {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}

describe('display offset', () => {
  it('is kept for each output, within 500 ms; the address comes first', () => {
    const shelf = new Shelf();
    const of = (query: string): DisplayOffset => new DisplayOffset(new URLSearchParams(query), shelf);
    of('').save(42.4);
    of('output=left').save(-900);
    expect(of('').milliseconds).toBe(42);
    expect(of('output=left').seconds).toBe(-0.5);
    expect(of('output=right').milliseconds).toBe(0);
    expect(of('offset=80').milliseconds).toBe(80);
    expect(of('offset=nonsense').milliseconds).toBe(42);
    shelf.setItem('latentbeat.offset.stage', 'broken');
    expect(of('').milliseconds).toBe(0);
  });
});

describe('tapping along', () => {
  it('finds a late display by the difference of two trials, whoever taps', () => {
    const random = randomFor(6, 'taps');
    for (const [habit, late] of [[-45, 70], [10, 30], [-20, -15]] as const) {
      const measure = (delay: number): number => {
        const trial = new TapTrial(0.6);
        for (let beat = 3; !trial.isDone; beat++) trial.tap(100 + beat * 0.6 + (habit + delay + random.normal() * 12) / 1000, 100);
        return trial.lateness as number;
      };
      expect(Math.abs(measure(late) - measure(0) - late)).toBeLessThan(20);
    }
  });

  it('forgets slips and warms up', () => {
    const trial = new TapTrial(0.6);
    trial.tap(0.3, 0);
    expect(trial.count).toBe(0);
    for (let beat = 0; beat < 12; beat++) trial.tap(beat * 0.6 + (beat < 2 ? 0.2 : 0.02), 0);
    expect(trial.lateness).toBeCloseTo(20, 6);
  });
});

describe('beat to light', () => {
  const { grid } = syntheticTimeline();
  const follow = (lead: number, frame: number, offset = 0): BeatLight => {
    const light = new BeatLight();
    const start = (grid.beats[2] as number) - 0.1;
    for (let i = 0; i < 20 / frame; i++) light.add(grid, { instant: i * frame * 1000, heard: start + i * frame, time: start + i * frame + lead + offset / 1000, offset });
    return light;
  };

  it('is within a frame where pictures are drawn one frame ahead, whatever the display holds back', () => {
    for (const offset of [0, 80, -40]) {
      const { p95, median } = follow(1 / 60, 1 / 60, offset).summary as { p95: number; median: number };
      expect(p95).toBeLessThan(1000 / 60 + 0.1);
      expect(median).toBeGreaterThan(0);
    }
  });

  it('sees a picture that is late, and says nothing before it knows', () => {
    expect((follow(-0.08, 1 / 60).summary as { median: number }).median).toBeGreaterThan(90);
    expect(new BeatLight().summary).toBeNull();
  });
});
