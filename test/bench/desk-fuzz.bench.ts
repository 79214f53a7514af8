/**
 * Junk at a running show with fake pictures: 100,000 UDP packets (the next ones go when those before have come), 20,000 MIDI
 * streams, 10,000 messages to each WebSocket, 4,000 requests to each HTTP server. Goals: none lost, no crash, every
 * listener answers afterwards, heap flat (the last third of each part against the third before it). `--only` takes sides: udp,
 * midi, pages, query, http.
 */

import { fuzzDesk, listenersAlive } from '../helpers/fuzz-desk.ts';
import { PlayedSet } from '../helpers/played-set.ts';

const FULL = { packets: 100_000, streams: 20_000, messages: 10_000, requests: 4_000 };

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const sides = process.env['LATENTBEAT_BENCH_SECTIONS']?.split(',');
  const set = await PlayedSet.start();
  // What is drawn does not matter here.
  set.ignoreFrames();
  try {
    await set.reach(0.5);
    const counts = await fuzzDesk(set, FULL, sides);
    const alive = await listenersAlive(set);
    const figures = { ...counts, ...Object.fromEntries(Object.entries(alive).map(([name, answers]) => [`${name}Alive`, answers])), logged: set.show.log.changes.length };
    return { name: 'fuzz', rows: Object.entries(figures).map(([figure, value]) => ({ figure, value })), figures };
  } finally {
    await set.close();
  }
}
