/**
 * Beats of a stream, told before they come. Four times a second the bar-pointer model (beats.ts) runs over the activation
 * of the last seconds; the newest beats and period of its best path give the next beats. A beat is announced when its
 * predicted time comes near, so nothing heard later can move it. Downbeats: the place in a group of four with the most bass
 * and change over the last bars (the metre of live input is taken to be 4).
 */

import { clamp, mean } from '../base/math.ts';
import type { Bpm, Seconds, Unit } from '../base/units.ts';
import { trackBeats } from './beats.ts';
import { FRAME_RATE } from './frames.ts';
import { scorePeriods, type PeriodScores } from './tempo.ts';

const WINDOW: Seconds = 7;
const SHORTEST_WINDOW: Seconds = 2.5;
const UPDATE_FRAMES = FRAME_RATE / 4;
/** A beat is announced this long before it sounds. */
const ANNOUNCE_AHEAD: Seconds = 0.02;
/** Score that a period near the present one is given on top, and how near counts (octaves). */
const LOYALTY = 1.2;
const LOYALTY_OCTAVES = 0.06;
/** Share of a phase error that one update corrects. */
const PULL = 0.5;
/** The activation peaks this long after the sound starts. */
const LATENCY: Seconds = 0.005;
const METRE = 4;
const POSITION_MEMORY = 0.94;

export interface LiveBeat {
  readonly time: Seconds;
  /** Stream time at which it was known. */
  readonly announced: Seconds;
  /** 1 = downbeat. */
  readonly position: number;
  readonly tempo: Bpm;
}

export class LiveBeats {
  /** Announced beats in order. */
  readonly beats: LiveBeat[] = [];
  confidence: Unit = 0;
  private readonly activation: number[] = [];
  private frames = 0;
  private period: Seconds = 0;
  /** Next beat that has not been announced. */
  private next: Seconds = 0;
  private readonly accents = new Float64Array(METRE);
  private lastAccentAt = -1;
  private readonly bass: number[] = [];

  /** One frame: `activation` as from the song's, `bass` 0..1 how much low end and change it holds. Frame i lies at i/100 s. */
  push(activation: number, bass: number): void {
    this.activation.push(activation);
    this.bass.push(bass);
    const keep = WINDOW * FRAME_RATE;
    if (this.activation.length > keep) this.activation.shift();
    if (this.bass.length > keep) this.bass.shift();
    this.frames++;
    if (this.frames % UPDATE_FRAMES === 0 && this.activation.length >= SHORTEST_WINDOW * FRAME_RATE) this.update();
    this.announce(this.frames / FRAME_RATE);
  }

  /** The next beats that are expected, at most `count`. */
  predict(count: number): Seconds[] {
    return this.period === 0 ? [] : Array.from({ length: count }, (_, i) => this.next + i * this.period);
  }

  get tempo(): Bpm {
    return this.period === 0 ? 0 : 60 / this.period;
  }

  /** Position in the bar of the beat after the last announced one. */
  get nextPosition(): number {
    return positionAt(this.beats.length, this.accents);
  }

  private update(): void {
    const window = even(this.activation);
    const periods = this.loyalScores(scorePeriods(window));
    const found = trackBeats(window, periods);
    this.judge(window, found);
    if (found.length < 4) return;
    const start = (this.frames - window.length) / FRAME_RATE - LATENCY;
    const times = found.slice(-5).map((frame) => start + frame / FRAME_RATE);
    const period = (times.at(-1)! - times[0]!) / (times.length - 1);
    // The last beats on one line: less jitter than the newest alone.
    const anchor = mean(times) + ((times.length - 1) / 2) * period;
    this.steer(anchor, period);
  }

  private loyalScores(periods: PeriodScores): PeriodScores {
    if (this.period === 0) return periods;
    const scores = periods.scores.map((score, i) => {
      const octaves = Math.log2((periods.shortest + i) / (this.period * FRAME_RATE)) / LOYALTY_OCTAVES;
      return score + LOYALTY * Math.exp(-0.5 * octaves * octaves);
    });
    return { shortest: periods.shortest, scores };
  }

  /** Confidence: how much stronger the activation is on the found beats than elsewhere. */
  private judge(window: Float32Array, found: readonly number[]): void {
    const average = mean(window) + 1e-9;
    const onBeats = found.length < 4 ? 0 : mean(found.map((frame) => Math.max(window[frame - 1] ?? 0, window[frame] ?? 0, window[frame + 1] ?? 0)));
    const now = clamp((onBeats / average - 1.2) / 3, 0, 1);
    this.confidence += 0.35 * (now - this.confidence);
  }

  private steer(anchor: Seconds, period: Seconds): void {
    const last = this.beats.at(-1)?.time ?? -Infinity;
    const near = this.period > 0 && Math.abs(Math.log2(period / this.period)) < 0.08;
    const heard = this.frames / FRAME_RATE;
    let next = anchor + Math.ceil((heard - anchor) / period) * period;
    while (next < last + 0.6 * period) next += period;
    if (near) {
      const error = next - this.next - Math.round((next - this.next) / period) * period;
      this.period += PULL * (period - this.period);
      this.next += PULL * error;
    } else {
      this.period = period;
      this.next = next;
    }
    while (this.next < last + 0.5 * this.period) this.next += this.period;
  }

  private announce(heard: Seconds): void {
    while (this.period > 0 && this.next <= heard + ANNOUNCE_AHEAD) {
      this.gatherAccents(heard);
      this.beats.push({ time: this.next, announced: Math.min(heard, this.next), position: this.nextPosition, tempo: this.tempo });
      this.next += this.period;
    }
  }

  /** Adds the accent of the beat that is now fully heard to its place in the group of four. */
  private gatherAccents(heard: Seconds): void {
    const index = this.beats.length - 1;
    const beat = this.beats[index];
    if (beat === undefined || index === this.lastAccentAt) return;
    this.lastAccentAt = index;
    const start = heard - this.bass.length / FRAME_RATE;
    const from = Math.max(0, Math.round((beat.time - start - 0.04) * FRAME_RATE));
    const accent = Math.max(0, ...this.bass.slice(from, from + 12));
    for (let i = 0; i < METRE; i++) this.accents[i] = (this.accents[i] as number) * POSITION_MEMORY;
    const place = index % METRE;
    this.accents[place] = (this.accents[place] as number) + accent;
  }
}

/** Position of the beat with this index when the strongest place of the group is 1. */
function positionAt(index: number, accents: Float64Array): number {
  let best = 0;
  for (let i = 1; i < METRE; i++) if ((accents[i] as number) > (accents[best] as number) * 1.02) best = i;
  return ((index - best + METRE * 2) % METRE) + 1;
}

/** The activation over its own root mean square, compressed as for a whole song. */
function even(values: readonly number[]): Float32Array {
  const average = mean(values);
  const rising = Float32Array.from(values, (value) => Math.max(0, value - average));
  const power = Math.sqrt(mean(rising.map((value) => value * value))) + 1e-6;
  return rising.map((value) => (value / power) ** 0.7);
}
