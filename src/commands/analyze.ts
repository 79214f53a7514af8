/**
 * `analyze`: what is heard in a track, as JSON, as a picture, as clicks over the music. Corrections given here are stored
 * beside the track, so that play and render use them too.
 */

import { basename } from 'node:path';
import { analyzeTrack } from '../analysis/analyze.ts';
import { renderClickTrack } from '../analysis/click.ts';
import { loadCorrections, readBeatsFile, saveCorrections, type GridCorrections } from '../analysis/corrections.ts';
import { LiveAnalyzer } from '../analysis/live.ts';
import { plotTimeline } from '../analysis/plot/page.ts';
import { timelineToJson } from '../analysis/report.ts';
import type { StemFile } from '../analysis/stems.ts';
import { cacheFolder } from '../audio/cache.ts';
import { openDemo } from '../audio/demo.ts';
import { openAudio } from '../audio/open.ts';
import type { AudioSource } from '../audio/types.ts';
import { UserError } from '../base/errors.ts';
import { notify } from '../base/log.ts';
import { withLyrics, withStems } from '../show-parts.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { checkOutputFile, writeResult, writeText } from './output.ts';
import { Progress } from './progress.ts';

export interface AnalyzeOptions {
  readonly json?: string;
  readonly plot?: string;
  readonly click?: string;
  readonly causal?: boolean;
  readonly bpm?: number;
  readonly downbeat?: number;
  readonly beats?: string;
  readonly stem: readonly StemFile[];
  readonly lyrics?: string;
}

/** Results of an analysis are made again in seconds, so these outputs are overwritten without asking. */
const OVERWRITE = true;
/** Samples given to the live tracker at a time: what a sound card hands over. */
const LIVE_BLOCK = 512;

export async function analyzeCommand(track: string, options: AnalyzeOptions): Promise<void> {
  const outputs = [options.json, options.plot, options.click].filter((path) => path !== undefined);
  if (outputs.length === 0) throw new UserError('usage', 'Nothing to write: say where the result goes with --json FILE (- for the terminal), --plot FILE.png or --click FILE.wav.');
  for (const path of outputs) if (path !== '-') await checkOutputFile(path, OVERWRITE);
  const given = await givenCorrections(options);
  const progress = new Progress();
  const report = (fraction: number, text: string): void => progress.update({ fraction, text }, performance.now());
  const source = track === 'demo' ? await openDemo({ onProgress: report }) : await openAudio(track, { onProgress: report });
  const { timeline: heard, announced } = options.causal === true ? await followTrack(source, report) : { timeline: await listen(source, given, report), announced: undefined };
  const timeline = await addParts(heard, options, report);
  progress.end();
  await writeOutputs(source, timeline, announced, options);
}

async function writeOutputs(source: AudioSource, timeline: Timeline, announced: readonly number[] | undefined, options: AnalyzeOptions): Promise<void> {
  if (options.plot !== undefined) await writeResult(options.plot, await plotTimeline(timeline, source.path === '' ? '' : basename(source.path)));
  if (options.click !== undefined) await renderClickTrack(source, timeline, options.click);
  if (options.json !== undefined) await writeText(options.json, JSON.stringify(timelineToJson(timeline, announced)));
  const { grid, sections } = timeline;
  notify('info', `${grid.beats.length} beats, ${timelineToJson(timeline).tempo.toFixed(1)} BPM, ${grid.metre} a bar, ${sections.length} sections.`);
}

/** The parts and the words given beside the track. */
async function addParts(timeline: Timeline, { stem, lyrics, causal }: AnalyzeOptions, report: (fraction: number, text: string) => void): Promise<Timeline> {
  if (causal === true && (stem.length > 0 || lyrics !== undefined)) throw new UserError('usage', '--causal hears one stream: leave --stem and --lyrics out.');
  return withLyrics(await withStems(timeline, stem, report), lyrics);
}

async function givenCorrections({ bpm, downbeat, beats, causal }: AnalyzeOptions): Promise<GridCorrections> {
  const given: GridCorrections = {
    ...(bpm === undefined ? {} : { bpm }),
    ...(downbeat === undefined ? {} : { downbeat }),
    ...(beats === undefined ? {} : { beats: await readBeatsFile(beats) }),
  };
  if (causal === true && Object.keys(given).length > 0) throw new UserError('usage', '--causal shows what the live tracker hears by itself: leave --bpm, --downbeat and --beats out.');
  return given;
}

async function listen(source: AudioSource, given: GridCorrections, report: (fraction: number, text: string) => void): Promise<Timeline> {
  const corrections = { ...(await loadCorrections(cacheFolder(), source.sha256)), ...given };
  const timeline = await analyzeTrack(source, { cacheFolder: cacheFolder(), corrections, onProgress: (fraction) => report(fraction, 'listening for beats and sections') });
  if (Object.keys(given).length > 0) {
    await saveCorrections(cacheFolder(), source.sha256, corrections);
    notify('info', "The correction is kept for play and render of this track; the panel's reset takes it back.");
  }
  return timeline;
}

/** The live tracker over the file, block by block, with no look-ahead. */
async function followTrack(source: AudioSource, report: (fraction: number, text: string) => void): Promise<{ readonly timeline: Timeline; readonly announced: readonly number[] }> {
  const tracker = new LiveAnalyzer(source.sampleRate);
  let heard = 0;
  for await (const block of source.monoBlocks(LIVE_BLOCK)) {
    tracker.push(block);
    heard += block.length;
    if (heard % (LIVE_BLOCK * 256) === 0) report(heard / source.length, 'following as if live');
  }
  return { timeline: withoutPredictions(tracker.timeline, tracker.announced.length), announced: tracker.announced };
}

/** The live grid runs on into beats that are only expected; the report holds those that came. */
function withoutPredictions(timeline: Timeline, count: number): Timeline {
  const { version, duration, rate, curves, onsets, sections, events, grid } = timeline;
  const came = { beats: grid.beats.slice(0, count), positions: grid.positions.slice(0, count), tempo: grid.tempo.slice(0, count) };
  return { version, duration, rate, curves, onsets, sections, events, grid: { ...came, metre: grid.metre, confidence: grid.confidence } };
}
