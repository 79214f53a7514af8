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
