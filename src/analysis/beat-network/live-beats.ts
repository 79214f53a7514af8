/**
 * Beats of a stream by the causal network, told before they come. The pulse filter reads the network's probabilities; an
 * oscillator follows its readings as a phase-locked loop, takes over another reading only when it lasts, and runs on by itself
 * where nothing is heard. Even clicks that the network does not hear are followed too, as long as it has heard no music. A beat is announced when its predicted time comes near, so that nothing heard later can move it.
 */

import { clamp, wrap } from '../../base/math.ts';
import type { Bpm, Seconds, Unit } from '../../base/units.ts';
import { FRAME_RATE } from '../frames.ts';
import type { BeatFollower, LiveBeat } from '../live-beats.ts';
import { CAUSAL_DELAY } from './causal.ts';
import { OUTPUT_EVERY } from './file-analysis.ts';
import { NetworkBars } from './live-bars.ts';
import { PulseFilter, type PulseEstimate } from './pulse-filter.ts';
import { SteadyClicks } from './steady-clicks.ts';

/** A beat is announced this long before it sounds. */
const ANNOUNCE_AHEAD: Seconds = 0.075;
/** The filter's beat begins this long before the sound (a beat fills a part of the period; measured on generated music). */
const BIAS: Seconds = 0.015;
/** Probability near one reading from which beats are told for the first time, and after which time of sound. */
const LOCK_MASS = 0.25;
const LEAST_HEARD: Seconds = 1.2;
/** Share of a phase error that one beat corrects, and what of it and of the period's error goes into the period. */
const PULL = 0.45;
const PERIOD_PULL = 0.08;
const PERIOD_TRUST = 0.12;
/** Parts of a period from which a reading is another one. */
const OTHER_PHASE = 0.14;
const OTHER_PERIOD = 0.06;
/** Beats in a row that another reading must win; as many more as the present one is old. */
const PATIENCE = 2;
/** Where the network's probabilities stay below this, nothing is heard. */
const AUDIBLE = 0.12;
const MEMORY: Seconds = 2;
/** Beats that a free run takes its tempo from, at least and at most, and how far they may lie off a steady pulse (root mean square). */
const FIT_LEAST = 8;
const FIT_MOST = 48;
const FIT_ERROR: Seconds = 0.025;
/** Probability that counts as no news (1/16), and the least where beats are heard. */
const NEUTRAL = 1 / 16;
const LEAST = 0.012;
const MOST = 0.98;
/** Probability of a beat where an even click sounds, and beats of music after which clicks no longer count (hats in a breakdown). */
const CLICK = 0.95;
const MUSIC_FROM = 4;

/** What tells beats from frames: CausalBeatNetwork. */
export interface BeatHearing {
  readonly beat: Unit;
  readonly downbeat: Unit;
  /** True where there is a new answer. */
  push(mel: Float32Array): boolean;
}

export class NetworkBeats implements BeatFollower {
  /** Announced beats in order. */
  readonly beats: LiveBeat[] = [];
  confidence: Unit = 0;
  private readonly network: BeatHearing;
  private readonly filter = new PulseFilter();
  private readonly bars = new NetworkBars();
  private readonly clicks = new SteadyClicks();
  /** Announced beats at which the network heard music. */
  private musical = 0;
  private frames = 0;
  private outputs = 0;
  private previous = 0;
  private activity = 0;
  private period: Seconds = 0;
  private next: Seconds = 0;
  private contrary = 0;
  /** Greatest probability since the last announced beat. */
  private loudest: Unit = 0;
  /** Announced beats in a row, up to the last one, that were heard; a gap in them ends it. */
  private confirmed = 0;
  private isFree = false;
  /** Whether the coming beat has been pulled to the filter's reading. */
  private isSteered = false;

  constructor(network: BeatHearing) {
    this.network = network;
  }

  /**
   * One frame of the front end; `audible` is false below the gate. `known`: stream time (s) at which it was whole. Frame i lies at
   * i/100 s. `rise`: sum of its onset bands.
   */
  push(mel: Float32Array, audible: boolean, known: Seconds, rise = 0): void {
    const isNew = this.network.push(mel);
    this.frames++;
    this.clicks.push(audible ? rise : 0);
    if (isNew) this.hear(audible ? this.network.beat : 0, audible ? this.network.downbeat : 0);
    this.announce(known);
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

  /** The next beats that are expected, at most `count`. */
  predict(count: number): Seconds[] {
    return this.period === 0 ? [] : Array.from({ length: count }, (_, i) => this.next + i * this.period);
  }

  /** Music time (s) of the newest output. */
  private get heardUntil(): Seconds {
    return ((this.outputs - 1 - CAUSAL_DELAY) * OUTPUT_EVERY) / FRAME_RATE;
  }

  private hear(beat: Unit, downbeat: Unit): void {
    this.outputs++;
    this.activity = Math.max(beat, this.activity * Math.exp(-OUTPUT_EVERY / FRAME_RATE / MEMORY));
    const isClicking = this.activity <= AUDIBLE && this.musical < MUSIC_FROM && this.clicks.isSteady;
    if (isClicking) this.step(this.clicks.isAt(Math.round(this.heardUntil * FRAME_RATE)) ? CLICK : 0, true);
    else this.step(beat, this.activity > AUDIBLE);
    this.bars.hear(this.heardUntil, beat, downbeat);
    if (this.period > 0) return;
    if (isClicking) this.lockToClicks();
    else if (this.activity > AUDIBLE && this.frames >= LEAST_HEARD * FRAME_RATE) this.lock(this.filter.estimate());
  }

  /** The filter goes on by one output. */
  private step(beat: Unit, isHeard: boolean): void {
    this.loudest = Math.max(this.loudest, beat);
    if (!isHeard && this.period > 0) this.filter.settle(this.period, wrap(this.next - BIAS - this.heardUntil, this.period));
    else {
      const least = isHeard ? LEAST : NEUTRAL;
      this.filter.step(clamp((beat + this.previous) / 2, least, MOST));
      this.filter.step(clamp(beat, least, MOST));
    }
    this.previous = beat;
  }

  /** The first reading that is clear enough. */
  private lock(reading: PulseEstimate): void {
    this.confidence = reading.mass;
    if (reading.mass < LOCK_MASS) return;
    this.period = reading.period;
    this.next = this.comingBeat(reading);
  }

  /** Even clicks say period and phase better than the filter does so soon. */
  private lockToClicks(): void {
    this.period = this.clicks.period / FRAME_RATE;
    this.next = this.comingBeat({ toBeat: this.clicks.newest / FRAME_RATE - this.heardUntil - BIAS, period: this.period, mass: 1 });
    this.confidence = LOCK_MASS;
    this.filter.settle(this.period, wrap(this.next - BIAS - this.heardUntil, this.period));
  }

  /** The reading's next beat after now. */
  private comingBeat({ toBeat, period }: PulseEstimate): Seconds {
    const now = this.frames / FRAME_RATE;
    const first = this.heardUntil + toBeat + BIAS;
    return first + Math.max(0, Math.ceil((now + 0.02 - first) / period)) * period;
  }

  private announce(known: Seconds): void {
    while (this.period > 0 && this.next <= known + ANNOUNCE_AHEAD) {
      if (!this.isSteered) {
        this.isSteered = true;
        if (this.loudest > AUDIBLE) this.steer(this.filter.estimate());
        else this.runFree();
        continue;
      }
      this.isSteered = false;
      this.loudest = 0;
      this.beats.push({ time: this.next, announced: known, position: this.bars.positionOf(this.beats.length), tempo: this.tempo });
      this.bars.announce(this.next);
      if (this.activity > AUDIBLE) this.musical++;
      this.next += this.period;
    }
  }

  /** Nothing was heard for a beat: goes on with the tempo and phase of the last steady stretch. */
  private runFree(): void {
    this.confidence *= 0.98;
    if (!this.isFree) {
      const fit = fitPulse(this.beats.slice(-this.confirmed));
      const after = fit === undefined ? 0 : fit.next;
      if (fit !== undefined && Math.abs(after - this.next) < OTHER_PHASE * this.period) [this.period, this.next] = [fit.period, after];
    }
    this.isFree = true;
    this.confirmed = 0;
  }

  /** Pulls the coming beat to the filter's reading of it, or weighs that against the present one. */
  private steer(reading: PulseEstimate): void {
    this.isFree = false;
    this.confirmed++;
    this.confidence += 0.3 * (reading.mass - this.confidence);
    const coming = this.comingBeat(reading);
    const error = wrap(coming - this.next + reading.period / 2, reading.period) - reading.period / 2;
    const isNear = Math.abs(reading.period / this.period - 1) < OTHER_PERIOD && Math.abs(error) < OTHER_PHASE * this.period;
    if (isNear) {
      this.contrary = 0;
      this.next += PULL * error;
      this.period += PERIOD_PULL * error + PERIOD_TRUST * (reading.period - this.period);
      return;
    }
    this.contrary++;
    if (this.contrary < PATIENCE || reading.mass < LOCK_MASS) return;
    this.contrary = 0;
    this.confirmed = 0;
    const last = this.beats.at(-1)?.time ?? -Infinity;
    this.period = reading.period;
    this.next = coming;
    while (this.next < last + 0.55 * this.period) this.next += this.period;
  }
}

/** The steady pulse through the last beats, the longest stretch of them that is steady: its period and its beat after the last one. */
function fitPulse(beats: readonly LiveBeat[]): { period: Seconds; next: Seconds } | undefined {
  for (let count = Math.min(FIT_MOST, beats.length); count >= FIT_LEAST; count = Math.floor(count / 1.5)) {
    const times = beats.slice(-count).map(({ time }) => time);
    const middle = (count - 1) / 2;
    const mean = times.reduce((sum, time) => sum + time, 0) / count;
    const spread = (count * (count * count - 1)) / 12;
    const period = times.reduce((sum, time, i) => sum + (i - middle) * time, 0) / spread;
    const error = Math.sqrt(times.reduce((sum, time, i) => sum + (time - mean - (i - middle) * period) ** 2, 0) / count);
    if (error <= FIT_ERROR) return { period, next: mean + (count - middle) * period };
  }
  return undefined;
}
