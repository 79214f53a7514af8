/**
 * The desk's figures: a MIDI clock of two hours with drift and jitter, tapping by a human hand, 100,000 fuzzed UDP packets at
 * real sockets, 20,000 fuzzed MIDI streams, malformed OSCQuery requests, and OSC packet → value told, under 2,000 messages a second.
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
import { buildParameterTable } from '../../src/score/parameters.ts';
import { runMidiClock, tapErrors } from '../helpers/clock-simulation.ts';

const table = buildParameterTable();
const FUZZED_PACKETS = 100_000;
const FUZZED_STREAMS = 20_000;
const NOISE_RATE = 2000;
const PROBES = 300;

type Figures = Record<string, number>;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Figures }> {
  const figures: Figures = { ...benchClock(), ...benchTaps(), ...(await benchOsc()), ...benchMidi(), ...(await benchOscQuery()) };
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

function memoryMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
