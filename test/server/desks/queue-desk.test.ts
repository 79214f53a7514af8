/** The queue on a real session: opened ahead, crossed over on a bar and at the end, failures passed over, rows told. */

import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import type { ServerMessage } from '../../../src/protocol/messages.ts';
import type { OpenShow } from '../../../src/server/open-show.ts';
import { Session } from '../../../src/server/session.ts';
import { syntheticTimeline } from '../../helpers/synthetic-timeline.ts';
import { makeShow, makeTools } from '../show-fixture.ts';

const now = (): number => performance.now();
const cleaners: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaners.splice(0).reverse()) await clean();
});

interface Desk {
  readonly session: Session;
  readonly opened: string[];
  readonly closed: string[];
  readonly rows: () => readonly { readonly title: string; readonly state: string; readonly isOn: boolean; readonly isBroken: boolean; readonly id: string }[];
  readonly send: (action: 'play' | 'next' | 'remove' | 'earlier' | 'later', title?: string) => void;
}

const CLIENT = { id: 'hand', role: 'panel', canPlaySound: false, loopback: true } as const;

function start(duration?: number): Desk {
  const opened: string[] = [];
  const closed: string[] = [];
  let rows: Extract<ServerMessage, { type: 'queue' }>['tracks'] = [];
  const open = async (path: string, onProgress: (fraction: number, text: string) => void): Promise<OpenShow> => {
    onProgress(0.4, 'listening');
    await sleep(20);
    if (path.includes('bad')) throw new Error('it is no sound');
    opened.push(path);
    const show = makeShow();
    return { ...show, title: path, close: async () => (closed.push(path), await show.close()) };
  };
  const session = new Session({ now, tools: makeTools({ open }), version: '0', provider: 'cpu', freeClock: true, uploadFolder: '', thumbnailFolder: '', notice: () => undefined });
  session.attach({
    broadcast: (message) => { if (message.type === 'queue') rows = message.tracks; },
    sendTo: () => undefined, sendFrame: () => undefined, refill: () => undefined, welcomeAll: () => undefined, clients: () => [],
  });
  const timer = setInterval(() => session.tend(), 20);
  cleaners.push(() => session.close(), () => clearInterval(timer));
  const timeline = syntheticTimeline();
  session.open(makeShow(duration === undefined ? {} : { timeline: { ...timeline, duration } }));
  return { session, opened, closed, rows: () => rows, send: (action, title = '') => session.receive(CLIENT, { type: 'queue', action, id: rows.find((row) => row.title === title)?.id ?? '', name: '' }) };
}

async function until(test: () => boolean): Promise<void> {
  const end = now() + 20_000;
  while (!test()) {
    if (now() > end) throw new Error('waited in vain');
    await sleep(10);
  }
}

describe('the queue', () => {
  it('opens the next ahead and crosses over on a bar, without a stop', async () => {
    const { session, rows, send, opened } = start();
    await until(() => session.state().showTimeSeconds > 0.3);
    for (const title of ['a', 'b']) session.enqueue(`${title}.wav`);
    await until(() => rows()[0]?.state === 'ready');
    expect(rows().map(({ title, state }) => [title, state])).toEqual([['a', 'ready'], ['b', 'waiting']]);
    send('next');
    let last = session.state().showTimeSeconds;
    await until(() => {
      const isOn = rows()[0]?.isOn === true;
      if (!isOn) last = session.state().showTimeSeconds;
      return isOn;
    });
    const bar = 240 / 124;
    expect(Math.abs((last + 0.01) / bar - Math.round((last + 0.01) / bar)) * bar).toBeLessThan(0.3);
    expect(session.health().ok).toBe(true);
    await until(() => session.state().showTimeSeconds > 0.1 && session.state().showTimeSeconds < 5);
    await until(() => rows()[1]?.state === 'ready');
    expect(opened).toEqual(['a.wav', 'b.wav']);
  });

  it('goes on by itself at the end, passes over what cannot be opened, and stops after the last', async () => {
    const { session, rows, closed } = start(1.5);
    session.enqueue('bad.wav');
    session.enqueue('good.wav');
    await until(() => rows().some(({ isOn }) => isOn));
    expect(rows().map(({ title, isOn, isBroken }) => [title, isOn, isBroken])).toEqual([['bad', false, true], ['good', true, false]]);
    expect(rows()[0]?.state).toContain('no sound');
    expect(closed).toEqual([]);
  });

  it('moves and removes tracks, and says what is not there', async () => {
    const { session, rows, send } = start();
    for (const title of ['a', 'b', 'c']) session.enqueue(`${title}.wav`);
    send('earlier', 'c');
    send('remove', 'b');
    expect(rows().map(({ title }) => title)).toEqual(['a', 'c']);
    expect(() => send('remove', 'b')).toThrow('not in the queue');
    await until(() => rows()[0]?.state === 'ready');
    send('play', 'c');
    await until(() => rows()[1]?.isOn === true);
    expect(() => session.receive(CLIENT, { type: 'trigger', path: '/queue/next', args: [], source: 'panel' })).toThrow('no other track');
  });
});
