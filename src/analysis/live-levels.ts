/**
 * Levelling for live input: each feature against its own last seconds, so that a quiet room and a loud club both fill 0..1.
 * Below GATE (-55 dBFS) the ranges freeze and nothing counts as music. Causal, one frame (10 ms) at a time.
 */

import { clamp, quantile } from '../base/math.ts';
import type { Unit } from '../base/units.ts';
import { FLUX_NAMES, SPREAD_FLOOR } from './activation.ts';
import { RAW_INDEX, type RawFrame } from './features.ts';
import { FRAME_RATE } from './frames.ts';

export const GATE = 10 ** (-55 / 20);

/** Values remembered: one each 100 ms over 8 s. */
const MEMORY = 80;
const EVERY = FRAME_RATE / 10;
/** Percentiles are taken anew this often (in remembered values). */
const REFRESH = 4;

/** Places a value between the 5th and the 95th percentile of the last 8 s. */
export class RunningRange {
  private readonly memory: number[] = [];
  private low = 0;
  private high = 0;
  private count = 0;

  /** The levelled value; `learns` is false below the gate. */
  push(value: number, learns: boolean): Unit {
    if (learns && this.count++ % EVERY === 0) this.learn(value);
    const span = this.high - this.low;
    return span <= 1e-9 ? 0 : clamp((value - this.low) / span, 0, 1);
  }

  private learn(value: number): void {
    this.memory.push(value);
    if (this.memory.length > MEMORY) this.memory.shift();
    if (this.memory.length > 8 && this.memory.length % REFRESH !== 0 && this.memory.length < MEMORY) return;
    this.low = quantile(this.memory, 0.05);
    this.high = quantile(this.memory, 0.95);
  }
}

/** Peaky strengths: 1 = a strong hit of the last seconds (the level of the strong hits forgets with a time constant of 6 s). */
export class RunningHits {
  private strong = 0;
  private floor = 0;
  private static readonly KEEP = Math.exp(-1 / (6 * FRAME_RATE));

  push(value: number, learns: boolean): Unit {
    if (learns) {
      this.strong = Math.max(value, this.strong * RunningHits.KEEP);
      this.floor += (value - this.floor) * (1 - RunningHits.KEEP);
    }
    const base = Math.min(1.5 * this.floor, 0.3 * this.strong);
    const top = 0.85 * this.strong;
    return top - base <= 1e-9 ? 0 : clamp((value - base) / (top - base), 0, 1);
  }
}

/** Gain that brings the music to about -20 dBFS: follows the level of the last ~8 s, at once when it starts. */
export class RunningGain {
  private power = 0;
  private frames = 0;
  private static readonly TARGET = 0.1;
  private static readonly WINDOW = 8 * FRAME_RATE;

  /** `amplitude`: root mean square of a hop. */
  push(amplitude: number): number {
    if (amplitude > GATE) {
      this.frames = Math.min(this.frames + 1, RunningGain.WINDOW);
      this.power += (amplitude * amplitude - this.power) / this.frames;
    }
    return this.power <= 0 ? 1 : RunningGain.TARGET / Math.sqrt(this.power);
  }
}

/** Onset bands, each over its own spread in the last ~8 s, as one sum: what beats are looked for in. */
export class RunningPulse {
  private readonly means = new Float64Array(FLUX_NAMES.length);
  private readonly squares = new Float64Array(FLUX_NAMES.length);
  private frames = 0;

  push(raw: RawFrame): number {
    this.frames = Math.min(this.frames + 1, 8 * FRAME_RATE);
    let sum = 0;
    FLUX_NAMES.forEach((name, band) => {
      const value = raw[RAW_INDEX[name]] as number;
      const mean = (this.means[band] as number) + (value - (this.means[band] as number)) / this.frames;
      const square = (this.squares[band] as number) + (value * value - (this.squares[band] as number)) / this.frames;
      this.means[band] = mean;
      this.squares[band] = square;
      sum += value / (Math.sqrt(Math.max(0, square - mean * mean)) + SPREAD_FLOOR);
    });
    return sum;
  }
}
