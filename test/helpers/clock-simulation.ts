/** Clocks as they come over cables: drift, jitter, lost pulses; and hands that tap. Keyed random, so every run is the same. */

import { quantile } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';
import { TempoClock } from '../../src/control/clock/tempo.ts';

/** Standard normal values from a key. */
export function normalsFor(seed: number, purpose: string): () => number {
  const random = randomFor(seed, purpose);
  return () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

export interface ClockRun {
  readonly hours: number;
  readonly tempo: number;
  /** How much faster the sender's crystal runs (parts per million). */
  readonly driftPpm: number;
  /** σ of the arrival (ms). */
  readonly jitterMs: number;
  /** Share of pulses that never arrive. */
  readonly lost?: number;
  /** Not looked at before this (s). */
  readonly settle?: number;
}

/** Phase errors (ms, shown minus true beat) at every tenth pulse of a MIDI clock, sampled between arrivals. */
export function runMidiClock({ hours, tempo, driftPpm, jitterMs, lost = 0, settle = 10 }: ClockRun): { readonly errors: Float64Array; readonly p95: number; readonly worst: number; readonly longestStep: number } {
  const clock = new TempoClock({ now: 0 });
  const normal = normalsFor(1, 'clock jitter');
  const random = randomFor(1, 'lost pulses');
  const period = 60_000 / (tempo * 24) / (1 + driftPpm * 1e-6);
  const pulses = Math.floor((hours * 3_600_000) / period);
  const errors: number[] = [];
  let [arrived, before, longestStep] = [0, Number.NaN, 0];
  clock.hearMidi(0, { kind: 'start' });
  for (let pulse = 0; pulse < pulses; pulse++) {
    arrived = Math.max(arrived + 0.01, 50 + pulse * period + jitterMs * normal());
    if (random.uniform() >= lost) clock.hearMidi(arrived, { kind: 'clock' });
    if (pulse % 10 !== 0 || pulse * period < settle * 1000) continue;
    const at = arrived + 0.3 * period;
    const shown = clock.placeAt(at).beat;
    const off = shown - (at - 50) / (24 * period);
    errors.push(off * 24 * period);
    if (!Number.isNaN(before)) longestStep = Math.max(longestStep, Math.abs(off - before));
    before = off;
  }
  const sizes = errors.map(Math.abs);
  return { errors: Float64Array.from(errors), p95: quantile(sizes, 0.95), worst: Math.max(...sizes.slice(0, 100_000)), longestStep };
}

/** |error| (BPM) of a hand that taps a tempo with jitter of σ (ms), for each of many series. */
export function tapErrors(tempo: number, taps: number, jitterMs: number, series: number): number[] {
  const normal = normalsFor(2, 'tap jitter');
  return Array.from({ length: series }, () => {
    const clock = new TempoClock({ now: 0 });
    for (let i = 0; i < taps; i++) clock.tap(1000 + (i * 60_000) / tempo + jitterMs * normal());
    return Math.abs(clock.placeAt(20_000).tempo - tempo);
  });
}
