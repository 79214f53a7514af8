/**
 * The curves of sound/ for live input, from the past alone: loudness (absolute and in the range of the last seconds), roughness,
 * the percussive and the harmonic part, chord changes. One frame (10 ms) at a time; the answer depends on the frames alone, not
 * on how the samples came.
 */

import { clamp } from '../base/math.ts';
import type { Hertz, Lufs, Unit } from '../base/units.ts';
import { RecentRange, RANGE_EVERY, RANGE_VALUES } from './sound/auto-level.ts';
import { LoudnessMeter, lufsOf, LOUDNESS_RATE } from './sound/loudness.ts';
import { RoughnessMeter } from './sound/roughness.ts';
import { FRAME_RATE, type SpectrumFrame } from './frames.ts';
import { RunningHits, RunningRange } from './live-levels.ts';

/** Momentary loudness: 400 ms. */
const MOMENTARY_STEPS = 0.4 * LOUDNESS_RATE;
/** Quieter is silence. */
const SILENT: Lufs = -58;
/** Frames from one roughness and one chroma to the next. */
const EVERY = 5;
/** Chroma of the last 0.4 s against that of the 2 s before (in frames). */
const NEW_FRAMES = 0.4 * FRAME_RATE;
const OLD_FRAMES = 2 * FRAME_RATE;
/** Below this a chord did not change; fully changed at the next. */
const SAME_CHORD = 0.04;
const OTHER_CHORD = 0.3;

export interface LiveSound {
  readonly lufs: Unit;
  readonly autolevel: Unit;
  readonly roughness: Unit;
  readonly percussive: Unit;
  readonly harmonic: Unit;
  readonly chord: Unit;
}

export class LiveSoundCurves {
  private readonly meter: LoudnessMeter;
  private readonly rough: RoughnessMeter;
  private readonly range = new RecentRange(RANGE_VALUES);
  private readonly ranges = { roughness: new RunningRange(), harmonic: new RunningRange() };
  private readonly hits = new RunningHits();
  private readonly goal = { low: SILENT, high: SILENT + 8 };
  private low: Lufs = SILENT;
  private high: Lufs = SILENT + 8;
  private readonly fresh = new Float64Array(12);
  private readonly old = new Float64Array(12);
  private readonly values = { lufs: 0, autolevel: 0, roughness: 0, percussive: 0, harmonic: 0, chord: 0 };
  private harmonicMean = 0;

  /** `sampleRate` of the samples; `rate` and `windowLength` of the frames. */
  constructor(sampleRate: Hertz, rate: Hertz, windowLength: number) {
    this.meter = new LoudnessMeter(sampleRate, 1);
    this.rough = new RoughnessMeter(rate, windowLength);
  }

  /** Mono samples, before the frames they make. */
  hear(mono: Float32Array): void {
    this.meter.push(mono);
  }

  /** Values of a frame; the record is reused. `chroma`: 12, linear; parts: linear strengths of the frame. */
  push(frame: SpectrumFrame, parts: { readonly percussive: number; readonly harmonic: number; readonly chroma: ArrayLike<number> }, isMusic: boolean): LiveSound {
    this.level(frame.index);
    this.values.percussive = isMusic ? this.hits.push(parts.percussive, true) : 0;
    this.harmonicMean += (parts.harmonic - this.harmonicMean) / 8;
    this.values.harmonic = isMusic ? this.ranges.harmonic.push(this.harmonicMean, true) : 0;
    this.turnChord(parts.chroma, isMusic);
    if (frame.index % EVERY === 0) this.values.roughness = isMusic ? this.ranges.roughness.push(this.rough.measure(frame.magnitudes), true) : 0;
    return this.values;
  }

  /** Steps of the meter beyond this frame are not looked at: they may or may not have come yet. */
  private level(frame: number): void {
    const steps = this.meter.steps();
    const end = Math.min(frame + 1, steps.length);
    let power = 0;
    for (let i = Math.max(0, end - MOMENTARY_STEPS); i < end; i++) power += steps[i] as number;
    const loudness = lufsOf(power / Math.max(1, Math.min(end, MOMENTARY_STEPS)));
    this.values.lufs = clamp(1 + loudness / 60, 0, 1);
    if (loudness < SILENT) {
      this.values.autolevel = 0;
      return;
    }
    if (frame % RANGE_EVERY === 0) Object.assign(this.goal, this.range.push(loudness));
    this.low += (this.goal.low - this.low) / LOUDNESS_RATE;
    this.high += (this.goal.high - this.high) / LOUDNESS_RATE;
    this.values.autolevel = clamp((loudness - this.low) / (this.high - this.low), 0, 1);
  }

  private turnChord(chroma: ArrayLike<number>, isMusic: boolean): void {
    let total = 1e-9;
    for (let pitch = 0; pitch < 12; pitch++) total += chroma[pitch] as number;
    for (let pitch = 0; pitch < 12; pitch++) {
      const share = isMusic ? (chroma[pitch] as number) / total : 0;
      this.fresh[pitch] = (this.fresh[pitch] as number) + (share - (this.fresh[pitch] as number)) / NEW_FRAMES;
      this.old[pitch] = (this.old[pitch] as number) + ((this.fresh[pitch] as number) - (this.old[pitch] as number)) / OLD_FRAMES;
    }
    const distance = cosineDistance(this.fresh, this.old);
    this.values.chord = isMusic ? clamp((distance - SAME_CHORD) / (OTHER_CHORD - SAME_CHORD), 0, 1) : 0;
  }
}

function cosineDistance(a: Float64Array, b: Float64Array): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += (a[i] as number) * (b[i] as number);
    squareA += (a[i] as number) ** 2;
    squareB += (b[i] as number) ** 2;
  }
  return squareA === 0 || squareB === 0 ? 0 : 1 - product / Math.sqrt(squareA * squareB);
}
