/**
 * The stage's figures in Chromium. Sections (`npm run bench -- stage --only causal,light`), each with a cap on its time:
 * causal  – music through the fake microphone against `analyze --causal` of the sound that arrived, holes and all: share of beats
 *           within 5 ms after alignment (95 % wanted)
 * light   – 120 BPM drums through the whole live chain: light against sound once locked, p95 (20 ms wanted)
 * sync    – a track: time used to draw against the raw audio clock at that display frame, p95 over 10,000 frames (16.7 ms wanted)
 * outputs – three pages in three browsers: how far apart at equal instants (one frame wanted)
 * calm    – 100 lost GL contexts, 3 server restarts: same picture, objects, heap, time until the state is back (2 s wanted)
 * Frames are drawn by software GL where there is no GPU: then rates say nothing about a stage, times still do.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { openAudio } from '../../src/audio/open.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { lastIndexAtOrBefore, median, quantile } from '../../src/base/math.ts';
import { SECTIONS_VARIABLE } from '../../src/commands/bench.ts';
import type { DisplayFrame, Probe } from '../../src/stage/probe.ts';
import { hasBeatSet, openBeatSet } from '../helpers/beat-set.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { causalBeats, runLive } from '../helpers/live-chain.ts';
import { agreement, diagnosis, lightErrors, onsetInstants, onsetsOf } from '../helpers/live-truth.ts';
import { loseContext } from '../helpers/lose-context.ts';
import { StageShow } from '../helpers/stage-show.ts';
import { DEMO_FORM, syntheticTimeline } from '../helpers/synthetic-timeline.ts';

type Figures = Record<string, number | string>;

declare global {
  // eslint-disable-next-line no-var
  var latentbeatProbe: Probe;
  // eslint-disable-next-line no-var
  var latentbeatAudio: { context: AudioContext | null; start: number; raw: [instant: number, time: number][] };
}

const RATE = 44_100;
const SIZE = { width: 320, height: 180 };
const FLAT_HEAP = ['--enable-precise-memory-info', '--js-flags=--expose-gc'];
/** Pieces whose beats a causal tracker finds, of several kinds. */
const PIECES = ['gmd_26_dance_disco_137_4_4', 'lmms_skiessi_c64', 'mdb_grunge'];
const PIECE_SECONDS = 30;
const CAP = 200_000;

const SECTIONS: Readonly<Record<string, () => Promise<Figures>>> = { causal, light, sync, outputs, calm };

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Figures }> {
  const wanted = process.env[SECTIONS_VARIABLE]?.split(',') ?? Object.keys(SECTIONS);
  const figures: Figures = {};
  for (const name of wanted) {
    const section = SECTIONS[name];
    if (section === undefined) throw new Error(`bench stage has no section "${name}": there are ${Object.keys(SECTIONS).join(', ')}`);
    Object.assign(figures, await section());
  }
  return { name: 'stage', rows: Object.entries(figures).map(([figure, value]) => ({ figure, value })), figures };
}

async function causal(): Promise<Figures> {
  const figures: Figures = {};
  for (const { name, samples } of await music()) {
    const run = await withWav(samples, (wav) => runLive(wav, PIECE_SECONDS));
    const reference = causalBeats(run.samples, run.sampleRate);
    const { share, compared } = agreement(run.announced, reference);
    const told = agreement(run.beats, reference);
    const file = agreement(run.announced, causalBeats(samples, RATE));
    Object.assign(figures, { [`${name} beats within 5 ms %`]: round(share * 100), [`${name} beats compared`]: compared, [`${name} as pages were told %`]: round(told.share * 100), [`${name} against the file %`]: round(file.share * 100), [`${name} sound lost s`]: round(run.lost) });
  }
  return figures;
}

/** Mono at RATE. Without the annotated set: drums. */
async function music(): Promise<{ readonly name: string; readonly samples: Float32Array }[]> {
  if (!hasBeatSet()) return [{ name: 'drums', samples: drumSamples({ seconds: PIECE_SECONDS + 6, bpm: 124, rate: RATE, offset: 0.4 }) }];
  const set = await openBeatSet();
  const found = set.items.filter(({ id }) => PIECES.includes(id));
  return Promise.all(found.map(async (item) => {
    const source = await openAudio(set.pathOf(item));
    const blocks: Float32Array[] = [];
    for await (const block of source.monoBlocks(4096)) blocks.push(block.slice());
    const samples = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of blocks) {
      samples.set(block, at);
      at += block.length;
    }
    return { name: item.id, samples };
  }));
}

async function light(): Promise<Figures> {
  const seconds = 40;
  const bpm = 120;
  const samples = drumSamples({ seconds: seconds + 10, bpm, rate: RATE, offset: 0.5 });
  const run = await withWav(samples, (wav) => runLive(wav, seconds));
  const heardAfter = median(onsetsOf(samples, RATE).map((onset) => (onset - 0.5) % (60 / bpm))) * 1000;
  const beats = onsetInstants(run, run.stamped).map((onset) => onset - heardAfter);
  const gaps = beats.slice(1).map((beat, i) => beat - (beats[i] as number));
  const errors = lightErrors(run.frames, beats, 60_000 / bpm, (beats[0] ?? 0) + 10_000);
  process.stderr.write(`${diagnosis(run, run.stamped, beats, errors, run.frames)}\n`);
  return {
    'live light frames compared': errors.length,
    'live light error median ms': round(median(errors)),
    'live light |error| p95 ms': round(quantile(errors.map(Math.abs), 0.95)),
    'live light jitter ms (σ)': round(deviation(errors)),
    'live sound beat gaps off by more than 5 ms': gaps.filter((gap) => Math.abs(gap - 60_000 / bpm) > 5).length,
  };
}

async function sync(): Promise<Figures> {
  const frames = 10_000;
  const sections = [...DEMO_FORM, ...DEMO_FORM, ...DEMO_FORM, ...DEMO_FORM];
  // Small pictures, so that ten thousand frames take three minutes in software too.
  const picture = (tick: number) => ({ size: 16, pixels: new Uint8Array(16 * 16 * 4).fill(tick % 251) });
  return withStage({ timeline: syntheticTimeline({ sections }), picture }, ['--disable-frame-rate-limit', '--disable-gpu-vsync'], async (_show, _browser, page) => {
    await page.addInitScript(noteAudioClock);
    await page.reload();
    await play(page);
    await page.setViewportSize({ width: 64, height: 36 });
    const history: DisplayFrame[] = [];
    const audio: [number, number][] = [];
    const until = performance.now() + CAP;
    while (history.length < frames && performance.now() < until) {
      await sleep(2_000);
      const more = await page.evaluate(() => ({ history: globalThis.latentbeatProbe.history.splice(0), raw: globalThis.latentbeatAudio.raw.splice(0) }));
      history.push(...more.history);
      audio.push(...more.raw);
    }
    const byInstant = new Map(audio);
    const errors = history.flatMap(({ instant, time }) => (byInstant.has(instant) ? [(time - (byInstant.get(instant) as number)) * 1000] : [])).slice(60);
    const lead = 16;
    const intervals = history.slice(1).map(({ instant }, i) => instant - (history[i] as DisplayFrame).instant);
    return {
      'sync frames compared': errors.length,
      'sync |drawn time − audio clock| p95 ms, as drawn (one frame ahead)': round(quantile(errors.map(Math.abs), 0.95)),
      'sync |drawn time − audio clock| p95 ms, less the frame ahead': round(quantile(errors.map((error) => Math.abs(error - lead)), 0.95)),
      'sync median ms, less the frame ahead': round(median(errors) - lead),
      'sync beat to light p95 ms, as the stage reports': round(await page.evaluate(() => globalThis.latentbeatProbe.beatToLight ?? Number.NaN)),
      'sync display frames a second': round(1000 / (intervals.reduce((sum, value) => sum + value, 0) / intervals.length)),
    };
  });
}

/** In the page: where the first piece of sound began, and the raw audio clock (show seconds) at each display frame. */
function noteAudioClock(): void {
  const state: typeof globalThis.latentbeatAudio = { context: null, start: Number.NaN, raw: [] };
  globalThis.latentbeatAudio = state;
  // oxlint-disable-next-line typescript/unbound-method -- called with its node below
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function note(this: AudioBufferSourceNode, when = 0, offset = 0) {
    if (Number.isNaN(state.start)) state.start = when;
    state.context = this.context as AudioContext;
    return start.call(this, when, offset);
  };
  const tick = (instant: number): void => {
    const stamp = state.context?.getOutputTimestamp();
    if (stamp?.contextTime !== undefined && stamp.performanceTime !== undefined && !Number.isNaN(state.start)) state.raw.push([instant, stamp.contextTime + (instant - stamp.performanceTime) / 1000 - state.start]);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

async function outputs(): Promise<Figures> {
  return withStage({}, [], async (show, _browser, first) => {
    const others = await Promise.all([0, 1].map(() => launchTestBrowser()));
    try {
      await play(first);
      const pages = [first, ...(await Promise.all(others.map(async (other) => {
        const page = await other.newPage({ viewport: SIZE });
        await page.goto(show.server.url);
        await page.waitForFunction(() => globalThis.latentbeatProbe.showTime > 1 && document.querySelector('.start-card:not(.leaving)') === null, undefined, { timeout: 60_000 });
        return page;
      })))];
      await sleep(8_000);
      for (const page of pages) await page.evaluate(() => void globalThis.latentbeatProbe.history.splice(0));
      await sleep(20_000);
      const told = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.latentbeatProbe.history.map((frame) => ({ ...frame, instant: performance.timeOrigin + frame.instant })))));
      const apart = told.slice(1).flatMap((frames) => distances(told[0] as DisplayFrame[], frames));
      return {
        'outputs pages': pages.length,
        'outputs instants compared': apart.length,
        'outputs apart p95 ms': round(quantile(apart.map(Math.abs), 0.95)),
        'outputs apart median ms': round(median(apart)),
      };
    } finally {
      for (const other of others) await other.close();
    }
  });
}

/**
 * Show time of `b` less that of `a` at the instants of `b` (ms). Each page's show time runs on between its frames at the pace of
 * the clock, so the nearest frame of `a` says where it was: how often a page draws does not count. Beyond a second it is no word.
 */
function distances(a: readonly DisplayFrame[], b: readonly DisplayFrame[]): number[] {
  const instants = a.map(({ instant }) => instant);
  return b.flatMap(({ instant, time }) => {
    const index = lastIndexAtOrBefore(instants, instant);
    const near = [a[index], a[index + 1]].filter((frame) => frame !== undefined && Math.abs(frame.instant - instant) < 1_000) as DisplayFrame[];
    const [nearest] = near.toSorted((one, other) => Math.abs(one.instant - instant) - Math.abs(other.instant - instant));
    return nearest === undefined ? [] : [(time - nearest.time) * 1000 - (instant - nearest.instant)];
  });
}

async function calm(): Promise<Figures> {
  const losses = 100;
  return withStage({ lookChain: ['bloom', 'grade'] }, FLAT_HEAP, async (show, _browser, page) => {
    await page.goto(`${show.server.url}/?quality=fixed`);
    await play(page);
    show.setValue('/stage/freeze', true);
    // Light, hue and contrast follow the music of a frozen picture too: the transport stands as well.
    show.setValue('/transport/play', false);
    show.transport.pause(performance.now());
    show.tell();
    await sleep(3_000);
    const before = await look(page);
    await page.evaluate(loseContext);
    await sleep(1_000);
    const start = await health(page);
    let worst = 0;
    let done = 0;
    for (const until = performance.now() + CAP; done < losses && performance.now() < until; done++) {
      await page.evaluate(loseContext);
      if (done % 10 !== 9) continue;
      await sleep(300);
      worst = Math.max(worst, differenceOf(before, await look(page)));
    }
    const end = await health(page);
    show.setValue('/stage/freeze', false);
    show.transport.play(performance.now());
    show.tell();
    const back = await restart(show, page);
    return {
      'calm contexts lost': done,
      'calm picture differs by (mean of 255)': round(worst),
      'calm textures before, after': `${start.textures}, ${end.textures}`,
      'calm programs before, after': `${start.programs}, ${end.programs}`,
      'calm heap MB before, after': `${round(start.heap)}, ${round(end.heap)}`,
      'calm state back after a restart, worst s': round(back),
    };
  });
}

/** Stops the server and starts it again three times; the longest time (s) until the page shows fresh pictures. */
async function restart(show: StageShow, page: Page): Promise<number> {
  let worst = 0;
  for (const down of [300, 2_500, 6_000]) {
    const { port } = show.server;
    await show.stopServer();
    await page.waitForFunction(() => !globalThis.latentbeatProbe.connected);
    await sleep(down);
    await show.listen(port);
    const from = performance.now();
    await page.waitForFunction(() => globalThis.latentbeatProbe.connected && !globalThis.latentbeatProbe.starved, undefined, { timeout: 60_000 });
    worst = Math.max(worst, (performance.now() - from) / 1000);
  }
  return worst;
}

async function health(page: Page): Promise<{ readonly textures: number; readonly programs: number; readonly heap: number }> {
  return page.evaluate(() => {
    const { textures, programs } = globalThis.latentbeatProbe.gpuObjects();
    (globalThis as unknown as { gc?: () => void }).gc?.();
    const { memory } = performance as unknown as { memory: { usedJSHeapSize: number } };
    return { textures, programs, heap: memory.usedJSHeapSize / 2 ** 20 };
  });
}

async function withStage<T>(options: Parameters<typeof StageShow.start>[0], flags: readonly string[], use: (show: StageShow, browser: Browser, page: Page) => Promise<T>): Promise<T> {
  const show = await StageShow.start({ lookChain: [], ...options });
  const browser = await launchTestBrowser(flags);
  try {
    const page = await browser.newPage({ viewport: SIZE });
    await page.goto(show.server.url);
    return await use(show, browser, page);
  } finally {
    await browser.close();
    await show.close();
  }
}

async function play(page: Page): Promise<void> {
  await page.click('.card-play:enabled', { timeout: 60_000 });
  await page.waitForFunction(() => (globalThis.latentbeatProbe.audioTime ?? 0) > 0.5 && !globalThis.latentbeatProbe.starved, undefined, { timeout: 60_000 });
}

async function withWav<T>(samples: Float32Array, use: (wav: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-bench-'));
  try {
    const wav = join(folder, 'sound.wav');
    await writeWav(wav, samples, RATE, 1);
    return await use(wav);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function look(page: Page): Promise<Buffer> {
  return sharp(await page.screenshot()).removeAlpha().raw().toBuffer();
}

const differenceOf = (a: Buffer, b: Buffer): number => a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length;

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

const round = (value: number): number => Math.round(value * 100) / 100;
