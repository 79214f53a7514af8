/** A click track in each format: what analysis reads and what a browser plays is the same, at the right time. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWithFfmpeg, findFfmpeg } from '../../src/audio/foreign.ts';
import { decodeWithNodeAv, hasNodeAv } from '../../src/audio/node-av.ts';
import { openAudio } from '../../src/audio/open.ts';
import { openWavSource } from '../../src/audio/wav-source.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { findBrowser } from '../../src/video/browser.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { useScratchCache } from './cache-folder.ts';
import { channelOf, CLICK_RATE, CLICK_SECONDS, CLICK_TIMES, clickTrack, findClicks } from './click-signal.ts';

const folder = useScratchCache();
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/audio/${name}`, import.meta.url));
const FORMATS = ['clicks.mp3', 'clicks-vbr.mp3', 'clicks.flac', 'clicks.ogg', 'clicks.opus', 'clicks.m4a', 'clicks-alac.m4a', 'clicks.aac'];
const ONE_MILLISECOND = 0.001;
const nodeAv = await hasNodeAv();

/** The largest distance (s) of a found click from its true time. */
function worstOf(found: readonly number[]): number {
  return Math.max(...found.map((time, i) => Math.abs(time - (CLICK_TIMES[i] as number))));
}

beforeAll(async () => {
  const stereo = new Float32Array(CLICK_SECONDS * CLICK_RATE * 2);
  clickTrack().forEach((sample, i) => stereo.set([sample, sample / 2], 2 * i));
  await writeWav(join(folder, 'clicks.wav'), stereo, CLICK_RATE, 2);
});

describe('decoded clicks lie where they were put', () => {
  it.each([...FORMATS, 'clicks.wav'])('%s', async (name) => {
    const source = await openAudio(name === 'clicks.wav' ? join(folder, name) : fixture(name));
    expect(source.sampleRate).toBe(name === 'clicks.opus' ? 48_000 : CLICK_RATE);
    expect(source.channels).toBe(2);
    // Raw AAC cannot say how much of its last packet is padding.
    expect(source.duration - CLICK_SECONDS).toBeLessThan(name === 'clicks.aac' ? 0.025 : 1e-6);
    const samples = await source.read(0, source.length);
    const left = channelOf(samples, 2, 0);
    expect(worstOf(findClicks(left, source.sampleRate))).toBeLessThanOrEqual(ONE_MILLISECOND);
    const energy = (channel: number): number => channelOf(samples, 2, channel).reduce((sum, x) => sum + x * x, 0);
    expect(energy(0)).toBeGreaterThan(3 * energy(1));
  });

  it.skipIf(findFfmpeg() === undefined)('by an ffmpeg on the PATH', async () => {
    for (const name of ['clicks.webm', 'clicks.mp3', 'clicks.m4a']) {
      await decodeWithFfmpeg(findFfmpeg() as string, fixture(name), join(folder, 'ffmpeg.wav'));
      const source = await openWavSource(name, '', join(folder, 'ffmpeg.wav'));
      expect(worstOf(findClicks(channelOf(await source.read(0, source.length), 2, 0), source.sampleRate))).toBeLessThanOrEqual(ONE_MILLISECOND);
    }
  });

  it.skipIf(!nodeAv)('by node-av', async () => {
    for (const name of ['clicks.webm', 'clicks.mp3', 'clicks.m4a']) {
      await decodeWithNodeAv(fixture(name), join(folder, 'node-av.wav'));
      const source = await openWavSource(name, '', join(folder, 'node-av.wav'));
      expect(worstOf(findClicks(channelOf(await source.read(0, source.length), 2, 0), source.sampleRate))).toBeLessThanOrEqual(ONE_MILLISECOND);
    }
  });
});

describe.skipIf(findBrowser() === null)('a browser hears what analysis reads', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchTestBrowser();
  });
  afterAll(async () => browser?.close());

  it.each(FORMATS)('%s in an OfflineAudioContext', async (name) => {
    const source = await openAudio(fixture(name));
    const page = await browser.newPage();
    const base64 = readFileSync(source.wavPath).toString('base64');
    const heard = await page.evaluate(async ({ base64: text, rate, length }) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const context = new OfflineAudioContext(2, length, rate);
      const buffer = await context.decodeAudioData(bytes.buffer);
      const player = new AudioBufferSourceNode(context, { buffer });
      player.connect(context.destination);
      player.start(0);
      const rendered = await context.startRendering();
      return { rate: rendered.sampleRate, left: [...rendered.getChannelData(0)] };
    }, { base64, rate: source.sampleRate, length: source.length });
    await page.close();
    const read = findClicks(channelOf(await source.read(0, source.length), 2, 0), source.sampleRate);
    const played = findClicks(Float32Array.from(heard.left), heard.rate);
    read.forEach((time, i) => expect(Math.abs(time - (played[i] as number))).toBeLessThanOrEqual(ONE_MILLISECOND));
    expect(worstOf(played)).toBeLessThanOrEqual(ONE_MILLISECOND);
  });
});
