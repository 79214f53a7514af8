/**
 * Lyrics and subtitles with times (LRC, SubRip, WebVTT) → lines, and lines → sections of a show: each line that stands long
 * enough becomes a stretch of its own from the nearest downbeat on, so that a prompt can change with it. Pure, browser-safe.
 */

import { UserError } from '../base/errors.ts';
import { lastIndexAtOrBefore } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import type { Section, TimedLine, Timeline } from '../timeline/timeline.ts';

const LRC_TIME = /\[(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)\]/g;
const CUE = /(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})/;
/** A line without a line after it stands this long. */
const LAST_LINE: Seconds = 8;

/** Reads a .lrc, .srt or .vtt. Lines come in order of time. Throws a UserError of one sentence; `where` names the file. */
export function parseTimedLines(text: string, where: string): TimedLine[] {
  const clean = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const lines = CUE.test(clean) ? parseCues(clean) : parseLrc(clean);
  if (!lines.some((line) => line.text !== '')) throw new UserError('input', `${where} holds no timed lines: expected lyrics such as "[01:23.45] words" (.lrc) or subtitles such as "00:01:23,450 --> 00:01:26,000" (.srt).`);
  return lines;
}

/** Blocks of a time range and the words below it; tags of either format are left out. */
function parseCues(text: string): TimedLine[] {
  const lines = text.split(/\n\s*\n/).flatMap((block) => {
    const rows = block.split('\n');
    const at = rows.findIndex((row) => CUE.test(row));
    const found = CUE.exec(rows[at] ?? '');
    if (found === null) return [];
    const words = rows.slice(at + 1).join(' ').replaceAll(/<[^>]*>|\{\\[^}]*\}/g, '').replaceAll(/\s+/g, ' ').trim();
    return [{ start: cueTime(found, 1), end: cueTime(found, 5), text: words }];
  });
  return lines.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
}

function cueTime(found: RegExpExecArray, first: number): Seconds {
  const part = (index: number): number => Number(found[first + index] ?? 0);
  return 3600 * part(0) + 60 * part(1) + part(2) + Number(`0.${found[first + 3]}`);
}

/** Times before words, several before a line that returns; `[offset:±ms]` moves all earlier by so much; word times are left out. */
function parseLrc(text: string): TimedLine[] {
  const offset = Number(/\[offset:\s*([+-]?\d+)\s*\]/i.exec(text)?.[1] ?? 0) / 1000;
  const starts = text.split('\n').flatMap((row) => {
    const words = row.replaceAll(LRC_TIME, '').replaceAll(/<\d[^>]*>/g, '').replaceAll(/\s+/g, ' ').trim();
    return Array.from(row.matchAll(LRC_TIME), ([, minutes, seconds]) => ({ start: Math.max(0, 60 * Number(minutes) + Number((seconds as string).replace(':', '.')) - offset), text: words }));
  });
  starts.sort((a, b) => a.start - b.start);
  return starts.map((line, i) => ({ start: line.start, end: starts[i + 1]?.start ?? line.start + LAST_LINE, text: line.text }));
}

/** Bars that a line stands at least; a line that would follow sooner is passed over. */
const LEAST_BARS = 2;

interface PlacedLine {
  readonly start: Seconds;
  readonly text: string;
}

/** The lines that change the prompt, each on the downbeat nearest to its start. Empty words give the prompt back to the preset. */
export function placeLines({ lines = [], grid, duration }: Timeline): PlacedLine[] {
  const downbeats = Array.from(grid.beats).filter((_, i) => grid.positions[i] === 1);
  const placed: PlacedLine[] = [];
  let bar = -Infinity;
  for (const { start, text } of lines) {
    if (start >= duration) break;
    const index = nearestIndex(downbeats, start);
    const time = downbeats[index] ?? start;
    const last = placed.at(-1);
    const soon = downbeats.length > 1 ? index - bar < LEAST_BARS : last !== undefined && time - last.start < 2 * LEAST_BARS;
    if (soon || last?.text === text) continue;
    placed.push({ start: time, text });
    bar = index;
  }
  return placed;
}

function nearestIndex(times: readonly Seconds[], time: Seconds): number {
  const before = lastIndexAtOrBefore(times, time);
  const [low, high] = [times[before], times[before + 1]];
  if (low === undefined) return 0;
  return high !== undefined && high - time < time - low ? before + 1 : before;
}

/** The timeline with a section border at each placed line; the parts of a section keep its letter, kind and energy. */
export function splitAtLines(timeline: Timeline): Timeline {
  const borders = placeLines(timeline).map(({ start }) => start);
  const sections = timeline.sections.length > 0 ? timeline.sections : [{ start: 0, end: timeline.duration, label: 'A', kind: 'verse', energy: 0.5 } as const];
  const split = sections.flatMap((section): Section[] => {
    const inside = borders.filter((time) => time > section.start + 0.05 && time < section.end - 0.05);
    const starts = [section.start, ...inside];
    return starts.map((start, i) => ({ ...section, start, end: starts[i + 1] ?? section.end }));
  });
  return { ...timeline, sections: split };
}
