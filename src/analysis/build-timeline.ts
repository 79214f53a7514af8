/** Measurements → Timeline, the steps in order. Pure. */

import type { Unit } from '../base/units.ts';
import { type BeatGrid, type Curves, type Timeline, TIMELINE_VERSION } from '../timeline/timeline.ts';
import { computeActivation } from './activation.ts';
import { describeBars } from './bars.ts';
import { computeCurves } from './curves.ts';
import { findDownbeats } from './downbeats.ts';
import { findEvents } from './events.ts';
import { FRAME_RATE } from './frames.ts';
import type { Measurements } from './measure.ts';
import { findBeatFrames } from './grid.ts';
import { computeDetail } from './detail.ts';
import { findOnsets } from './onsets/pick.ts';
import { refineBeats, tempoOfBeats } from './refine.ts';
import { findSections } from './sections.ts';

export function buildTimeline(measurements: Measurements): Timeline {
  const curves = computeCurves(measurements);
  const grid = findGrid(measurements, curves);
  const onsets = findOnsets(measurements, curves.onset);
  const sections = findSections(describeBars(grid, curves, measurements), measurements.duration);
  return {
    version: TIMELINE_VERSION,
    duration: measurements.duration,
    rate: FRAME_RATE,
    curves,
    grid,
    onsets: onsets.times,
    sections,
    events: findEvents(sections, curves),
    detail: computeDetail(measurements, onsets),
  };
}

function findGrid(measurements: Measurements, curves: Curves): BeatGrid {
  const activation = computeActivation(measurements.raw);
  const { snare, fluxSub, fluxBass, fluxMid } = measurements.raw;
  const low = fluxSub.map((value, i) => value + (fluxBass[i] as number));
  const frames = findBeatFrames({ activation, kick: curves.kick, snare, low, middle: fluxMid });
  const beats = refineBeats(frames, measurements.attacks);
  return { beats, ...findDownbeats(beats, measurements, activation), tempo: tempoOfBeats(beats), confidence: confidenceOf(activation, beats) };
}

/** How much of the activation's power lies on the beats: 0 for none more than chance, 1 for half of it or more. */
function confidenceOf(activation: Float32Array, beats: Float64Array): Unit {
  const mean = activation.reduce((sum, value) => sum + value, 0) / Math.max(1, activation.length);
  if (mean < 1e-6 || beats.length < 4) return 0;
  let onBeats = 0;
  let marked = 0;
  for (const time of beats) {
    const frame = Math.round(time * FRAME_RATE);
    const here = Math.max(activation[frame - 1] ?? 0, activation[frame] ?? 0, activation[frame + 1] ?? 0);
    onBeats += here;
    if (here > mean) marked++;
  }
  // Beats that nothing marks are guesses, however loud the few others are.
  const heard = Math.min(1, (3 * marked) / beats.length);
  return heard * Math.max(0, Math.min(1, (onBeats / beats.length / mean - 1.3) / 4));
}
