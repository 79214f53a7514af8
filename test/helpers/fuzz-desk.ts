/**
 * Fires junk at a running show from all sides and says what came of it: what was sent, what came, what was counted as bad,
 * which listeners still answer, and how memory went.
 */

import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { median } from '../../src/base/math.ts';
import { randomFor, type Random } from '../../src/base/random.ts';
import type { OscCounters } from '../../src/control/osc/osc.ts';
import { decodePacket } from '../../src/control/osc/osc-codec.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import { fuzzedCommand, fuzzedPacket, fuzzedRequest, fuzzedStream, fuzzedText } from './desk-fuzz.ts';
import type { PlayedSet } from './played-set.ts';

export interface FuzzCounts {
  readonly packets: number;
  readonly streams: number;
  /** To the pages' socket, and as many to OSCQuery's. */
  readonly messages: number;
  /** To the pages' server, and as many to OSCQuery's. */
  readonly requests: number;
  /** Of the UDP packets: other junk for another seed. */
  readonly seed?: number;
}

/** Packets on their way at once; the next go when these have come, so that the kernel has room. */
const WINDOW = 64;
const PATIENCE_MS = 2000;
const SOCKETS = 4;
const DEVICE = 'fuzzed device';

export const FUZZED = ['udp', 'midi', 'pages', 'query', 'http'] as const;

/** All sides one after the other, or those named. */
export async function fuzzDesk(set: PlayedSet, counts: FuzzCounts, sides: readonly string[] = FUZZED): Promise<Record<string, number>> {
  const fuzz: Record<(typeof FUZZED)[number], () => Promise<Record<string, number>>> = {
    udp: () => fuzzUdp(set, counts.packets, counts.seed), midi: () => fuzzMidi(set, counts.streams),
    pages: () => fuzzPages(set, counts.messages), query: () => fuzzQuerySocket(set, counts.messages), http: () => fuzzHttp(set, counts.requests),
  };
  let found: Record<string, number> = {};
  for (const side of FUZZED) if (sides.includes(side)) found = { ...found, ...(await fuzz[side]()) };
  return found;
}

/** 1 for each way into the show that still works. */
export async function listenersAlive(set: PlayedSet): Promise<Record<'udp' | 'midi' | 'page' | 'query' | 'querySocket' | 'http', number>> {
  const { session, url, oscqueryPort } = set.playing;
  const moves = async (path: string, move: (value: number) => void): Promise<number> => {
    const target = Number(session.values[path]) > 0.5 ? 0.25 : 0.75;
    move(target);
    return await soon(() => Math.abs(Number(session.values[path]) - target) < 0.02);
  };
  const udp = await moves('/walk/sister', (value) => set.osc('/walk/sister', value));
  // The takeover waits until the fader passes the value.
  const midi = await moves('/stage/master', (value) => [0, 127, Math.round(127 * value)].forEach((at) => set.midi(0xb0, 6, at)));
  const before = set.panel.messages.length;
  set.panel.send({ type: 'ping', sent: 1 });
  const page = await soon(() => set.panel.messages.slice(before).some(({ type }) => type === 'pong'));
  const query = Number((await fetch(`http://127.0.0.1:${oscqueryPort}/walk/speed?VALUE`)).status === 200);
  const http = Number((await fetch(`${url}/api/state`)).status === 200);
  return { udp, midi, page, query, querySocket: await hears(set, '/walk/sister'), http };
}

/** A new listener of OSCQuery hears a value that moves. */
async function hears(set: PlayedSet, path: string): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${set.playing.oscqueryPort}`);
  const heard: string[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) heard.push(...decodePacket(data).bundles.flatMap(({ messages }) => messages.map(({ address }) => address)));
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ COMMAND: 'LISTEN', DATA: path }));
  let value = 0;
  const alive = await soon(() => {
    set.osc(path, (value = (value + 0.1) % 1));
    return heard.includes(path);
  });
  socket.terminate();
  return alive;
}

async function soon(condition: () => boolean): Promise<number> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(20)) if (condition()) return 1;
  return 0;
}

async function fuzzUdp(set: PlayedSet, count: number, seed = 4): Promise<Record<string, number>> {
  const random = randomFor(seed, 'fuzz udp');
  const { playing } = set;
  const counters = (): OscCounters => playing.counters().osc;
  const start = counters();
  const memory = new MemoryWatch();
  let lost = 0;
  for (let sent = 0; sent < count;) {
    const before = counters().packets;
    const size = Math.min(WINDOW, count - sent);
    for (let i = 0; i < size; i++) set.packet(fuzzedPacket(random));
    const end = performance.now() + PATIENCE_MS;
    while (counters().packets < before + size && performance.now() < end) await sleep(1);
    lost += Math.max(0, before + size - counters().packets);
    sent += size;
    memory.look(sent / count);
  }
  const { packets, bad, received, late } = counters();
  return { udpSent: count, udpCame: packets - start.packets, udpLost: lost, udpUnderstood: received - start.received, udpBad: bad - start.bad, udpLate: late - start.late, udpHeapSlopeMb: memory.slope() };
}

async function fuzzMidi(set: PlayedSet, count: number): Promise<Record<string, number>> {
  const random = randomFor(5, 'fuzz midi');
  const { controllers } = set.playing.session;
  controllers.plug(DEVICE);
  const start = controllers.counters;
  const memory = new MemoryWatch();
  for (let i = 0; i < count; i++) {
    controllers.receiveBytes(DEVICE, fuzzedStream(random));
    // As a cable would: not all at once.
    if (i % WINDOW === 0) await sleep(1);
    memory.look(i / count);
  }
  const { received, bad } = controllers.counters;
  controllers.unplug(DEVICE);
  return { midiSent: count, midiMessages: received - start.received, midiBad: bad - start.bad, midiHeapSlopeMb: memory.slope() };
}

async function fuzzPages(set: PlayedSet, count: number): Promise<Record<string, number>> {
  const { url, server } = set.playing;
  const start = server.badMessages;
  const hello = JSON.stringify({ type: 'hello', v: PROTOCOL_VERSION, role: 'panel', canPlaySound: false });
  const sockets = new SocketPool(`${url.replace('http', 'ws')}/ws`, [hello]);
  const figures = await sockets.fuzz(count, randomFor(6, 'fuzz page'), fuzzedText);
  return { pageSent: count, pageBad: server.badMessages - start, pageReopened: figures.reopened, pageHeapSlopeMb: figures.slope };
}

async function fuzzQuerySocket(set: PlayedSet, count: number): Promise<Record<string, number>> {
  const { playing } = set;
  const start = playing.counters().query.bad;
  const figures = await new SocketPool(`ws://127.0.0.1:${playing.oscqueryPort}`, []).fuzz(count, randomFor(7, 'fuzz query'), fuzzedCommand);
  return { querySent: count, queryBad: playing.counters().query.bad - start, queryReopened: figures.reopened, queryHeapSlopeMb: figures.slope };
}

async function fuzzHttp(set: PlayedSet, count: number): Promise<Record<string, number>> {
  const random = randomFor(8, 'fuzz http');
  const { playing } = set;
  const start = playing.counters().query.bad;
  const memory = new MemoryWatch();
  for (let i = 0; i < count; i++) {
    await Promise.all([playing.oscqueryPort, playing.server.port].map((port) => throwAt(port, fuzzedRequest(random, port))));
    memory.look(i / count);
  }
  return { httpSent: 2 * count, httpQueryBad: playing.counters().query.bad - start, httpHeapSlopeMb: memory.slope() };
}

/** One request on a connection of its own; waits until the server has answered or hung up, a moment at most. */
async function throwAt(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('data', () => socket.destroy());
  socket.end(bytes);
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), sleep(120)]);
  socket.destroy();
}

/** A few connections that speak junk; one that the server closes is opened again. */
class SocketPool {
  readonly #url: string;
  readonly #greetings: readonly string[];
  #reopened = 0;

  constructor(url: string, greetings: readonly string[]) {
    this.#url = url;
    this.#greetings = greetings;
  }

  async fuzz(count: number, random: Random, text: (random: Random) => string): Promise<{ reopened: number; slope: number }> {
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => this.#open()));
    const memory = new MemoryWatch();
    for (let i = 0; i < count; i++) {
      const at = i % SOCKETS;
      if (sockets[at]?.readyState !== WebSocket.OPEN) {
        sockets[at] = await this.#open();
        this.#reopened++;
      }
      junkTo(sockets[at] as WebSocket, random, text);
      if (i % SOCKETS === 0) await drained(sockets[at] as WebSocket);
      memory.look(i / count);
    }
    await sleep(100);
    for (const socket of sockets) socket.terminate();
    return { reopened: this.#reopened, slope: memory.slope() };
  }

  async #open(): Promise<WebSocket> {
    const socket = new WebSocket(this.#url);
    socket.on('error', () => undefined);
    await once(socket, 'open');
    for (const greeting of this.#greetings) socket.send(greeting);
    return socket;
  }
}

/** Text, bytes, or bytes that are no WebSocket frame. */
function junkTo(socket: WebSocket, random: Random, text: (random: Random) => string): void {
  const kind = random.uniform();
  if (kind < 0.8) socket.send(text(random));
  else if (kind < 0.98) socket.send(kind < 0.9 ? fuzzedPacket(random) : fuzzedStream(random));
  else (socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(fuzzedStream(random));
}

/** What was sent before has been read. */
async function drained(socket: WebSocket): Promise<void> {
  for (let i = 0; i < 100 && socket.bufferedAmount > 0; i++) await sleep(1);
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.ping();
  await Promise.race([once(socket, 'pong').catch(() => undefined), once(socket, 'close').catch(() => undefined), sleep(1000)]);
}

/** Heap in use after a collection, looked at in ten moments; without `--expose-gc` it says nothing (NaN). */
class MemoryWatch {
  readonly #seen: number[] = [];
  #next = 0;

  look(share: number): void {
    if (share < this.#next) return;
    this.#next += 0.1;
    globalThis.gc?.();
    this.#seen.push(process.memoryUsage().heapUsed / 2 ** 20);
  }

  /** How much more the last third holds than the third before it (MB). */
  slope(): number {
    if (globalThis.gc === undefined) return Number.NaN;
    const third = Math.max(1, Math.floor(this.#seen.length / 3));
    return Math.round(100 * (median(this.#seen.slice(-third)) - median(this.#seen.slice(-2 * third, -third)))) / 100;
  }
}

