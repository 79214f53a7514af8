/** From one track of the night to the next: no gap, no click, and together as loud as one; also where their rates differ. */

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { wavHeader } from '../../src/audio/wav.ts';
import { launchTestBrowser } from '../helpers/browser.ts';
import { runModule } from '../helpers/module-page.ts';
import type { Crossing } from '../helpers/sound-page.ts';

declare global {
  // eslint-disable-next-line no-var
  var crossTracks: (first: string, second: string, askedAt: number) => Promise<Crossing>;
}

const SECONDS = 6;
const ASKED_AT = 2;
const AMPLITUDE = 0.5;
/** Two tones whose squares add up over a window of common periods. */
const WINDOW = 1 / 55;
const LEVEL = AMPLITUDE / Math.SQRT2;

let browser: Browser;
let page: Page;
let server: Server;

/** A mono file of a cosine: it begins at its full height, so that a start without a fade is a click. */
function tone(frequency: number, rate: number): Buffer {
  const samples = Float32Array.from({ length: SECONDS * rate }, (_, i) => AMPLITUDE * Math.cos((2 * Math.PI * frequency * i) / rate));
  return Buffer.concat([wavHeader(rate, 1, samples.byteLength), Buffer.from(samples.buffer)]);
}

const FILES: Readonly<Record<string, Buffer>> = { '/first.wav': tone(440, 44_100), '/second.wav': tone(660, 44_100), '/other.wav': tone(660, 48_000) };

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    const file = FILES[url];
    if (file === undefined) return void response.end('<!doctype html><title>sound</title>');
    const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
    const last = Math.min(file.length - 1, to === '' ? Infinity : Number(to));
    response.writeHead(206, { 'content-range': `bytes ${from}-${last}/${file.length}` }).end(file.subarray(Number(from), last + 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launchTestBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await runModule(page, 'sound-page.ts', 'crossTracks');
});
afterAll(async () => {
  await browser.close();
  server.close();
});

interface Track {
  readonly rate: number;
  readonly samples: readonly number[];
}

/** Mean power of a track over a window that begins at a time (s). */
function powerAt({ rate, samples }: Track, time: number): number {
  const [from, to] = [Math.round(time * rate), Math.round((time + WINDOW) * rate)];
  return samples.slice(from, to).reduce((sum, sample) => sum + sample * sample, 0) / (to - from);
}

/** The largest bend between three samples, in those of the steady tone at its full height. */
function sharpestBend({ rate, samples }: Track, frequency: number, from: number, to: number): number {
  const steady = AMPLITUDE * ((2 * Math.PI * frequency) / rate) ** 2;
  let sharpest = 0;
  for (let i = Math.max(1, Math.round(from * rate)); i < Math.min(samples.length - 1, Math.round(to * rate)); i++) {
    sharpest = Math.max(sharpest, Math.abs((samples[i + 1] as number) - 2 * (samples[i] as number) + (samples[i - 1] as number)));
  }
  return sharpest / steady;
}

const decibels = (power: number): number => 10 * Math.log10(power / LEVEL ** 2);

it('is as loud as one track throughout, without a gap or a click', async () => {
  const { tracks } = await page.evaluate((at) => crossTracks('/first.wav', '/second.wav', at), ASKED_AT);
  expect(tracks.length).toBe(1);
  const [both] = tracks as [Track];
  for (let time = ASKED_AT - 0.2; time < ASKED_AT + 0.6; time += 0.004) expect(Math.abs(decibels(powerAt(both, time)))).toBeLessThan(0.5);
  expect(sharpestBend(both, 660, ASKED_AT - 0.2, ASKED_AT + 0.6)).toBeLessThan(1.5);
  expect(powerAt({ ...both, samples: both.samples.map((sample, i) => sample - AMPLITUDE * Math.cos((2 * Math.PI * 440 * (i - 0.08 * both.rate)) / both.rate)) }, 1)).toBeLessThan(1e-6);
});

it('crosses to a track of another sample rate the same way: the first sounds on until it has faded', async () => {
  const { tracks, closedEarly } = await page.evaluate((at) => crossTracks('/first.wav', '/other.wav', at), ASKED_AT);
  expect([tracks.map(({ rate }) => rate), closedEarly]).toEqual([[44_100, 48_000], 0]);
  const [before, after] = tracks as [Track, Track];
  // The second context begins where the first one was asked to cross.
  for (let time = 0; time < 0.6; time += 0.004) expect(Math.abs(decibels(powerAt(before, ASKED_AT + time) + powerAt(after, time)))).toBeLessThan(0.5);
  expect(sharpestBend(before, 440, ASKED_AT - 0.2, ASKED_AT + 0.6)).toBeLessThan(1.2);
  expect(sharpestBend(after, 660, 0, 0.6)).toBeLessThan(1.2);
});
