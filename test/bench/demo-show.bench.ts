/**
 * The demo track for a minute in a real Chromium with software GL at 320x180 and one look, the product running as a person
 * starts it: late frames, different pictures a second, sound against picture, drawing cost, and whether the pictures that
 * came travel as far as the same walk drawn afresh and undisturbed.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';

import { keyframeTicks } from '../../src/ahead/keyframes.ts';
import { quantile } from '../../src/base/math.ts';
import { tickOfSeconds } from '../../src/base/units.ts';
import { measurePictureDifference } from '../../src/diffusion/difference.ts';
import type { Picture } from '../../src/diffusion/types.ts';
import { decodeFrame } from '../../src/protocol/frame.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import type { StateReport } from '../../src/server/web/host.ts';
import { openShow } from '../../src/show.ts';
import type { Probe } from '../../src/stage/probe.ts';
import { launchTestBrowser } from '../helpers/browser.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const SECONDS = 60;
/** Part of the show whose travel is compared (s): build-up and drop. */
const [FROM, TO] = [22, 38];
const PRESET = {
  name: 'Bench', prompts: ['violet nebula in deep space', 'midnight blue spiral galaxy', 'sunset coloured cosmic clouds'],
  look: { chain: ['grain'], values: {} },
};

type ProbeWindow = { readonly latentbeatProbe: Probe };
type Pixels = Picture;

/** Keeps the newest generation of each frame in the compared part. */
function collectFrames(url: string): { readonly frames: Map<number, Pixels & { readonly generation: number }>; close(): void } {
  const frames = new Map<number, Pixels & { readonly generation: number }>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', v: PROTOCOL_VERSION, role: 'panel', canPlaySound: false })));
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (!binary) return;
    const { header, payload } = decodeFrame(data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer);
    if (header.due < FROM || header.due > TO || (frames.get(header.tick)?.generation ?? -1) > header.generation) return;
    frames.set(header.tick, { height: header.height, width: header.width, pixels: payload, cost: header.cost, generation: header.generation });
  });
  return { frames, close: () => socket.terminate() };
}

function travelOf(pictures: readonly Pixels[]): number {
  return pictures.slice(1).reduce((sum, picture, i) => sum + measurePictureDifference(pictures[i] as Pixels, picture), 0);
}

/** The same part of the walk drawn in peace, on the keyframes that came. */
async function plannedTravel(presetPath: string, ticks: readonly number[]): Promise<number> {
  const show = await openShow({ track: 'demo', preset: presetPath });
  try {
    const perBeat = Math.round(ticks.length / ((TO - FROM) * (124 / 60)));
    const keyframes = keyframeTicks(show.timeline.grid, tickOfSeconds(FROM), tickOfSeconds(TO), Math.max(1, perBeat));
    await show.walk.prepare(keyframes[0] ?? 0, keyframes.at(-1) ?? 0);
    const pictures: Pixels[] = [];
    for (const tick of keyframes) pictures.push(await show.pipeline.draw(show.walk.pointAt(tick)));
    return travelOf(pictures);
  } finally {
    await show.close();
  }
}

const stateOf = async (url: string): Promise<StateReport> => (await (await fetch(`${url}/api/state`)).json()) as StateReport;

async function playMinute(url: string, page: Page): Promise<{ readonly prebuffer: number; readonly load: number }> {
  await page.waitForSelector('.card-play:not([disabled])', { timeout: 120_000 });
  const clicked = performance.now();
  await page.click('.card-play');
  while ((await stateOf(url)).showTimeSeconds === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const prebuffer = (performance.now() - clicked) / 1000;
  const loads: number[] = [];
  for (let state = await stateOf(url); state.showTimeSeconds < SECONDS; state = await stateOf(url)) {
    loads.push(loadavg()[0] ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return { prebuffer, load: quantile(loads, 0.5) };
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string> }> {
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-bench-'));
  const presetPath = join(folder, 'bench.json');
  writeFileSync(presetPath, JSON.stringify(PRESET));
  const child = spawn(process.execPath, [MAIN, 'play', '--no-open', '--preset', presetPath, '--port', '4170', '--osc-port', '9170'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const browser = await launchTestBrowser();
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        const found = /Stage\s+(http:\/\/\S+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.on('exit', () => reject(new Error(`play ended: ${text}`)));
    });
    const page = await browser.newPage({ viewport: { width: 320, height: 180 } });
    await page.goto(url);
    await page.waitForSelector('.card-play:not([disabled])', { timeout: 120_000 });
    const collector = collectFrames(url);
    const { prebuffer, load } = await playMinute(url, page);
    const probe = await page.evaluate(() => {
      const { drawTimes, intervals, dueMinusAudio, distinctHashes, renderer, displayFrames } = (globalThis as unknown as ProbeWindow).latentbeatProbe;
      return { drawTimes: [...drawTimes], intervals: [...intervals], dueMinusAudio: [...dueMinusAudio], distinctHashes, renderer, displayFrames };
    });
    const state = await stateOf(url);
    collector.close();
    child.kill('SIGTERM');
    await once(child, 'exit');
    await browser.close();
    const ticks = [...collector.frames.keys()].sort((a, b) => a - b);
    const travelled = travelOf(ticks.map((tick) => collector.frames.get(tick) as Pixels));
    const planned = await plannedTravel(presetPath, ticks);
    const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
    const figures = {
      lateFrames: state.lateFrames,
      prebufferSeconds: round(prebuffer),
      distinctFramesPerSecond: round(probe.distinctHashes / SECONDS),
      travelOverPlanned: planned === 0 ? 0 : round(travelled / planned, 3),
      dueMinusAudioMaxMs: round(1000 * Math.max(0, ...probe.dueMinusAudio.map(Math.abs)), 1),
      dueMinusAudioP95Ms: round(1000 * quantile(probe.dueMinusAudio.map(Math.abs), 0.95), 1),
      drawTimeP95Ms: round(quantile(probe.drawTimes, 0.95), 1),
      displayFramesPerSecond: round(1000 / quantile(probe.intervals, 0.5), 1),
      renderer: probe.renderer,
      load: round(load, 1),
    };
    return { name: 'A minute of the demo on stage', rows: Object.entries(figures).map(([figure, value]) => ({ figure, value, limit: LIMITS[figure] ?? '' })), figures };
  } finally {
    child.kill('SIGKILL');
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const LIMITS: Readonly<Record<string, string>> = {
  lateFrames: '0', prebufferSeconds: '<= 3', distinctFramesPerSecond: '>= 6', travelOverPlanned: '0.95 to 1.05', dueMinusAudioMaxMs: '<= 120', drawTimeP95Ms: '<= 16.7',
};
