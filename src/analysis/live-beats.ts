/**
 * Beats of a stream, told before they come. Four times a second the bar-pointer model (beats.ts) runs over the activation
 * of the last seconds; the newest beats and period of its best path give the next beats. A beat is announced when its
 * predicted time comes near, so nothing heard later can move it. The bars are live-bars.ts' business.
 */

import { clamp, mean } from '../base/math.ts';
import type { Bpm, Seconds, Unit } from '../base/units.ts';
import { shapeActivation } from './activation.ts';
import { trackBeats } from './beats.ts';
import { FRAME_RATE } from './frames.ts';
import { followNear, judgeLevel } from './grid.ts';
import { LiveBars, type BarFrame } from './live-bars.ts';
import { scorePeriods, type PeriodScores } from './tempo.ts';

const WINDOW: Seconds = 10;
const SHORTEST_WINDOW: Seconds = 2.5;
const UPDATE_FRAMES = FRAME_RATE / 4;
/** A beat is announced this long before it sounds. */
const ANNOUNCE_AHEAD: Seconds = 0.06;
/** Score that a period near the present one is given on top, and how near counts (octaves). */
const LOYALTY = 1.2;
const LOYALTY_OCTAVES = 0.06;
/** Share of a phase error that one update corrects. */
const PULL = 0.5;
/** Share of a period from which an error is another phase, and updates in a row that believe it. */
const OTHER_PHASE = 0.15;
const OTHER_UPDATES = 4;
/** Weight of one update in the judgement of the metrical level. */
const LEVEL_MEMORY = 0.3;
/** The activation peaks this long after the sound starts. */
const LATENCY: Seconds = 0.005;

export interface LiveBeat {
  readonly time: Seconds;
  /** Stream time at which it was known. */
  readonly announced: Seconds;
  /** 1 = downbeat. */
  readonly position: number;
  readonly tempo: Bpm;
}

/** What follows the beats of a stream: this, or the network (beat-network/live-beats.ts). */
export interface BeatFollower {
  readonly beats: readonly LiveBeat[];
  readonly confidence: Unit;
  readonly tempo: Bpm;
  readonly metre: number;
  positionOf(index: number): number;
  predict(count: number): Seconds[];
}

export class LiveBeats implements BeatFollower {
  /** Announced beats in order. */
  readonly beats: LiveBeat[] = [];
  confidence: Unit = 0;
  private readonly activation: number[] = [];
  private frames = 0;
  private period: Seconds = 0;
  /** Next beat that has not been announced. */
  private next: Seconds = 0;
  private readonly bars = new LiveBars();
  private readonly kick: number[] = [];
  private readonly snare: number[] = [];
  private otherPhase = 0;
  /** How much the pulse has lately been too fast (towards 1) or too slow (towards -1). */
  private tooFast = 0;

  /**
   * One frame: how much of a bass drum it holds (0..1), and what the bars need; its accent is the sum of the onset bands.
   * `known`: stream time (s) at which it was whole. Frame i lies at i/100 s.
   */
  push(kick: Unit, frame: BarFrame, known: Seconds): void {
    this.activation.push(frame.accent);
    this.kick.push(kick);
    this.snare.push(frame.snare);
    this.bars.push(frame);
    if (this.activation.length > WINDOW * FRAME_RATE) for (const list of [this.activation, this.kick, this.snare]) list.shift();
    this.frames++;
    if (this.frames % UPDATE_FRAMES === 0 && this.activation.length >= SHORTEST_WINDOW * FRAME_RATE) this.update();
    this.announce(known);
  }

  /** The next beats that are expected, at most `count`. */
  predict(count: number): Seconds[] {
    return this.period === 0 ? [] : Array.from({ length: count }, (_, i) => this.next + i * this.period);
  }

  get tempo(): Bpm {
    return this.period === 0 ? 0 : 60 / this.period;
  }

  get metre(): number {
    return this.bars.metre;
  }

  /** Position in the bar of the announced or coming beat with this index, as things look now. */
  positionOf(index: number): number {
    return this.beats[index]?.position ?? this.bars.positionOf(index);
  }

  private update(): void {
    const window = shapeActivation(Float32Array.from(this.activation));
    const periods = this.loyalScores(scorePeriods(window));
    const found = this.atLevel(window, trackBeats(window, periods));
    this.judge(window, found);
    if (found.length < 4) return;
    const start = (this.frames - window.length) / FRAME_RATE - LATENCY;
    const times = found.slice(-5).map((frame) => start + frame / FRAME_RATE);
    const period = (times.at(-1)! - times[0]!) / (times.length - 1);
    // The last beats on one line: less jitter than the newest alone.
    const anchor = mean(times) + ((times.length - 1) / 2) * period;
    this.steer(anchor, period);
  }

  /** The beats at the level a listener would tap: followed again where the pulse was twice too fast or half too slow. */
  private atLevel(window: Float32Array, pulse: readonly number[]): readonly number[] {
    if (pulse.length < 8) return pulse;
    const period = (pulse.at(-1)! - pulse[0]!) / (pulse.length - 1);
    const level = judgeLevel({ activation: window, kick: Float32Array.from(this.kick), snare: Float32Array.from(this.snare) }, period);
    this.tooFast += LEVEL_MEMORY * (Math.log2(level) - this.tooFast);
    if (level === 1 || this.tooFast * Math.log2(level) < 0.5) return pulse;
    return followNear(window, (60 * FRAME_RATE) / (period * level), 0.06);
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
      this.pullPhase(error);
    } else {
      this.period = period;
      this.next = next;
    }
    while (this.next < last + 0.5 * this.period) this.next += this.period;
  }

  /** A small error is corrected by half; a large one is another reading of the beat, believed once it has been heard a while. */
  private pullPhase(error: Seconds): void {
    const isOther = Math.abs(error) > OTHER_PHASE * this.period;
    this.otherPhase = isOther ? this.otherPhase + 1 : 0;
    if (!isOther) this.next += PULL * error;
    else if (this.otherPhase >= OTHER_UPDATES) {
      this.next += error;
      this.otherPhase = 0;
    }
  }

  private announce(known: Seconds): void {
    while (this.period > 0 && this.next <= known + ANNOUNCE_AHEAD) {
      const last = this.beats.at(-1);
      if (last !== undefined) this.bars.addBeat(last.time, Math.min(this.frames / FRAME_RATE, this.next));
      this.beats.push({ time: this.next, announced: known, position: this.bars.positionOf(this.beats.length), tempo: this.tempo });
      this.next += this.period;
    }
  }
}
