/**
 * What a person says about the grid (--bpm, --downbeat, --beats, a tap or a drag on the panel), stored beside the track's
 * cache by its hash, and applied to a finished Timeline: tempo and phase are fitted to its own onset curve.
 */

import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { clamp, lastIndexAtOrBefore, quantile, sampleCurve } from '../base/math.ts';
import type { Bpm, Seconds } from '../base/units.ts';
import type { BeatGrid, Section, Timeline, TimelineEvent } from '../timeline/timeline.ts';
import { trackBeats } from './beats.ts';
import { smoothTimes, tempoOfBeats } from './refine.ts';
import { FRAME_RATE } from './frames.ts';
import { FASTEST, scorePeriods, SLOWEST } from './tempo.ts';

/** Cost of a change of period while a given tempo is followed: the narrow range already holds it. */
const HOLD_COST = 40;

export interface GridCorrections {
  /** True tempo, 20–400 BPM. */
  readonly bpm?: Bpm;
  /** Time (s) of a true downbeat: the nearest beat becomes 1. */
  readonly downbeat?: Seconds;
  /** True beats with their positions in the bar (counted in the track's metre where unknown). */
  readonly beats?: readonly { readonly time: Seconds; readonly position?: number }[];
  /** Added to every beat (s). */
  readonly shift?: Seconds;
}

/** Throws a UserError('usage') where a correction cannot be meant. */
export function validateCorrections({ bpm, downbeat, beats, shift }: GridCorrections): void {
  if (bpm !== undefined && !(bpm >= 20 && bpm <= 400)) throw new UserError('usage', `--bpm expects a tempo of 20 to 400 beats a minute, not ${bpm}.`);
  if (downbeat !== undefined && !(downbeat >= 0)) throw new UserError('usage', `--downbeat expects the time of a first beat in seconds from the start, not ${downbeat}.`);
  if (shift !== undefined && !Number.isFinite(shift)) throw new UserError('usage', `The grid can be shifted by a number of seconds, not ${shift}.`);
  if (beats !== undefined && beats.length < 2) throw new UserError('usage', `A beats file needs at least 2 beats, this one has ${beats.length}: one time in seconds per line.`);
}

/** Reads a beats file: one time (s) a line, then optionally the position in the bar; '#' starts a comment. */
export async function readBeatsFile(path: string): Promise<NonNullable<GridCorrections['beats']>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UserError('input', `The beats file ${path} cannot be read: check the path and its permissions.`);
  });
  const beats = text.split(/\r?\n/).flatMap((line, index) => {
    const [time, position] = line.replace(/#.*/, '').trim().split(/[\s,;]+/);
    if (time === undefined || time === '') return [];
    const at = Number(time);
    const place = position === undefined ? undefined : Number(position);
    if (!(at >= 0) || (place !== undefined && !(Number.isInteger(place) && place >= 1 && place <= 32))) {
      throw new UserError('input', `Line ${index + 1} of ${path} reads "${line.trim()}": expected a time in seconds and, if you like, a position in the bar from 1.`);
    }
    return [place === undefined ? { time: at } : { time: at, position: place }];
  });
  if (beats.length < 2) throw new UserError('input', `The beats file ${path} holds ${beats.length} beats: write one time in seconds per line.`);
  return beats.sort((a, b) => a.time - b.time);
}

function correctionsPath(cacheFolder: string, sha256: string): string {
  return join(cacheFolder, 'corrections', `${sha256}.json`);
}

/** The corrections stored for a track; undefined where there are none. */
export async function loadCorrections(cacheFolder: string, sha256: string): Promise<GridCorrections | undefined> {
  const path = correctionsPath(cacheFolder, sha256);
  if (!existsSync(path)) return undefined;
  try {
    const corrections = JSON.parse(await readFile(path, 'utf8')) as GridCorrections;
    validateCorrections(corrections);
    return corrections;
  } catch {
    throw new UserError('input', `The stored grid corrections ${path} are damaged: delete the file and correct the grid again.`);
  }
}

/** Stores corrections for a track; empty ones remove the file. */
export async function saveCorrections(cacheFolder: string, sha256: string, corrections: GridCorrections): Promise<void> {
  validateCorrections(corrections);
  const path = correctionsPath(cacheFolder, sha256);
  await mkdir(join(cacheFolder, 'corrections'), { recursive: true });
  if (Object.keys(corrections).length === 0) return rm(path, { force: true });
  await writeFile(`${path}.part`, `${JSON.stringify(corrections)}\n`);
  await rename(`${path}.part`, path);
}

/** The timeline with the corrected grid; sections and drops move to the nearest downbeat of it. */
export function correctTimeline(timeline: Timeline, corrections: GridCorrections | undefined): Timeline {
  if (corrections === undefined || Object.keys(corrections).length === 0) return timeline;
  validateCorrections(corrections);
  const grid = correctGrid(timeline, corrections);
  const downbeats = Array.from(grid.beats).filter((_, i) => grid.positions[i] === 1);
  const snap = (time: Seconds): Seconds => (time <= 0 || time >= timeline.duration ? time : nearest(downbeats, time));
  return {
    ...timeline,
    grid,
    sections: snapSections(timeline.sections, snap),
    events: timeline.events.map((event): TimelineEvent => (event.kind === 'silence' ? event : { ...event, start: snap(event.start), end: snap(event.end) })),
  };
}

/** Sections with their borders moved by `snap`; one that vanishes leaves its time to the one before. */
function snapSections(sections: readonly Section[], snap: (time: Seconds) => Seconds): Section[] {
  const moved = sections.map((section) => ({ ...section, start: snap(section.start), end: snap(section.end) }));
  return moved.filter(({ start, end }) => end - start > 0.05);
}

function nearest(sorted: readonly number[], time: Seconds): Seconds {
  const before = lastIndexAtOrBefore(sorted, time);
  const low = sorted[before];
  const high = sorted[before + 1];
  if (low === undefined || high === undefined) return low ?? high ?? time;
  return time - low <= high - time ? low : high;
}

function correctGrid(timeline: Timeline, { bpm, downbeat, beats, shift }: GridCorrections): BeatGrid {
  let grid = beats === undefined ? timeline.grid : gridFromBeats(beats, timeline.grid.metre);
  if (bpm !== undefined && beats === undefined) grid = gridAtTempo(timeline, bpm, downbeat);
  if (shift !== undefined) grid = shiftGrid(grid, shift);
  if (downbeat !== undefined) grid = rotateToDownbeat(grid, downbeat);
  return { ...grid, confidence: 1 };
}

function gridFromBeats(beats: NonNullable<GridCorrections['beats']>, metre: number): BeatGrid {
  const times = Float64Array.from(beats, ({ time }) => time);
  let place = 0;
  const positions = Uint8Array.from(beats, ({ position }) => (place = position ?? (place % metre) + 1));
  const known = beats.some(({ position }) => position !== undefined);
  return { beats: times, positions, tempo: tempoOfBeats(times), metre: known ? Math.max(...positions) : metre, confidence: 1 };
}

/**
 * Beats tracked again at about this tempo. Where they lie on one line, a regular grid of their exact period, through the
 * given downbeat if there is one; where the playing moves, the beats themselves; where nothing can be followed, the tempo as given.
 */
function gridAtTempo(timeline: Timeline, bpm: Bpm, downbeat: Seconds | undefined): BeatGrid {
  const { metre } = timeline.grid;
  const followed = followAt(timeline.curves.onset, bpm);
  const line = fitLine(followed);
  const exact = line !== undefined && Math.abs(line.period * bpm - 60) < 0.6 ? line : undefined;
  if (followed.length >= 8 && exact === undefined) {
    const beats = smoothTimes(Float64Array.from(followed), new Float64Array(followed.length).fill(1), 3);
    return { beats, positions: carryPositions(timeline.grid, beats), tempo: tempoOfBeats(beats), metre, confidence: 1 };
  }
  const period = exact?.period ?? 60 / bpm;
  const phase = downbeat ?? exact?.phase ?? fitPhase(timeline.curves.onset, timeline.rate, period, timeline.duration);
  const beats = regularBeats(phase, period, timeline.duration);
  return { beats, positions: carryPositions(timeline.grid, beats), tempo: new Float32Array(beats.length).fill(60 / period), metre, confidence: 1 };
}

/** Beats (s) within 4 % of a tempo that the tracker can follow; none for others. */
function followAt(onset: Float32Array, bpm: Bpm): number[] {
  if (bpm < SLOWEST || bpm > FASTEST) return [];
  const periods = scorePeriods(onset, { slowest: bpm / 1.04, fastest: bpm * 1.04 });
  return trackBeats(onset, periods, HOLD_COST).map((frame) => frame / FRAME_RATE);
}

/** The line through the beats; undefined where a tenth of them or more lie 20 ms off it or further. */
function fitLine(beats: readonly number[]): { readonly period: Seconds; readonly phase: Seconds } | undefined {
  if (beats.length < 8) return undefined;
  const middle = (beats.length - 1) / 2;
  const centre = beats.reduce((sum, time) => sum + time, 0) / beats.length;
  let covariance = 0;
  let variance = 0;
  beats.forEach((time, i) => {
    covariance += (i - middle) * (time - centre);
    variance += (i - middle) ** 2;
  });
  const period = covariance / variance;
  const off = beats.map((time, i) => Math.abs(time - centre - (i - middle) * period));
  return quantile(off, 0.9) < 0.02 ? { period, phase: centre - middle * period } : undefined;
}

/** Every beat of the grid through `phase` from 0 to the end. */
function regularBeats(phase: Seconds, period: Seconds, duration: Seconds): Float64Array {
  const first = phase - Math.floor((phase + 0.005) / period) * period;
  return Float64Array.from({ length: Math.max(2, Math.floor((duration - first) / period) + 1) }, (_, i) => Math.max(0, first + i * period));
}

/** The offset of a regular grid (s, below one period) under which the onset curve is highest. */
function fitPhase(onset: Float32Array, rate: number, period: Seconds, duration: Seconds): Seconds {
  let best = -1;
  let phase = 0;
  for (let offset = 0; offset < period; offset += 0.002) {
    let sum = 0;
    let count = 0;
    for (let time = offset; time < duration; time += period, count++) sum += sampleCurve(onset, rate, time);
    if (count > 0 && sum / count > best) [best, phase] = [sum / count, offset];
  }
  return phase;
}

/** Positions counted from the old grid's first downbeat. */
function carryPositions(old: BeatGrid, beats: Float64Array): Uint8Array {
  const first = old.beats[old.positions.indexOf(1)] ?? beats[0] ?? 0;
  const anchor = clamp(lastIndexAtOrBefore(beats, first + 0.1), 0, beats.length - 1);
  return countFrom(beats.length, anchor, old.metre);
}

function countFrom(count: number, anchor: number, metre: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => ((((i - anchor) % metre) + metre) % metre) + 1);
}

function shiftGrid(grid: BeatGrid, shift: Seconds): BeatGrid {
  const kept = Array.from(grid.beats, (time, i) => ({ time: time + shift, i })).filter(({ time }) => time >= 0);
  return {
    ...grid,
    beats: Float64Array.from(kept, ({ time }) => time),
    positions: Uint8Array.from(kept, ({ i }) => grid.positions[i] as number),
    tempo: Float32Array.from(kept, ({ i }) => grid.tempo[i] as number),
  };
}

function rotateToDownbeat(grid: BeatGrid, downbeat: Seconds): BeatGrid {
  const anchor = Array.from(grid.beats).indexOf(nearest(Array.from(grid.beats), downbeat));
  return anchor < 0 ? grid : { ...grid, positions: countFrom(grid.beats.length, anchor, grid.metre) };
}
