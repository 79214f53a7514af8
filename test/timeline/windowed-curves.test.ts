/** Curves of hours of live input: the last minutes read as if nothing had been forgotten, in a room that does not grow. */

import { describe, expect, it } from 'vitest';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { LiveTimeline } from '../../src/stage/live-timeline.ts';
import { curveAt, type Timeline } from '../../src/timeline/timeline.ts';
import { WindowedCurves } from '../../src/timeline/windowed-curves.ts';
import { drumSamples } from '../helpers/drum-samples.ts';

/** A value for each sample that tells it from its neighbours. */
const valueOf = (sample: number): number => Math.fround((sample % 997) / 997);

describe('windowed curves', () => {
  it('keep at least the window, at most twice as much, and where it begins', () => {
    const curves = new WindowedCurves(10, 30);
    for (let i = 0; i < 5_000; i++) {
      curves.push({ kick: valueOf(i) });
      if (i % 37 !== 0) continue;
      const { kick } = curves.all;
      expect(kick.length).toBeLessThanOrEqual(600);
      expect(kick.length).toBeGreaterThanOrEqual(Math.min(i + 1, 300));
      expect(Math.round(curves.from * 10) + kick.length).toBe(i + 1);
      expect([kick[0], kick.at(-1)]).toEqual([valueOf(i + 1 - kick.length), valueOf(i)]);
    }
    expect(curves.all.kick.buffer.byteLength).toBe(600 * 4);
  });

  it('take a gap longer than the window as one flat stretch, and keep all without a window', () => {
    const curves = new WindowedCurves(10, 30);
    curves.push({ kick: 0.25 }, 400);
    curves.push({ kick: 0.5 }, 1_000_000);
    expect(curves.count).toBe(1_000_400);
    expect(curves.all.kick.every((value) => value === 0.5)).toBe(true);
    expect(curves.all.kick.length).toBeLessThanOrEqual(600);
    const whole = new WindowedCurves(10);
    for (let i = 0; i < 20_000; i++) whole.push({ kick: valueOf(i), snare: Number.NaN });
    expect([whole.from, whole.all.kick.length, whole.all.kick[12_345], whole.all.snare[7]]).toEqual([0, 20_000, valueOf(12_345), 0]);
  });
});

describe('a live timeline of hours', () => {
  it('of a page: reads the last minutes right, and takes no more room after six hours than after one', () => {
    const timeline = new LiveTimeline();
    const bytes: number[] = [];
    for (let i = 0; i < 6 * 3600 * 5; i++) {
      timeline.add({ type: 'live', time: i / 5, features: { kick: valueOf(i) }, tempo: 0, lastBeat: 0, nextBeat: 0, positionInBar: 1, confidence: 0 });
      if (i % (3600 * 5) === 3600 * 5 - 1) bytes.push(timeline.curves.kick.buffer.byteLength);
    }
    expect(bytes).toEqual(Array.from({ length: 6 }, () => 60_000 * 4));
    const last = 6 * 3600 * 5 - 1;
    expect(curveAt(timeline, 'kick', last / 5)).toBeCloseTo(valueOf(last), 9);
    expect(curveAt(timeline, 'kick', last / 5 - 400)).toBeCloseTo(valueOf(last - 2_000), 9);
    expect(timeline.duration).toBeCloseTo(6 * 3600, 0);
  });

  it('of the tracker: the same values as one that keeps everything', () => {
    const samples = drumSamples({ seconds: 6, bpm: 120, rate: 22_050 });
    const [short, whole] = [new LiveAnalyzer(22_050, 'none', 2), new LiveAnalyzer(22_050, 'none')];
    for (let at = 0; at < samples.length; at += 512) for (const tracker of [short, whole]) tracker.push(samples.subarray(at, at + 512));
    expect(short.timeline.curves.kick.length).toBeLessThanOrEqual(400);
    expect(short.timeline.duration).toBe(whole.timeline.duration);
    const read = (timeline: Timeline): number[] => Array.from({ length: 50 }, (_, i) => curveAt(timeline, 'kick', 4.4 + i * 0.03));
    read(short.timeline).forEach((value, i) => expect(value).toBeCloseTo(read(whole.timeline)[i] as number, 9));
    expect(Math.max(...read(short.timeline))).toBeGreaterThan(0.2);
  });
});
