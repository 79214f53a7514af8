/** Loudness against the compliance signals of EBU Tech 3341 and 3342, at several rates and channel counts. */

import { describe, expect, it } from 'vitest';
import { autoLevel } from '../../../src/analysis/sound/auto-level.ts';
import { LoudnessMeter, lufsOf, summariseLoudness } from '../../../src/analysis/sound/loudness.ts';

/** A sine on every channel: [level dBFS, seconds] after one another. */
function measure(levels: readonly (readonly [number, number])[], rate = 48_000, channels = 2, hertz = 1000): Float32Array {
  const meter = new LoudnessMeter(rate, channels);
  let at = 0;
  for (const [level, seconds] of levels) {
    const frames = Math.round(seconds * rate);
    const samples = new Float32Array(frames * channels);
    for (let i = 0; i < frames; i++, at++) samples.fill(10 ** (level / 20) * Math.sin((2 * Math.PI * hertz * at) / rate), i * channels, (i + 1) * channels);
    // In ragged blocks, since a stream comes so.
    for (let from = 0; from < frames; from += 4099) meter.push(samples.subarray(from * channels, Math.min(frames, from + 4099) * channels));
  }
  return meter.steps();
}

describe('loudness', () => {
  it.each([[44_100], [48_000], [96_000], [22_050]])('of a stereo sine of -23 dBFS is -23 LUFS at %d Hz', (rate) => {
    expect(summariseLoudness(measure([[-23, 6]], rate)).integrated).toBeCloseTo(-23, 1);
  });

  it('is 3 LU less on one channel, and leaves the low-frequency channel of six out', () => {
    expect(summariseLoudness(measure([[-23, 6]], 48_000, 1)).integrated).toBeCloseTo(-26, 1);
    // 3 fronts at 1 and 2 surrounds at 1.41: 10 log10(3 + 2.82) above one channel.
    expect(summariseLoudness(measure([[-23, 6]], 48_000, 6)).integrated).toBeCloseTo(-26 + 10 * Math.log10(5.82), 1);
  });

  it('gates what is far below the rest (EBU Tech 3341, case 3)', () => {
    expect(summariseLoudness(measure([[-36, 10], [-23, 30], [-36, 10]])).integrated).toBeCloseTo(-23, 1);
  });

  it('has a range of 10 LU between two levels that far apart (EBU Tech 3342, case 1)', () => {
    expect(summariseLoudness(measure([[-20, 20], [-30, 20]])).range).toBeCloseTo(10, 0);
  });

  it('weighs a low tone down and a high one up', () => {
    const of = (hertz: number): number => summariseLoudness(measure([[-23, 3]], 48_000, 2, hertz)).integrated;
    expect(of(30)).toBeLessThan(of(1000) - 4);
    expect(of(5000)).toBeGreaterThan(of(1000) + 2);
  });

  it('of silence and of samples that are no numbers is finite', () => {
    const meter = new LoudnessMeter(44_100, 2);
    meter.push(new Float32Array(44_100).fill(Number.NaN));
    meter.push(new Float32Array(44_100));
    const { integrated, range } = summariseLoudness(meter.steps());
    expect(Number.isFinite(integrated)).toBe(true);
    expect(range).toBe(0);
    expect(lufsOf(0)).toBe(-120);
  });
});

describe('automatic level', () => {
  it('fills its range on quiet music as on loud, and is 0 in silence', () => {
    const passage = (top: number): Float32Array => Float32Array.from({ length: 4000 }, (_, i) => top - (Math.floor(i / 50) % 2 === 0 ? 0 : 9));
    const spread = (values: Float32Array): number => Math.max(...values.subarray(2500)) - Math.min(...values.subarray(2500));
    expect(spread(autoLevel(passage(-8)))).toBeGreaterThan(0.7);
    expect(spread(autoLevel(passage(-30)))).toBeGreaterThan(0.7);
    expect(Math.max(...autoLevel(new Float32Array(500).fill(-90)))).toBe(0);
  });
});
