/**
 * The whole live chain: a WAV file through Chromium's fake microphone, the worklet, the socket, the real session with its
 * tracker, and back to a stage page. Beside it, in the same page, the track's own capture time stamps tell when each sample was in
 * the air, by another road than the product's (MediaStreamTrackProcessor, no audio graph).
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { startPlaying, type Playing } from '../../src/play.ts';
import type { ServerMessage } from '../../src/protocol/messages.ts';
import { LiveDesk } from '../../src/server/desks/live-desk.ts';
import type { DisplayFrame, Probe } from '../../src/stage/probe.ts';
import { TestPage } from '../server/fixtures.ts';
import { launchTestBrowser } from './browser.ts';
import { createOnsetFinder, type HeardSound } from './live-truth.ts';

type Live = Extract<ServerMessage, { type: 'live' }>;

export interface LiveRun extends HeardSound {
  /** What pages were told, in order. */
  readonly news: readonly Live[];
  /** Beats (show time) that the show's tracker announced. */
  readonly announced: readonly number[];
  /** Beats (show time) as pages were told them, the last word on each before its time was over. */
  readonly beats: readonly number[];
  /** Page instants (ms) of the onsets that capture time stamps caught: right ones, but not all on a busy machine. */
  readonly stamped: readonly number[];
  readonly frames: readonly DisplayFrame[];
  readonly notices: readonly string[];
}

interface Heard {
  readonly onsets: { readonly stamp: number }[];
  least: number;
}

/** Opens a live show and one stage page that listens to `wav`; hands both over, then closes them. */
export async function withLiveShow<T>(wav: string, use: (stage: { readonly playing: Playing; readonly browser: Browser; readonly page: Page; readonly listener: TestPage }) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-live-'));
  const cacheBefore = process.env['LATENTBEAT_CACHE'];
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
  const browser = await launchTestBrowser(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${wav}%noloop`]);
  const playing = await startPlaying({ live: true, model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false });
  try {
    await playing.opened;
    const listener = await TestPage.join(playing.url);
    const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
    await page.addInitScript({ content: `(${hearAside.toString()})(${createOnsetFinder.toString()});` });
    await page.goto(`${playing.url}/`);
    await page.click('.card-listen:enabled', { timeout: 90_000 });
    return await use({ playing, browser, page, listener });
  } finally {
    await browser.close();
    await playing.close();
    if (cacheBefore === undefined) delete process.env['LATENTBEAT_CACHE'];
    else process.env['LATENTBEAT_CACHE'] = cacheBefore;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Listens to a WAV file for so many seconds of the show. */
export async function runLive(wav: string, seconds: number): Promise<LiveRun> {
  const { heard, stop } = noteSound();
  return withLiveShow(wav, async ({ page, listener }) => {
    const limit = performance.now() + seconds * 1000 + 30_000;
    while ((listener.find('live')?.time ?? 0) < seconds && performance.now() < limit) await sleep(100);
    const { stamped, frames } = await page.evaluate(() => {
      const { latentbeatHeard: aside, latentbeatProbe: probe } = globalThis as unknown as { latentbeatHeard: Heard; latentbeatProbe: Probe };
      return { stamped: aside.onsets.map(({ stamp }) => stamp + aside.least), frames: [...probe.history] };
    });
    const news = listener.messages.filter((message): message is Live => message.type === 'live');
    const notices = listener.messages.flatMap((message) => (message.type === 'notice' ? [message.text] : []));
    return { news, beats: toldBeats(news), stamped, frames, notices, ...heard() };
  }).finally(stop);
}

/** Beside the server: notes which sound live input gives to its tracker, and what that announced. */
function noteSound(): { readonly heard: () => HeardSound & { readonly announced: readonly number[] }; readonly stop: () => void } {
  const pieces: { readonly end: number; readonly samples: Float32Array }[] = [];
  const desks: LiveDesk[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- called with its desk below
  const { push } = LiveDesk.prototype;
  LiveDesk.prototype.push = function note(this: LiveDesk, hop, now) {
    if (desks.at(-1) !== this) desks.push(this);
    const before = this.heard;
    const news = push.call(this, hop, now);
    const end = Math.round(this.heard * this.sampleRate);
    const fresh = Math.min(hop.samples.length, end - Math.round(before * this.sampleRate));
    pieces.push({ end, samples: hop.samples.subarray(hop.samples.length - fresh) });
    return news;
  };
  const stop = (): void => {
    LiveDesk.prototype.push = push;
  };
  const heard = () => {
    const desk = desks.at(-1);
    if (desk === undefined) throw new Error('No sound reached the show.');
    const { show, sampleRate, lost } = desk;
    const samples = new Float32Array(pieces.at(-1)?.end ?? 0);
    for (const { end, samples: piece } of pieces) samples.set(piece, end - piece.length);
    return { samples, sampleRate, lost, announced: announcedBeats(show.tracker as LiveAnalyzer) };
  };
  return { heard, stop };
}

/** In the page: notes capture time stamps of onsets, and the least delay between stamp and arrival. */
function hearAside(finderOf: typeof createOnsetFinder): void {
  const heard: Heard = { onsets: [], least: Infinity };
  Object.assign(globalThis, { latentbeatHeard: heard });
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as { MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<AudioData> } };
    const reader = new Processor({ track: (stream.getAudioTracks()[0] as MediaStreamTrack).clone() }).readable.getReader();
    let begins: ((sample: number) => boolean) | null = null;
    const read = async (): Promise<void> => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done || value === undefined) return;
        const stamp = value.timestamp / 1000;
        heard.least = Math.min(heard.least, performance.now() - stamp);
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        begins ??= finderOf(value.sampleRate);
        for (let i = 0; i < samples.length; i++) if (begins(samples[i] as number)) heard.onsets.push({ stamp: stamp + (i / value.sampleRate) * 1000 });
        value.close();
      }
    };
    void read();
    return stream;
  };
}

/** Beats (show time) in the order in which pages were told. */
export function toldBeats(news: readonly Live[]): number[] {
  const beats: number[] = [];
  for (const { lastBeat, tempo, confidence } of news) {
    const last = beats.at(-1);
    // Before the tracker has found a beat, pages get a resting tempo.
    if (tempo <= 0 || confidence < 0.2) continue;
    if (last === undefined || lastBeat > last + 15 / tempo) beats.push(lastBeat);
    else beats[beats.length - 1] = lastBeat;
  }
  return beats;
}

/** What `analyze --causal` announces of the same samples. */
export function causalBeats(samples: Float32Array, rate: number): number[] {
  const tracker = new LiveAnalyzer(rate);
  for (let at = 0; at < samples.length; at += 512) tracker.push(samples.subarray(at, at + 512));
  return announcedBeats(tracker);
}

const announcedBeats = ({ timeline, announced }: Pick<LiveAnalyzer, 'timeline' | 'announced'>): number[] => Array.from(timeline.grid.beats.subarray(0, announced.length));
