/**
 * Export, measured in the decoded file: 640x360, 10 s, 117 BPM, a flash per click, without a browser (--plain) and through
 * the stage page with one look; then the memory of all processes over 60 s of --plain video. Offsets in ms of picture
 * against sound, allowed: half a frame + 3 ms.
 */

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startInference } from '../../src/ahead/inference.ts';
import type { WalkPlan } from '../../src/ahead/types.ts';
import { openAudio } from '../../src/audio/open.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { median } from '../../src/base/math.ts';
import { secondsOfTick, tickOfSeconds } from '../../src/base/units.ts';
import type { LatentPoint, Pipeline } from '../../src/diffusion/types.ts';
import { parseEffectHeader } from '../../src/score/effect-header.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import type { Welcome } from '../../src/server/web/host.ts';
import { encodeTimeline } from '../../src/timeline/binary.ts';
import { openVideoBackend } from '../../src/video/backend.ts';
import { findBrowser } from '../../src/video/browser.ts';
import { exportVideo, type ExportProgress, type FrameMaker } from '../../src/video/export.ts';
import { createPlainFrames } from '../../src/video/plain-frames.ts';
import type { SoundTrack } from '../../src/video/sink.ts';
import { soundOf } from '../../src/video/sound.ts';
import { openStageFrames } from '../../src/video/stage-frames.ts';
import { WEB_ROOT } from '../helpers/browser.ts';
import { decodeVideo } from '../helpers/decode-video.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const [WIDTH, HEIGHT, FPS, BPM] = [640, 360, 30, 117];
const CLICK_TRACK_SECONDS = 10;
const RATE = 44_100;
const ALLOWED_MS = 500 / FPS + 3;
const LOOK = 'bloom';
const CLICKS = Array.from({ length: Math.floor((CLICK_TRACK_SECONDS * BPM) / 60) }, (_, i) => 0.2 + (i * 60) / BPM);

type Row = Record<string, number | string>;

export async function run(): Promise<{ name: string; rows: Row[]; figures: Record<string, number | string | boolean> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latentbeat-export-bench-'));
  process.env['LATENTBEAT_CACHE'] ??= join(folder, 'cache');
  try {
    const sound = await clickSound(folder);
    const plain = await measureClicks(folder, 'plain', createPlainFrames(flashingShow()), sound);
    const stage = findBrowser() === null ? null : await measureClicks(folder, 'stage', await openStage(), sound);
    const memory = await measureMemory(folder);
    const rows = [plain, ...(stage === null ? [] : [stage]), memory.row];
    const figures: Record<string, number | string | boolean> = { clicksAllowedMs: round(ALLOWED_MS), plainClickWorstMs: plain['worst ms'] as number, plainFramesPerSecond: plain['frames/s'] as number, ...memory.figures };
    if (stage !== null) Object.assign(figures, { stageClickWorstMs: stage['worst ms'], stageFramesPerSecond: stage['frames/s'], stageLook: LOOK });
    return { name: 'Export: clicks against flashes, and memory', rows, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function clickSound(folder: string): Promise<SoundTrack> {
  const samples = new Float32Array(CLICK_TRACK_SECONDS * RATE * 2);
  for (const time of CLICKS) for (let i = 0; i < 400; i++) samples.fill(0.8 * Math.sin(i * 0.3) * (1 - i / 400), (Math.round(time * RATE) + i) * 2, (Math.round(time * RATE) + i) * 2 + 2);
  await writeWav(join(folder, 'clicks.wav'), samples, RATE, 2);
  return soundOf(await openAudio(join(folder, 'clicks.wav')), 0, CLICK_TRACK_SECONDS);
}

const NOISE = { from: 1, to: 1, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 };
const pointOf = (text: string, orbit = 0): LatentPoint => ({ prompts: [{ text, weight: 1 }], negative: '', noise: { ...NOISE, orbit }, guidance: 1, steps: 1, height: 64, width: 64 });

/** A walk that stands at "flash" on the frame nearest to each click and at "dark" elsewhere. */
const flashingPlan: WalkPlan = {
  prepare: async () => {},
  pointAt: (tick) => pointOf(CLICKS.some((time) => Math.abs(secondsOfTick(tick) - time) <= 0.5 / FPS) ? 'flash' : 'dark'),
  isCutAt: () => false,
};

const flashingPipeline: Pipeline = {
  card: { id: 'flash', name: 'flash', folder: '', sha256: '', provider: 'none', sizes: [{ height: 64, width: 64 }], steps: 1, guidance: 1, examplePrompts: [] },
  draw: async ({ prompts }) => ({ height: 64, width: 64, pixels: new Uint8Array(64 * 64 * 4).fill(prompts[0]?.text === 'flash' ? 230 : 20), cost: 0 }),
  measureDifference: async (points) => points.slice(1).map(() => 0),
  dispose: async () => {},
};

const frames = CLICK_TRACK_SECONDS * FPS;
const timeOf = (index: number): number => index / FPS;
const tickOf = (index: number): number => tickOfSeconds(timeOf(index));
const flashingShow = (): Parameters<typeof createPlainFrames>[0] => ({ plan: flashingPlan, pipeline: flashingPipeline, width: WIDTH, height: HEIGHT, tickOf, frames });

async function openStage(): Promise<FrameMaker> {
  const source = await readFile(fileURLToPath(new URL(`../../shaders/${LOOK}.frag`, import.meta.url)), 'utf8');
  const effect = { ...parseEffectHeader(source, LOOK), name: LOOK, source };
  const table = buildParameterTable(effect.parameters);
  const values = Object.fromEntries([...table.values()].filter(({ kind }) => kind !== 'trigger').map((parameter) => [parameter.path, parameter.default]));
  const timeline = syntheticTimeline({ bpm: BPM });
  const welcome: Welcome = {
    show: { title: 'clicks', track: 'clicks.wav', duration: timeline.duration, timelineUrl: '/api/timeline', pcmUrl: null, sampleRate: RATE, channels: 2, presetName: 'bench', presets: [], lookChain: [LOOK], stageRoutes: [], routes: [], walkSpeed: { slowest: 0.25, fastest: 3 }, model: 'flash', prompts: [] },
    parameters: [...table.values()], values, effects: [effect],
    transport: { playing: false, showTime: 0, at: 0, rate: 1, duration: timeline.duration, soundPage: null, clockSource: 'render', confidence: 1, tempo: BPM, beat: 0, bar: 0, epoch: 0, loop: null },
  };
  return openStageFrames({ ...flashingShow(), browserPath: findBrowser() as string, webRoot: WEB_ROOT, welcome, timelineBytes: encodeTimeline(timeline), fps: FPS, timeOf, now: () => performance.now() });
}

async function measureClicks(folder: string, way: string, maker: FrameMaker, sound: SoundTrack): Promise<Row> {
  const out = join(folder, `${way}.mp4`);
  const started = performance.now();
  try {
    await exportVideo({ maker, backend: await openVideoBackend(), settings: { width: WIDTH, height: HEIGHT, fps: FPS, container: 'mp4', quality: 'full' }, frames, sound, out, key: way, now: () => performance.now() });
  } finally {
    await maker.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const video = await decodeVideo(out);
  if (video.luma.length !== frames) throw new Error(`${way}: ${video.luma.length} frames in the file instead of ${frames}`);
  const heard = onsets(video.sound.length, video.sampleRate, (i) => Math.abs(video.sound[i] as number) > 0.25);
  const middle = (Math.min(...video.luma) + Math.max(...video.luma)) / 2;
  const seen = video.luma.flatMap((value, i) => (value > middle && (video.luma[i - 1] ?? 0) <= middle ? [video.times[i] as number] : []));
  if (heard.length !== CLICKS.length || seen.length !== CLICKS.length) throw new Error(`${way}: ${heard.length} clicks heard and ${seen.length} flashes seen of ${CLICKS.length}`);
  const offsets = heard.map((time, i) => 1000 * ((seen[i] as number) - time));
  return { way, clicks: heard.length, 'median ms': round(median(offsets)), 'worst ms': round(Math.max(...offsets.map(Math.abs))), 'frames/s': round(frames / seconds) };
}

/** Times (s) where a condition begins to hold after 0.2 s without. */
function onsets(length: number, rate: number, holds: (index: number) => boolean): number[] {
  const times: number[] = [];
  let last = -Infinity;
  for (let i = 0; i < length; i++) {
    if (!holds(i)) continue;
    if (i - last > 0.2 * rate) times.push(i / rate);
    last = i;
  }
  return times;
}

/** Exports a minute of pictures from the inference process and watches this process and all below it. */
async function measureMemory(folder: string): Promise<{ row: Row; figures: Record<string, number> }> {
  const pipeline = await startInference({ model: 'fake' });
  const plan: WalkPlan = { prepare: async () => {}, pointAt: (tick) => pointOf('neon jellyfish', tick / 1200), isCutAt: () => false };
  const seconds = 60;
  const silence: SoundTrack = { sampleRate: RATE, channels: 2, length: seconds * RATE, read: async (_start, count) => new Float32Array(count * 2) };
  const samples: { readonly second: number; readonly mb: number }[] = [];
  const watch = (progress: ExportProgress): void => {
    const second = progress.framesDone / FPS;
    if (second - (samples.at(-1)?.second ?? -1) >= 1) samples.push({ second, mb: memoryOfTree() });
  };
  const maker = createPlainFrames({ plan, pipeline, width: WIDTH, height: HEIGHT, tickOf, frames: seconds * FPS });
  try {
    await exportVideo({ maker, backend: await openVideoBackend(), settings: { width: WIDTH, height: HEIGHT, fps: FPS, container: 'mp4', quality: 'full' }, frames: seconds * FPS, sound: silence, out: join(folder, 'minute.mp4'), key: 'memory', now: () => performance.now(), onProgress: watch });
  } finally {
    await maker.close();
    await pipeline.dispose();
  }
  const between = (from: number, to: number): number => median(samples.filter(({ second }) => second >= from && second <= to).map(({ mb }) => mb));
  const early = between(8, 14);
  const late = between(54, 60);
  const figures = { memoryAt10sMb: round(early), memoryAt60sMb: round(late), memoryGrowthMb: round(late - early) };
  return { row: { way: 'memory, all processes', 'at 10 s MB': figures.memoryAt10sMb, 'at 60 s MB': figures.memoryAt60sMb }, figures };
}

/** Resident memory (MB) of this process and its descendants; on Windows of this process only. */
function memoryOfTree(): number {
  if (process.platform === 'win32') return process.memoryUsage.rss() / 2 ** 20;
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n');
  const processes = lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const family = new Set([process.pid]);
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const [pid, parent] of processes) if (family.has(parent)) family.add(pid);
  }
  return processes.reduce((sum, [pid, , kilobytes]) => sum + (family.has(pid) ? kilobytes : 0), 0) / 1024;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
