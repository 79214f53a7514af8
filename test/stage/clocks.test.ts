/** Clocks of a page: the server's by ping, the transport's by slewing, the speaker's by smoothing. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import type { TransportState } from '../../src/protocol/messages.ts';
import { HeardClock } from '../../src/stage/sound/heard-clock.ts';
import { ServerClock } from '../../src/stage/server-clock.ts';
import { ShowFollower, transportTime } from '../../src/stage/show-follower.ts';

const TRANSPORT: TransportState = { playing: true, showTime: 10, at: 1000, rate: 1, duration: 60, soundPage: null, clockSource: 'track', confidence: 1, tempo: 120, beat: 1, bar: 0, epoch: 1, loop: null };

describe('server clock', () => {
  it('finds the offset within half the shortest round trip, under queueing', () => {
    const random = randomFor(5, 'ping');
    const clock = new ServerClock();
    let shortest = Infinity;
    for (let i = 0; i < 12; i++) {
      const there = 1 + random.uniform() * 40;
      const back = 1 + random.uniform() * 40;
      const sent = i * 1000;
      clock.addAnswer(sent, sent + there + back, sent + there + 5000);
      shortest = Math.min(shortest, there + back);
    }
    expect(clock.roundTrip).toBeCloseTo(shortest, 9);
    expect(Math.abs(clock.toServer(20_000) - 25_000)).toBeLessThanOrEqual(shortest / 2);
  });
});

describe('server clock of a busy machine', () => {
  it('narrows the offset by answers that are slow one way at a time, and keeps up with drift', () => {
    const random = randomFor(6, 'busy ping');
    const clock = new ServerClock();
    const offsetAt = (instant: number): number => 5000 + 30e-6 * instant;
    for (let i = 0; i < 200; i++) {
      const [there, back] = i % 2 === 0 ? [2 + random.uniform(), 60 + 80 * random.uniform()] : [60 + 80 * random.uniform(), 2 + random.uniform()];
      const sent = i * 1000;
      clock.addAnswer(sent, sent + there + back, sent + there + offsetAt(sent + there));
    }
    // The best single answer may be wrong by half of more than 60 ms.
    expect(clock.roundTrip).toBeGreaterThan(60);
    expect(Math.abs(clock.toServer(200_000) - 200_000 - offsetAt(200_000))).toBeLessThan(3);
  });

  it('begins anew when a clock was set', () => {
    const clock = new ServerClock();
    for (let i = 0; i < 9; i++) clock.addAnswer(i * 1000, i * 1000 + 4, i * 1000 + 2);
    clock.addAnswer(9000, 9004, 3_602);
    expect(clock.toServer(9004)).toBe(3_604);
  });
});

describe('show follower', () => {
  it('turns with a loop, between two reports, exactly where the transport does', () => {
    const follower = new ShowFollower();
    const looped = { ...TRANSPORT, loop: { start: 9, end: 10.5 } };
    for (let instant = 1000; instant < 20_000; instant += 16) {
      const at = instant - (instant % 250);
      const passed = (at - 1000) / 1000;
      const report = { ...looped, at, showTime: passed < 0.5 ? 10 + passed : 9 + (passed - 0.5) % 1.5 };
      const now = (instant - 1000) / 1000;
      expect(follower.timeAt(report, instant)).toBeCloseTo(now < 0.5 ? 10 + now : 9 + (now - 0.5) % 1.5, 9);
    }
    expect(transportTime({ ...looped, showTime: 20 }, 3000)).toBe(22);
  });

  it('follows a drifting transport by at most 1 ms a second once it has opened', () => {
    const follower = new ShowFollower();
    follower.timeAt(TRANSPORT, 1000);
    let last = follower.timeAt(TRANSPORT, 7000);
    for (let i = 1; i < 600; i++) {
      const instant = 7000 + i * 16;
      // Every report finds the transport 20 ms further than the page believes.
      const time = follower.timeAt({ ...TRANSPORT, showTime: 16 + i * 0.016 + 0.02, at: instant }, instant);
      expect(Math.abs(time - last - 0.016)).toBeLessThanOrEqual(0.016 * 0.001 + 1e-12);
      last = time;
    }
  });

  it('takes better answers about the clock at once while it opens, and without a step later', () => {
    const follower = new ShowFollower();
    // The page believes in an offset that is 30 ms wrong, and learns better after a second.
    expect(follower.timeAt(TRANSPORT, 1030, 500)).toBeCloseTo(10.03, 9);
    expect(follower.timeAt(TRANSPORT, 2000, 1500)).toBeCloseTo(11, 9);
    const before = follower.timeAt(TRANSPORT, 9000, 8500);
    expect(before).toBeCloseTo(18, 9);
    // Later the same correction is worked off.
    expect(follower.timeAt(TRANSPORT, 9046, 8516) - before).toBeLessThanOrEqual(0.016 * 1.001 + 1e-9);
    expect(follower.timeAt(TRANSPORT, 40_030, 39_500)).toBeCloseTo(49.03, 3);
  });

  it('jumps above 100 ms, on a seek, and when paused', () => {
    const follower = new ShowFollower();
    follower.timeAt(TRANSPORT, 1000);
    expect(follower.timeAt({ ...TRANSPORT, showTime: 10.5 }, 1016)).toBeCloseTo(10.516, 9);
    expect(follower.timeAt({ ...TRANSPORT, showTime: 10.45, epoch: 2 }, 1020)).toBeCloseTo(10.47, 9);
    expect(follower.timeAt({ ...TRANSPORT, showTime: 10.4, epoch: 2, playing: false }, 1040)).toBe(10.4);
  });

  it('holds the transport within the track', () => {
    expect(transportTime(TRANSPORT, 1_000_000)).toBe(60);
    expect(transportTime({ ...TRANSPORT, duration: 0 }, 101_000)).toBe(110);
  });
});

describe('heard clock', () => {
  it('smooths the jitter of blocks and keeps the mean', () => {
    const random = randomFor(7, 'blocks');
    const clock = new HeardClock();
    const errors: number[] = [];
    for (let i = 0; i < 1200; i++) {
      const instant = i * 16.7;
      // The browser reports in blocks of 512 samples; what is truly heard is instant/1000 + 3.
      const jitter = random.uniform() * 0.0116;
      const context = { currentTime: 0, getOutputTimestamp: () => ({ contextTime: 3 + instant / 1000 - jitter, performanceTime: instant + 1e-6 }) };
      const heard = clock.contextTimeAt(context, instant);
      if (i > 200) errors.push(heard - (instant / 1000 + 3 - 0.0058));
    }
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.003);
  });

  it('falls back on the output latency', () => {
    expect(new HeardClock().contextTimeAt({ currentTime: 5, outputLatency: 0.04 }, 2000)).toBeCloseTo(4.96, 9);
  });
});
