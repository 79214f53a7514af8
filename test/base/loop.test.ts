/** The arithmetic of loops, over many random loops: what plays when is told the same by all of its functions. */

import { describe, expect, it } from 'vitest';
import { catches, playOn, secondsUntil, spansAhead, turnsWithin, withinLoop, type Loop } from '../../src/base/loop.ts';
import { randomFor } from '../../src/base/random.ts';

interface Case {
  readonly loop: Loop;
  readonly time: number;
  readonly elapsed: number;
}

/** Loops of a tenth of a second to 30 s, and places before, in and beyond them. */
const CASES: readonly Case[] = Array.from({ length: 600 }, (_, i) => {
  const random = randomFor(7, `loop ${i}`);
  const start = random.uniform() * 40;
  const loop = { start, end: start + 0.1 + random.uniform() ** 3 * 30 };
  return { loop, time: random.uniform() * 80, elapsed: random.uniform() * 20 };
});

describe('a loop', () => {
  it('is played as steps of any length say: turning is the same all at once or bit by bit', () => {
    for (const { loop, time, elapsed } of CASES) {
      const parts = 7;
      let at = time;
      let turns = 0;
      for (let i = 0; i < parts; i++) {
        turns += turnsWithin(at, elapsed / parts, loop);
        at = playOn(at, elapsed / parts, loop);
      }
      const all = playOn(time, elapsed, loop);
      const apart = Math.abs(all - at);
      expect(Math.min(apart, Math.abs(apart - (loop.end - loop.start)))).toBeLessThan(1e-9);
      if (apart < 1e-9) expect(turns).toBe(turnsWithin(time, elapsed, loop));
    }
  });

  it('never leaves what it has caught, and lets go on what lies beyond it', () => {
    for (const { loop, time, elapsed } of CASES) {
      const there = playOn(time, elapsed, loop);
      if (catches(loop, time)) expect(there).toBeLessThan(loop.end);
      else expect(there).toBe(time + elapsed);
      if (turnsWithin(time, elapsed, loop) > 0) expect(there).toBeGreaterThanOrEqual(loop.start);
    }
  });

  it('tells how long a place is off: playing so long leads there', () => {
    for (const { loop, time } of CASES) {
      const target = loop.start + (loop.end - loop.start) * 0.4;
      const wait = secondsUntil(target, time, loop);
      if (!catches(loop, time)) expect(wait).toBe(target - time);
      else {
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(playOn(time, wait + 1e-9, loop)).toBeCloseTo(target, 6);
        const error = secondsUntil(target, time, loop, Infinity);
        if (time >= loop.start) expect(Math.abs(error)).toBeLessThanOrEqual((loop.end - loop.start) / 2);
      }
      expect(withinLoop(target, time, loop)).toBe(target);
      if (catches(loop, time)) expect(withinLoop(loop.end + 1, time, loop)).toBe(loop.start);
    }
  });

  it('lists what comes in its order, each place once, at most a lap', () => {
    for (const { loop, time, elapsed } of CASES) {
      const from = elapsed / 5;
      const spans = spansAhead(time, from, elapsed, loop);
      const length = spans.reduce((sum, span) => sum + span.to - span.from, 0);
      expect(length).toBeLessThanOrEqual(elapsed - from + 1e-9);
      if (!catches(loop, time)) expect(spans).toEqual([{ from: time + from, to: time + elapsed, lap: 0 }]);
      // Walked along, the spans are what is played, until a whole lap is told.
      let passed = from;
      for (const span of spans) {
        expect(span.from).toBeCloseTo(playOn(time, passed + 1e-9, loop), 6);
        expect(span.lap).toBe(turnsWithin(time, passed + 1e-9, loop));
        passed += span.to - span.from;
      }
      const whole = catches(loop, time) && turnsWithin(time, elapsed, loop) > 0;
      if (!whole) expect(passed).toBeCloseTo(elapsed, 9);
      else expect(passed).toBeGreaterThanOrEqual(Math.min(elapsed, from + loop.end - loop.start) - 1e-6);
    }
  });
});
