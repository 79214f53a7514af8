/** News of moved controls: at once after a rest, 30 a second each path at most, the last value wins, never to the hand itself. */

import { describe, expect, it } from 'vitest';

import { FEED_INTERVAL, ValueFeed } from '../../../src/server/web/value-feed.ts';

interface Told {
  readonly at: number;
  readonly values: Record<string, unknown>;
  readonly except: string | undefined;
}

/** A feed on a clock that a test turns. */
function feedOf(): { feed: ValueFeed; told: Told[]; runTo: (time: number) => void } {
  let time = 0;
  const timers: { at: number; action: () => void }[] = [];
  const told: Told[] = [];
  const feed = new ValueFeed({
    now: () => time,
    later: (action, after) => void timers.push({ at: time + after, action }),
    broadcast: (message, except) => { if (message.type === 'values') told.push({ at: time, values: message.values, except }); },
  });
  const runTo = (end: number): void => {
    for (;;) {
      const next = timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      timers.splice(timers.indexOf(next), 1);
      time = Math.max(time, next.at);
      next.action();
    }
    time = end;
  };
  return { feed, told, runTo };
}

describe('the feed of values', () => {
  it('tells a rested control at once while others flood', () => {
    const { feed, told, runTo } = feedOf();
    for (let at = 0; at < 500; at++) {
      runTo(at);
      feed.push('/noise', at, 'osc');
      if (at === 250) feed.push('/probe', 1, 'osc');
    }
    runTo(1000);
    expect(told.find(({ values }) => '/probe' in values)?.at).toBe(250);
    const floods = told.filter(({ values }) => '/noise' in values);
    expect(floods.length).toBeLessThanOrEqual(500 / FEED_INTERVAL + 3);
    expect(floods.length).toBeGreaterThan(12);
    expect(floods.at(-1)?.values['/noise']).toBe(499);
  });

  it('tells together what came together, apart by the hand that moved it', () => {
    const { feed, told, runTo } = feedOf();
    feed.push('/a', 1, 'panel', 'one');
    feed.push('/b', 2, 'panel', 'one');
    feed.push('/c', 3, 'osc');
    runTo(100);
    expect(told).toEqual([{ at: 0, values: { '/a': 1, '/b': 2 }, except: 'one' }, { at: 0, values: { '/c': 3 }, except: undefined }]);
  });
});
