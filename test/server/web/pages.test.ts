/** What goes to the pages is bounded: a scrubbed position and a controller that sends nonsense flood nobody. */

import { expect, it, vi } from 'vitest';

import type { ServerMessage } from '../../../src/protocol/messages.ts';
import { Pages } from '../../../src/server/web/pages.ts';

function attached(): { pages: Pages; sent: string[]; refills: () => number } {
  const sent: string[] = [];
  let refills = 0;
  const pages = new Pages();
  pages.attach({
    broadcast: (message: ServerMessage) => void (message.type === 'notice' && sent.push(message.text)), sendTo: () => undefined, sendFrame: () => undefined,
    refill: () => void refills++, welcomeAll: () => undefined, clients: () => [],
  });
  return { pages, sent, refills: () => refills };
}

it('sends the buffered frames again at once, then ten times a second at most, the last time always', () => {
  vi.useFakeTimers();
  try {
    const { pages, refills } = attached();
    pages.refill();
    expect(refills()).toBe(1);
    for (let i = 0; i < 100; i++) {
      vi.advanceTimersByTime(10);
      pages.refill();
    }
    expect(refills()).toBeLessThanOrEqual(11);
    const before = refills();
    vi.advanceTimersByTime(1000);
    expect(refills() - before).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

it('says the same once in a second, and not more than somebody reads', () => {
  vi.useFakeTimers();
  try {
    const { pages, sent } = attached();
    for (let i = 0; i < 500; i++) pages.notice('warn', 'no such preset');
    for (let i = 0; i < 500; i++) pages.notice('warn', `no such preset ${i}`);
    expect(sent.filter((text) => text === 'no such preset').length).toBe(1);
    expect(sent.length).toBeLessThan(20);
    vi.advanceTimersByTime(1001);
    pages.notice('warn', 'no such preset');
    expect(sent.at(-1)).toBe('no such preset');
    expect(sent.filter((text) => text === 'no such preset').length).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});
