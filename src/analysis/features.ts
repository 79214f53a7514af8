/**
 * Spectra → the raw features of one frame, causally: what the live analyzer sees is what the file analysis sees.
 * Onset strengths are rises of log band magnitudes against a frequency-max-filtered earlier frame ("SuperFlux", Böck and
 * Widmer 2013); percussive and harmonic parts come from medians across frequency and time (Fitzgerald 2010), the time median
 * over the past only, so that harmonic features lag by HARMONIC_LAG frames.
 */

import type { Hertz } from '../base/units.ts';
import { type BandBank, createBandBank } from './bands.ts';
import type { SpectrumFrame } from './frames.ts';
import { RunningMedian } from './running-median.ts';
import { SlidingMedian } from './sliding-median.ts';
import { centreAmplitude, powerOf, SpectralShape, writeRises } from './spectral-shape.ts';

/**
 * Raw features; magnitudes in natural-log units, levels in linear amplitude, centroid in octaves above 27.5 Hz. The fine rises
 * are those of the flux bands on a scale where a whisper counts; low, mid and high levels are the power below 250 Hz, to
 * 2500 Hz and above, as a share of a full-scale sine's.
 */
export const RAW_NAMES = [
  'fluxSub',
  'fluxBass',
  'fluxLowMid',
  'fluxMid',
  'fluxHigh',
  'fluxTop',
  'kick',
  'snare',
  'hats',
  'bass',
  'voice',
  'low',
  'body',
  'amplitude',
  'centroid',
  'flatness',
  'chromaX',
  'chromaY',
  'fineSub',
  'fineBass',
  'fineLowMid',
  'fineMid',
  'fineHigh',
  'fineTop',
  'percussive',
  'harmonic',
  'lowLevel',
  'midLevel',
  'highLevel',
] as const;
export type RawName = (typeof RAW_NAMES)[number];
export type RawFrame = Float32Array;
export const RAW_INDEX = Object.fromEntries(RAW_NAMES.map((name, index) => [name, index])) as Record<RawName, number>;

/** Upper edges (Hz) of the onset bands, in the order of the flux names. */
export const FLUX_EDGES: readonly Hertz[] = [120, 260, 620, 2000, 6000, Infinity];

const FLUX_LAG = 2;
/** Magnitude (1 = far below the music's level) from which logarithms begin to act: the lower, the more a whisper counts. */
const LOG_SCALE = 0.1;
/** The same for the fine rises, over LOG_SCALE. */
const FINE_SCALE = 30;
const LOW_EDGE: Hertz = 180;
const LOW_FRAMES = 5;
const BODY_LOW: Hertz = 90;
const BODY_HIGH: Hertz = 400;
const TIME_MEDIAN = 17;
const FREQUENCY_MEDIAN_HALF = 5;
/** Frames by which the harmonic features come late. */
export const HARMONIC_LAG = (TIME_MEDIAN - 1) / 2;

const FINE_FIRST = RAW_INDEX.fineSub;
const MID_FROM: Hertz = 250;
const HIGH_FROM: Hertz = 2500;

export class FeatureExtractor {
  readonly bank: BandBank;
  /** Chroma (12, harmonic part, linear) of the last frame. */
  readonly chroma = new Float32Array(12);
  private readonly bands: Float32Array;
  private readonly logs: Float32Array[];
  private readonly fineLogs: Float32Array[];
  private readonly rises: Float32Array;
  private readonly fineRises: Float32Array;
  private readonly harmonic: Float32Array;
  private readonly percussive: Float32Array;
  private readonly timeMedians: RunningMedian[];
  private readonly broadMedian = new SlidingMedian(FREQUENCY_MEDIAN_HALF);
  private readonly scaled: Float32Array;
  private readonly broad: Float32Array;
  private readonly fluxGroup: Int8Array;
  private readonly groupSizes: Float32Array;
  private readonly shape: SpectralShape;
  private readonly raw = new Float32Array(RAW_NAMES.length);
  private readonly hopSamples: number;
  private readonly midBin: number;
  private readonly highBin: number;
  private readonly lowLevels = new Float32Array(LOW_FRAMES);

  constructor(rate: Hertz, windowLength: number) {
    this.bank = createBandBank(rate, windowLength);
    const count = this.bank.count;
    this.shape = new SpectralShape(this.bank.centres);
    this.hopSamples = Math.round(rate / 100);
    this.midBin = Math.round((MID_FROM * windowLength) / rate);
    this.highBin = Math.round((HIGH_FROM * windowLength) / rate);
    this.bands = new Float32Array(count);
    this.logs = Array.from({ length: FLUX_LAG + 1 }, () => new Float32Array(count));
    this.fineLogs = Array.from({ length: FLUX_LAG + 1 }, () => new Float32Array(count));
    this.rises = new Float32Array(count);
    this.fineRises = new Float32Array(count);
    this.scaled = new Float32Array(count);
    this.broad = new Float32Array(count);
    this.harmonic = new Float32Array(count);
    this.percussive = new Float32Array(count);
    this.timeMedians = Array.from({ length: count }, () => new RunningMedian(TIME_MEDIAN));
    this.fluxGroup = Int8Array.from(this.bank.centres, (centre) => FLUX_EDGES.findIndex((edge) => centre < edge));
    this.groupSizes = new Float32Array(FLUX_EDGES.length);
    for (const group of this.fluxGroup) this.groupSizes[group] = (this.groupSizes[group] as number) + 1;
  }

  /** The raw features of a frame, in the order of RAW_NAMES; `gain` brings the music to about -20 dBFS. The result is scratch. */
  extract(frame: SpectrumFrame, gain: number): RawFrame {
    this.bank.apply(frame.magnitudes, this.bands);
    this.takeLogs(frame.index, gain);
    this.computeRises(frame.index);
    this.separate(frame.index);
    this.raw.fill(0);
    this.sumFluxes();
    this.sumHits();
    this.raw[RAW_INDEX.kick] = this.riseOfLow(frame.index, gain);
    this.raw[RAW_INDEX.body] = this.levelOfBody(gain);
    this.sumHarmonic();
    this.describeShape();
    this.sumLevels(frame.magnitudes);
    this.raw[RAW_INDEX.amplitude] = centreAmplitude(frame.samples, this.hopSamples);
    return this.raw;
  }

  private takeLogs(index: number, gain: number): void {
    const { bands, scaled } = this;
    const logs = this.logs[index % this.logs.length] as Float32Array;
    const fine = this.fineLogs[index % this.logs.length] as Float32Array;
    for (let band = 0; band < logs.length; band++) {
      const value = LOG_SCALE * gain * (bands[band] as number);
      scaled[band] = value;
      logs[band] = Math.log(1 + value);
      fine[band] = Math.log(1 + FINE_SCALE * value);
    }
  }

  private computeRises(index: number): void {
    const [now, before] = [index % this.logs.length, (index + 1) % this.logs.length];
    writeRises(this.logs[now] as Float32Array, this.logs[before] as Float32Array, this.rises);
    writeRises(this.fineLogs[now] as Float32Array, this.fineLogs[before] as Float32Array, this.fineRises);
  }

  /** Harmonic and percussive log magnitudes by a Wiener mask of the two medians of the linear ones. */
  private separate(index: number): void {
    const { scaled, broad, harmonic, percussive, timeMedians } = this;
    const logs = this.logs[index % this.logs.length] as Float32Array;
    this.broadMedian.apply(scaled, broad);
    for (let band = 0; band < logs.length; band++) {
      const steady = (timeMedians[band] as RunningMedian).push(scaled[band] as number);
      const across = broad[band] as number;
      const mask = (steady * steady) / (steady * steady + across * across + 1e-9);
      const log = logs[band] as number;
      harmonic[band] = mask * log;
      percussive[band] = (1 - mask) * log;
    }
  }

  private sumFluxes(): void {
    const { raw, rises, fineRises, fluxGroup, groupSizes } = this;
    for (let band = 0; band < rises.length; band++) {
      const group = fluxGroup[band] as number;
      const share = 1 / (groupSizes[group] as number);
      raw[group] = (raw[group] as number) + (rises[band] as number) * share;
      raw[FINE_FIRST + group] = (raw[FINE_FIRST + group] as number) + (fineRises[band] as number) * share;
    }
  }

  /** Snare and hats: rises within their bands, weighted by how percussive the band is. */
  private sumHits(): void {
    const { centres } = this.bank;
    let snareBody = 0;
    let snareNoise = 0;
    let hats = 0;
    for (let band = 0; band < this.rises.length; band++) {
      const centre = centres[band] as number;
      const rise = this.rises[band] as number;
      if (rise === 0) continue;
      const percussive = this.percussive[band] as number;
      const share = percussive / (percussive + (this.harmonic[band] as number) + 1e-6);
      if (centre > 150 && centre < 420) snareBody += rise * share;
      else if (centre > 1500 && centre < 5500) snareNoise += rise * share;
      else if (centre > 7000) hats += rise * share;
    }
    this.raw[RAW_INDEX.snare] = Math.sqrt(snareBody * snareNoise);
    this.raw[RAW_INDEX.hats] = hats;
  }

  /**
   * A kick is the loudest thing below 180 Hz and takes up to 50 ms to sweep down: the rise of the linear level there above
   * its least of the last frames. (Logarithms would let a bass note after a rest outweigh a kick over a held one.)
   */
  private riseOfLow(index: number, gain: number): number {
    let power = 0;
    for (let band = 0; band < this.bands.length && (this.bank.centres[band] as number) < LOW_EDGE; band++) power += (this.bands[band] as number) ** 2;
    const level = gain * Math.sqrt(power);
    let least = level;
    for (const earlier of this.lowLevels) least = Math.min(least, earlier);
    this.lowLevels[index % this.lowLevels.length] = level;
    return level - least;
  }

  /** Linear level where the start of a drum sounds and dies away, and a bass note stays. */
  private levelOfBody(gain: number): number {
    let power = 0;
    for (let band = 0; band < this.bands.length && (this.bank.centres[band] as number) < BODY_HIGH; band++) {
      if ((this.bank.centres[band] as number) > BODY_LOW) power += (this.bands[band] as number) ** 2;
    }
    return gain * Math.sqrt(power);
  }

  private sumLevels(magnitudes: Float64Array): void {
    const { raw, midBin, highBin } = this;
    const last = magnitudes.length - 1;
    // A sine's main lobe under a Hann window holds 1.5 times its peak's power.
    const scale = 1 / (1.5 * (last / 2) ** 2);
    raw[RAW_INDEX.lowLevel] = Math.sqrt(scale * powerOf(magnitudes, 1, midBin));
    raw[RAW_INDEX.midLevel] = Math.sqrt(scale * powerOf(magnitudes, midBin, highBin));
    raw[RAW_INDEX.highLevel] = Math.sqrt(scale * powerOf(magnitudes, highBin, last));
  }

  private sumHarmonic(): void {
    const { centres, pitchClass } = this.bank;
    let harmonic = 0;
    let percussive = 0;
    this.chroma.fill(0);
    let bass = 0;
    let voice = 0;
    let low = 0;
    for (let band = 0; band < this.harmonic.length; band++) {
      const centre = centres[band] as number;
      const tone = this.harmonic[band] as number;
      harmonic += tone;
      percussive += this.percussive[band] as number;
      if (centre < 250) {
        bass += tone;
        low += tone + (this.percussive[band] as number);
      } else if (centre > 280 && centre < 3400) voice += tone;
      const pitch = pitchClass[band] as number;
      if (pitch >= 0) this.chroma[pitch] = (this.chroma[pitch] as number) + tone * tone;
    }
    this.raw[RAW_INDEX.bass] = bass;
    this.raw[RAW_INDEX.voice] = voice;
    this.raw[RAW_INDEX.low] = low;
    this.raw[RAW_INDEX.harmonic] = harmonic;
    this.raw[RAW_INDEX.percussive] = percussive;
  }

  private describeShape(): void {
    this.shape.describe(this.bands, this.chroma);
    this.raw[RAW_INDEX.centroid] = this.shape.centroid;
    this.raw[RAW_INDEX.flatness] = this.shape.flatness;
    this.raw[RAW_INDEX.chromaX] = this.shape.chromaX;
    this.raw[RAW_INDEX.chromaY] = this.shape.chromaY;
  }
}
