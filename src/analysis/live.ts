/**
 * Live input → a Timeline that grows: the same features, routes and score as for a track, from the past alone. Curves reach
 * the newest frame (23 ms after its sound); the grid holds the announced beats and two predicted ones; one section stays open.
 */

import { clamp, wrap } from '../base/math.ts';
import type { Hertz, Seconds, Unit } from '../base/units.ts';
import { CURVE_NAMES, TIMELINE_VERSION, type BeatGrid, type CurveName, type Curves, type Section, type Timeline, type TimelineEvent } from '../timeline/timeline.ts';
import { WindowedCurves } from '../timeline/windowed-curves.ts';
import { FLUX_NAMES } from './activation.ts';
import { FeatureExtractor, RAW_INDEX, type RawName } from './features.ts';
import { FRAME_RATE, FrameAnalyzer, type SpectrumFrame } from './frames.ts';
import { causalWeights } from './beat-model.ts';
import { CausalBeatNetwork, type CausalWeights } from './beat-network/causal.ts';
import { MEL_BANDS, MelFrontEnd } from './beat-network/front-end.ts';
import { NetworkBeats } from './beat-network/live-beats.ts';
import { LiveSoundCurves } from './live-sound.ts';
import { LiveBeats, type BeatFollower } from './live-beats.ts';
import { GATE, RunningGain, RunningHits, RunningPulse, RunningRange } from './live-levels.ts';

const PREDICTED_BEATS = 2;
/** Slow means (frames). */
const DENSITY_FRAMES = 150;
const LOUDNESS_FRAMES = 40;

/** Curves whose change tells a new sound, for the bars. */
const COLOURS = ['bass', 'voice', 'brightness', 'noisiness', 'loudness', 'hats'] as const satisfies readonly CurveName[];

type LevelName = 'low' | 'density' | 'loudness' | 'energy' | 'bass' | 'voice' | 'brightness' | 'noisiness';
type HitName = 'kick' | 'snare' | 'hats' | 'onset';

export class LiveAnalyzer {
  /** Grows as sound is pushed; read it anew each time. */
  readonly timeline: Timeline;
  private readonly frames: FrameAnalyzer;
  private readonly extractor: FeatureExtractor;
  private readonly gain = new RunningGain();
  private readonly sound: LiveSoundCurves;
  private readonly beats: { readonly by: 'network'; readonly follower: NetworkBeats; readonly front: MelFrontEnd } | { readonly by: 'signal'; readonly follower: LiveBeats };
  private readonly mel = new Float32Array(MEL_BANDS);
  private readonly pulse = new RunningPulse();
  private readonly curves: WindowedCurves;
  private readonly ranges = recordOf(['low', 'density', 'loudness', 'energy', 'bass', 'voice', 'brightness', 'noisiness'] as const, () => new RunningRange());
  private readonly hits = recordOf(['kick', 'snare', 'hats', 'onset'] as const, () => new RunningHits());
  private readonly means = new Map<string, number>();
  private readonly newest: Record<CurveName, Unit> = recordOf(CURVE_NAMES, () => 0);
  private readonly chroma = { x: 0, y: 0 };
  private readonly colours = new Float32Array(12 + COLOURS.length);

  /**
   * `sampleRate` of the samples to come, 8–192 kHz. `weights`: of the causal beat network; 'none' for the signal alone. `keep`: how
   * far back the timeline's curves reach at least, for hours of input.
   */
  constructor(sampleRate: Hertz, weights: CausalWeights | 'none' = causalWeights() ?? 'none', keep: Seconds = Infinity) {
    this.curves = new WindowedCurves(FRAME_RATE, keep);
    this.frames = new FrameAnalyzer(sampleRate, (frame) => this.take(frame));
    this.extractor = new FeatureExtractor(this.frames.rate, this.frames.windowLength);
    this.sound = new LiveSoundCurves(sampleRate, this.frames.rate, this.frames.windowLength);
    this.beats =
      weights === 'none' ? { by: 'signal', follower: new LiveBeats() } : { by: 'network', follower: new NetworkBeats(new CausalBeatNetwork(weights)), front: new MelFrontEnd(this.frames.rate, this.frames.windowLength) };
    this.timeline = new GrowingTimeline(this.curves, this.beats.follower);
  }

  /** Mono samples of -1..1 in order, any number at a time. */
  push(mono: Float32Array): void {
    this.sound.hear(mono);
    this.frames.push(mono);
  }

  /** Newest values by curve name; the record is reused. */
  features(): Readonly<Record<CurveName, Unit>> {
    return this.newest;
  }

  /** For each beat of the grid's past: the stream time (s) at which it was known. */
  get announced(): readonly Seconds[] {
    return this.beats.follower.beats.map(({ announced }) => announced);
  }

  private take(frame: SpectrumFrame): void {
    const amplitude = rootMeanSquare(frame.samples);
    const gain = this.gain.push(amplitude);
    const raw = this.extractor.extract(frame, gain);
    const isMusic = amplitude > GATE;
    const value = (name: RawName): number => raw[RAW_INDEX[name]] as number;
    const flux = FLUX_NAMES.reduce((sum, name) => sum + value(name), 0);
    this.levelHits({ kick: value('kick'), snare: value('snare'), hats: value('hats'), onset: flux }, isMusic);
    this.levelSlow(value, flux, amplitude, isMusic);
    this.turnChroma(value('chromaX'), value('chromaY'));
    Object.assign(this.newest, this.sound.push(frame, { percussive: value('percussive'), harmonic: value('harmonic'), chroma: this.extractor.chroma }, isMusic));
    this.curves.push(this.newest);
    const known = this.frames.knownAt(frame.index);
    if (this.beats.by === 'signal') return this.pushSignal(this.beats.follower, value, isMusic ? this.pulse.push(raw) : 0, known);
    this.beats.front.apply(frame.magnitudes, gain, this.mel);
    this.beats.follower.push(this.mel, isMusic, known, flux);
  }

  private pushSignal(follower: LiveBeats, value: (name: RawName) => number, accent: number, known: Seconds): void {
    this.colours.set(this.extractor.chroma);
    COLOURS.forEach((name, i) => (this.colours[12 + i] = this.newest[name]));
    follower.push(this.newest.kick, { accent, snare: this.newest.snare, bass: value('fluxSub') + value('fluxBass'), colours: this.colours }, known);
  }

  private levelHits(raw: Record<HitName, number>, isMusic: boolean): void {
    for (const name of ['kick', 'snare', 'hats', 'onset'] as const) this.newest[name] = isMusic ? this.hits[name].push(raw[name], true) : 0;
  }

  private levelSlow(value: (name: RawName) => number, flux: number, amplitude: number, isMusic: boolean): void {
    const level = (name: LevelName, raw: number): Unit => (isMusic ? this.ranges[name].push(raw, true) : 0);
    const low = level('low', this.slowMean('low', value('low'), LOUDNESS_FRAMES));
    const density = level('density', this.slowMean('density', flux, DENSITY_FRAMES));
    const loudness = level('loudness', this.slowMean('loudness', Math.log10(amplitude + 1e-6), LOUDNESS_FRAMES));
    this.newest.loudness = loudness;
    this.newest.energy = level('energy', this.slowMean('energy', 0.4 * low + 0.3 * density + 0.3 * loudness, LOUDNESS_FRAMES));
    this.newest.level = clamp(1 + (20 * Math.log10(amplitude + 1e-9)) / 60, 0, 1);
    this.newest.bass = level('bass', this.slowMean('bass', value('bass'), 8));
    this.newest.voice = level('voice', this.slowMean('voice', value('voice'), 8));
    this.newest.brightness = level('brightness', this.slowMean('brightness', value('centroid'), 20));
    this.newest.noisiness = level('noisiness', this.slowMean('noisiness', value('flatness'), 20));
  }

  /** Exponential mean over about `frames`. */
  private slowMean(name: string, value: number, frames: number): number {
    const before = this.means.get(name) ?? value;
    const now = before + (value - before) / frames;
    this.means.set(name, now);
    return now;
  }

  private turnChroma(x: number, y: number): void {
    this.chroma.x += (x - this.chroma.x) / FRAME_RATE;
    this.chroma.y += (y - this.chroma.y) / FRAME_RATE;
    if (Math.hypot(this.chroma.x, this.chroma.y) > 1e-3) this.newest.chroma = wrap(Math.atan2(this.chroma.y, this.chroma.x) / (2 * Math.PI), 1);
  }
}

class GrowingTimeline implements Timeline {
  readonly version = TIMELINE_VERSION;
  readonly rate = FRAME_RATE;
  readonly onsets = new Float64Array();
  readonly events: readonly TimelineEvent[] = [];
  private readonly growing: WindowedCurves;
  private readonly beats: BeatFollower;
  private cached: { readonly key: string; readonly grid: BeatGrid } | undefined;

  constructor(growing: WindowedCurves, beats: BeatFollower) {
    this.growing = growing;
    this.beats = beats;
  }

  get duration(): Seconds {
    return this.growing.count / FRAME_RATE;
  }

  get curves(): Curves {
    return this.growing.all;
  }

  get curvesFrom(): Seconds {
    return this.growing.from;
  }

  get sections(): readonly Section[] {
    return [{ start: 0, end: this.duration, label: 'A', kind: 'verse', energy: 0.5 }];
  }

  /** Announced beats, then the predicted ones; a new object only when something changed. */
  get grid(): BeatGrid {
    const predicted = this.beats.predict(PREDICTED_BEATS);
    const key = `${this.beats.beats.length} ${predicted[0] ?? 0}`;
    if (this.cached?.key !== key) this.cached = { key, grid: this.buildGrid(predicted) };
    return this.cached.grid;
  }

  private buildGrid(predicted: readonly Seconds[]): BeatGrid {
    const { beats, tempo, confidence, metre } = this.beats;
    const count = beats.length;
    return {
      beats: Float64Array.from({ length: count + predicted.length }, (_, i) => beats[i]?.time ?? (predicted[i - count] as number)),
      positions: Uint8Array.from({ length: count + predicted.length }, (_, i) => this.beats.positionOf(i)),
      tempo: Float32Array.from({ length: count + predicted.length }, (_, i) => beats[i]?.tempo ?? tempo),
      metre,
      confidence,
    };
  }
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += (samples[i] as number) ** 2;
  return Math.sqrt(sum / samples.length);
}

function recordOf<Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
