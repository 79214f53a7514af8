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
import type { DisplayFrame, Probe } from '../../src/stage/probe.ts';
import { TestPage } from '../server/fixtures.ts';
import { launchTestBrowser } from './browser.ts';

type Live = Extract<ServerMessage, { type: 'live' }>;

export interface LiveRun {
  /** What pages were told, in order. */
  readonly news: readonly Live[];
  /** Beats (show time) in the order in which they were told. */
  readonly beats: readonly number[];
  /** Page instants (ms) at which the sound crossed the threshold after a pause. */
  readonly onsets: readonly number[];
  readonly frames: readonly DisplayFrame[];
  readonly notices: readonly string[];
}

interface Heard {
  readonly onsets: { readonly stamp: number }[];
  least: number;
}

/** Above this after REST of quiet the sound begins (the same rule for file and page). */
const THRESHOLD = 0.3;
const REST_SECONDS = 0.3;

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
    await page.addInitScript(hearAside, { threshold: THRESHOLD, rest: REST_SECONDS });
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
  return withLiveShow(wav, async ({ page, listener }) => {
    const limit = performance.now() + seconds * 1000 + 30_000;
    while ((listener.find('live')?.time ?? 0) < seconds && performance.now() < limit) await sleep(100);
    const { onsets, frames } = await page.evaluate(() => {
      const { latentbeatHeard: heard, latentbeatProbe: probe } = globalThis as unknown as { latentbeatHeard: Heard; latentbeatProbe: Probe };
      return { onsets: heard.onsets.map(({ stamp }) => stamp + heard.least), frames: [...probe.history] };
    });
    const news = listener.messages.filter((message): message is Live => message.type === 'live');
    const notices = listener.messages.flatMap((message) => (message.type === 'notice' ? [message.text] : []));
    return { news, beats: toldBeats(news), onsets, frames, notices };
  });
}

/** In the page: notes capture time stamps of onsets, and the least delay between stamp and arrival. */
function hearAside({ threshold, rest }: { readonly threshold: number; readonly rest: number }): void {
  const heard: Heard = { onsets: [], least: Infinity };
  Object.assign(globalThis, { latentbeatHeard: heard });
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as { MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<AudioData> } };
    const reader = new Processor({ track: (stream.getAudioTracks()[0] as MediaStreamTrack).clone() }).readable.getReader();
    let quietFrom = -Infinity;
    const read = async (): Promise<void> => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done || value === undefined) return;
        const stamp = value.timestamp / 1000;
        heard.least = Math.min(heard.least, performance.now() - stamp);
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        for (let i = 0; i < samples.length; i++) {
          if (Math.abs(samples[i] as number) < threshold) continue;
          const at = stamp + (i / value.sampleRate) * 1000;
          if (at - quietFrom > rest * 1000) heard.onsets.push({ stamp: at });
          if (at - quietFrom > rest * 1000) quietFrom = at;
        }
        value.close();
      }
    };
    void read();
    return stream;
  };
}

/** Where the same rule finds onsets in samples (s). */
export function onsetsOf(samples: Float32Array, rate: number): number[] {
  const found: number[] = [];
  samples.forEach((sample, i) => {
    if (Math.abs(sample) >= THRESHOLD && i / rate - (found.at(-1) ?? -Infinity) > REST_SECONDS) found.push(i / rate);
  });
  return found;
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
  return Array.from(tracker.timeline.grid.beats.subarray(0, tracker.announced.length));
}

/** Share of `beats` that lie within `tolerance` (s) of one of `reference`, after the best constant shift; only where both have begun. */
export function agreement(beats: readonly number[], reference: readonly number[], tolerance = 0.005): { readonly share: number; readonly shift: number; readonly compared: number } {
  let best = { share: 0, shift: 0, compared: 0 };
  const shifts = beats.slice(-12, -4).flatMap((beat) => reference.map((other) => other - beat));
  for (const shift of shifts) {
    const moved = beats.map((beat) => beat + shift).filter((beat) => beat >= (reference[0] ?? 0) - tolerance && beat <= (reference.at(-1) ?? 0) + tolerance);
    if (moved.length < Math.min(beats.length, reference.length) / 2) continue;
    const near = moved.filter((beat) => reference.some((other) => Math.abs(other - beat) <= tolerance)).length;
    if (near / moved.length > best.share) best = { share: near / moved.length, shift, compared: moved.length };
  }
  return best;
}

/** A display frame drawn at an instant is lit one frame later (ms). */
const TO_LIGHT = 1000 / 60;

/**
 * Errors (ms, light after sound positive) of the beat phase on screen against the true beats, at each display frame from `from`
 * (instant) on. Where the input itself lost sound (a gap that is no period, ms) there is no truth to compare with.
 */
export function lightErrors(frames: readonly DisplayFrame[], beats: readonly number[], period: number, from: number): number[] {
  const errors: number[] = [];
  let next = 1;
  for (const { instant, beatPhase } of frames) {
    const lit = instant + TO_LIGHT;
    while (next < beats.length - 1 && (beats[next] as number) <= lit) next++;
    const [before, after] = [beats[next - 1] as number, beats[next] as number];
    if (instant < from || lit < before || lit > after || Math.abs(after - before - period) > 0.02 * period) continue;
    const wrong = (lit - before) / (after - before) - beatPhase;
    errors.push((wrong - Math.round(wrong)) * (after - before));
  }
  return errors;
}
