/** How fast a four-minute track is analysed on one core (goal: 30 times real time or more), and by which part. */

import { performance } from 'node:perf_hooks';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { synthesiseDemo } from '../../src/audio/demo.ts';
import { median } from '../../src/base/math.ts';
import { sourceOf, toMono } from '../analysis/tracks.ts';

const SECONDS = 240;
const ROUNDS = 3;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  const { samples, sampleRate, channels } = synthesiseDemo();
  const mono = repeat(toMono(samples, channels), SECONDS * sampleRate);
  const source = sourceOf(mono, sampleRate);
  const rows: Record<string, number | string>[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const measurements = await measureTrack(source, () => {});
    const measured = performance.now();
    const timeline = buildTimeline(measurements);
    const built = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    rows.push({ round, 'measure ms': measured - start, 'build ms': built - measured, 'times real time': SECONDS / ((built - start) / 1000), 'times real time by CPU': SECONDS / ((user + system) / 1e6), beats: timeline.grid.beats.length });
  }
  const liveCost = costOfLive(mono.subarray(0, 60 * sampleRate), sampleRate);
  const of = (column: string): number => median(rows.map((row) => row[column] as number));
  return { name: 'analysis', rows, figures: { timesRealTime: of('times real time'), timesRealTimeByCpu: of('times real time by CPU'), liveTimesRealTime: liveCost, meetsGoal: of('times real time by CPU') >= 30 } };
}

function costOfLive(mono: Float32Array, sampleRate: number): number {
  const live = new LiveAnalyzer(sampleRate);
  const start = performance.now();
  for (let at = 0; at < mono.length; at += 512) live.push(mono.subarray(at, at + 512));
  return mono.length / sampleRate / ((performance.now() - start) / 1000);
}

function repeat(samples: Float32Array, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => samples[i % samples.length] as number);
}
