/**
 * Loudness after ITU-R BS.1770-4 and EBU Tech 3341/3342: K-weighted power of each channel, summed with the channels' weights.
 * Streaming: pushed blocks of interleaved samples of any length; the power is kept per step of 1/100 s.
 */

import type { Hertz } from '../../base/units.ts';
import { FloatColumns } from '../columns.ts';

/** Steps a second of the power. */
export const LOUDNESS_RATE: Hertz = 100;
/** Loudness of a power of 1 (LUFS), so that a full-scale sine at 997 Hz on one channel has -3.01 LUFS. */
const OFFSET = -0.691;
/** Nothing is quieter than this. */
export const SILENT_LUFS = -120;

/** LUFS of a weighted power (mean square). */
export function lufsOf(power: number): number {
  return power > 1e-12 ? OFFSET + 10 * Math.log10(power) : SILENT_LUFS;
}

interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/** The head's effect: a shelf of +4 dB above about 1.7 kHz (parameters that give the standard's 48 kHz coefficients: De Man 2014). */
function shelfAt(rate: Hertz): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / rate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return { b0: (high + (band * k) / q + k * k) / a0, b1: (2 * (k * k - high)) / a0, b2: (high - (band * k) / q + k * k) / a0, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/** The high-pass at 38 Hz (RLB weighting); the standard leaves its numerator at 1, -2, 1. */
function highPassAt(rate: Hertz): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / rate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/** Weights of the channels in the order of WAV files: surrounds 1.41, the low-frequency channel left out. */
export function channelWeights(channels: number): number[] {
  const surround = channels === 6 ? [1, 1, 1, 0, 1.41, 1.41] : channels === 8 ? [1, 1, 1, 0, 1.41, 1.41, 1.41, 1.41] : channels === 5 ? [1, 1, 1, 1.41, 1.41] : undefined;
  return surround ?? Array.from({ length: channels }, () => 1);
}

/** Collects the K-weighted power of an interleaved stream. */
export class LoudnessMeter {
  private readonly powers: FloatColumns;
  private readonly row = new Float32Array(1);
  private readonly weights: readonly number[];
  private readonly shelf: Biquad;
  private readonly highPass: Biquad;
  /** Four delays a channel: two of each filter (transposed direct form II). */
  private readonly delays: Float64Array;
  private readonly sums: Float64Array;
  private readonly stepFrames: number;
  private position = 0;
  private boundary: number;
  private stepStart = 0;

  /** `steps`: how many to make room for. */
  constructor(rate: Hertz, channels: number, steps = 1024) {
    this.weights = channelWeights(channels);
    this.shelf = shelfAt(rate);
    this.highPass = highPassAt(rate);
    this.delays = new Float64Array(4 * channels);
    this.sums = new Float64Array(channels);
    this.stepFrames = rate / LOUDNESS_RATE;
    this.boundary = this.stepFrames;
    this.powers = new FloatColumns(1, steps);
  }

  push(interleaved: Float32Array): void {
    const channels = this.weights.length;
    const frames = interleaved.length / channels;
    for (let from = 0; from < frames; ) {
      const count = Math.min(frames - from, Math.max(1, Math.ceil(this.boundary) - this.position));
      for (let channel = 0; channel < channels; channel += 2) {
        if (channel + 1 < channels) this.filterTwo(interleaved, from, count, channel);
        else this.filter(interleaved, from, count, channel);
      }
      this.position += count;
      from += count;
      if (this.position >= this.boundary) this.closeStep();
    }
  }

  /** Power of each step; a view. */
  steps(): Float32Array {
    return this.powers.column(0);
  }

  private filter(samples: Float32Array, from: number, count: number, channel: number): void {
    if (this.weights[channel] === 0) return;
    const { b0, b1, b2, a1, a2 } = this.shelf;
    const { a1: c1, a2: c2 } = this.highPass;
    const { delays } = this;
    const at = 4 * channel;
    const channels = this.weights.length;
    let s1 = delays[at] as number;
    let s2 = delays[at + 1] as number;
    let h1 = delays[at + 2] as number;
    let h2 = delays[at + 3] as number;
    let sum = 0;
    for (let i = from * channels + channel, end = (from + count) * channels; i < end; i += channels) {
      const raw = samples[i] as number;
      const x = raw - raw === 0 ? raw : 0;
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      const z = y + h1;
      h1 = -2 * y - c1 * z + h2;
      h2 = y - c2 * z;
      sum += z * z;
    }
    this.keep(at, s1, s2, h1, h2);
    this.sums[channel] = (this.sums[channel] as number) + sum;
  }

  /** As `filter`, a channel and the next at once: each sample waits for the one before, so that two cost little more than one. */
  private filterTwo(samples: Float32Array, from: number, count: number, channel: number): void {
    const { b0, b1, b2, a1, a2 } = this.shelf;
    const { a1: c1, a2: c2 } = this.highPass;
    const { delays } = this;
    const at = 4 * channel;
    const channels = this.weights.length;
    let s1 = delays[at] as number;
    let s2 = delays[at + 1] as number;
    let h1 = delays[at + 2] as number;
    let h2 = delays[at + 3] as number;
    let t1 = delays[at + 4] as number;
    let t2 = delays[at + 5] as number;
    let g1 = delays[at + 6] as number;
    let g2 = delays[at + 7] as number;
    let sum = 0;
    let sumOfNext = 0;
    for (let i = from * channels + channel, end = (from + count) * channels; i < end; i += channels) {
      const raw = samples[i] as number;
      const rawOfNext = samples[i + 1] as number;
      const x = raw - raw === 0 ? raw : 0;
      const w = rawOfNext - rawOfNext === 0 ? rawOfNext : 0;
      const y = b0 * x + s1;
      const v = b0 * w + t1;
      s1 = b1 * x - a1 * y + s2;
      t1 = b1 * w - a1 * v + t2;
      s2 = b2 * x - a2 * y;
      t2 = b2 * w - a2 * v;
      const z = y + h1;
      const u = v + g1;
      h1 = -2 * y - c1 * z + h2;
      g1 = -2 * v - c1 * u + g2;
      h2 = y - c2 * z;
      g2 = v - c2 * u;
      sum += z * z;
      sumOfNext += u * u;
    }
    this.keep(at, s1, s2, h1, h2);
    this.keep(at + 4, t1, t2, g1, g2);
    this.sums[channel] = (this.sums[channel] as number) + sum;
    this.sums[channel + 1] = (this.sums[channel + 1] as number) + sumOfNext;
  }

  /** Keeps a channel's delays; denormal numbers after a silence would slow every operation down. */
  private keep(at: number, s1: number, s2: number, h1: number, h2: number): void {
    const { delays } = this;
    delays[at] = Math.abs(s1) < 1e-25 ? 0 : s1;
    delays[at + 1] = Math.abs(s2) < 1e-25 ? 0 : s2;
    delays[at + 2] = Math.abs(h1) < 1e-25 ? 0 : h1;
    delays[at + 3] = Math.abs(h2) < 1e-25 ? 0 : h2;
  }

  private closeStep(): void {
    let power = 0;
    for (let channel = 0; channel < this.sums.length; channel++) power += (this.weights[channel] as number) * (this.sums[channel] as number);
    this.row[0] = power / Math.max(1, this.position - this.stepStart);
    this.powers.append(this.row);
    this.sums.fill(0);
    this.stepStart = this.position;
    this.boundary += this.stepFrames;
  }
}

export interface LoudnessSummary {
  /** Gated loudness of the whole (LUFS). */
  readonly integrated: number;
  /** Loudness range (LU). */
  readonly range: number;
}

const BLOCK_STEPS = 40;
const BLOCK_HOP = 10;
const SHORT_TERM_STEPS = 300;

/** Integrated loudness (blocks of 400 ms, gates at -70 LUFS and 10 LU below the rest) and range (3 s, gate 20 LU, 10th to 95th percentile). */
export function summariseLoudness(steps: Float32Array): LoudnessSummary {
  const blocks = powersOver(steps, BLOCK_STEPS).filter((power) => lufsOf(power) > -70);
  const gate = 0.1 * meanOf(blocks);
  const integrated = lufsOf(meanOf(blocks.filter((power) => power >= gate)));
  const long = powersOver(steps, SHORT_TERM_STEPS).filter((power) => lufsOf(power) > -70);
  const longGate = 0.01 * meanOf(long);
  const sorted = long.filter((power) => power >= longGate).map(lufsOf).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { integrated, range: sorted.length < 2 ? 0 : at(0.95) - at(0.1) };
}

/** Mean power of windows of `length` steps every BLOCK_HOP; one over all where the sound is shorter. */
function powersOver(steps: Float32Array, length: number): number[] {
  const sums = new Float64Array(steps.length + 1);
  for (let i = 0; i < steps.length; i++) sums[i + 1] = (sums[i] as number) + (steps[i] as number);
  if (steps.length < length) return steps.length === 0 ? [] : [(sums[steps.length] as number) / steps.length];
  const powers: number[] = [];
  for (let end = length; end <= steps.length; end += BLOCK_HOP) powers.push(((sums[end] as number) - (sums[end - length] as number)) / length);
  return powers;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
