/** The tempo clock against taps and trackers of known tempo; time is a number, so nothing here waits. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { OPERATOR_BARS, TAP_PAUSE, TempoClock } from '../../src/control/tempo.ts';
import type { BeatGrid } from '../../src/timeline/timeline.ts';

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
    expect(clock.placeAt(2000)).toMatchObject({ tempo: 240 });
    expect(clock.placeAt(2000).beat).toBeCloseTo(4, 9);
    clock.scaleTempo(2100, 0.5);
    expect(clock.placeAt(2500).beat).toBeCloseTo(5, 9);
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
