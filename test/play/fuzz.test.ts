/** Junk from all sides at a running show: it plays on, every listener answers, and what was junk is counted. */

import { afterEach, expect, it } from 'vitest';

import { fuzzDesk, listenersAlive } from '../helpers/fuzz-desk.ts';
import { PlayedSet } from '../helpers/played-set.ts';

let set: PlayedSet;
afterEach(() => set.close());

it('loses no listener to junk by UDP, MIDI, WebSocket and HTTP', async () => {
  set = await PlayedSet.start();
  await set.reach(0.3);
  const counts = await fuzzDesk(set, { packets: 2000, streams: 1000, messages: 200, requests: 24 });
  expect(counts).toMatchObject({ udpSent: 2000, udpCame: 2000, midiSent: 1000 });
  for (const bad of ['udpBad', 'midiBad', 'pageBad', 'queryBad', 'httpQueryBad']) expect(counts[bad]).toBeGreaterThan(5);
  expect(await listenersAlive(set)).toEqual({ udp: 1, midi: 1, page: 1, query: 1, querySocket: 1, http: 1 });
  set.osc('/transport/position', 1);
  set.osc('/transport/play', true);
  const before = set.time;
  await set.until(() => set.time > before + 0.3);
}, 120_000);
