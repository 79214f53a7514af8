/** Lines of progress and tables: what a person reads while waiting. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { setQuiet } from '../../src/base/log.ts';
import { formatDuration, formatProgress, Progress } from '../../src/commands/progress.ts';
import { formatTable } from '../../src/commands/table.ts';

afterEach(() => {
  setQuiet(false);
  vi.restoreAllMocks();
});

describe('durations', () => {
  it.each([[0, '0 s'], [59.4, '59 s'], [59.6, '1 min 00 s'], [185, '3 min 05 s'], [3600, '1 h 00 min'], [7380, '2 h 03 min'], [-3, '0 s']])('%d s is %s', (seconds, text) =>
    expect(formatDuration(seconds)).toBe(text));
});

describe('progress', () => {
  it('is one line with bar, task, speed and time left', () => {
    expect(formatProgress({ fraction: 0.5, text: 'rendering', detail: 'frame 5 of 10', framesPerSecond: 12.34, secondsLeft: 61 }, 10)).toBe('[█████░░░░░]  50 %  rendering frame 5 of 10  12.3 frames/s  1 min 01 s left');
    expect(formatProgress({ fraction: 7, text: 'x', secondsLeft: Infinity }, 4)).toBe('[████] 100 %  x');
  });

  it('without a terminal says a line every five seconds, and a new task at once', () => {
    const lines: string[] = [];
    vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
    const progress = new Progress();
    for (let now = 0; now <= 12_000; now += 100) progress.update({ fraction: now / 12_000, text: now < 6000 ? 'decoding' : 'drawing', detail: `${now}` }, now);
    expect(lines.map((line) => line.trim())).toEqual(['0 %  decoding 0', '41 %  decoding 5000', '50 %  drawing 6000', '91 %  drawing 11000']);
  });

  it('is silent when quiet', () => {
    const spy = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    setQuiet(true);
    new Progress().update({ fraction: 0, text: 'x' }, 0);
    expect(spy).not.toHaveBeenCalled();
  });
});

describe('tables', () => {
  it('aligns numbers right and words left, and fills gaps', () => {
    expect(formatTable([{ name: 'a', ms: 1.23456 }, { name: 'long', ms: 100, note: 'x' }])).toBe(['name     ms  note', '────  ─────  ────', 'a     1.235', 'long    100  x'].join('\n'));
  });
});
