/** A timeline that grows while it plays: what was said of a tick stays said, and the walk moves from past and predicted beats. */

import { describe, expect, it } from 'vitest';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { CURVE_NAMES } from '../../src/timeline/timeline.ts';
import type { Curves } from '../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makePreset, makeScore, triggerChange } from './helpers.ts';

const whole = syntheticTimeline();

/** What a causal tracker knows of the song after some seconds: curves so far, beats so far and two more. */
class GrowingTimeline implements Timeline {
  readonly version = 1;
  readonly rate = whole.rate;
  readonly onsets = new Float64Array(0);
  readonly sections = [];
  readonly events = [];
  known = 0;

  get duration(): number {
    return this.known;
  }

  get curves(): Curves {
    const length = Math.floor(this.known * this.rate);
    return Object.fromEntries(CURVE_NAMES.map((name) => [name, whole.curves[name].subarray(0, length)])) as unknown as Curves;
  }

  get grid(): Timeline['grid'] {
    const count = Math.max(0, whole.grid.beats.filter((time) => time <= this.known).length) + 2;
    return { ...whole.grid, beats: whole.grid.beats.slice(0, count), positions: whole.grid.positions.slice(0, count), tempo: whole.grid.tempo.slice(0, count), confidence: this.known > 3 ? 0.8 : 0.1 };
  }
}

describe('live', () => {
  it('keeps every answer once given, however often and in whatever order it is asked again', () => {
    const timeline = new GrowingTimeline();
    const score = makeScore({ timeline });
    const said = new Map<number, string>();
    for (let tick = 0; tick < 120 * 40; tick += 12) {
      timeline.known = tick / 120;
      for (const ahead of [0, 24, 60]) {
        const answer = JSON.stringify(score.modulationAt(tick + ahead));
        expect(said.get(tick + ahead) ?? answer).toBe(answer);
        said.set(tick + ahead, answer);
      }
    }
    for (const [tick, answer] of [...said].toReversed()) expect(JSON.stringify(score.modulationAt(tick))).toBe(answer);
  });

  it('a look ahead binds nobody: what is heard meanwhile still counts', () => {
    const timeline = new GrowingTimeline();
    const peeking = makeScore({ timeline });
    const plain = makeScore({ timeline });
    for (let tick = 0; tick < 120 * 20; tick += 30) {
      timeline.known = tick / 120;
      const answer = JSON.stringify(peeking.modulationAt(tick));
      expect(answer).toBe(JSON.stringify(plain.modulationAt(tick)));
      for (let ahead = 15; ahead < 720; ahead += 45) peeking.peekAt(tick + ahead);
    }
    expect(JSON.stringify(peeking.peekAt(2000).modulation)).toBe(JSON.stringify(plain.modulationAt(2000)));
  });

  it('moves on downbeats, faster where it is loud, and takes cues', () => {
    const timeline = new GrowingTimeline();
    const score = makeScore({ timeline, preset: makePreset({ mode: 'anchored' }) });
    const ask = (tick: number) => {
      timeline.known = tick / 120 + 0.01;
      return score.modulationAt(tick);
    };
    const bar = (4 * 60 * 120) / 124;
    const landed: number[] = [];
    for (let tick = 0, before = 0; tick < 120 * 70; tick++) {
      const now = Math.floor(ask(tick).position);
      if (now > before) landed.push(tick / bar);
      before = now;
    }
    expect(landed.length).toBeGreaterThan(3);
    for (const at of landed) expect(Math.abs(at - Math.round(at))).toBeLessThan(0.05);
    const before = ask(8500);
    score.apply(triggerChange('/cue/go', [], 8501));
    expect(ask(8600).position).toBeGreaterThanOrEqual(Math.floor(before.position) + 1);
  });
});
