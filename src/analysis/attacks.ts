/**
 * Where sounds start, finer than a spectrum's window tells: energy of the brightened signal and of its low end in steps of
 * 2 ms, and their sudden rises. Serves to put beats on the attack itself.
 */

import type { Hertz, Seconds } from '../base/units.ts';
import { FloatColumns } from './columns.ts';

/** Steps a second. */
export const ATTACK_RATE: Hertz = 500;
const LOW_CUTOFF: Hertz = 150;

/** Collects log energies of a pushed mono stream. */
export class AttackEnvelope {
  private readonly columns: FloatColumns;
  private readonly row = new Float32Array(2);
  private readonly stepSamples: number;
  private readonly lowWeight: number;
  private position = 0;
  private boundary: number;
  private previous = 0;
  private low = 0;
  private bright = 0;
  private lowEnergy = 0;

  /** `steps`: how many to make room for. */
  constructor(sampleRate: Hertz, steps = 1024) {
    this.columns = new FloatColumns(2, steps);
    this.stepSamples = sampleRate / ATTACK_RATE;
    this.boundary = this.stepSamples;
    this.lowWeight = 1 - Math.exp((-2 * Math.PI * LOW_CUTOFF) / sampleRate);
  }

  push(mono: Float32Array, gain: number): void {
    // The state in locals: this loop runs once a sample.
    let { previous, low, bright, lowEnergy, position } = this;
    const { lowWeight } = this;
    for (let i = 0; i < mono.length; i++) {
      const raw = (mono[i] as number) * gain;
      const sample = raw - raw === 0 ? raw : 0;
      const rise = sample - previous;
      previous = sample;
      low += lowWeight * (sample - low);
      bright += rise * rise;
      lowEnergy += low * low;
      if (++position < this.boundary) continue;
      this.closeStep(bright, lowEnergy);
      bright = 0;
      lowEnergy = 0;
    }
    Object.assign(this, { previous, low, bright, lowEnergy, position });
  }

  /** Rise of log energy at each step, the bright and the low part added; >= 0. Step i covers i/500 to (i+1)/500 s. */
  rises(): Float32Array {
    const bright = risesOf(this.columns.column(0), 1);
    const low = risesOf(this.columns.column(1), 0.5);
    return bright.map((value, i) => value + (low[i] as number));
  }

  private closeStep(bright: number, lowEnergy: number): void {
    this.row[0] = Math.log(bright / this.stepSamples + 1e-7);
    this.row[1] = Math.log(lowEnergy / this.stepSamples + 1e-6);
    this.columns.append(this.row);
    this.boundary += this.stepSamples;
  }
}

/** Mean of the next 4 steps less the mean of the 6 before, where positive. */
function risesOf(logs: Float32Array, weight: number): Float32Array {
  const rises = new Float32Array(logs.length);
  for (let i = 0; i < logs.length; i++) {
    let after = 0;
    let before = 0;
    for (let k = 0; k < 4; k++) after += logs[Math.min(logs.length - 1, i + k)] as number;
    for (let k = 1; k <= 6; k++) before += i - k < 0 ? Math.log(1e-7) : (logs[i - k] as number);
    rises[i] = weight * Math.max(0, after / 4 - before / 6);
  }
  return rises;
}

export interface Attack {
  readonly time: Seconds;
  readonly strength: number;
}

/** The strongest start within `reach` s of `time`, nearer ones preferred; strength 0 where nothing starts. */
export function findAttack(rises: Float32Array, time: Seconds, reach: Seconds): Attack {
  const from = Math.max(0, Math.ceil((time - reach) * ATTACK_RATE));
  const to = Math.min(rises.length - 1, Math.floor((time + reach) * ATTACK_RATE));
  let best = -1;
  let bestScore = 0;
  for (let i = from; i <= to; i++) {
    const away = ((i + 0.5) / ATTACK_RATE - time) / reach;
    const score = (rises[i] as number) * (1 - 0.5 * away * away);
    if (score > bestScore) {
      bestScore = score;
      best = i;
    }
  }
  return best < 0 ? { time, strength: 0 } : { time: (best + 0.5) / ATTACK_RATE, strength: rises[best] as number };
}
