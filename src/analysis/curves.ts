/**
 * Raw features → the curves of a Timeline, 0..1, relative to this song (5th to 95th percentile of its audible part), so that
 * a brick-walled master moves too. What a step makes for itself alone is changed in place: two hours are 3 MB an array.
 */

import { clamp, wrap } from '../base/math.ts';
import type { Curves } from '../timeline/timeline.ts';
import { FLUX_NAMES } from './activation.ts';
import { HARMONIC_LAG } from './features.ts';
import { FRAME_RATE } from './frames.ts';
import { type Measurements, TIMBRE_EVERY } from './measure.ts';
import { scaleHits, shapeKicks } from './hits.ts';
import { tidyAfter } from './memory.ts';
import { advance, movingMean, scaleInPlace, tabulate } from './series.ts';
import { TIMBRE_LOUDNESS, TIMBRE_SIZE } from './timbre.ts';
import { autoLevel, momentaryLoudness } from './sound/auto-level.ts';
import { chordChanges } from './sound/harmony.ts';

/** Below this level (1 = full scale) nothing counts as music: -55 dBFS. */
const SILENT = 10 ** (-55 / 20);
/** Frames by which hits peak after the attack; taken out, so that a kick's peak lies on the kick. */
const HIT_LATENCY = 1;

export function computeCurves(measurements: Measurements): Curves {
  const { raw, count } = measurements;
  const isAudible = audibleFrames(raw.amplitude);
  const gate = tabulate(count, (i) => (isAudible(i) ? 1 : 0));
  const flux = sumOfFluxes(measurements);
  const scaled = (values: Float32Array, half: number): Float32Array => {
    tidyAfter(measurements.duration);
    return gateInPlace(scaleInPlace(movingMean(values, half), isAudible), gate);
  };
  const harmonic = (values: Float32Array): Float32Array => advance(values, HARMONIC_LAG);
  const loudness = scaled(interpolateTimbre(measurements.timbre[TIMBRE_LOUDNESS] as Float32Array, count), 20);
  const lufs = momentaryLoudness(measurements.loudness, count);
  const atTimbreRate = (values: Float32Array): Float32Array => interpolateTimbre(values, count);
  return {
    energy: computeEnergy(scaled(harmonic(raw.low), 50), scaled(flux, 100), loudness, isAudible, gate),
    loudness,
    level: raw.amplitude.map((amplitude) => clamp(1 + (20 * Math.log10(amplitude + 1e-9)) / 60, 0, 1)),
    kick: scaleHits(shapeKicks(raw.kick, raw.body), gate),
    snare: scaleHits(advance(raw.snare, HIT_LATENCY), gate),
    hats: scaleHits(advance(raw.hats, HIT_LATENCY), gate),
    bass: scaled(harmonic(raw.bass), 5),
    voice: scaled(harmonic(raw.voice), 5),
    brightness: scaled(raw.centroid, 10),
    noisiness: scaled(raw.flatness, 10),
    onset: scaleHits(advance(flux, HIT_LATENCY), gate),
    chroma: computeChromaAngle(harmonic(raw.chromaX), harmonic(raw.chromaY)),
    percussive: scaled(raw.percussive, 3),
    harmonic: scaled(harmonic(raw.harmonic), 5),
    chord: gateInPlace(scaleInPlace(atTimbreRate(computeChords(measurements.timbre)), isAudible, 0.3, 0.98), gate),
    roughness: scaled(atTimbreRate(measurements.roughness), 10),
    lufs: lufs.map((loudness) => clamp(1 + loudness / 60, 0, 1)),
    autolevel: autoLevel(lufs),
  };
}

/** Chord changes at the timbre's rate; the harmonic part lags behind, and is moved back. */
function computeChords(timbre: readonly Float32Array[]): Float32Array {
  const changes = chordChanges(timbre.slice(TIMBRE_SIZE), FRAME_RATE / TIMBRE_EVERY);
  return advance(changes, Math.round((HARMONIC_LAG + TIMBRE_EVERY / 2) / TIMBRE_EVERY));
}

function audibleFrames(amplitude: Float32Array): (index: number) => boolean {
  const smooth = movingMean(amplitude, 5);
  return (index) => (smooth[index] as number) > SILENT;
}

function sumOfFluxes({ raw, count }: Measurements): Float32Array {
  return tabulate(count, (i) => FLUX_NAMES.reduce((sum, name) => sum + (raw[name][i] as number), 0));
}

/** 0.4 low band + 0.3 onset density + 0.3 short-term loudness, again over its own range. */
function computeEnergy(low: Float32Array, density: Float32Array, loudness: Float32Array, isAudible: (index: number) => boolean, gate: Float32Array): Float32Array {
  const sum = low.map((value, i) => 0.4 * value + 0.3 * (density[i] as number) + 0.3 * (loudness[i] as number));
  return gateInPlace(scaleInPlace(movingMean(sum, 25), isAudible), gate);
}

function gateInPlace(values: Float32Array, gate: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * (gate[i] as number);
  return values;
}

/** Timbre values at frame rate, linear in between. */
function interpolateTimbre(values: Float32Array, count: number): Float32Array {
  const last = Math.max(0, values.length - 1);
  return tabulate(count, (i) => {
    const place = Math.min(last, i / TIMBRE_EVERY);
    const index = Math.floor(place);
    const here = values[index] ?? 0;
    return here + ((values[Math.min(last, index + 1)] ?? 0) - here) * (place - index);
  });
}

/** Angle of the mean pitch class over about a second, in turns; keeps its last value where no pitch sounds. */
function computeChromaAngle(x: Float32Array, y: Float32Array): Float32Array {
  const smoothX = movingMean(x, FRAME_RATE / 2);
  const smoothY = movingMean(y, FRAME_RATE / 2);
  let last = 0;
  return smoothX.map((value, i) => {
    const other = smoothY[i] as number;
    if (Math.hypot(value, other) > 1e-3) last = wrap(Math.atan2(other, value) / (2 * Math.PI), 1);
    return last;
  });
}
