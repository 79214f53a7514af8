/** The transport is pure: every instant is an argument, so its promises can be checked exactly. */

import { describe, expect, it } from 'vitest';
import { Transport } from '../../src/ahead/transport.ts';
import { randomFor } from '../../src/base/random.ts';

describe('free clock', () => {
  it('moves at its rate while playing, holds while paused, stops at the end', () => {
    const transport = new Transport({ clock: 'free', duration: 10 });
    expect(transport.showTimeAt(5000)).toBe(0);
    transport.play(5000);
    expect(transport.showTimeAt(6500)).toBeCloseTo(1.5, 9);
    transport.setRate(2, 6500);
    expect(transport.showTimeAt(7500)).toBeCloseTo(3.5, 9);
    transport.pause(7500);
    expect(transport.showTimeAt(99_000)).toBeCloseTo(3.5, 9);
    transport.play(99_000);
    expect(transport.showTimeAt(150_000)).toBe(10);
    expect(transport.endedAt(150_000)).toBe(true);
    expect(transport.endedAt(99_100)).toBe(false);
  });

  it('counts jumps: seeks and new tracks', () => {
    const transport = new Transport({ clock: 'free', duration: 60 });
    transport.play(0);
    transport.seek(30, 1000);
    expect(transport.epoch).toBe(1);
    expect(transport.showTimeAt(2000)).toBeCloseTo(31, 9);
    transport.seek(-5, 2000);
    expect(transport.showTimeAt(2000)).toBe(0);
    transport.load(20, 3000);
    expect([transport.epoch, transport.playing, transport.showTimeAt(9000)]).toEqual([3, false, 0]);
  });

  it('tells the instant of a show time', () => {
    const transport = new Transport({ clock: 'free', duration: 60 });
    expect(transport.instantOf(5, 0)).toBe(Infinity);
    transport.play(1000);
    expect(transport.instantOf(5, 2000)).toBeCloseTo(6000, 6);
  });
});

describe('sound clock', () => {
  it('holds at its start until a sound page is heard, then runs on when the page dies', () => {
    const transport = new Transport({ duration: 60 });
    transport.play(0);
    transport.setSoundPage('a', 500);
    expect([transport.showTimeAt(3000), transport.moving]).toEqual([0, false]);
    transport.hear({ showTime: 0.2, at: 3000, playing: true }, 3010);
    expect(transport.showTimeAt(3010)).toBeCloseTo(0.21, 9);
    transport.setSoundPage(null, 4000);
    expect(transport.showTimeAt(5000)).toBeCloseTo(2.2, 9);
  });

  it('follows a sound card that runs 0.1 % fast, through jittering reports, without going backward', () => {
    const transport = new Transport({ duration: 0 });
    const random = randomFor(1, 'jitter');
    transport.play(0);
    let before = 0;
    let worst = 0;
    for (let now = 0; now < 60_000; now += 10) {
      const heard = (now / 1000) * 1.001;
      if (now % 250 === 0) transport.hear({ showTime: heard + 0.004 * random.normal(), at: now, playing: true }, now);
      const shown = transport.showTimeAt(now);
      expect(shown).toBeGreaterThanOrEqual(before);
      before = shown;
      if (now > 5000) worst = Math.max(worst, Math.abs(shown - heard));
    }
    expect(worst).toBeLessThan(0.02);
  });

  it('jumps when the sound is far off, but not to reports from before a seek', () => {
    const transport = new Transport({ duration: 100 });
    transport.play(0);
    transport.hear({ showTime: 1, at: 0, playing: true }, 0);
    transport.seek(50, 1000);
    transport.hear({ showTime: 2.1, at: 1090, playing: true }, 1100);
    expect(transport.showTimeAt(1100)).toBeCloseTo(50.1, 6);
    transport.hear({ showTime: 2.2, at: 2000, playing: true, epoch: 0 }, 2000);
    expect(transport.showTimeAt(2000)).toBeCloseTo(51, 6);
    transport.hear({ showTime: 60, at: 3000, playing: true, epoch: 1 }, 3000);
    expect(transport.showTimeAt(3000)).toBeCloseTo(60, 6);
  });

  it('ignores a page that says it is paused', () => {
    const transport = new Transport({ duration: 100 });
    transport.play(0);
    transport.hear({ showTime: 7, at: 0, playing: false }, 0);
    expect(transport.moving).toBe(false);
  });
});

describe('a loop', () => {
  const playing = (clock: 'free' | 'sound' = 'free'): Transport => {
    const transport = new Transport({ clock, duration: 60 });
    transport.play(0);
    return transport;
  };

  it('turns exactly at its end, lap after lap, whenever it is asked, and voids no schedule', () => {
    const transport = playing();
    transport.setLoop({ start: 10, end: 12 }, 1000);
    const { epoch } = transport;
    for (const [now, time] of [[9000, 9], [11_999, 11.999], [12_000, 10], [13_500, 11.5], [14_000, 10], [15_000_250, 10.25]] as const) expect(transport.showTimeAt(now)).toBeCloseTo(time, 6);
    expect(transport.epoch).toBe(epoch);
    expect([11_999, 12_000, 14_000].map((now) => transport.jumpsAt(now) - epoch)).toEqual([0, 1, 2]);
    expect(transport.instantOf(10.9, 13_500)).toBeCloseTo(14_900, 6);
    expect(transport.instantOf(11.4, 13_500)).toBeCloseTo(13_400, 6);
    expect(transport.instantOf(12.5, 13_500)).toBe(Infinity);
    expect(transport.endedAt(1e9)).toBe(false);
  });

  it('goes through pause, another rate, seeks and its own end', () => {
    const transport = playing();
    transport.setLoop({ start: 10, end: 12 }, 0);
    transport.pause(13_000);
    expect(transport.showTimeAt(99_000)).toBeCloseTo(11, 9);
    transport.play(20_000);
    transport.setRate(2, 20_000);
    expect(transport.showTimeAt(20_750)).toBeCloseTo(10.5, 9);
    const laps = transport.jumpsAt(20_750);
    transport.seek(40, 20_750);
    expect(transport.showTimeAt(21_750)).toBeCloseTo(42, 9);
    expect(transport.jumpsAt(21_750)).toBe(laps + 1);
    transport.seek(11, 21_750);
    expect(transport.showTimeAt(22_500)).toBeCloseTo(10.5, 9);
    transport.setLoop(null, 22_500);
    expect(transport.showTimeAt(24_500)).toBeCloseTo(14.5, 9);
  });

  it('is cut at the end of the track, is none when too short, and goes with the track', () => {
    const transport = playing();
    transport.setLoop({ start: 50, end: 80 }, 0);
    expect(transport.loop).toEqual({ start: 50, end: 60 });
    expect(transport.showTimeAt(61_000)).toBeCloseTo(51, 9);
    transport.setLoop({ start: 5, end: 5.05 }, 0);
    expect(transport.loop).toBeNull();
    transport.setLoop({ start: 5, end: 6 }, 0);
    transport.load(30, 0);
    expect(transport.loop).toBeNull();
  });

  it('follows a sound page that turns by itself, a little early or late, without a jump', () => {
    for (const lag of [-0.03, 0.03]) {
      const transport = playing('sound');
      transport.hear({ showTime: 0, at: 0, playing: true }, 0);
      transport.setLoop({ start: 1, end: 3 }, 100);
      let before = transport.showTimeAt(0);
      for (let now = 150; now < 20_000; now += 150) {
        const sounded = now / 1000 + lag;
        transport.hear({ showTime: sounded < 3 ? sounded : 1 + (sounded - 3) % 2, at: now, playing: true }, now + 5);
        const time = transport.showTimeAt(now + 5);
        const step = time - before;
        expect(Math.abs(step < -1 ? step + 2 : step)).toBeLessThan(0.17);
        before = time;
      }
      expect(transport.jumpsAt(20_000) - transport.epoch).toBe(9);
    }
  });
});
