/**
 * The desk's figures: a MIDI clock of two hours with drift and jitter, tapping by a human hand, 100,000 fuzzed UDP packets at
 * real sockets, 20,000 fuzzed MIDI streams, malformed OSCQuery requests, and OSC packet →
 * message in a page and first changed frame, under 2,000 messages a second while frames are drawn.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';
import { MidiMap } from '../../src/control/midi-map.ts';
import { encodeBundle, encodeMessage } from '../../src/control/osc-codec.ts';
import { OscServer } from '../../src/control/osc.ts';
import { OscQueryServer } from '../../src/control/oscquery.ts';
import { WebSocket } from 'ws';
import { decodeFrame } from '../../src/protocol/frame.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { startServer } from '../../src/server/server.ts';
import { Session } from '../../src/server/session.ts';
import { makeShow, makeTools } from '../server/show-fixture.ts';
import { runMidiClock, tapErrors } from '../helpers/clock-simulation.ts';

const table = buildParameterTable();
const FUZZED_PACKETS = 100_000;
const FUZZED_STREAMS = 20_000;
const NOISE_RATE = 2000;
const PROBES = 300;
const CHANGES = 40;
const GENERATION_MS = 40;

type Figures = Record<string, number>;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Figures }> {
  const figures: Figures = { ...benchClock(), ...benchTaps(), ...(await benchOsc()), ...benchMidi(), ...(await benchOscQuery()), ...(await benchPage()) };
  return { name: 'desk', rows: Object.entries(figures).map(([figure, value]) => ({ figure, value })), figures };
}

function benchClock(): Figures {
  const { p95, worst, longestStep } = runMidiClock({ hours: 2, tempo: 128, driftPpm: 100, jitterMs: 3 });
  return { clockPhaseP95Ms: round(p95), clockPhaseWorstMs: round(worst), clockLongestStepBeats: round(longestStep) };
}

function benchTaps(): Figures {
  const errors = tapErrors(128, 8, 15, 2000);
  return { tapMedianErrorBpm: round(median(errors)), tapP95ErrorBpm: round(quantile(errors, 0.95)) };
}

async function benchOsc(): Promise<Figures> {
  let heard: ((value: number) => void) | null = null;
  const server = await OscServer.open({
    port: 0, table, values: () => ({}),
    onChanges: (changes) => changes.forEach((change) => { if (change.kind === 'value' && change.path === '/walk/speed') heard?.(Number(change.value)); }),
  });
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const send = (bytes: Uint8Array): Promise<void> => new Promise((resolve) => socket.send(bytes, server.port, '127.0.0.1', () => resolve()));
  const before = memoryMb();
  const random = randomFor(4, 'desk fuzz');
  for (let i = 0; i < FUZZED_PACKETS; i++) {
    await send(fuzzedPacket(random));
    // Sender and receiver share this process: without a breath the kernel drops what nobody reads.
    if (i % 32 === 0) await sleep(1);
  }
  const grown = memoryMb() - before;
  const latencies: number[] = [];
  const noise = setInterval(() => { for (let i = 0; i < NOISE_RATE / 100; i++) void send(encodeMessage('/walk/noise', [random.uniform()])); }, 10);
  for (let i = 0; i < PROBES; i++) {
    const value = (i % 100) / 50;
    const sent = performance.now();
    const arrival = new Promise<number>((resolve) => { heard = () => resolve(performance.now() - sent); });
    await send(encodeMessage('/walk/speed', [value]));
    latencies.push(await Promise.race([arrival, sleep(1000).then(() => 1000)]));
    await sleep(7);
  }
  clearInterval(noise);
  const { received, bad } = server.counters;
  socket.close();
  await server.close();
  return { udpFuzzed: FUZZED_PACKETS, udpBadCounted: bad, udpUnderstood: received, udpMemoryGrownMb: round(grown), oscPacketToChangeP99Ms: round(quantile(latencies, 0.99)) };
}

/** Junk, or a good packet that is bent somewhere. */
function fuzzedPacket(random: ReturnType<typeof randomFor>): Uint8Array {
  const pick = (count: number): number => Math.floor(random.uniform() * count);
  if (random.uniform() < 0.3) return Uint8Array.from({ length: 1 + pick(200) }, () => pick(256));
  const good = random.uniform() < 0.5 ? encodeMessage('/walk/{speed,noise}', [random.uniform(), 'text', true]) : encodeBundle([encodeMessage('/look/*/amount', [1]), encodeMessage('/keep', [])]);
  const bent = Uint8Array.from(good);
  for (let i = 0; i < 1 + pick(6); i++) bent[pick(bent.length)] = pick(256);
  return random.uniform() < 0.3 ? bent.slice(0, pick(bent.length)) : bent;
}

function benchMidi(): Figures {
  const map = new MidiMap({ table: () => table, values: () => ({}), onChanges: () => undefined, onSend: () => undefined });
  map.plug('x', 0);
  const random = randomFor(5, 'desk midi fuzz');
  const before = memoryMb();
  for (let i = 0; i < FUZZED_STREAMS; i++) map.receive('x', Array.from({ length: 32 }, () => Math.floor(random.uniform() * 256)), i);
  return { midiFuzzed: FUZZED_STREAMS, midiBadCounted: map.counters.bad, midiMemoryGrownMb: round(memoryMb() - before) };
}

async function benchOscQuery(): Promise<Figures> {
  const server = await OscQueryServer.open({ port: 0, name: 'bench', oscPort: 1, content: () => ({ table, values: {}, outs: new Map() }), admits: () => true, onPacket: () => undefined });
  const random = randomFor(6, 'desk http fuzz');
  for (let i = 0; i < 500; i++) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(Buffer.from(Uint8Array.from({ length: 1 + Math.floor(random.uniform() * 400) }, () => Math.floor(random.uniform() * 256))));
    await once(socket, 'close').catch(() => undefined);
  }
  const { status } = await fetch(`http://127.0.0.1:${server.port}/walk/speed?VALUE`);
  const { bad } = server.counters;
  await server.close();
  return { oscqueryMalformed: 500, oscqueryBadCounted: bad, oscqueryStillAnswers: status === 200 ? 1 : 0 };
}

/** A show of fake pictures (40 ms each) with a page on a real socket; the page is a client in this same process. */
async function benchPage(): Promise<Figures> {
  const now = (): number => performance.now();
  const session = new Session({ now, tools: makeTools(), version: '0', provider: 'cpu', freeClock: true, uploadFolder: '', thumbnailFolder: '', notice: () => undefined });
  const web = await startServer({ host: session, port: 0, now });
  session.attach(web);
  const osc = await OscServer.open({ port: 0, table, values: () => session.values, onChanges: (changes) => session.control(changes) });
  session.open(makeShow({ cost: () => GENERATION_MS }));
  const page = new WebSocket(`${web.url.replace('http', 'ws')}/ws`, { origin: web.url });
  await once(page, 'open');
  let told: (() => void) | null = null;
  let drawn: (() => void) | null = null;
  let generation = 0;
  page.on('message', (data: Buffer, isBinary) => {
    if (isBinary) generation = Math.max(generation, decodeFrame(data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer).header.generation);
    if (isBinary) drawn?.();
    else if (data.includes('"/walk/speed"')) told?.();
  });
  page.send(JSON.stringify({ type: 'hello', v: PROTOCOL_VERSION, role: 'stage', canPlaySound: false }));
  await session.buffered(2);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const send = (path: string, value: number): void => socket.send(encodeMessage(path, [value]), osc.port, '127.0.0.1');
  const noise = setInterval(() => { for (let i = 0; i < NOISE_RATE / 100; i++) send('/look/zoom', (i % 10) / 10); }, 10);
  const messages: number[] = [];
  for (let i = 0; i < PROBES; i++) {
    const sent = now();
    const arrival = new Promise<number>((resolve) => { told = () => resolve(now() - sent); });
    send('/walk/speed', 0.5 + (i % 100) / 100);
    messages.push(await Promise.race([arrival, sleep(1000).then(() => 1000)]));
    await sleep(45);
  }
  await sleep(1500);
  const frames: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const before = generation;
    const sent = now();
    const arrival = new Promise<number>((resolve) => { drawn = () => { if (generation > before) resolve(now() - sent); }; });
    send('/walk/speed', 0.6 + (i % 10) / 10);
    frames.push(await Promise.race([arrival, sleep(3000).then(() => 3000)]));
    await sleep(400);
  }
  clearInterval(noise);
  page.terminate();
  socket.close();
  await osc.close();
  await web.close();
  await session.close();
  return { oscToPageP50Ms: round(median(messages)), oscToPageP99Ms: round(quantile(messages, 0.99)), generationMs: GENERATION_MS, controlToFrameP50Ms: round(median(frames)), controlToFrameP95Ms: round(quantile(frames, 0.95)) };
}

function memoryMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
