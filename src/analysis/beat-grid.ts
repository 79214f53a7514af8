/** Measurements → the beat grid: by the network where its probabilities are there, else by the signal alone. */

import { median } from '../base/math.ts';
import type { Unit } from '../base/units.ts';
import type { BeatGrid, Curves } from '../timeline/timeline.ts';
import { computeActivation } from './activation.ts';
import type { BeatProbabilities } from './beat-network/file-analysis.ts';
import { OUTPUT_RATE } from './beat-network/file-analysis.ts';
import { downbeatShares, findBarsOf, followBeats, toFrames } from './beat-network/read-file.ts';
import { computeBeatCues, cueEvidence, findDownbeats } from './downbeats.ts';
import { FRAME_RATE } from './frames.ts';
import { findBeatFrames, findBeatPeriod, type PulseSignals, steadyFrames } from './grid.ts';
import type { Measurements } from './measure.ts';
import { tidyAfter } from './memory.ts';
import { refineBeats, tempoOfBeats } from './refine.ts';

/** How near (octaves) to half or twice the signal's tempo the network's must be to be at another level, and the room around it. */
const LEVEL_WITHIN = 0.08;
const TEMPO_ROOM = 1.25;
/** Weight of the signal's cues for the bars beside the network's downbeats. */
const CUE_WEIGHT = 0.4;

/** The grid of a track. */
export function findGrid(measurements: Measurements, curves: Curves, pulse?: BeatProbabilities): BeatGrid {
  return pulse === undefined ? gridOfSignal(measurements, curves) : gridOfNetwork(measurements, curves, pulse);
}

function gridOfSignal(measurements: Measurements, curves: Curves): BeatGrid {
  const activation = computeActivation(measurements.raw);
  const beats = refineBeats(findBeatFrames(signalsOf(measurements, curves, activation)), measurements.attacks);
  return { beats, ...findDownbeats(beats, measurements, activation), tempo: tempoOfBeats(beats), confidence: confidenceOf(activation, beats) };
}

function signalsOf(measurements: Measurements, curves: Curves, activation: Float32Array): PulseSignals {
  const { snare, fluxSub, fluxBass, fluxMid } = measurements.raw;
  const low = fluxSub.map((value, i) => value + (fluxBass[i] as number));
  return { activation, kick: curves.kick, snare, low, middle: fluxMid };
}

/** Places and bars by the network; which of two pulses is the beat by what the drums do; both weigh on the bars. */
function gridOfNetwork(measurements: Measurements, curves: Curves, pulse: BeatProbabilities): BeatGrid {
  const beat = toFrames(pulse.beat, measurements.count);
  const activation = computeActivation(measurements.raw);
  const signalPeriod = findBeatPeriod(signalsOf(measurements, curves, activation));
  tidyAfter(measurements.duration);
  const followed = atLevelOf(signalPeriod, beat, followBeats(beat));
  tidyAfter(measurements.duration);
  const beats = refineBeats(steadyFrames(beat, followed), measurements.attacks);
  const { positions, metres } = findBarsOf(downbeatShares(beats, pulse, OUTPUT_RATE), undefined, evidenceOn(beats, measurements, activation));
  return { beats, positions, metre: commonest(metres), tempo: tempoOfBeats(beats), confidence: meanAt(beat, beats) };
}

/** The network's beats, followed again at the signal's tempo where that is half or twice theirs. */
function atLevelOf(signalPeriod: number | undefined, beat: Float32Array, followed: readonly number[]): readonly number[] {
  if (signalPeriod === undefined || followed.length < 8) return followed;
  const tempo = (60 * FRAME_RATE) / signalPeriod;
  const octaves = Math.log2(signalPeriod / medianGap(followed));
  if (Math.abs(Math.abs(octaves) - 1) > LEVEL_WITHIN) return followed;
  return followBeats(beat, { slowest: tempo / TEMPO_ROOM, fastest: tempo * TEMPO_ROOM });
}

const medianGap = (frames: readonly number[]): number => median(frames.slice(1).map((frame, i) => frame - (frames[i] as number)));

function evidenceOn(beats: Float64Array, measurements: Measurements, activation: Float32Array): ((beat: number, metre: number, position: number) => number) | undefined {
  if (beats.length < 3) return undefined;
  const cues = computeBeatCues(beats, measurements, activation);
  return (beat, metre, position) => CUE_WEIGHT * cueEvidence(cues, beat, metre, position);
}

/** How much of the activation's power lies on the beats: 0 for none more than chance, 1 for half of it or more. */
function confidenceOf(activation: Float32Array, beats: Float64Array): Unit {
  const mean = activation.reduce((sum, value) => sum + value, 0) / Math.max(1, activation.length);
  if (mean < 1e-6 || beats.length < 4) return 0;
  // Beats that nothing marks are guesses, however loud the few others are.
  const marked = peaksAt(activation, beats).filter((here) => here > mean).length;
  return Math.min(1, (3 * marked) / beats.length) * Math.max(0, Math.min(1, (meanAt(activation, beats) / mean - 1.3) / 4));
}

/** Largest value within a frame of each beat. */
function peaksAt(values: Float32Array, beats: Float64Array): number[] {
  return Array.from(beats, (time) => {
    const frame = Math.round(time * FRAME_RATE);
    return Math.max(values[frame - 1] ?? 0, values[frame] ?? 0, values[frame + 1] ?? 0);
  });
}

/** Mean of peaksAt; 0 for fewer than four beats. */
function meanAt(values: Float32Array, beats: Float64Array): number {
  return beats.length < 4 ? 0 : peaksAt(values, beats).reduce((sum, here) => sum + here, 0) / beats.length;
}

/** 4 where there is none. */
function commonest(metres: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const metre of metres) counts.set(metre, (counts.get(metre) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 4;
}
