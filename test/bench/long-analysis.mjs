/**
 * A long mix analysed in a process of its own, so that its memory is the analysis' alone: `node long-analysis.mjs WAV HOURS`, WAV a
 * float32 stereo file of ours that is played over and over. Prints one line of JSON: peak resident memory (MB; before: after loading),
 * CPU and wall time (s) to the first half minute's timeline, times real time by CPU over all, beats found.
 */

import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { openBeatNetwork } = await built('analysis/beat-model.js');
const { buildTimeline } = await built('analysis/build-timeline.js');
const { measureTrack } = await built('analysis/measure.js');
const { openWavSource } = await built('audio/wav-source.js');
const { collectGarbage } = await built('analysis/memory.js');
const { encodeTimeline } = await built('timeline/binary.js');

const [wav, hours] = process.argv.slice(2);
const loop = await openWavSource(wav, '0'.repeat(64), wav);
const duration = 3600 * Number(hours);
const length = Math.round(duration * loop.sampleRate);

/** Frames from `start` on of the endless loop. */
async function read(start, count) {
  const frames = Math.max(0, Math.min(count, length - start));
  const at = start % loop.length;
  if (at + frames <= loop.length) return loop.read(at, frames);
  const head = await loop.read(at, loop.length - at);
  const out = new Float32Array(frames * loop.channels);
  out.set(head);
  out.set(await loop.read(0, frames - head.length / loop.channels), head.length);
  return out;
}

/** The most memory (MB) the process has held: what the kernel keeps where it does, else what it holds now. */
function peakMb() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.memoryUsage.rss() / 2 ** 20;
  }
}

const cpuSeconds = (since) => Object.values(process.cpuUsage(since)).reduce((sum, microseconds) => sum + microseconds / 1e6, 0);

const before = process.memoryUsage.rss() / 2 ** 20;
const [cpu, wall] = [process.cpuUsage(), performance.now()];
let largest = 0;
let first;
const onPart = (measure) => {
  buildTimeline(measure());
  first ??= { firstPartCpuSeconds: cpuSeconds(cpu), firstPartWallSeconds: (performance.now() - wall) / 1000 };
};
const network = await openBeatNetwork();
const timeline = buildTimeline(await measureTrack({ ...loop, length, duration, read }, { network, onPart, onProgress: () => (largest = Math.max(largest, peakMb())) }));
// As the worker of the product does.
collectGarbage();
const bytes = encodeTimeline(timeline);
process.stdout.write(`${JSON.stringify({ hours: Number(hours), memoryMb: Math.max(largest, peakMb()), memoryBeforeMb: before, ...first, timesRealTime: duration / cpuSeconds(cpu), timelineMb: bytes.length / 2 ** 20, beats: timeline.grid.beats.length })}\n`);
