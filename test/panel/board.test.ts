/** The panel's values: what goes out, what comes in, and that a moved control is not pulled back. */

import { describe, expect, it } from 'vitest';
import type { ClientMessage } from '../../src/protocol/messages.ts';
import { Board } from '../../src/panel/board.ts';
import { parseValue, valueText } from '../../src/panel/value-text.ts';

function boardOf() {
  const sent: ClientMessage[] = [];
  const flushes: (() => void)[] = [];
  let now = 0;
  const board = new Board((message) => sent.push(message), (flush) => flushes.push(flush), () => now);
  return { board, sent, nextFrame: () => flushes.splice(0).forEach((flush) => flush()), wait: (ms: number) => (now += ms) };
}

describe('board', () => {
  it('sends the last value of each path once a frame', () => {
    const { board, sent, nextFrame } = boardOf();
    for (let i = 1; i <= 60; i++) board.set('/walk/speed', i / 60);
    board.set('/stage/master', 0.5);
    expect(sent).toEqual([]);
    nextFrame();
    expect(sent).toEqual([
      { type: 'value', path: '/walk/speed', value: 1, source: 'panel' },
      { type: 'value', path: '/stage/master', value: 0.5, source: 'panel' },
    ]);
    nextFrame();
    expect(sent).toHaveLength(2);
  });

  it('leaves a held control alone, and one just released', () => {
    const { board, wait } = boardOf();
    board.receive({ '/walk/speed': 1, '/look/hue': 0 }, true);
    board.hold('/walk/speed');
    board.set('/walk/speed', 3);
    board.receive({ '/walk/speed': 2, '/look/hue': 0.1 });
    expect([board.get('/walk/speed'), board.get('/look/hue')]).toEqual([3, 0.1]);
    board.release('/walk/speed');
    board.receive({ '/walk/speed': 2.5 });
    expect(board.get('/walk/speed')).toBe(3);
    wait(1000);
    board.receive({ '/walk/speed': 2 });
    expect(board.get('/walk/speed')).toBe(2);
  });

  it('tells watchers at once, then once a frame what stands, until they stop', () => {
    const { board } = boardOf();
    board.receive({ '/stage/master': 1 }, true);
    const seen: unknown[] = [];
    const stop = board.watch('/stage/master', (value) => seen.push(value));
    for (const value of [0.5, 0.4, 0.2]) board.set('/stage/master', value);
    expect(seen).toEqual([1]);
    board.show();
    stop();
    board.set('/stage/master', 0.3);
    board.show();
    expect(seen).toEqual([1, 0.2]);
  });
});

describe('board, built anew', () => {
  it('stops all that a scope began to watch, and nothing else', () => {
    const { board } = boardOf();
    const seen: string[] = [];
    board.watch('/a', () => seen.push('kept'));
    const stop = board.scope(() => void board.watch('/a', () => seen.push('scope')));
    board.receive({ '/a': 1 });
    board.show();
    stop();
    board.receive({ '/a': 2 });
    board.show();
    expect(seen).toEqual(['kept', 'scope', 'kept']);
  });

  it('moves nothing for a guest', () => {
    const { board, sent } = boardOf();
    board.receive({ '/a': 1 }, true);
    board.readOnly = true;
    board.set('/a', 2);
    expect([board.get('/a'), sent.length]).toEqual([1, 1]);
  });
});

describe('value text', () => {
  it('speaks the unit of the parameter', () => {
    expect(valueText({ unit: 'turns', min: -0.5, max: 0.5 }, 0.25)).toBe('90°');
    expect(valueText({ unit: '', min: 0, max: 1 }, 0.5)).toBe('50 %');
    expect(valueText({ unit: '', min: 0, max: 4 }, 1.5)).toBe('1.50');
    expect(valueText({ unit: 'BPM', min: 20, max: 999 }, 124)).toBe('124 BPM');
  });
});

describe('typed values', () => {
  it('are read in the unit that is shown, and held in range', () => {
    expect(parseValue({ unit: 'turns', min: -0.5, max: 0.5 }, '90°')).toBe(0.25);
    expect(parseValue({ unit: '', min: 0, max: 1 }, '35')).toBe(0.35);
    expect(parseValue({ unit: '', min: 0, max: 4 }, '1,5')).toBe(1.5);
    expect(parseValue({ unit: 'BPM', min: 20, max: 999 }, '2000 BPM')).toBe(999);
    expect(parseValue({ unit: '', min: 0, max: 1 }, 'much')).toBeNull();
  });
});
