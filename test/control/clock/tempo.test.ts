/** The tempo clock against taps and trackers of known tempo; time is a number, so nothing here waits. */

import { describe, expect, it } from 'vitest';
import { median } from '../../../src/base/math.ts';
import { randomFor } from '../../../src/base/random.ts';
import { OPERATOR_BARS, TAP_PAUSE, TempoClock } from '../../../src/control/clock/tempo.ts';
import type { BeatGrid } from '../../../src/timeline/timeline.ts';
import { runMidiClock, tapErrors } from '../../helpers/clock-simulation.ts';

const clockAt = (tempo = 120): TempoClock => new TempoClock({ now: 0, tempo });
const tapAt = (clock: TempoClock, ...times: number[]): void => times.forEach((time) => clock.tap(time));

function steadyGrid(tempo: number, count: number, confidence = 0.9): BeatGrid {
  return {
    beats: Float64Array.from({ length: count }, (_, i) => 1 + (i * 60) / tempo),
    positions: Uint8Array.from({ length: count }, (_, i) => (i % 4) + 1),
    tempo: new Float32Array(count).fill(tempo), metre: 4, confidence,
  };
}

describe('free run', () => {
  it('counts beats and bars from its start', () => {
    const place = clockAt(120).placeAt(2750);
    expect(place).toMatchObject({ source: 'free', tempo: 120, positionInBar: 2, bar: 1 });
    expect(place.beat).toBeCloseTo(5.5, 9);
    expect(place.phase).toBeCloseTo(0.5, 9);
  });

  it('counts backward before its start', () => expect(clockAt(120).placeAt(-250)).toMatchObject({ positionInBar: 4, bar: -1 }));
});

describe('tapping', () => {
  it.each([40, 72, 97.3, 124, 174, 240])('four taps at %d BPM give that tempo and put a beat on the last tap', (tempo) => {
    const clock = clockAt();
    const beat = 60_000 / tempo;
    tapAt(clock, 1000, 1000 + beat, 1000 + 2 * beat, 1000 + 3 * beat);
    const place = clock.placeAt(1000 + 7 * beat);
    expect(place.source).toBe('tap');
    expect(place.tempo).toBeCloseTo(tempo, 6);
    expect(Math.abs(place.beat - Math.round(place.beat))).toBeLessThan(1e-6);
    expect(place.confidence).toBeGreaterThan(0.7);
  });

  it('two taps change nothing', () => {
    const clock = clockAt();
    tapAt(clock, 0, 300);
    expect(clock.placeAt(400)).toMatchObject({ source: 'free', tempo: 120 });
  });

  it('averages uneven taps, and believes them less', () => {
    const random = randomFor(2, 'taps');
    const times = Array.from({ length: 5 }, (_, i) => 5000 + i * 500 + 30 * (random.uniform() - 0.5));
    const [uneven, even] = [clockAt(), clockAt()];
    tapAt(uneven, ...times);
    tapAt(even, 5000, 5500, 6000, 6500, 7000);
    expect(Math.abs(uneven.placeAt(8000).tempo - 120)).toBeLessThan(2);
    expect(uneven.placeAt(8000).confidence).toBeLessThan(even.placeAt(8000).confidence);
  });

  it('takes a missed tap for two beats and a doubled tap for halves', () => {
    const missed = clockAt(90);
    tapAt(missed, 0, 500, 1000, 2000);
    expect(missed.placeAt(2000).tempo).toBeCloseTo(120, 6);
    const doubled = clockAt(90);
    tapAt(doubled, 0, 500, 750, 1000, 1500);
    expect(doubled.placeAt(1500).tempo).toBeGreaterThan(110);
  });

  it('starts over after a pause', () => {
    const clock = clockAt();
    tapAt(clock, 0, 500, 1000);
    const later = 1000 + TAP_PAUSE + 1;
    tapAt(clock, later, later + 400);
    expect(clock.placeAt(later + 400).tempo).toBeCloseTo(120, 6);
    tapAt(clock, later + 800);
    expect(clock.placeAt(later + 800).tempo).toBeCloseTo(150, 6);
  });

  it('keeps the octave that a confident tracker hears', () => {
    const clock = clockAt();
    clock.hear(1000, { tempo: 140, lastBeatAt: 900, positionInBar: 1, confidence: 0.9 });
    const half = 60_000 / 71;
    tapAt(clock, 2000, 2000 + half, 2000 + 2 * half, 2000 + 3 * half);
    expect(clock.placeAt(6000).tempo).toBeCloseTo(142, 6);
  });

  it('moves the count by less than a beat', () => {
    const clock = clockAt(120);
    const before = clock.placeAt(7000).beat;
    tapAt(clock, 6010, 6510, 7010);
    expect(Math.abs(clock.placeAt(7010).beat - before)).toBeLessThan(0.6);
  });
});

describe('operator', () => {
  it('setting the tempo keeps the place in the beat', () => {
    const clock = clockAt(120);
    const before = clock.placeAt(3210).beat;
    clock.setTempo(3210, 174);
    expect(clock.placeAt(3210)).toMatchObject({ source: 'osc', tempo: 174 });
    expect(clock.placeAt(3210).beat).toBeCloseTo(before, 9);
    expect(clock.placeAt(3210 + 60_000 / 174).beat).toBeCloseTo(before + 1, 9);
  });

  it('downbeat now is beat 1 of bar 0', () => {
    const clock = clockAt(100);
    clock.setDownbeat(4321);
    expect(clock.placeAt(4321)).toMatchObject({ beat: 0, positionInBar: 1, bar: 0, tempo: 100, phase: 0 });
  });

  it('nudge moves beats later by that much in all, not by that much each time', () => {
    const clock = clockAt(120);
    clock.setNudge(10);
    clock.setNudge(20);
    expect(clock.placeAt(2020).beat).toBeCloseTo(4, 9);
    clock.setNudge(0);
    expect(clock.placeAt(2000).beat).toBeCloseTo(4, 9);
  });

  it('doubling and halving keep the beat that is on', () => {
    const clock = clockAt(120);
    clock.scaleTempo(2100, 2);
    expect(clock.placeAt(2100)).toMatchObject({ tempo: 240 });
    expect(clock.placeAt(2100).beat).toBeCloseTo(4.2, 9);
    expect(clock.placeAt(2250).beat).toBeCloseTo(5, 9);
    clock.scaleTempo(2300, 0.5);
    expect(clock.placeAt(2750).beat).toBeCloseTo(6, 9);
  });

  it('rounds to whole BPM without moving the beat', () => {
    const clock = clockAt(123.7);
    const before = clock.placeAt(5000).beat;
    clock.roundTempo(5000);
    expect(clock.placeAt(5000)).toMatchObject({ tempo: 124 });
    expect(clock.placeAt(5000).beat).toBeCloseTo(before, 9);
  });

  it('a push runs 4 % ahead while held, and the beat stays where it leaves it', () => {
    const clock = clockAt(120);
    clock.setPush(0, 1);
    expect(clock.placeAt(1000).beat).toBeCloseTo(2.08, 9);
    expect(clock.setPush(1000, 0)).toBeCloseTo(-40, 9);
    expect(clock.placeAt(2000).beat).toBeCloseTo(4.08, 9);
    clock.setPush(2000, -0.5);
    expect(clock.placeAt(3000).beat).toBeCloseTo(6.04, 9);
  });

  it('clamps wild tempi', () => {
    const clock = clockAt();
    clock.setTempo(0, 1e9);
    expect(clock.placeAt(0).tempo).toBe(999);
    clock.setTempo(0, -3);
    expect(clock.placeAt(0).tempo).toBe(20);
  });
});

describe('ranks of sources', () => {
  const hearSteadily = (clock: TempoClock, from: number, to: number, tempo: number): void => {
    const beat = 60_000 / tempo;
    for (let i = 0; from + i * beat <= to; i++) clock.hear(from + i * beat + 20, { tempo, lastBeatAt: from + i * beat, positionInBar: (i % 4) + 1, confidence: 0.8 });
  };

  it('the tracker leads over free run, with its bar positions', () => {
    const clock = clockAt();
    hearSteadily(clock, 500, 8000, 100);
    const place = clock.placeAt(500 + 12 * 600);
    expect(place).toMatchObject({ source: 'live', tempo: 100, positionInBar: 1, confidence: 0.8 });
  });

  it('a tap outranks the tracker for eight bars, then the tracker leads again', () => {
    const clock = clockAt();
    hearSteadily(clock, 0, 2000, 100);
    tapAt(clock, 2000, 2500, 3000, 3500);
    const reign = OPERATOR_BARS * 4 * 500;
    hearSteadily(clock, 3000, 3500 + reign - 100, 100);
    expect(clock.placeAt(3500 + reign - 1)).toMatchObject({ source: 'tap', tempo: 120 });
    hearSteadily(clock, 3600 + reign, 5000 + reign, 100);
    expect(clock.placeAt(5000 + reign)).toMatchObject({ source: 'live', tempo: 100 });
  });

  it('with nobody else to lead, a tapped tempo stays', () => {
    const clock = clockAt();
    tapAt(clock, 0, 400, 800);
    expect(clock.placeAt(600_000)).toMatchObject({ source: 'tap', tempo: 150 });
  });

  it('goes on without a jump when the tracker falls silent', () => {
    const clock = clockAt();
    hearSteadily(clock, 0, 6000, 100);
    const last = clock.placeAt(9999);
    const silent = clock.placeAt(10_100);
    expect([last.source, silent.source]).toEqual(['live', 'free']);
    expect(silent.beat - last.beat).toBeCloseTo((101 * 100) / 60_000, 6);
  });

  it('ignores a tracker without confidence or with a wild tempo', () => {
    const clock = clockAt();
    clock.hear(100, { tempo: 90, lastBeatAt: 100, positionInBar: 1, confidence: 0.1 });
    clock.hear(100, { tempo: NaN, lastBeatAt: 100, positionInBar: 1, confidence: 0.9 });
    expect(clock.placeAt(200)).toMatchObject({ source: 'free', tempo: 120 });
  });

  it('the grid of the track outranks all while show time is given', () => {
    const clock = clockAt();
    tapAt(clock, 0, 400, 800);
    clock.useGrid(steadyGrid(124, 40));
    expect(clock.placeAt(1000, 1)).toMatchObject({ source: 'track', confidence: 0.9, positionInBar: 1, bar: 0 });
    expect(clock.placeAt(1000, 1 + 240 / 124)).toMatchObject({ source: 'track', bar: 1 });
    expect(clock.placeAt(1000)).toMatchObject({ source: 'tap', tempo: 150 });
    clock.useGrid(null);
    expect(clock.placeAt(1000, 1)).toMatchObject({ source: 'tap' });
  });
});

/** The largest step of the shown beat between two milliseconds, in beats beyond or behind what the tempo says. */
function largestJump(clock: TempoClock, from: number, to: number, act: (ms: number) => void): number {
  let largest = 0;
  let before = clock.placeAt(from);
  for (let ms = from + 1; ms <= to; ms++) {
    act(ms);
    const { phase, tempo } = clock.placeAt(ms);
    const step = phase - before.phase - tempo / 60_000;
    largest = Math.max(largest, Math.abs(step - Math.round(step)));
    before = clock.placeAt(ms);
  }
  return largest;
}

describe('MIDI clock', () => {
  const pulse = 60_000 / (128 * 24);
  const run = (clock: TempoClock, from: number, pulses: number): number => {
    for (let i = 0; i < pulses; i++) clock.hearMidi(from + i * pulse, { kind: 'clock' });
    return from + (pulses - 1) * pulse;
  };

  it('leads, with its tempo; the first pulse after a start is beat 0', () => {
    const clock = clockAt();
    clock.hearMidi(100, { kind: 'start' });
    const last = run(clock, 1000, 24 * 8 + 1);
    expect(clock.placeAt(last)).toMatchObject({ source: 'midi', positionInBar: 1, bar: 2 });
    expect(clock.placeAt(last).tempo).toBeCloseTo(128, 6);
    expect(clock.placeAt(last).beat).toBeCloseTo(8, 6);
  });

  it('song position and continue put it into the song', () => {
    const clock = clockAt();
    clock.hearMidi(0, { kind: 'position', sixteenths: 64 });
    clock.hearMidi(1, { kind: 'continue' });
    expect(clock.placeAt(run(clock, 10, 24 * 6 + 1)).beat).toBeCloseTo(22, 6);
  });

  it('a clock that goes on while stopped keeps the tempo and holds the phase', () => {
    const clock = clockAt();
    clock.hearMidi(0, { kind: 'start' });
    const stop = run(clock, 0, 24 * 4 + 1);
    clock.hearMidi(stop + 1, { kind: 'stop' });
    const held = clock.placeAt(run(clock, stop + pulse, 24 * 4));
    expect(held.source).toBe('midi');
    expect(held.beat).toBeCloseTo(4, 3);
    expect(held.tempo).toBeCloseTo(128, 3);
  });

  it('gone for a second, it goes on at its tempo without a jump, and comes back without one', () => {
    const clock = clockAt(100);
    const start = (ms: number): boolean => Math.floor(ms / pulse) > Math.floor((ms - 1) / pulse);
    const jump = largestJump(clock, 0, 12_000, (ms) => {
      if (start(ms) && (ms < 4000 || ms > 7300)) clock.hearMidi(ms, { kind: 'clock' });
    });
    expect(jump).toBeLessThan(0.02);
    expect(clock.placeAt(12_000).source).toBe('midi');
  });

  it('recovers from pulses that come in bursts at the start', () => {
    const clock = clockAt();
    for (let i = 0; i < 24 * 8; i++) clock.hearMidi(i < 24 ? 500 + i * 0.1 + Math.floor(i / 8) * 150 : i * pulse + 30, { kind: 'clock' });
    expect(clock.placeAt(24 * 8 * pulse).tempo).toBeCloseTo(128, 0);
  });

  it('follows a new tempo within two beats', () => {
    const clock = clockAt();
    const last = run(clock, 0, 24 * 20);
    let at = last;
    for (let i = 0; i < 24 * 6; i++) clock.hearMidi((at += 60_000 / (140 * 24)), { kind: 'clock' });
    expect(clock.placeAt(at).tempo).toBeCloseTo(140, 0);
    const phase = clock.placeAt(at).phase;
    expect(Math.abs(phase - Math.round(phase))).toBeLessThan(0.05);
  });

  it('a quarter of an hour with 100 ppm of drift, 3 ms of jitter and lost pulses: within 5 ms at the 95th percentile', () => {
    const { p95, longestStep } = runMidiClock({ hours: 0.25, tempo: 128, driftPpm: 100, jitterMs: 3, lost: 0.001 });
    expect(p95).toBeLessThan(5);
    expect(longestStep).toBeLessThan(0.01);
  });
});

describe('beats by OSC', () => {
  it('lead over taps, with their positions, and go on when they stop', () => {
    const clock = clockAt();
    tapAt(clock, 0, 400, 800);
    for (let i = 0; i < 16; i++) clock.hearBeat(1000 + i * 480, (i % 4) + 1);
    expect(clock.placeAt(1000 + 15 * 480 + 100)).toMatchObject({ source: 'beats', positionInBar: 4 });
    expect(clock.placeAt(1000 + 16 * 480).tempo).toBeCloseTo(125, 3);
    expect(clock.placeAt(20_000)).toMatchObject({ source: 'tap' });
    expect(clock.placeAt(20_000).tempo).toBeCloseTo(125, 3);
  });

  it('one beat that says its tempo is enough', () => {
    const clock = clockAt();
    clock.hearBeat(1000, 1, 90);
    expect(clock.placeAt(1100)).toMatchObject({ source: 'beats', tempo: 90 });
  });
});

describe('takeover', () => {
  it('through tap, tracker, MIDI clock and silence the phase never jumps', () => {
    const clock = clockAt(118);
    const pulse = 60_000 / (131 * 24);
    const jump = largestJump(clock, 0, 60_000, (ms) => {
      if ([3000, 3520, 4040, 4560].includes(ms)) clock.tap(ms);
      if (ms > 1000 && ms < 30_000 && ms % 25 === 0) clock.hear(ms, { tempo: 97, lastBeatAt: ms - ((ms - 77) % 618), positionInBar: (Math.floor((ms - 77) / 618) % 4) + 1, confidence: 0.8 });
      if (ms > 25_000 && ms < 40_000 && Math.floor(ms / pulse) > Math.floor((ms - 1) / pulse)) clock.hearMidi(ms, { kind: 'clock' });
      if (ms > 42_000 && ms % 500 === 0) clock.hearBeat(ms);
    });
    expect(jump).toBeLessThan(0.02);
  });

  it('tapped tempi are near the hand\'s', () => expect(median(tapErrors(128, 8, 15, 400))).toBeLessThan(0.5));
});
