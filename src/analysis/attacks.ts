/**
 * Where sounds start, finer than a spectrum's window tells: energy of the brightened signal and of its low end in steps of
 * 2 ms, and their sudden rises. Serves to put beats on the attack itself.
 */

import type { Hertz, Seconds } from '../base/units.ts';
import { FloatColumns } from './columns.ts';

/** Steps a second. */
export const ATTACK_RATE: Hertz = 500;
const LOW_CUTOFF: Hertz = 150;

/** A rise looks so many steps ahead and back; the logarithms of the last RECENT steps are kept, the rises of all. */
const AHEAD = 4;
const BACK = 6;
const RECENT = 16;
const LOW_SHARE = 0.5;
const QUIET = Math.log(1e-7);

/** Collects the sudden rises of energy of a pushed mono stream. */
export class AttackEnvelope {
  private readonly known: FloatColumns;
  private readonly row = new Float32Array(1);
  private readonly brights = new Float32Array(RECENT);
  private readonly lows = new Float32Array(RECENT);
  private steps = 0;
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
    this.known = new FloatColumns(1, steps);
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

  /** Rise of log energy at each step, the bright and the low part added; >= 0. Step i covers i/500 to (i+1)/500 s. A view, whose last steps change as more comes. */
  rises(): Float32Array {
    const known = this.known.length;
    return this.known.columnWith(0, Array.from({ length: this.steps - known }, (_, i) => this.riseAt(known + i)));
  }

  private closeStep(bright: number, lowEnergy: number): void {
    const at = this.steps++ % RECENT;
    this.brights[at] = Math.log(bright / this.stepSamples + 1e-7);
    this.lows[at] = Math.log(lowEnergy / this.stepSamples + 1e-6);
    this.boundary += this.stepSamples;
    if (this.steps < AHEAD) return;
    this.row[0] = this.riseAt(this.steps - AHEAD);
    this.known.append(this.row);
  }

  private riseAt(step: number): number {
    return riseOf(this.brights, step, this.steps - 1) + Math.fround(LOW_SHARE * riseOf(this.lows, step, this.steps - 1));
  }
}

/** Mean of the next steps (up to `last`, which then counts again) less the mean of those before, where positive. */
function riseOf(logs: Float32Array, step: number, last: number): number {
  let after = 0;
  let before = 0;
  for (let k = 0; k < AHEAD; k++) after += logs[Math.min(last, step + k) % RECENT] as number;
  for (let k = 1; k <= BACK; k++) before += step < k ? QUIET : (logs[(step - k) % RECENT] as number);
  return Math.fround(Math.max(0, after / AHEAD - before / BACK));
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
