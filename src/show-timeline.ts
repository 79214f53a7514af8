/** From what a show is asked for to its sound and the timeline of it: files, analysis, corrections, parts and lines. */

import { basename } from 'node:path';

import { analyzeTrack } from './analysis/analyze.ts';
import { loadCorrections, type GridCorrections } from './analysis/corrections.ts';
import { hearAgain } from './analysis/hear-again.ts';
import type { StemFile } from './analysis/stems.ts';
import { cacheFolder } from './audio/cache.ts';
import { openDemo } from './audio/demo.ts';
import { openAudio } from './audio/open.ts';
import type { AudioSource } from './audio/types.ts';
import { UserError } from './base/errors.ts';
import type { Seconds, Unit } from './base/units.ts';
import type { Preset } from './score/preset.ts';
import type { Show, ShowCorrections } from './score/show-file.ts';
import { splitAtLines } from './score/timed-lines.ts';
import type { OpenShow } from './server/open-show.ts';
import { trackOfShow } from './server/library/show-files.ts';
import { withLyrics, withStems } from './show-parts.ts';
import type { OnProgress, ShowRequest } from './show-request.ts';
import type { Timeline } from './timeline/timeline.ts';

/** Tracks from this length on need not be heard to their end before they play: the wait would be felt. */
export const EARLY_FROM: Seconds = 600;

/** The timeline of a track; of its beginning first, where `early` and it is long; of a recorded live input as it was on stage. */
export async function hearTrack(audio: AudioSource, file: Show | null, early: boolean, onProgress: (fraction: Unit) => void): Promise<Heard> {
  const performance = performanceOf(file);
  if (performance !== undefined) return { heard: await hearAgain(audio, performance.beats, onProgress) };
  const corrections = file === null ? await loadCorrections(cacheFolder(), audio.sha256) : withoutGaps(file.corrections);
  return await (early && audio.duration >= EARLY_FROM ? analyzeBeginning : analyzeWhole)(audio, corrections, onProgress);
}

export async function analyze(audio: AudioSource, corrections: GridCorrections | undefined, onProgress: (fraction: Unit) => void = () => undefined): Promise<Timeline> {
  return await analyzeTrack(audio, { cacheFolder: cacheFolder(), onProgress, ...(corrections === undefined ? {} : { corrections }) });
}

export interface Heard {
  readonly heard: Timeline;
  /** The timeline of the whole track, where `heard` knows its beginning only. */
  readonly whole?: Promise<Timeline> | undefined;
}

async function analyzeWhole(audio: AudioSource, corrections: GridCorrections | undefined, onProgress: (fraction: Unit) => void): Promise<Heard> {
  return { heard: await analyze(audio, corrections, onProgress) };
}

/** Answers with the first part of a track; the cache answers with all of it at once. */
async function analyzeBeginning(audio: AudioSource, corrections: GridCorrections | undefined, onProgress: (fraction: Unit) => void): Promise<Heard> {
  let whole: Promise<Timeline> | undefined;
  const heard = await new Promise<Timeline>((resolve, reject) => {
    whole = analyzeTrack(audio, { cacheFolder: cacheFolder(), onProgress, onPart: resolve, corrections });
    whole.then(resolve, reject);
  });
  return heard.knownUntil === undefined ? { heard } : { heard, whole };
}

interface PartsGiven {
  readonly stemFiles: readonly StemFile[];
  readonly lyrics: string | undefined;
  readonly lines: Timeline['lines'];
}

export async function withParts(heard: Timeline, { stemFiles, lyrics, lines }: PartsGiven, preset: Preset, onProgress: OnProgress): Promise<Timeline> {
  const withFiles = await withStems(heard, stemFiles, (fraction, text) => onProgress(0.9 + 0.06 * fraction, text));
  const read = await withLyrics(lines === undefined ? withFiles : { ...withFiles, lines }, lyrics);
  return preset.change.on === 'lines' ? splitAtLines(read) : read;
}

/** A timeline heard anew (other beats) with the parts and lines of the one before. */
export function keepParts(heard: Timeline, { timeline: { stems, lines }, preset }: Pick<OpenShow, 'timeline' | 'preset'>): Timeline {
  const whole: Timeline = { ...heard, ...(stems === undefined ? {} : { stems }), ...(lines === undefined ? {} : { lines }) };
  return preset.change.on === 'lines' ? splitAtLines(whole) : whole;
}

/** What `OpenShow.performance` holds of a show file. */
export function performanceOf(file: Show | null): OpenShow['performance'] {
  return file?.live === undefined ? undefined : { beats: file.live.beats.map(({ time, position = 1 }) => ({ time, position })) };
}

/** Left out and undefined are the same in a file, not in a type. */
function withoutGaps(corrections: ShowCorrections): GridCorrections {
  return JSON.parse(JSON.stringify(corrections)) as GridCorrections;
}

export async function openTrack(request: Pick<ShowRequest, 'track' | 'showFile'>, file: Show | null, onProgress: OnProgress): Promise<AudioSource> {
  const options = { onProgress: (fraction: Unit, text: string) => onProgress(0.4 * fraction, text) };
  const path = file === null ? (request.track ?? 'demo') : trackOfShow(file, request.showFile as string);
  if (path === 'demo') return await openDemo(options);
  const audio = await openAudio(path, options);
  if (file?.track?.sha256 !== undefined && file.track.sha256 !== audio.sha256) {
    throw new UserError('input', `${path} is not the track that ${basename(request.showFile ?? 'the show')} was made with: put the original file there.`);
  }
  return audio;
}

