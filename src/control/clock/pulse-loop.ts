/**
 * A delay-locked loop over pulses that arrive with jitter: where the pulses really are, and how fast they go. Second order,
 * so a constant drift leaves no error; wide at first to lock within a beat, then narrow. Missed pulses are counted as such,
 * a lasting change of tempo opens the loop again. Pure; instants in monotonic ms.
 * Source: F. Adriaensen, "Using a DLL to filter time" (2005).
 */

import { clamp, mean } from '../../base/math.ts';
import type { Bpm, Milliseconds } from '../../base/units.ts';

/** Loop bandwidth when it begins, and at rest; it narrows with the time that it has been locked. */
const WIDE_HERTZ = 2.5;
const NARROW_HERTZ = 0.2;
/** Seconds at which the bandwidth has come half-way. */
const NARROWING_SECONDS = 1.2;
/** Errors of the same sign and beyond this, so many in a row, mean another tempo. */
const STRAY_PERIODS = 0.25;
const STRAY_MS = 8;
const STRAYS = 8;
/** A gap of so many periods holds a missing pulse for sure; jitter alone makes shorter ones. */
const SURE_GAP = 2.6;
/**
 * Errors that step by about a period from some pulses to the next ones, and then stay: one was lost (or one too many came).
 * A change of tempo makes them grow instead.
 */
const WINDOW = 8;
const SLIP = { least: 0.6, most: 1.4, slope: 0.25 };
/** Pulses that may be missing in a row. */
const LONGEST_GAP = 12;
const PULSES_TO_LOCK = 6;
/** Over so many pulses the mean period must agree with the loop's within this share: else it locked to a burst. */
const MEAN_PULSES = 24;
const MEAN_TOLERANCE = 0.15;

export class PulseLoop {
  /** Pulses a beat: 24 for MIDI clock, 1 for beats. */
  private readonly perBeat: number;
  private pulses: Milliseconds[] = [];
  /** Filtered instant of the last pulse, of the next one, and the period. */
  private last: Milliseconds = 0;
  private next: Milliseconds = 0;
  private period: Milliseconds = 0;
  private isLocked = false;
  private lockedFor: Milliseconds = 0;
  private strays = 0;
  private spread = 0;
  private errors: number[] = [];
  private arrivals: { readonly at: Milliseconds; readonly count: number }[] = [];
  private counted = 0;

  constructor(perBeat: number) {
    this.perBeat = perBeat;
  }

  get locked(): boolean {
    return this.isLocked;
  }

  /** Pulses since the start, missing ones included; the last one's index is one less. */
  get count(): number {
    return this.counted;
  }

  get tempo(): Bpm {
    return this.period > 0 ? 60_000 / (this.period * this.perBeat) : 0;
  }

  /** Filtered instant of the last pulse. */
  get lastAt(): Milliseconds {
    return this.last;
  }

  /** How even the pulses come, 0..1. */
  get confidence(): number {
    return this.isLocked ? clamp(1 - 3 * (this.spread / (this.period * Math.sqrt(this.perBeat))), 0.3, 0.98) : 0;
  }

  /** Forgets the tempo. */
  reset(): void {
    this.pulses = [];
    this.isLocked = false;
    this.counted = 0;
  }

  /** Counts anew from the next pulse; the tempo stays. */
  restart(): void {
    this.counted = 0;
  }

  /** A pulse arrived. `tempo`: where the sender says it. */
  hear(now: Milliseconds, tempo?: Bpm): void {
    if (!this.isLocked) return this.begin(now, tempo);
    const gap = (now - this.last) / this.period;
    const steps = gap < SURE_GAP ? 1 : Math.round(gap);
    if (steps > LONGEST_GAP) {
      this.reset();
      return this.begin(now, tempo);
    }
    this.counted += steps;
    this.checkMean(now);
    this.pass(now, steps);
    this.lockedFor += steps * this.period;
  }

  /** A program that stalls hands over pulses in bursts: the long mean still tells the truth. */
  private checkMean(now: Milliseconds): void {
    this.arrivals = [...this.arrivals, { at: now, count: this.counted }].slice(-MEAN_PULSES);
    const first = this.arrivals[0];
    if (first === undefined || this.arrivals.length < MEAN_PULSES || this.perBeat === 1) return;
    const period = (now - first.at) / (this.counted - first.count);
    if (!(period > 0) || Math.abs(period / this.period - 1) < MEAN_TOLERANCE) return;
    this.period = period;
    this.next = this.last + period;
    this.lockedFor = 0;
    this.errors = [];
  }

  private pass(now: Milliseconds, steps: number): void {
    let expected = this.next + (steps - 1) * this.period;
    const slip = this.slipOf(now - expected);
    this.counted += slip;
    expected += slip * this.period;
    const error = clamp(now - expected, -this.period / 2, this.period / 2);
    this.watch(error);
    const omega = Math.min(1, 2 * Math.PI * this.bandwidth() * (this.period / 1000));
    this.last = expected + clamp(omega * Math.SQRT2, 0, 1) * error;
    this.period = Math.max(1, this.period + (omega ** 2 * error) / steps);
    this.next = this.last + this.period;
  }

  /** −1, 0 or 1: pulses by which the count is off. */
  private slipOf(error: Milliseconds): number {
    this.errors = [...this.errors, error].slice(-2 * WINDOW);
    if (this.errors.length < 2 * WINDOW || this.perBeat === 1) return 0;
    const meanOf = (from: number, to: number): number => mean(this.errors.slice(from, to)) / this.period;
    const step = meanOf(WINDOW, 2 * WINDOW) - meanOf(0, WINDOW);
    const slope = meanOf(1.5 * WINDOW, 2 * WINDOW) - meanOf(WINDOW, 1.5 * WINDOW);
    if (Math.abs(step) < SLIP.least || Math.abs(step) > SLIP.most || Math.abs(slope) > SLIP.slope) return 0;
    this.errors = [];
    return Math.sign(step);
  }

  /** The first pulses give the period by their mean. */
  private begin(now: Milliseconds, tempo: Bpm | undefined): void {
    this.pulses.push(now);
    this.counted++;
    const needed = tempo !== undefined ? 1 : Math.min(PULSES_TO_LOCK, Math.max(2, this.perBeat));
    this.last = now;
    if (this.pulses.length < needed) return;
    this.period = tempo !== undefined ? 60_000 / (tempo * this.perBeat) : (now - (this.pulses[0] as number)) / (this.pulses.length - 1);
    if (!(this.period > 0)) return this.reset();
    this.isLocked = true;
    this.lockedFor = 0;
    this.strays = 0;
    this.spread = 0;
    this.errors = [];
    this.arrivals = [];
    this.next = this.last + this.period;
    this.pulses = [];
  }

  private bandwidth(): number {
    const wide = NARROWING_SECONDS / (NARROWING_SECONDS + this.lockedFor / 1000);
    // A loop cannot be wider than its pulses allow.
    return Math.min(NARROW_HERTZ + (WIDE_HERTZ - NARROW_HERTZ) * wide ** 2, 0.12 / (this.period / 1000));
  }

  private watch(error: Milliseconds): void {
    this.spread += (Math.abs(error) - this.spread) * 0.02;
    const strays = Math.abs(error) > Math.max(STRAY_MS, STRAY_PERIODS * this.period);
    this.strays = strays ? (Math.sign(error) === Math.sign(this.strays) || this.strays === 0 ? this.strays + Math.sign(error) : Math.sign(error)) : 0;
    if (Math.abs(this.strays) < STRAYS) return;
    this.strays = 0;
    this.lockedFor = 0;
  }
}
