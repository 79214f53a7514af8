/** Echo: everybody else hears, 30 times a second at most, the last value wins, and the hand on a fader is left alone. */

import { describe, expect, it } from 'vitest';
import { ECHO_INTERVAL, EchoBook, HOLD_TIME, MAX_PEERS, PEER_LIFE } from '../../../src/control/osc/osc-echo.ts';

const a = { address: '127.0.0.1', port: 1 };
const b = { address: '127.0.0.1', port: 2 };

describe('echo book', () => {
  it('tells the others at once and the mover nothing', () => {
    const book = new EchoBook();
    expect(book.see(a, 0)).toBe(true);
    expect(book.see(b, 0)).toBe(true);
    expect(book.see(a, 1)).toBe(false);
    book.hold(a, '/x', 0.5, 1);
    book.change('/x', 0.5);
    expect(book.takeDue(1)).toEqual([{ peer: b, path: '/x', value: 0.5 }]);
    expect(book.isSettled()).toBe(true);
  });

  it('sends at most 30 a second to each peer, and the last value in the end', () => {
    const book = new EchoBook();
    book.see(a, 0);
    const heard: number[] = [];
    for (let now = 0; now < 1000; now++) {
      book.change('/x', now);
      for (const echo of book.takeDue(now)) heard.push(echo.value as number);
    }
    expect(heard.length).toBeGreaterThan(25);
    expect(heard.length).toBeLessThanOrEqual(31);
    for (const echo of book.takeDue(1000 + ECHO_INTERVAL)) heard.push(echo.value as number);
    expect(heard.at(-1)).toBe(999);
    expect(book.isSettled()).toBe(true);
  });

  it('corrects the mover after it lets go, where the value differs from what it sent', () => {
    const book = new EchoBook();
    book.see(a, 0);
    book.hold(a, '/x', 5, 0);
    book.change('/x', 4);
    expect(book.takeDue(HOLD_TIME - 1)).toEqual([]);
    expect(book.isSettled()).toBe(false);
    expect(book.takeDue(HOLD_TIME)).toEqual([{ peer: a, path: '/x', value: 4 }]);
  });

  it('forgets a silent peer, and greets it as new when it returns', () => {
    const book = new EchoBook();
    book.see(a, 0);
    book.change('/x', 1);
    expect(book.takeDue(PEER_LIFE + 1)).toEqual([]);
    expect(book.see(a, PEER_LIFE + 2)).toBe(true);
  });

  it('keeps a bounded number of peers, the newest', () => {
    const book = new EchoBook();
    for (let port = 1; port <= MAX_PEERS + 5; port++) book.see({ address: '127.0.0.1', port }, port);
    book.change('/x', 1);
    const told = book.takeDue(100).map(({ peer }) => peer.port);
    expect(told).toHaveLength(MAX_PEERS);
    expect(Math.min(...told)).toBe(6);
  });
});
