/** Loops on a virtual clock: the start is drawn before the end is reached, nothing is late at a turn, and changes land in the next lap. */

import { afterEach, describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { secondsOfTick, tickOfSeconds } from '../../src/base/units.ts';
import { openVirtualShow, type VirtualShow } from './virtual-show.ts';

let show: VirtualShow;
afterEach(() => show.end());

/** Plays from 0 with a loop, after the buffer is full. */
async function playLoop(loop: { start: number; end: number }, cost: (now: number, drawn: number) => number): Promise<number> {
  let started = Infinity;
  show = openVirtualShow((now, drawn) => cost(now - started, drawn));
  show.ahead.start();
  await show.pass(3000);
  show.transport.setLoop(loop, show.now());
  show.play();
  started = show.now();
  return started;
}

/** 124 BPM: a bar is 1.935 s. */
const BAR = 240 / 124;

describe('a loop', () => {
  it('has its start in hand before its end is reached, and nothing is late over five laps', async () => {
    const began = await playLoop({ start: 2 * BAR, end: 8 * BAR }, () => 60);
    await show.pass(8 * BAR * 1000 - 50);
    const turn = began + 8 * BAR * 1000;
    const early = show.frames.filter((frame, i) => (show.arrivals[i] as number) < turn && (show.arrivals[i] as number) > turn - 5200 && frame.due < 4 * BAR);
    expect(early.length).toBeGreaterThan(10);
    expect(early[0]?.tick).toBe(tickOfSeconds(2 * BAR));
    expect(show.ahead.telemetry().bufferSeconds).toBeGreaterThan(4);
    await show.pass(30 * BAR * 1000);
    expect(show.transport.jumpsAt(show.now())).toBe(5);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
    expect(Math.max(...show.frames.map(({ due }) => due))).toBeLessThan(8 * BAR + 0.6);
  });

  it('shorter than what is kept, is drawn once and then only turns', async () => {
    await playLoop({ start: BAR, end: 2 * BAR }, () => 40);
    await show.pass(6000);
    const drawn = show.frames.length;
    await show.pass(20_000);
    expect(show.frames.length).toBe(drawn);
    expect(show.ahead.telemetry()).toMatchObject({ lateFrames: 0, bufferSeconds: 5 });
  });

  it('hears a change in the next lap where this one ends too soon for it', async () => {
    await playLoop({ start: 0, end: 2 * BAR }, () => 60);
    await show.pass(2 * BAR * 1000 - 40);
    const tick = show.ahead.earliestTick();
    expect(secondsOfTick(tick)).toBeLessThan(0.3);
    show.plan.changes.push({ fromTick: tick, value: 0.5 });
    show.ahead.invalidate(tick);
    await show.pass(2 * BAR * 1000);
    const fresh = show.frames.filter(({ generation }) => generation === 1);
    expect(fresh.length).toBeGreaterThan(20);
    expect(fresh[0]?.due).toBeLessThan(0.6);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
    expect(show.ahead.reachableTick(tickOfSeconds(3 * BAR))).toBe(0);
  });

  it('on a machine that gets slow keeps to fewer pictures over the turn', async () => {
    const began = await playLoop({ start: BAR, end: 9 * BAR }, (now) => (now > 8_000 ? 160 : 40));
    await show.pass(45_000);
    expect(show.transport.jumpsAt(show.now())).toBeGreaterThan(1);
    expect(show.now() - began).toBeGreaterThan(44_000);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
  });

  it('of any place and length, off the beat too, has nothing late', async () => {
    for (let i = 0; i < 3; i++) {
      const random = randomFor(11, `loop ${i}`);
      const start = 2 + random.uniform() * 6;
      await playLoop({ start, end: start + 0.4 + random.uniform() * 12 }, () => 50);
      await show.pass(30_000);
      expect(show.transport.jumpsAt(show.now())).toBeGreaterThan(0);
      expect(show.ahead.telemetry().lateFrames).toBe(0);
      if (i < 2) show.end();
    }
  });

  it('let go, plays on past its end with what comes there drawn in time', async () => {
    await playLoop({ start: 0, end: 4 * BAR }, () => 60);
    await show.pass(6 * BAR * 1000);
    show.transport.setLoop(null, show.now());
    await show.pass(4 * BAR * 1000);
    expect(show.transport.showTimeAt(show.now())).toBeGreaterThan(5.5 * BAR);
    expect(show.ahead.telemetry().lateFrames).toBe(0);
  });
});
