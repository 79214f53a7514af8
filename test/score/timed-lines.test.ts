import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { presetFromData } from '../../src/score/preset.ts';
import { storyboardOf } from '../../src/score/storyboard.ts';
import { parseTimedLines, placeLines, splitAtLines } from '../../src/score/timed-lines.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const LRC = '\uFEFF[ar:Someone]\r\n[offset:+500]\r\n[00:10.50]A <00:10.9>paper moon\r\n[00:20.00][01:00.25]Over the sea\r\n[00:30]\r\n';
const SRT = '1\n00:00:10,000 --> 00:00:14,500\n<i>A paper</i>\nmoon\n\n2\n00:01:00,250 --> 00:01:04,000\n{\\an8}Over the sea\n';

describe('timed lines', () => {
  it('of LRC: offset, several times a line, word times, an end where the next begins', () => {
    expect(parseTimedLines(LRC, 'x.lrc')).toEqual([
      { start: 10, end: 19.5, text: 'A paper moon' },
      { start: 19.5, end: 29.5, text: 'Over the sea' },
      { start: 29.5, end: 59.75, text: '' },
      { start: 59.75, end: 67.75, text: 'Over the sea' },
    ]);
  });

  it('of SubRip and WebVTT: joined rows without tags', () => {
    const expected = [{ start: 10, end: 14.5, text: 'A paper moon' }, { start: 60.25, end: 64, text: 'Over the sea' }];
    expect(parseTimedLines(SRT, 'x.srt')).toEqual(expected);
    expect(parseTimedLines(`WEBVTT\n\n${SRT.replaceAll(',', '.').replaceAll('00:00:', '00:').replaceAll('00:01:', '01:')}`, 'x.vtt')).toEqual(expected);
  });

  it.each(['', 'just words', '[00:10.00]\n[00:20.00]   '])('without any are refused in one sentence: %j', (text) => {
    expect(() => parseTimedLines(text, 'song.lrc')).toThrow(UserError);
    expect(() => parseTimedLines(text, 'song.lrc')).toThrow(/song\.lrc holds no timed lines: expected/);
  });
});

describe('lines as prompts', () => {
  const lines = [{ start: 9.4, end: 12, text: 'red rain' }, { start: 10.2, end: 11, text: 'too soon' }, { start: 25, end: 30, text: 'a green door' }, { start: 40, end: 44, text: '' }];
  const timeline = { ...syntheticTimeline(), lines };
  const downbeats = Array.from(timeline.grid.beats).filter((_, i) => timeline.grid.positions[i] === 1);

  it('stand on the nearest downbeats, two bars apart or more', () => {
    const placed = placeLines(timeline);
    expect(placed.map(({ text }) => text)).toEqual(['red rain', 'a green door', '']);
    for (const { start } of placed) expect(downbeats).toContain(start);
    expect(Math.abs((placed[0]?.start ?? 0) - 9.4)).toBeLessThan(1);
  });

  it('divide sections that keep their letters, and name the prompts until an empty line gives them back', () => {
    const split = splitAtLines(timeline);
    expect(split.sections).toHaveLength(timeline.sections.length + 3);
    for (let i = 1; i < split.sections.length; i++) expect(split.sections[i]?.start).toBe(split.sections[i - 1]?.end);
    const preset = presetFromData({ name: 'p', prompts: ['calm', 'peak'], change: { on: 'lines' } }, 'test');
    const scenes = storyboardOf(split, preset, 1);
    const at = (time: number): string | undefined => scenes.findLast(({ start }) => start <= time)?.prompt;
    expect(at(1)).toMatch(/calm|peak/);
    expect(at(15)).toBe('red rain');
    expect(at(30)).toBe('a green door');
    expect(at(45)).toMatch(/calm|peak/);
    expect(new Set(scenes.map(({ id }) => id)).size).toBe(scenes.length);
  });

  it('change nothing where the preset changes on sections', () => {
    const preset = presetFromData({ name: 'p', prompts: ['calm', 'peak'] }, 'test');
    for (const { prompt } of storyboardOf(timeline, preset, 1)) expect(prompt).toMatch(/calm|peak/);
  });
});
