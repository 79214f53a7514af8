/** Undo: a ride is one step, steps come back in reverse, and there is an end. */

import { describe, expect, it } from 'vitest';
import { GESTURE_PAUSE, UndoBook } from '../../src/control/undo.ts';

describe('undo', () => {
  it('takes back whole gestures, the last first', () => {
    const book = new UndoBook();
    for (let i = 0; i < 50; i++) book.note('/a', i === 0 ? 1 : 1 + i / 10, i * 16);
    book.note('/b', false, 900);
    book.note('/a', 6, 900 + GESTURE_PAUSE);
    expect([book.take(), book.take(), book.take(), book.take()]).toEqual([[{ path: '/a', value: 6 }], [{ path: '/b', value: false }], [{ path: '/a', value: 1 }], []]);
  });

  it('a pause begins another gesture of the same control', () => {
    const book = new UndoBook();
    book.note('/a', 1, 0);
    book.note('/a', 2, GESTURE_PAUSE + 1);
    expect(book.take()).toEqual([{ path: '/a', value: 2 }]);
    expect(book.take()).toEqual([{ path: '/a', value: 1 }]);
  });

  it('takes back together what one gesture moved, each to where it was first', () => {
    const book = new UndoBook();
    for (let i = 0; i < 3; i++) for (const path of ['/a', '/b']) book.note(path, i, i * 16, 'snapshot');
    expect(book.take()).toEqual([{ path: '/a', value: 0 }, { path: '/b', value: 0 }]);
  });

  it('keeps a bounded number of steps', () => {
    const book = new UndoBook();
    for (let i = 0; i < 500; i++) book.note(`/p${i % 2}`, i, i);
    let count = 0;
    while (book.take().length > 0) count++;
    expect(count).toBe(100);
  });
});
