/**
 * The analysis of a whole track: how fast on one core (goal: 100 times real time, 60 with the decoding of an mp3), how soon the
 * first half minute is there, how much memory two hours take, onsets on annotated music, sections and drops on songs of known form.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { type Measurements, measureTrack } from '../../src/analysis/measure.ts';
import { pickAdaptively } from '../../src/analysis/onsets/adaptive.ts';
import { synthesiseDemo } from '../../src/audio/demo.ts';
import { findFfmpeg } from '../../src/audio/foreign.ts';
import { openAudio } from '../../src/audio/open.ts';
import type { AudioSource } from '../../src/audio/types.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { mean, median } from '../../src/base/math.ts';
import { hasBeatSet, openBeatSet } from '../helpers/beat-set.ts';
import { scoreBoundaries, scoreHits, scoreLabels } from '../helpers/section-scores.ts';
import { layOutSong, songTruth, type SongStyle } from '../helpers/song-form.ts';
import { renderSong } from '../helpers/song-sound.ts';
import { sourceOf } from '../analysis/tracks.ts';

const SECONDS = 240;
const ROUNDS = 3;
/** Hours of the long mix; LATENTBEAT_BENCH_HOURS shortens it. */
const LONG_HOURS = Number(process.env['LATENTBEAT_BENCH_HOURS'] ?? 2);
/** Seeds of songs that nothing was tuned on. */
const HELD_OUT = [101, 102, 103, 104, 105, 106, 107, 108];

type Row = Record<string, number | string>;
type Figures = Record<string, number | string | boolean>;

export async function run(): Promise<{ name: string; rows: Row[]; figures: Figures }> {
  const { samples, sampleRate } = synthesiseDemo();
  const rows: Row[] = [];
  const speed = await measureSpeed(loopSource(samples, sampleRate, SECONDS), rows);
  const decoding = await measureDecoding(samples, sampleRate);
  const long = await measureLong(loopSource(samples, sampleRate, 3600 * LONG_HOURS));
  const onsets = await measureOnsets(rows);
  const sections = await measureSections(rows);
  const liveTimesRealTime = costOfLive(samples, sampleRate);
  return { name: 'analysis', rows, figures: { ...speed, ...decoding, ...long, liveTimesRealTime, ...onsets, ...sections } };
}

/** Interleaved stereo played over and over for so long, made as it is read. */
function loopSource(samples: Float32Array, sampleRate: number, seconds: number): AudioSource {
  const length = Math.round(seconds * sampleRate);
  const loop = samples.length / 2;
  return {
    path: '/nowhere/loop.wav', sha256: 'e'.repeat(64), wavPath: '/nowhere/loop.wav', sampleRate, channels: 2, length, duration: seconds,
    read: (start, count) => {
      const out = new Float32Array(2 * Math.max(0, Math.min(count, length - start)));
      for (let i = 0; i < out.length; i++) out[i] = samples[(2 * (start % loop) + i) % samples.length] as number;
      return Promise.resolve(out);
    },
    monoBlocks: () => {
      throw new Error('the analysis reads all channels');
    },
  };
}

async function measureSpeed(source: AudioSource, rows: Row[]): Promise<Figures> {
  const times: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const measurements = await measureTrack(source, {});
    const measured = performance.now();
    const timeline = buildTimeline(measurements);
    const { user, system } = process.cpuUsage(cpu);
    times.push(SECONDS / ((user + system) / 1e6));
    rows.push({ what: `speed, round ${round}`, 'measure ms': Math.round(measured - start), 'build ms': Math.round(performance.now() - measured), 'x real time (CPU)': Math.round(times.at(-1) as number), beats: timeline.grid.beats.length });
  }
  return { timesRealTimeByCpu: median(times), meetsSpeed: median(times) >= 100 };
}

/** Decoding and analysis of an mp3, by CPU time of this process and its threads; left out where there is no ffmpeg to make one. */
async function measureDecoding(samples: Float32Array, sampleRate: number): Promise<Figures> {
  const ffmpeg = findFfmpeg();
  if (ffmpeg === undefined) return { timesRealTimeWithDecoding: 'no ffmpeg to make an mp3 with' };
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-bench-'));
  const cache = process.env['LATENTBEAT_CACHE'];
  process.env['LATENTBEAT_CACHE'] = folder;
  try {
    const source = loopSource(samples, sampleRate, SECONDS);
    await writeWav(join(folder, 'loop.wav'), await source.read(0, source.length), sampleRate, 2);
    execFileSync(ffmpeg, ['-v', 'error', '-i', join(folder, 'loop.wav'), '-b:a', '192k', join(folder, 'loop.mp3')]);
    const cpu = process.cpuUsage();
    buildTimeline(await measureTrack(await openAudio(join(folder, 'loop.mp3')), {}));
    const { user, system } = process.cpuUsage(cpu);
    return { timesRealTimeWithDecoding: SECONDS / ((user + system) / 1e6) };
  } finally {
    if (cache === undefined) delete process.env['LATENTBEAT_CACHE'];
    else process.env['LATENTBEAT_CACHE'] = cache;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When the first part of a long mix is there, and the most memory the process holds while it is analysed. */
async function measureLong(source: AudioSource): Promise<Figures> {
  let first = 0;
  let largest = 0;
  const cpu = process.cpuUsage();
  const watch = (): void => void (largest = Math.max(largest, process.memoryUsage.rss()));
  const onPart = (measure: () => Measurements): void => {
    if (first > 0) return;
    buildTimeline(measure());
    const { user, system } = process.cpuUsage(cpu);
    first = (user + system) / 1e6;
  };
  const timeline = buildTimeline(await measureTrack(source, { onPart, onProgress: watch }));
  watch();
  return { longHours: LONG_HOURS, longMemoryMb: Math.round(largest / 1e6), firstPartCpuSeconds: first, longBeats: timeline.grid.beats.length };
}

async function measureOnsets(rows: Row[]): Promise<Figures> {
  if (!hasBeatSet()) return { onsetF: 'no annotated music here' };
  const set = await openBeatSet();
  const scores: number[] = [];
  const plain: number[] = [];
  const deltas: number[] = [];
  for (const item of set.items.filter(({ onsets }) => onsets !== undefined && onsets.length > 0)) {
    const measurements = await measureTrack(await openAudio(set.pathOf(item)), {});
    const timeline = buildTimeline(measurements);
    const found = Array.from(timeline.onsets);
    const scoreOf = (onsets: readonly number[]): number => 100 * (set.score(item, { beats: [], downbeats: [], onsets }).oF ?? 0);
    scores.push(scoreOf(found));
    plain.push(scoreOf(pickAdaptively(timeline.curves.onset, measurements.attacks)));
    for (const onset of item.onsets ?? []) {
      const nearest = found.reduce((best, time) => (Math.abs(time - onset) < Math.abs(best - onset) ? time : best), Infinity);
      if (Math.abs(nearest - onset) <= 0.05) deltas.push(1000 * (nearest - onset));
    }
    rows.push({ what: `onsets, ${item.id}`, F: Math.round(scores.at(-1) as number), 'adaptive picking F': Math.round(plain.at(-1) as number) });
  }
  return { onsetF: mean(scores), onsetFAdaptive: mean(plain), onsetBiasMs: median(deltas) };
}

async function measureSections(rows: Row[]): Promise<Figures> {
  const all = { near: [] as number[], wide: [] as number[], labels: [] as number[] };
  const drops = { hits: 0, truth: 0, found: 0 };
  for (const seed of HELD_OUT) for (const style of ['edm', 'song'] as const) {
    const score = await scoreSong(seed, style, drops);
    all.near.push(score.near);
    all.wide.push(score.wide);
    all.labels.push(score.labels);
    rows.push({ what: `sections, ${style} ${seed}`, '±1 beat': score.near.toFixed(2), '±3 s': score.wide.toFixed(2), labels: score.labels.toFixed(2) });
  }
  return { boundaryFOneBeat: mean(all.near), boundaryFThreeSeconds: mean(all.wide), labelF: mean(all.labels), dropRecall: drops.hits / Math.max(1, drops.truth), dropPrecision: drops.hits / Math.max(1, drops.found) };
}

async function scoreSong(seed: number, style: SongStyle, drops: { hits: number; truth: number; found: number }): Promise<{ near: number; wide: number; labels: number }> {
  const form = layOutSong(seed, style);
  const truth = songTruth(form);
  const { sections, events } = buildTimeline(await measureTrack(sourceOf(renderSong(form, 32_000), 32_000), {}));
  const beat = 60 / form.bpm;
  const found = events.filter(({ kind, start }) => kind === 'drop' && !truth.maybeDrops.some((time) => Math.abs(time - start) < beat)).map(({ start }) => start);
  drops.hits += Math.round(truth.drops.length * scoreHits(truth.drops, found, beat).recall);
  drops.truth += truth.drops.length;
  drops.found += found.length;
  return { near: scoreBoundaries(truth.sections, sections, beat), wide: scoreBoundaries(truth.sections, sections, 3), labels: scoreLabels(truth.sections, sections) };
}

function costOfLive(interleaved: Float32Array, sampleRate: number): number {
  const mono = Float32Array.from({ length: Math.min(60 * sampleRate, interleaved.length / 2) }, (_, i) => 0.5 * ((interleaved[2 * i] as number) + (interleaved[2 * i + 1] as number)));
  const live = new LiveAnalyzer(sampleRate);
  const start = process.cpuUsage();
  for (let at = 0; at < mono.length; at += 512) live.push(mono.subarray(at, at + 512));
  const { user, system } = process.cpuUsage(start);
  return mono.length / sampleRate / ((user + system) / 1e6);
}
