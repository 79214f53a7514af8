/** The steps of the analysis one by one, against slow or obvious references. */

import { describe, expect, it } from 'vitest';
import { createBandBank } from '../../src/analysis/bands.ts';
import { trackBeats } from '../../src/analysis/beats.ts';
import { createDecimator } from '../../src/analysis/decimate.ts';
import { createMelBank } from '../../src/analysis/filter-bank.ts';
import { type BeatCues, findBars } from '../../src/analysis/downbeats.ts';
import { FrameAnalyzer } from '../../src/analysis/frames.ts';
import { judgeLevel } from '../../src/analysis/grid.ts';
import { scaleHits, shapeKicks } from '../../src/analysis/hits.ts';
import { RealFft } from '../../src/analysis/real-fft.ts';
import { smoothTimes } from '../../src/analysis/refine.ts';
import { RunningMedian } from '../../src/analysis/running-median.ts';
import { divideBars, findSections } from '../../src/analysis/sections.ts';
import { SpectralShape } from '../../src/analysis/spectral-shape.ts';
import { findPeaks, movingMean } from '../../src/analysis/series.ts';
import { SlidingMedian } from '../../src/analysis/sliding-median.ts';
import { scorePeriods } from '../../src/analysis/tempo.ts';
import { TIMBRE_LOUDNESS, TIMBRE_SIZE, TimbreExtractor } from '../../src/analysis/timbre.ts';
import type { Bar } from '../../src/analysis/bars.ts';
import { median } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';
import { CURVE_NAMES } from '../../src/timeline/timeline.ts';

const sine = (hertz: number, rate: number, seconds: number, gain = 1): Float32Array => Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => gain * Math.sin((2 * Math.PI * hertz * i) / rate));

describe('frames', () => {
  it.each([8000, 11_025, 44_100, 48_000, 192_000])('at %d Hz come 100 a second, whatever the blocks, a sine at its frequency', (rate) => {
    const samples = sine(1000, rate, 1.5, 0.5);
    const collect = (blockOf: () => number): { peaks: number[]; heights: number[] } => {
      const out = { peaks: [] as number[], heights: [] as number[] };
      const frames = new FrameAnalyzer(rate, ({ magnitudes }) => {
        const bin = magnitudes.indexOf(Math.max(...magnitudes));
        out.peaks.push((bin * frames.rate) / frames.windowLength);
        out.heights.push((magnitudes[bin] as number) / (frames.windowLength / 4));
      });
      for (let at = 0; at < samples.length; ) {
        const block = samples.subarray(at, at + blockOf());
        frames.push(block);
        at += block.length;
      }
      frames.finish();
      return out;
    };
    const random = randomFor(1, 'blocks');
    const even = collect(() => 4096);
    expect(collect(() => 1 + random.integer(2500))).toEqual(even);
    expect(even.peaks.length).toBeGreaterThanOrEqual(150);
    for (const peak of even.peaks.slice(5, 140)) expect(Math.abs(peak - 1000)).toBeLessThan(25);
    for (const height of even.heights.slice(5, 140)) expect(height).toBeGreaterThan(0.4);
  });

  it('of a decimated rate keep what is heard and lose what would fold over', () => {
    const level = (hertz: number): number => {
      const out = createDecimator(4)(sine(hertz, 192_000, 0.2)).subarray(100, 9000);
      return Math.sqrt(out.reduce((sum, value) => sum + value * value, 0) / out.length);
    };
    expect(level(1000)).toBeCloseTo(Math.SQRT1_2, 2);
    expect(level(15_000)).toBeGreaterThan(0.6);
    expect(level(35_000)).toBeLessThan(0.01);
  });
});

describe('spectra', () => {
  it.each([32, 96, 2048])('of %d samples are those of the definition', (length) => {
    const random = randomFor(2, 'spectrum', length);
    const samples = Float32Array.from({ length: length + 3 }, () => random.normal());
    const window = Float64Array.from({ length }, () => random.uniform());
    const found = new Float64Array(length / 2 + 1);
    new RealFft(length).magnitudes(samples, 3, window, found);
    found.forEach((magnitude, k) => {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < length; i++) {
        real += (samples[i + 3] as number) * (window[i] as number) * Math.cos((2 * Math.PI * i * k) / length);
        imaginary += (samples[i + 3] as number) * (window[i] as number) * Math.sin((2 * Math.PI * i * k) / length);
      }
      expect(magnitude).toBeCloseTo(Math.hypot(real, imaginary), 4);
    });
  });

  it('mel bands are evenly spaced on the mel scale, cover every bin between their edges, and sum to 1 where asked', () => {
    const bank = createMelBank(44_100, 2048, { count: 40, low: 30, high: 17_000 });
    const sum = new Float32Array(1025);
    const out = new Float32Array(40);
    for (let bin = 0; bin <= 1024; bin++) {
      const line = new Float64Array(1025);
      line[bin] = 1;
      bank.apply(line, out);
      sum[bin] = out.reduce((total, value) => total + value, 0);
    }
    for (let bin = 8; bin < 700; bin++) expect(sum[bin]).toBeGreaterThan(0.4);
    expect(sum[850]).toBe(0);
    createMelBank(44_100, 2048, { count: 40, normalised: true }).apply(new Float64Array(1025).fill(1), out);
    for (const value of out) expect(value).toBeCloseTo(1, 5);
  });
});

describe('the shape of a spectrum', () => {
  it('has the centroid, flatness and pitch of the definitions', () => {
    const random = randomFor(9, 'shape');
    const centres = Float64Array.from({ length: 21 }, (_, i) => 55 * 2 ** (i / 3));
    const bands = Float32Array.from({ length: 21 }, () => 0.01 + random.uniform());
    const chroma = new Float32Array(12);
    chroma[3] = 2;
    const shape = new SpectralShape(centres);
    shape.describe(bands, chroma);
    const total = bands.reduce((sum, value) => sum + value, 0);
    expect(shape.centroid).toBeCloseTo(bands.reduce((sum, value, i) => sum + value * (1 + i / 3), 0) / total, 6);
    expect(shape.flatness).toBeCloseTo(Math.exp(bands.reduce((sum, value) => sum + Math.log(value), 0) / 21) / (total / 21), 4);
    expect([shape.chromaX, shape.chromaY]).toEqual([expect.closeTo(0, 6), expect.closeTo(2, 6)]);
    shape.describe(new Float32Array(21), chroma);
    expect([shape.centroid, shape.flatness]).toEqual([0, 0]);
  });
});

describe('bands', () => {
  it('have weights that sum to 1 and ascend; a note falls into its own pitch class', () => {
    const bank = createBandBank(44_100, 2048);
    const flat = new Float32Array(bank.count);
    bank.apply(new Float64Array(1025).fill(1), flat);
    for (const value of flat) expect(value).toBeCloseTo(1, 6);
    for (let band = 1; band < bank.count; band++) expect(bank.centres[band]).toBeGreaterThan(bank.centres[band - 1] as number);
    const line = new Float64Array(1025);
    line[Math.round((880 * 2048) / 44_100)] = 1;
    bank.apply(line, flat);
    expect(bank.pitchClass[flat.indexOf(Math.max(...flat))]).toBe(9);
  });
});

describe('arithmetic', () => {
  const random = randomFor(4, 'values');
  const values = Float32Array.from({ length: 400 }, () => Math.round(random.uniform() * 30));

  it('a running median is the median of the last values', () => {
    const running = new RunningMedian(17);
    values.forEach((value, i) => {
      const got = running.push(value);
      if (i >= 16) expect(got).toBe(median(values.subarray(i - 16, i + 1)));
    });
  });

  it('a sliding median is the median around, fewer at the ends', () => {
    const out = new Float32Array(values.length);
    new SlidingMedian(5).apply(values, out);
    for (const i of [0, 3, 200, 397, 399]) {
      const near = Array.from(values.subarray(Math.max(0, i - 5), i + 6)).sort((a, b) => a - b);
      expect(out[i]).toBe(near[near.length >> 1]);
    }
  });

  it('a moving mean is the mean around', () => {
    const means = movingMean(values, 5);
    expect(means[100]).toBeCloseTo(values.subarray(95, 106).reduce((sum, value) => sum + value, 0) / 11, 4);
    expect(means[0]).toBeCloseTo(values.subarray(0, 6).reduce((sum, value) => sum + value, 0) / 6, 4);
  });

  it('peaks are apart and the largest around', () => {
    const peaks = findPeaks(values, 10, 4);
    expect(peaks.length).toBeGreaterThan(10);
    for (const at of peaks) expect(values[at]).toBe(Math.max(...values.subarray(Math.max(0, at - 4), at + 5)));
    for (let i = 1; i < peaks.length; i++) expect((peaks[i] as number) - (peaks[i - 1] as number)).toBeGreaterThan(4);
  });

  it('the smoother leaves lines alone and solves its normal equations', () => {
    const line = Float64Array.from({ length: 30 }, (_, i) => 3 + 0.5 * i);
    const weights = Float64Array.from(line, () => 0.1 + random.uniform());
    smoothTimes(line, weights, 1e4).forEach((value, i) => expect(value).toBeCloseTo(line[i] as number, 6));
    const noisy = line.map((value) => value + 0.02 * random.normal());
    const smooth = smoothTimes(noisy, weights, 7);
    // The gradient of the cost vanishes: w (z - x) + 7 D'D z = 0.
    const bend = (i: number): number => (i < 1 || i > 28 ? 0 : (smooth[i - 1] as number) - 2 * (smooth[i] as number) + (smooth[i + 1] as number));
    smooth.forEach((value, i) => expect((weights[i] as number) * (value - (noisy[i] as number)) + 7 * (bend(i - 1) - 2 * bend(i) + bend(i + 1))).toBeCloseTo(0, 8));
  });
});

describe('beats', () => {
  const pulses = (period: number, length: number, level: (index: number) => number): Float32Array => {
    const out = new Float32Array(length);
    for (let k = 0; 7 + k * period < length; k++) out[Math.round(7 + k * period)] = level(k);
    return out;
  };

  it('are found on pulses, also where some are missing and others too many', () => {
    const random = randomFor(5, 'gaps');
    const activation = pulses(51, 4000, () => (random.uniform() < 0.2 ? 0 : 1.5));
    for (let i = 0; i < 25; i++) activation[random.integer(4000)] = 1;
    const beats = trackBeats(activation, scorePeriods(activation));
    const off = beats.map((frame) => Math.abs(((frame - 7 + 25.5) % 51) - 25.5));
    expect(beats.length).toBeGreaterThan(74);
    expect(median(off)).toBeLessThanOrEqual(1);
    expect(off.filter((value) => value > 2).length).toBeLessThan(4);
  });

  it('of an hour are followed through pauses and changes of tempo, the way back being forgotten as it settles', () => {
    const random = randomFor(6, 'hour');
    const activation = new Float32Array(60_000);
    const truth: number[] = [];
    for (let frame = 9; frame < activation.length; frame += frame < 20_000 ? 51 : frame < 41_000 ? 44 : 57) truth.push(frame);
    for (const frame of truth) if (frame % 9000 > 1500) activation[frame] = 0.7 + 0.6 * random.uniform();
    const beats = trackBeats(activation, scorePeriods(activation));
    const heard = truth.filter((frame) => frame % 9000 > 1500);
    const missed = heard.filter((frame) => !beats.some((beat) => Math.abs(beat - frame) <= 2));
    expect(missed.length).toBeLessThan(0.03 * heard.length);
    expect(Math.abs(beats.length - truth.length)).toBeLessThan(0.01 * truth.length);
    for (let i = 1; i < beats.length; i++) expect((beats[i] as number) - (beats[i - 1] as number)).toBeGreaterThan(20);
  });

  it('of nothing are none', () => {
    expect(trackBeats(new Float32Array(500), scorePeriods(new Float32Array(500)))).toEqual([]);
  });

  it('are half as many where kick and snare come on every other pulse, but not where they take turns', () => {
    const activation = pulses(40, 3000, () => 1);
    const even = pulses(40, 3000, (k) => (k % 2 === 0 ? 1 : 0));
    const odd = pulses(40, 3000, (k) => (k % 2 === 1 ? 1 : 0));
    const backbeat = pulses(40, 3000, (k) => (k % 4 === 2 ? 1 : 0));
    expect(judgeLevel({ activation, kick: even, snare: backbeat }, 40)).toBe(2);
    expect(judgeLevel({ activation, kick: even, snare: odd }, 40)).toBe(1);
  });
});

describe('bars', () => {
  const random = randomFor(6, 'cues');
  const cuesOf = (metre: number, beats: number, first: number): BeatCues => {
    const noisy = (on: (position: number) => number): Float32Array => Float32Array.from({ length: beats }, (_, i) => on((i + metre - first) % metre) + 0.5 * random.normal());
    const weight = (position: number): number => (position === 0 ? 1.2 : -0.4);
    return { accent: noisy(weight), snare: noisy((position) => (metre === 4 && position % 2 === 1 ? 1 : -0.5)), bass: noisy(weight), chord: noisy(weight), sound: noisy(weight) };
  };

  it.each([3, 4, 5, 7])('of %d beats are told, and where they begin', (metre) => {
    for (let first = 0; first < metre; first++) {
      const bars = findBars(cuesOf(metre, 64, first));
      expect(bars.metre).toBe(metre);
      bars.positions.forEach((position, i) => expect(position).toBe(((i + metre - first) % metre) + 1));
    }
  });
});

describe('hits', () => {
  it('of a quiet passage stand beside those of a loud one', () => {
    const values = new Float32Array(4000);
    for (let i = 50; i < 4000; i += 50) values[i] = i < 2000 ? 10 : 4;
    const curve = scaleHits(values, new Float32Array(4000).fill(1));
    expect(curve[500]).toBeCloseTo(1, 1);
    expect(curve[3500]).toBeGreaterThan(0.5);
    expect(curve[525]).toBe(0);
  });

  it('of the low end are kicks where their body dies, not where it stays', () => {
    const rises = new Float32Array(400);
    const body = new Float32Array(400);
    for (let i = 0; i < 5; i++) for (const at of [100, 200]) rises[at + i] = 10 - 2 * Math.abs(i - 2);
    for (let i = 0; i < 60; i++) {
      body[100 + i] = 10 * 0.6 ** i;
      body[200 + i] = 10 * 0.99 ** i;
    }
    const kicks = shapeKicks(rises, body);
    expect(Math.max(...kicks.subarray(90, 120))).toBeCloseTo(10, 0);
    expect(Math.max(...kicks.subarray(190, 220))).toBeLessThan(2);
    expect(kicks.indexOf(Math.max(...kicks))).toBeLessThanOrEqual(102);
  });
});

describe('sections', () => {
  const random = randomFor(7, 'bars');
  const barsOf = (plan: readonly (readonly [number, number, number])[]): Bar[] => {
    const bars: Bar[] = [];
    for (const [count, timbre, energy] of plan) {
      for (let i = 0; i < count; i++) {
        const features = Float32Array.from({ length: 6 }, (_, k) => (k === timbre ? 1 : 0) * 0.8 + energy * (k === 5 ? 0.8 : 0) + 0.06 * random.normal());
        const means = Object.fromEntries(CURVE_NAMES.map((name) => [name, energy])) as Bar['means'];
        bars.push({ start: bars.length * 2, end: bars.length * 2 + 2, means, features });
      }
    }
    return bars;
  };
  const song = barsOf([
    [4, 0, 0.1],
    [8, 1, 0.5],
    [8, 2, 0.95],
    [8, 3, 0.3],
    [16, 2, 0.95],
    [4, 0, 0.1],
  ]);

  it('begin where the material changes and carry the same letter where it returns', () => {
    expect(divideBars(song).map(({ from }) => from)).toEqual([0, 4, 12, 20, 28, 44]);
    const sections = findSections(song, 97);
    expect(sections.map(({ label }) => label)).toEqual(['A', 'B', 'C', 'D', 'C', 'A']);
    expect(sections.map(({ kind }) => kind)).toEqual(['intro', 'verse', 'drop', 'breakdown', 'drop', 'outro']);
    expect(sections.at(-1)?.end).toBe(97);
  });

  it('are one where nothing changes or nothing is known', () => {
    expect(findSections(barsOf([[24, 1, 0.5]]), 48)).toHaveLength(1);
    expect(findSections([], 10)).toMatchObject([{ start: 0, end: 10, label: 'A' }]);
  });
});

describe('timbre', () => {
  const timbreOf = (samples: Float32Array, rate: number): Float32Array => {
    const length = samples.length;
    const [magnitudes, out] = [new Float64Array(length / 2 + 1), new Float32Array(TIMBRE_SIZE)];
    const hann = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    new RealFft(length).magnitudes(samples, 0, hann, magnitudes);
    new TimbreExtractor(rate, length).extract(magnitudes, 1, out);
    return out;
  };

  it('is zero for silence and finite at any size', () => {
    expect(Array.from(timbreOf(new Float32Array(2048), 44_100))).toEqual(Array.from({ length: TIMBRE_SIZE }, () => 0));
    for (const [length, rate] of [[512, 11_025], [2048, 44_100], [1024, 22_050]] as const) {
      const out = timbreOf(sine(440, rate, length / rate, 0.3), rate);
      for (const value of out) expect(Number.isFinite(value)).toBe(true);
      expect(out[TIMBRE_LOUDNESS]).toBeGreaterThan(1);
    }
  });

  it('is sharper the higher the sound', () => {
    const sharpness = (hertz: number): number => timbreOf(sine(hertz, 44_100, 2048 / 44_100, 0.3), 44_100)[14] as number;
    expect(sharpness(4000)).toBeGreaterThan(1.1 * sharpness(1000));
    expect(sharpness(1000)).toBeGreaterThan(1.1 * sharpness(200));
  });
});
