/** What may lie beside a track: parts of its mix as files of their own, and timed lyrics. Read once, joined to its timeline. */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { analyzeTrack } from './analysis/analyze.ts';
import { attachStems, type StemFile } from './analysis/stems.ts';
import { cacheFolder } from './audio/cache.ts';
import { openAudio } from './audio/open.ts';
import { messageOf, UserError } from './base/errors.ts';
import { notify } from './base/log.ts';
import type { Unit } from './base/units.ts';
import { parseTimedLines } from './score/timed-lines.ts';
import type { Timeline } from './timeline/timeline.ts';

/** A part may be this much shorter or longer than its track (s) before a word is said about it. */
const SAME_LENGTH = 0.5;

/** The timeline with each part analysed beside it. Throws UserErrors of one sentence. */
export async function withStems(timeline: Timeline, files: readonly StemFile[], onProgress: (fraction: Unit, text: string) => void = () => undefined): Promise<Timeline> {
  const parts: { name: string; timeline: Timeline }[] = [];
  for (const [i, { name, path }] of files.entries()) {
    const report = (fraction: Unit): void => onProgress((i + fraction) / files.length, `listening to the ${name}`);
    const source = await openAudio(path, { onProgress: (fraction) => report(0.4 * fraction) });
    if (Math.abs(source.duration - timeline.duration) > SAME_LENGTH) notify('warn', `The ${name} (${basename(path)}) last ${source.duration.toFixed(1)} s and the track ${timeline.duration.toFixed(1)} s: they are laid together at their starts.`);
    parts.push({ name, timeline: await analyzeTrack(source, { cacheFolder: cacheFolder(), onProgress: (fraction) => report(0.4 + 0.6 * fraction) }) });
  }
  return attachStems(timeline, parts);
}

/** The timeline with the lines of a .lrc, .srt or .vtt. Throws UserErrors of one sentence. */
export async function withLyrics(timeline: Timeline, path: string | undefined): Promise<Timeline> {
  if (path === undefined) return timeline;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('input', `The lyrics ${path} cannot be read (${messageOf(cause)}): check the path.`, { cause });
  });
  return { ...timeline, lines: parseTimedLines(text, path) };
}
