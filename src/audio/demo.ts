/**
 * The track that plays when nobody gives one: composed and synthesised here, the same samples on every machine.
 * About 75 s at 124 BPM: intro, verse (lands at bar 5), build, drop, breakdown, drop, outro. With options it becomes as
 * many tracks of known truth as a test wants.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../base/entry.ts';
import type { Hertz } from '../base/units.ts';
import { cacheSubfolder, writeWhole } from './cache.ts';
import { playDrums, playRisers } from './demo-drums.ts';
import { type DemoOptions, layOutDemo } from './demo-form.ts';
import { makeDrumKit } from './demo-instruments.ts';
import { addBus, type Bus, duck, echo, makeBus, master, reverberate, sweepLowPass } from './demo-mix.ts';
import { padCutoff, playArp, playBass, playLead, playPads } from './demo-notes.ts';
import { openAudio, type OpenAudioOptions } from './open.ts';
import type { AudioSource } from './types.ts';

export { demoTruth, type DemoOptions, type DemoTruth } from './demo-form.ts';

/** Counts changes of the composition: part of the cached name. */
const DEMO_VERSION = 3;

export interface DemoSound {
  /** Interleaved stereo, −1..1, on 16-bit steps. */
  readonly samples: Float32Array;
  readonly sampleRate: Hertz;
  readonly channels: 2;
}

/** The demo as an AudioSource; synthesised in a worker the first time, later read from the cache. */
export async function openDemo(options: OpenAudioOptions = {}): Promise<AudioSource> {
  const path = join(cacheSubfolder('demo'), `latentbeat-demo-${DEMO_VERSION}.wav`);
  if (!existsSync(path)) {
    options.onProgress?.(0, 'composing the demo track');
    await writeWhole(path, synthesiseInWorker);
  }
  return openAudio(path, options);
}

/** Synthesises a track in this thread (a few seconds). `demoTruth` of the same options says what is in it. */
export function synthesiseDemo(options: DemoOptions = {}, sampleRate: Hertz = 44_100): DemoSound {
  const form = layOutDemo(options);
  const length = Math.ceil(form.duration * sampleRate);
  const beatSeconds = 60 / form.bpm;
  const drums = makeBus(length);
  const kicks = playDrums(drums, form, makeDrumKit(form.seed, sampleRate), sampleRate);
  const pads = makeBus(length);
  playPads(pads, form, sampleRate);
  sweepLowPass(pads, padCutoff(form), sampleRate);
  const tunes = makeBus(length);
  playArp(tunes, form, sampleRate);
  playLead(tunes, form, sampleRate);
  echo(tunes, beatSeconds * 0.75, 0.42, 0.34, sampleRate);
  const bass = makeBus(length);
  playBass(bass, form, sampleRate);
  playRisers(pads, form, sampleRate);
  duck(pads, kicks, 0.72, beatSeconds * 0.9, sampleRate);
  duck(tunes, kicks, 0.4, beatSeconds * 0.7, sampleRate);
  duck(bass, kicks, 0.6, beatSeconds * 0.45, sampleRate);
  return { samples: mixDown({ drums, pads, tunes, bass }, length, sampleRate), sampleRate, channels: 2 };
}

/** Sums the buses with a common room; `pads` is used up. */
function mixDown(buses: { readonly drums: Bus; readonly pads: Bus; readonly tunes: Bus; readonly bass: Bus }, length: number, rate: Hertz): Float32Array {
  const mix = makeBus(length);
  addBus(mix, buses.pads, 0.8);
  addBus(mix, buses.tunes, 1);
  const wet = reverberate(mix, 2.2, rate);
  addBus(mix, wet, 0.24);
  addBus(mix, buses.drums, 0.6);
  addBus(mix, buses.bass, 0.46);
  return master(mix, 1);
}

async function synthesiseInWorker(path: string): Promise<void> {
  const worker = new Worker(compiledEntry(import.meta.url, './demo-worker.js'), { workerData: path });
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the demo's synthesis stopped with code ${code}`))));
  });
}
