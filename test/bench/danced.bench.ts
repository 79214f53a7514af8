/**
 * Does it dance? The demo track, drawn by the embedded model at 30 frames a second: image change against the intended accent
 * curve, its peak around the beat, how much of it is faster than 8 Hz, and how much farther the loudest section travels than
 * the quietest. Intended accents: every beat's weight times how hard it is hit, as short bumps on the beat.
 * Goal: correlation ≥ .7, peak −30…+20 ms, above 8 Hz ≤ 10 %, loudest/quietest 4–8.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyzeTrack } from '../../src/analysis/analyze.ts';
import { cacheFolder } from '../../src/audio/cache.ts';
import { openDemo } from '../../src/audio/demo.ts';
import { mean } from '../../src/base/math.ts';
import { TICKS_PER_SECOND } from '../../src/base/units.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { Picture } from '../../src/diffusion/types.ts';
import { plotDifferences } from '../../src/latent/differences.ts';
import { createWalk } from '../../src/latent/walk.ts';
import { accentOf } from '../../src/score/beat-shape.ts';
import { CURVE_INDEX, MomentSource } from '../../src/score/moment.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import { curveAt, placeInGrid } from '../../src/timeline/timeline.ts';
import type { Section, Timeline } from '../../src/timeline/timeline.ts';
import { plainDifference } from '../helpers/picture-metrics.ts';

/** A model folder, or 'fake'. */
const MODEL = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
const PRESET = process.env['LATENTBEAT_PRESET'] ?? 'neon-drive';
const FPS = 30;
const STEP = TICKS_PER_SECOND / FPS;

/** Image change from the frame before to the frame at each time; NaN across a cut. */
interface Trace {
  readonly times: number[];
  readonly changes: number[];
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const timeline = await analyzeTrack(await openDemo(), { cacheFolder: cacheFolder() });
  const trace = await drawTrack(timeline);
  const beating = timeline.sections.filter(({ kind }) => kind === 'drop');
  const rows = timeline.sections.map((section) => ({ section: `${section.label} ${section.kind}`, seconds: section.end - section.start, energy: section.energy, change255: meanChange(trace, section) * 255 }));
  const loudness = timeline.sections.map((section) => meanChange(trace, section));
  const judged = beating.map((section) => judge(trace, timeline, section));
  const folder = process.env['LATENTBEAT_PLOTS'];
  if (folder !== undefined) writeFileSync(`${folder}/danced.svg`, plotDifferences(trace.changes.map((one) => (Number.isNaN(one) ? 0 : one)), trace.times.map((time) => 0.02 * curveAt(timeline, 'energy', time))));
  return {
    name: `danced (${PRESET})`,
    rows,
    figures: {
      dancedCorrelation: mean(judged.map(({ correlation }) => correlation)), dancedPeakMs: mean(judged.map(({ peakMs }) => peakMs)),
      dancedAbove8Hz: mean(judged.map(({ fastShare }) => fastShare)), dancedLoudestOverQuietest: Math.max(...loudness) / Math.min(...loudness),
    },
  };
}

async function drawTrack(timeline: Timeline): Promise<Trace> {
  const pipeline = MODEL === 'fake' ? createFakePipeline() : await openPipeline(MODEL, { provider: 'cpu', threads: 1 });
  const preset = parsePreset(readFileSync(new URL(`../../presets/${PRESET}.json`, import.meta.url), 'utf8'), PRESET);
  const score = new Score({ timeline, preset, seed: 1, table: buildParameterTable() });
  const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points) });
  const end = Math.floor(timeline.duration * TICKS_PER_SECOND);
  await walk.prepare(0, end);
  const trace: Trace = { times: [], changes: [] };
  let before: Picture | undefined;
  for (let tick = 0; tick < end; tick += STEP) {
    const now = await pipeline.draw(walk.pointAt(tick));
    if (before !== undefined) {
      trace.times.push((tick - STEP / 2) / TICKS_PER_SECOND);
      trace.changes.push(walk.isCutAt(tick - STEP, tick) ? Number.NaN : plainDifference(before, now));
    }
    before = now;
  }
  await pipeline.dispose();
  return trace;
}

function meanChange({ times, changes }: Trace, { start, end }: Section): number {
  return mean(changes.filter((change, i) => (times[i] as number) > start && (times[i] as number) < end && !Number.isNaN(change)));
}

/** One section: change and accents, each with its slow part (2 s) divided or taken out. */
function judge({ times, changes }: Trace, timeline: Timeline, section: Section): { correlation: number; peakMs: number; fastShare: number } {
  const indices = times.flatMap((time, i) => (time > section.start + 0.3 && time < section.end - 0.1 ? [i] : []));
  const at = indices.map((i) => times[i] as number);
  const filled = fillGaps(indices.map((i) => changes[i] as number));
  const level = slowPart(filled);
  const relative = filled.map((change, i) => change / Math.max(1e-9, level[i] as number) - 1);
  const accents = at.map((time) => accentAt(timeline, time));
  const accentLevel = slowPart(accents);
  const wanted = accents.map((accent, i) => accent / Math.max(1e-9, accentLevel[i] as number) - 1);
  return { correlation: correlate(relative, wanted), peakMs: peakAroundBeat(timeline, at, relative), fastShare: shareAbove(relative, 8) };
}

/** The intended accents at a time: bumps of 60 ms on the beats, by weight and by how hard the kick is. */
function accentAt(timeline: Timeline, time: number): number {
  const source = new MomentSource(timeline, false);
  const place = placeInGrid(timeline.grid, time);
  let sum = 0;
  for (const index of [place.index, place.index + 1]) {
    const beat = timeline.grid.beats[index];
    if (beat === undefined) continue;
    const here = placeInGrid(timeline.grid, beat + 1e-6);
    const strength = source.strengthsOfNextBeat({ ...source.at(0), nextBeatTime: beat })[CURVE_INDEX.kick] as number;
    sum += accentOf(here.positionInBar, timeline.grid.metre, here.bar) * (0.5 + 0.5 * strength) * Math.exp(-0.5 * ((time - beat) / 0.06) ** 2);
  }
  return sum;
}

/** Change averaged by time to the nearest beat (10 ms bins, two bins wide), and where it is highest. */
function peakAroundBeat(timeline: Timeline, times: readonly number[], values: readonly number[]): number {
  const bins = Array.from({ length: 41 }, () => ({ sum: 0, count: 0 }));
  times.forEach((time, i) => {
    const place = placeInGrid(timeline.grid, time);
    const beatSeconds = 60 / place.tempo;
    const away = place.phase < 0.5 ? place.phase * beatSeconds : (place.phase - 1) * beatSeconds;
    bins.forEach((bin, b) => {
      const weight = Math.max(0, 1 - Math.abs(away - (b - 20) * 0.01) / 0.02);
      bin.sum += weight * (values[i] as number);
      bin.count += weight;
    });
  });
  const means = bins.map(({ sum, count }) => (count > 2 ? sum / count : -Infinity));
  return (means.indexOf(Math.max(...means)) - 20) * 10;
}

function fillGaps(values: readonly number[]): number[] {
  return values.map((value, i) => (Number.isNaN(value) ? (values[i - 1] ?? values[i + 1] ?? 0) : value));
}

/** Moving mean over about two seconds. */
function slowPart(values: readonly number[]): number[] {
  return values.map((_, i) => mean(values.slice(Math.max(0, i - FPS), i + FPS + 1)));
}

function correlate(a: readonly number[], b: readonly number[]): number {
  const meanA = mean(a);
  const meanB = mean(b);
  const product = mean(a.map((value, i) => (value - meanA) * ((b[i] as number) - meanB)));
  return product / Math.sqrt(mean(a.map((value) => (value - meanA) ** 2)) * mean(b.map((value) => (value - meanB) ** 2)));
}

/** Share of the energy (mean removed) above a frequency, by a plain discrete Fourier transform. */
function shareAbove(values: readonly number[], hertz: number): number {
  const centre = mean(values);
  const count = values.length;
  let above = 0;
  let all = 0;
  for (let k = 1; k <= count / 2; k++) {
    let real = 0;
    let imaginary = 0;
    for (let i = 0; i < count; i++) {
      const angle = (2 * Math.PI * k * i) / count;
      real += ((values[i] as number) - centre) * Math.cos(angle);
      imaginary += ((values[i] as number) - centre) * Math.sin(angle);
    }
    const energy = real ** 2 + imaginary ** 2;
    all += energy;
    if ((k * FPS) / count > hertz) above += energy;
  }
  return above / all;
}
