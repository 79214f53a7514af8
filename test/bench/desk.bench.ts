/**
 * The desk's clocks: a MIDI clock of two hours with drift and jitter, tapping by a human hand; and OSC packet → change inside
 * the process under 2,000 messages a second. Beside it: desk-set (a set of three minutes, drawn again), desk-fuzz (junk at a
 * running show), desk-latency (hand to page and to frame). `npm run bench -- desk` runs them all.
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile } from '../../src/base/math.ts';
import { randomFor } from '../../src/base/random.ts';
import { encodeMessage } from '../../src/control/osc/osc-codec.ts';
import { OscServer } from '../../src/control/osc/osc.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { runMidiClock, tapErrors } from '../helpers/clock-simulation.ts';

const table = buildParameterTable();
const NOISE_RATE = 2000;
const PROBES = 300;

type Figures = Record<string, number>;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Figures }> {
  const figures: Figures = { ...benchClock(), ...benchTaps(), ...(await benchOsc()) };
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
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const random = randomFor(4, 'desk noise');
  const send = (path: string, value: number): void => socket.send(encodeMessage(path, [value]), server.port, '127.0.0.1');
  const noise = setInterval(() => { for (let i = 0; i < NOISE_RATE / 100; i++) send('/walk/noise', random.uniform()); }, 10);
  const latencies: number[] = [];
  for (let i = 0; i < PROBES; i++) {
    const sent = performance.now();
    const arrival = new Promise<number>((resolve) => { heard = () => resolve(performance.now() - sent); });
    send('/walk/speed', (i % 100) / 50);
    latencies.push(await Promise.race([arrival, sleep(1000).then(() => 1000)]));
    await sleep(7);
  }
  clearInterval(noise);
  socket.close();
  await server.close();
  return { oscPacketToChangeP50Ms: round(median(latencies)), oscPacketToChangeP99Ms: round(quantile(latencies, 0.99)) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
