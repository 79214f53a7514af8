/**
 * A whole track → raw features: one pass over its samples after a quick pass for its loudness. Causal features only; what
 * looks at the song as a whole comes later. Two hours of music take about 100 MB here.
 */

import type { AudioSource } from '../audio/types.ts';
import type { Seconds, Unit } from '../base/units.ts';
import { AttackEnvelope } from './attacks.ts';
import { FloatColumns } from './columns.ts';
import { FeatureExtractor, RAW_NAMES, type RawName } from './features.ts';
import { FRAME_RATE, FrameAnalyzer, type SpectrumFrame } from './frames.ts';
import { TIMBRE_SIZE, TimbreExtractor } from './timbre.ts';

/** Every how many frames the timbre is taken: 20 a second. */
export const TIMBRE_EVERY = 5;
const BLOCK = 32_768;
/** Root mean square that the gain brings the loud parts of a track to. */
const TARGET_LEVEL = 0.1;

export interface Measurements {
  readonly duration: Seconds;
  /** Frames at FRAME_RATE: floor(duration * FRAME_RATE) + 1. */
  readonly count: number;
  readonly raw: Readonly<Record<RawName, Float32Array>>;
  /** TIMBRE_SIZE columns, then 12 of chroma, at FRAME_RATE / TIMBRE_EVERY. */
  readonly timbre: readonly Float32Array[];
  /** Sudden starts at ATTACK_RATE. */
  readonly attacks: Float32Array;
}

/** Measures a track. `onProgress` gets 0..1. */
export async function measureTrack(source: AudioSource, onProgress: (fraction: Unit) => void): Promise<Measurements> {
  const gain = await findGain(source);
  const count = Math.floor(source.duration * FRAME_RATE) + 1;
  const recorder = new FeatureRecorder(source.sampleRate, gain);
  let done = 0;
  for await (const block of source.monoBlocks(BLOCK)) {
    recorder.push(block);
    done += block.length;
    onProgress(Math.min(1, done / source.length));
  }
  return recorder.finish(count, source.duration);
}

/** Gain that brings the gated level of the track to TARGET_LEVEL; 1 for silence. */
async function findGain(source: AudioSource): Promise<number> {
  const powers: number[] = [];
  for await (const block of source.monoBlocks(Math.round(source.sampleRate * 0.4))) {
    let sum = 0;
    for (let i = 0; i < block.length; i++) sum += (block[i] as number) ** 2;
    powers.push(block.length === 0 ? 0 : sum / block.length);
  }
  const level = gatedLevel(powers);
  return level > 0 ? TARGET_LEVEL / level : 1;
}

/** Root mean square of the blocks above -70 dBFS and no more than 10 dB below those blocks' own mean (the gate of ITU-R BS.1770). */
export function gatedLevel(powers: readonly number[]): number {
  const audible = powers.filter((power) => power > 1e-7);
  const gate = 0.1 * (audible.reduce((sum, power) => sum + power, 0) / Math.max(1, audible.length));
  const loud = audible.filter((power) => power >= gate);
  return Math.sqrt(loud.reduce((sum, power) => sum + power, 0) / Math.max(1, loud.length));
}

class FeatureRecorder {
  private readonly frames: FrameAnalyzer;
  private readonly extractor: FeatureExtractor;
  private readonly attacks: AttackEnvelope;
  private readonly timbres: TimbreExtractor;
  private readonly raw = new FloatColumns(RAW_NAMES.length);
  private readonly timbre = new FloatColumns(TIMBRE_SIZE + 12);
  private readonly timbreRow = new Float32Array(TIMBRE_SIZE + 12);
  private readonly timbreHead = this.timbreRow.subarray(0, TIMBRE_SIZE);
  private readonly chromaSum = new Float32Array(12);
  private readonly gain: number;

  constructor(sampleRate: number, gain: number) {
    this.gain = gain;
    this.frames = new FrameAnalyzer(sampleRate, (frame) => this.take(frame));
    this.extractor = new FeatureExtractor(this.frames.rate, this.frames.windowLength);
    this.attacks = new AttackEnvelope(sampleRate);
    this.timbres = new TimbreExtractor(this.frames.rate, this.frames.windowLength);
  }

  push(block: Float32Array): void {
    this.frames.push(block);
    this.attacks.push(block, this.gain);
  }

  finish(count: number, duration: Seconds): Measurements {
    this.frames.finish();
    const columns = RAW_NAMES.map((name, index) => [name, fit(this.raw.column(index), count)] as const);
    const timbreCount = Math.ceil(count / TIMBRE_EVERY);
    return {
      duration,
      count,
      raw: Object.fromEntries(columns) as Record<RawName, Float32Array>,
      timbre: Array.from(this.timbreRow, (_, index) => fit(this.timbre.column(index), timbreCount)),
      attacks: this.attacks.rises(),
    };
  }

  private take(frame: SpectrumFrame): void {
    this.raw.append(this.extractor.extract(frame, this.gain));
    for (let pitch = 0; pitch < 12; pitch++) this.chromaSum[pitch] = (this.chromaSum[pitch] as number) + (this.extractor.chroma[pitch] as number);
    if (frame.index % TIMBRE_EVERY !== 0) return;
    this.timbres.extract(frame.magnitudes, this.gain, this.timbreHead);
    this.timbreRow.set(this.chromaSum, TIMBRE_SIZE);
    this.chromaSum.fill(0);
    this.timbre.append(this.timbreRow);
  }
}

/** The first `count` values, zeros where there are fewer. */
function fit(values: Float32Array, count: number): Float32Array {
  const out = new Float32Array(count);
  out.set(values.subarray(0, count));
  return out;
}
