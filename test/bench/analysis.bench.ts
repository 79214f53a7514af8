/**
 * The analysis of a whole track: how fast on one core (goal: 100 times real time, 60 with the decoding of an mp3) and the trackers of
 * others on the same sound (LATENTBEAT_PEERS names a Python that has them, peers.py), how soon the first half minute is there, how much
 * memory two hours take, the live tracker's share of a core, onsets on annotated music, sections and drops on songs of known form.
 * `npm run bench -- analysis --only speed,long` chooses among the sections; LATENTBEAT_BENCH_HOURS shortens the long mix.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { openBeatNetwork } from '../../src/analysis/beat-model.ts';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { pickAdaptively } from '../../src/analysis/onsets/adaptive.ts';
import { synthesiseDemo } from '../../src/audio/demo.ts';
import { findFfmpeg } from '../../src/audio/foreign.ts';
import { openAudio } from '../../src/audio/open.ts';
import { openWavSource } from '../../src/audio/wav-source.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { mean, median } from '../../src/base/math.ts';
import { SECTIONS_VARIABLE } from '../../src/commands/bench.ts';
import { hasBeatSet, openBeatSet } from '../helpers/beat-set.ts';
import { scoreBoundaries, scoreHits, scoreLabels } from '../helpers/section-scores.ts';
import { layOutSong, songTruth, type SongStyle } from '../helpers/song-form.ts';
import { renderSong } from '../helpers/song-sound.ts';
import { sourceOf } from '../analysis/tracks.ts';

const SECONDS = 240;
const ROUNDS = 3;
const LONG_HOURS = Number(process.env['LATENTBEAT_BENCH_HOURS'] ?? 2);
/** Seeds of songs that nothing was tuned on. */
const HELD_OUT = [101, 102, 103, 104, 105, 106, 107, 108];

type Row = Record<string, number | string>;
type Figures = Record<string, number | string | boolean>;

/** The sound that is measured on, and where it lies. */
interface Material {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  /** Four minutes as a float32 WAV of ours, and a folder for what else is made. */
  readonly wav: string;
  readonly folder: string;
}

const SECTIONS: Readonly<Record<string, (material: Material, rows: Row[]) => Figures | Promise<Figures>>> = {
  speed: measureSpeed, decoding: measureDecoding, peers: measurePeers, long: measureLong, live: costOfLive, onsets: measureOnsets, sections: measureSections,
};

export async function run(): Promise<{ name: string; rows: Row[]; figures: Figures }> {
  const rows: Row[] = [];
  const figures: Figures = {};
  const material = await makeMaterial();
  try {
    for (const name of process.env[SECTIONS_VARIABLE]?.split(',') ?? Object.keys(SECTIONS)) {
      const section = SECTIONS[name];
      if (section === undefined) throw new Error(`bench analysis has no section "${name}": there are ${Object.keys(SECTIONS).join(', ')}`);
      Object.assign(figures, await section(material, rows));
    }
  } finally {
    rmSync(material.folder, { recursive: true, force: true });
  }
  return { name: 'analysis', rows, figures };
}

/** The demo over and over for four minutes. */
async function makeMaterial(): Promise<Material> {
  const { samples, sampleRate } = synthesiseDemo();
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-bench-'));
  const looped = Float32Array.from({ length: 2 * SECONDS * sampleRate }, (_, i) => samples[i % samples.length] as number);
  const wav = join(folder, 'loop.wav');
  await writeWav(wav, looped, sampleRate, 2);
  return { samples, sampleRate, wav, folder };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

async function measureSpeed({ wav }: Material, rows: Row[]): Promise<Figures> {
  const source = await openWavSource(wav, 'e'.repeat(64), wav);
  const times: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const measurements = await measureTrack(source, { network: await openBeatNetwork() });
    const measured = performance.now();
    const timeline = buildTimeline(measurements);
    times.push(SECONDS / cpuSeconds(cpu));
    rows.push({ what: `speed, round ${round}`, 'measure ms': Math.round(measured - start), 'build ms': Math.round(performance.now() - measured), 'x real time (CPU)': Math.round(times.at(-1) as number), beats: timeline.grid.beats.length });
  }
  return { timesRealTimeByCpu: median(times), timesRealTimeFirstRound: times[0] as number, meetsSpeed: median(times) >= 100 };
}

/** Decoding and analysis of an mp3, by CPU time of this process and its threads; left out where there is no ffmpeg to make one. */
async function measureDecoding({ wav, folder }: Material): Promise<Figures> {
  const ffmpeg = findFfmpeg();
  if (ffmpeg === undefined) return { timesRealTimeWithDecoding: 'no ffmpeg to make an mp3 with' };
  const cache = process.env['LATENTBEAT_CACHE'];
  process.env['LATENTBEAT_CACHE'] = folder;
  try {
    execFileSync(ffmpeg, ['-v', 'error', '-i', wav, '-b:a', '192k', join(folder, 'loop.mp3')]);
    const cpu = process.cpuUsage();
    buildTimeline(await measureTrack(await openAudio(join(folder, 'loop.mp3')), { network: await openBeatNetwork() }));
    return { timesRealTimeWithDecoding: SECONDS / cpuSeconds(cpu) };
  } finally {
    if (cache === undefined) delete process.env['LATENTBEAT_CACHE'];
    else process.env['LATENTBEAT_CACHE'] = cache;
  }
}

/** How fast others find beats in the first minute of the same sound, by their CPU time. */
async function measurePeers({ samples, sampleRate, folder }: Material): Promise<Figures> {
  const python = process.env['LATENTBEAT_PEERS'];
  if (python === undefined) return { peers: 'not compared: LATENTBEAT_PEERS names no Python' };
  await writeWav(join(folder, 'minute.wav'), samples.slice(0, 2 * 60 * sampleRate), sampleRate, 2);
  writeFileSync(join(folder, 'peers.json'), JSON.stringify({ items: [{ id: 'minute', file: 'minute.wav', duration: 60 }] }));
  const { stdout, status } = spawnSync(python, [fileURLToPath(new URL('peers.py', import.meta.url)), join(folder, 'peers.json')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  if (status !== 0) return { peers: `not compared: ${python} ended with ${status}` };
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { peer: string; missing?: string; failed?: string; seconds?: number });
  return Object.fromEntries(lines.map(({ peer, missing, failed, seconds }) => [`${peer} timesRealTime`, missing ?? failed ?? 60 / (seconds as number)]));
}

/** The most memory a process holds that analyses a long mix, and when its first part is there (long-analysis.mjs). */
function measureLong({ wav }: Material): Figures {
  const out = execFileSync(process.execPath, [fileURLToPath(new URL('long-analysis.mjs', import.meta.url)), wav, String(LONG_HOURS)], { encoding: 'utf8' });
  const { hours, memoryMb, memoryBeforeMb, firstPartCpuSeconds, firstPartWallSeconds, timesRealTime, timelineMb, beats } = JSON.parse(out) as Record<string, number>;
  return {
    longHours: hours!, longMemoryMb: memoryMb!, longMemoryBeforeMb: memoryBeforeMb!, longTimesRealTime: timesRealTime!, longTimelineMb: timelineMb!, longBeats: beats!,
    firstPartCpuSeconds: firstPartCpuSeconds!, firstPartWallSeconds: firstPartWallSeconds!, meetsMemory: memoryMb! <= 400,
  };
}

async function measureOnsets(_: Material, rows: Row[]): Promise<Figures> {
  if (!hasBeatSet()) return { onsetF: 'no annotated music here' };
  const set = await openBeatSet();
  const scores: number[] = [];
  const plain: number[] = [];
  const deltas: number[] = [];
  for (const item of set.items.filter(({ onsets }) => onsets !== undefined && onsets.length > 0)) {
    const measurements = await measureTrack(await openAudio(set.pathOf(item)), { network: await openBeatNetwork() });
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

async function measureSections(_: Material, rows: Row[]): Promise<Figures> {
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
  const { sections, events } = buildTimeline(await measureTrack(sourceOf(renderSong(form, 32_000), 32_000), { network: await openBeatNetwork() }));
  const beat = 60 / form.bpm;
  const found = events.filter(({ kind, start }) => kind === 'drop' && !truth.maybeDrops.some((time) => Math.abs(time - start) < beat)).map(({ start }) => start);
  drops.hits += Math.round(truth.drops.length * scoreHits(truth.drops, found, beat).recall);
  drops.truth += truth.drops.length;
  drops.found += found.length;
  return { near: scoreBoundaries(truth.sections, sections, beat), wide: scoreBoundaries(truth.sections, sections, 3), labels: scoreLabels(truth.sections, sections) };
}

/** The live tracker over a minute: how many times faster than the music, and its share of a core. */
function costOfLive({ samples, sampleRate }: Material): Figures {
  const mono = Float32Array.from({ length: Math.min(60 * sampleRate, samples.length / 2) }, (_, i) => 0.5 * ((samples[2 * i] as number) + (samples[2 * i + 1] as number)));
  const live = new LiveAnalyzer(sampleRate);
  const start = process.cpuUsage();
  for (let at = 0; at < mono.length; at += 512) live.push(mono.subarray(at, at + 512));
  const times = mono.length / sampleRate / cpuSeconds(start);
  return { liveTimesRealTime: times, liveShareOfCore: 1 / times, meetsLive: 1 / times <= 0.05 };
}
