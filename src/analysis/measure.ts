/**
 * A whole track → raw features in one pass over its samples. Causal features only; what looks at the song as a whole comes
 * later. The level that everything is brought to is estimated from places spread over the track, so that the first results
 * need not wait for the last sample. Two hours of music take about 150 MB here.
 */

import type { AudioSource } from '../audio/types.ts';
import type { Seconds, Unit } from '../base/units.ts';
import { ATTACK_RATE, AttackEnvelope } from './attacks.ts';
import type { BeatNetwork, BeatProbabilities } from './beat-network/file-analysis.ts';
import { FloatColumns } from './columns.ts';
import { FeatureExtractor, RAW_NAMES, type RawName } from './features.ts';
import { collectGarbage } from './memory.ts';
import { FRAME_RATE, FrameAnalyzer, type SpectrumFrame } from './frames.ts';
import { LoudnessMeter } from './sound/loudness.ts';
import { RoughnessMeter } from './sound/roughness.ts';
import { TIMBRE_SIZE, TimbreExtractor } from './timbre.ts';

/** Every how many frames the timbre is taken: 20 a second. */
export const TIMBRE_EVERY = 5;
/** Samples of all channels read at a time. */
const BLOCK = 65_536;
/** Root mean square that the gain brings the loud parts of a track to. */
const TARGET_LEVEL = 0.1;
/** The level is taken from at most this many places, each this long. */
const LEVEL_PLACES = 240;
const LEVEL_SECONDS: Seconds = 0.4;

export interface Measurements {
  readonly duration: Seconds;
  /** Frames at FRAME_RATE: floor(duration * FRAME_RATE) + 1. */
  readonly count: number;
  readonly raw: Readonly<Record<RawName, Float32Array>>;
  /** TIMBRE_SIZE columns, then 12 of chroma, at FRAME_RATE / TIMBRE_EVERY. */
  readonly timbre: readonly Float32Array[];
  /** At the rate of the timbre. */
  readonly roughness: Float32Array;
  /** K-weighted power in steps of 1/100 s (see sound/loudness.ts). */
  readonly loudness: Float32Array;
  /** Sudden starts at ATTACK_RATE. */
  readonly attacks: Float32Array;
  /** What the beat network says; absent where it cannot run. */
  readonly pulse?: BeatProbabilities | undefined;
}

export interface MeasureOptions {
  /** Gets 0..1. */
  readonly onProgress?: (fraction: Unit) => void;
  /** Called as the measured part grows: at about 30 s, then at each doubling up to some minutes; `measure` gives what is known of it. */
  readonly onPart?: (measure: () => Measurements, until: Seconds) => void;
  /** Hears every frame; it serves one track. */
  readonly network?: BeatNetwork | undefined;
}

const FIRST_PART: Seconds = 32;
/** No parts are told beyond this: the rest of a long track is there before they are played, and each leaves holes in the memory as large as itself. */
const LAST_PART: Seconds = 1200;
/** After so much sound the blocks that were read are collected. */
const TIDY_EVERY: Seconds = 600;

/** Measures a track. A function instead of options is `onProgress`. */
export async function measureTrack(source: AudioSource, options: MeasureOptions | ((fraction: Unit) => void)): Promise<Measurements> {
  const { onProgress, onPart, network }: MeasureOptions = typeof options === 'function' ? { onProgress: options } : options;
  const recorder = new FeatureRecorder(source, await findGain(source), network);
  const frames = Math.max(1, Math.floor(BLOCK / source.channels));
  let nextPart = FIRST_PART;
  let nextTidy = TIDY_EVERY;
  for (let at = 0; at < source.length; at += frames) {
    recorder.push(await source.read(at, frames));
    await network?.advance();
    const until = Math.min(at + frames, source.length) / source.sampleRate;
    onProgress?.(Math.min(1, until / source.duration));
    if (until > nextTidy) {
      collectGarbage();
      nextTidy += TIDY_EVERY;
    }
    if (until < nextPart || until > Math.min(LAST_PART, 0.7 * source.duration)) continue;
    nextPart = 2 * until;
    const pulse = onPart === undefined ? undefined : await network?.soFar();
    onPart?.(() => ({ ...recorder.measurements(until), pulse }), until);
  }
  recorder.finish();
  return { ...recorder.measurements(source.duration), pulse: await network?.finish() };
}

/** Gain that brings the gated level of the track to TARGET_LEVEL; 1 for silence. */
async function findGain(source: AudioSource): Promise<number> {
  const length = Math.max(1, Math.round(source.sampleRate * LEVEL_SECONDS));
  const places = Math.ceil(source.length / length);
  const taken = Math.min(places, LEVEL_PLACES);
  const powers: number[] = [];
  for (let i = 0; i < taken; i++) powers.push(powerOfMean(await source.read(Math.floor((i * places) / taken) * length, length), source.channels));
  const level = gatedLevel(powers);
  return level > 0 ? TARGET_LEVEL / level : 1;
}

/** Mean square of the mean of the channels. */
function powerOfMean(samples: Float32Array, channels: number): number {
  const mono = mixDown(samples, channels);
  let sum = 0;
  for (let i = 0; i < mono.length; i++) {
    const sample = mono[i] as number;
    sum += sample - sample === 0 ? sample * sample : 0;
  }
  return mono.length === 0 ? 0 : sum / mono.length;
}

/** Root mean square of the blocks above -70 dBFS and no more than 10 dB below those blocks' own mean (the gate of ITU-R BS.1770). */
export function gatedLevel(powers: readonly number[]): number {
  const audible = powers.filter((power) => power > 1e-7);
  const gate = 0.1 * (audible.reduce((sum, power) => sum + power, 0) / Math.max(1, audible.length));
  const loud = audible.filter((power) => power >= gate);
  return Math.sqrt(loud.reduce((sum, power) => sum + power, 0) / Math.max(1, loud.length));
}

/** Interleaved samples to the mean of the channels. */
export function mixDown(samples: Float32Array, channels: number): Float32Array {
  if (channels === 1) return samples;
  const mono = new Float32Array(Math.floor(samples.length / channels));
  if (channels === 2) {
    for (let i = 0; i < mono.length; i++) mono[i] = ((samples[2 * i] as number) + (samples[2 * i + 1] as number)) * 0.5;
    return mono;
  }
  const scale = 1 / channels;
  for (let i = 0, at = 0; i < mono.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[at++] as number;
    mono[i] = sum * scale;
  }
  return mono;
}

class FeatureRecorder {
  private readonly channels: number;
  private readonly gain: number;
  private readonly network: BeatNetwork | undefined;
  private readonly frames: FrameAnalyzer;
  private readonly extractor: FeatureExtractor;
  private readonly attacks: AttackEnvelope;
  private readonly loudness: LoudnessMeter;
  private readonly timbres: TimbreExtractor;
  private readonly roughness: RoughnessMeter;
  private readonly raw: FloatColumns;
  private readonly timbre: FloatColumns;
  private readonly timbreRow = new Float32Array(TIMBRE_SIZE + 13);
  private readonly timbreHead = this.timbreRow.subarray(0, TIMBRE_SIZE);
  private readonly chromaSum = new Float32Array(12);

  constructor({ sampleRate, channels, duration }: AudioSource, gain: number, network?: BeatNetwork) {
    const count = Math.ceil(duration * FRAME_RATE) + 16;
    this.channels = channels;
    this.gain = gain;
    this.network = network;
    this.frames = new FrameAnalyzer(sampleRate, (frame) => this.take(frame));
    const { rate, windowLength } = this.frames;
    network?.begin(rate, windowLength, gain);
    this.extractor = new FeatureExtractor(rate, windowLength);
    this.attacks = new AttackEnvelope(sampleRate, Math.ceil(duration * ATTACK_RATE) + 16);
    this.loudness = new LoudnessMeter(sampleRate, channels, count);
    this.timbres = new TimbreExtractor(rate, windowLength);
    this.roughness = new RoughnessMeter(rate, windowLength);
    this.raw = new FloatColumns(RAW_NAMES.length, count);
    this.timbre = new FloatColumns(this.timbreRow.length, Math.ceil(count / TIMBRE_EVERY) + 16);
  }

  push(interleaved: Float32Array): void {
    this.loudness.push(interleaved);
    const mono = mixDown(interleaved, this.channels);
    this.frames.push(mono);
    this.attacks.push(mono, this.gain);
  }

  finish(): void {
    this.frames.finish();
  }

  /** What is known of the first `duration` seconds. */
  measurements(duration: Seconds): Measurements {
    const count = Math.floor(duration * FRAME_RATE) + 1;
    const timbreCount = Math.ceil(count / TIMBRE_EVERY);
    const columns = RAW_NAMES.map((name, index) => [name, fit(this.raw.column(index), count)] as const);
    const timbre = Array.from(this.timbreRow, (_, index) => fit(this.timbre.column(index), timbreCount));
    return {
      duration,
      count,
      raw: Object.fromEntries(columns) as Record<RawName, Float32Array>,
      roughness: timbre.pop() as Float32Array,
      timbre,
      loudness: this.loudness.steps(),
      attacks: this.attacks.rises(),
    };
  }

  private take(frame: SpectrumFrame): void {
    this.network?.take(frame);
    this.raw.append(this.extractor.extract(frame, this.gain));
    const { chroma } = this.extractor;
    for (let pitch = 0; pitch < 12; pitch++) this.chromaSum[pitch] = (this.chromaSum[pitch] as number) + (chroma[pitch] as number);
    if (frame.index % TIMBRE_EVERY !== 0) return;
    this.timbres.extract(frame.magnitudes, this.gain, this.timbreHead);
    this.timbreRow.set(this.chromaSum, TIMBRE_SIZE);
    this.timbreRow[TIMBRE_SIZE + 12] = this.roughness.measure(frame.magnitudes);
    this.chromaSum.fill(0);
    this.timbre.append(this.timbreRow);
  }
}

/** The first `count` values, zeros where there are fewer; a view where it can be. */
function fit(values: Float32Array, count: number): Float32Array {
  if (values.length >= count) return values.subarray(0, count);
  const out = new Float32Array(count);
  out.set(values);
  return out;
}
