/**
 * From a hand to the stage, on loopback, with the hand and the page in a thread of their own: OSC packet → message in the
 * page (p99 ≤ 20 ms asked) while 2,000 messages a second of noise arrive and frames are being generated, and control → first
 * changed generated frame (p95 ≤ 2 generation times + 50 ms asked). In turns with a bare echo over the same sockets under
 * the same noise, so that the machine's share shows: medians and p99 of the rounds, and the load. `own`: from the packet's being
 * read to its message on the pages' sockets, inside the server.
 */

import { loadavg } from 'node:os';

import { median, quantile } from '../../src/base/math.ts';
import { OscServer } from '../../src/control/osc/osc.ts';
import { startInference } from '../../src/ahead/inference.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { startServer } from '../../src/server/web/server.ts';
import { Session } from '../../src/server/session.ts';
import { openEcho, probe, type ProbeOrder } from '../helpers/latency.ts';
import { makeShow, makeTools } from '../server/show-fixture.ts';

const ROUNDS = 3;
const NOISE_RATE = 2000;
const PROBES = 150;
const CHANGES = 25;
const GENERATION_MS = 40;
const PATH = '/walk/speed';

type Figures = Record<string, number>;

interface Desk {
  /** Wall times inside the server (ms). */
  readonly own: number[];
  readonly udpPort: number;
  readonly url: string;
  close(): Promise<void>;
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Figures }> {
  const desk = await openDesk();
  const echo = await openEcho(PATH);
  const rows: Record<string, number | string>[] = [];
  const seen: Record<string, number[]> = {};
  const measure = async (what: string, order: Omit<ProbeOrder, 'path'>, greets: boolean): Promise<void> => {
    const times = (await probe({ ...order, path: PATH }, greets)).map((time) => (Number.isNaN(time) ? 2000 : time));
    (seen[what] ??= []).push(...times);
    rows.push({ what, 'median ms': round(median(times)), 'p95 ms': round(quantile(times, 0.95)), 'p99 ms': round(quantile(times, 0.99)), load: round(loadavg()[0] ?? 0) });
  };
  const at = { udpPort: desk.udpPort, url: desk.url };
  try {
    for (let i = 0; i < ROUNDS; i++) {
      await measure('echo, noise', { udpPort: echo.udpPort, url: echo.url, noiseRate: NOISE_RATE, probes: PROBES, gapMs: 45, mode: 'message' }, false);
      await measure('message, noise', { ...at, noiseRate: NOISE_RATE, probes: PROBES, gapMs: 45, mode: 'message' }, true);
      await measure('frame, noise', { ...at, noiseRate: NOISE_RATE, probes: CHANGES, gapMs: 400, mode: 'frame' }, true);
    }
    await measure('frame, still', { ...at, noiseRate: 0, probes: CHANGES, gapMs: 400, mode: 'frame' }, true);
  } finally {
    echo.close();
    await desk.close();
  }
  const of = (what: string, share: number): number => round(quantile(seen[what] ?? [], share));
  return { name: 'latency', rows, figures: {
    echoP50Ms: of('echo, noise', 0.5), echoP99Ms: of('echo, noise', 0.99), messageP50Ms: of('message, noise', 0.5), messageP99Ms: of('message, noise', 0.99),
    ownP50Ms: round(median(desk.own)), ownP99Ms: round(quantile(desk.own, 0.99)), messageOverEchoP50: round(of('message, noise', 0.5) / of('echo, noise', 0.5)), messageOverEchoP99: round(of('message, noise', 0.99) / of('echo, noise', 0.99)),
    frameP50Ms: of('frame, noise', 0.5), frameP95Ms: of('frame, noise', 0.95), frameStillP95Ms: of('frame, still', 0.95), frameAskedMs: 2 * GENERATION_MS + 50, load: round(loadavg()[0] ?? 0),
  } };
}

/** A show whose pictures (of arithmetic, 40 ms each) are made in their own process, as on stage. */
async function openDesk(): Promise<Desk> {
  const now = (): number => performance.now();
  const table = buildParameterTable();
  const pipeline = await startInference({ model: 'fake', fakeCost: GENERATION_MS });
  const session = new Session({ now, tools: makeTools(), version: '0', provider: 'cpu', freeClock: true, uploadFolder: '', thumbnailFolder: '', notice: () => undefined });
  const web = await startServer({ host: session, port: 0, now });
  const own: number[] = [];
  let readAt = 0;
  session.attach({
    clients: () => web.clients(), sendTo: (client, message) => web.sendTo(client, message), sendFrame: (frame, epoch) => web.sendFrame(frame, epoch), refill: () => web.refill(), welcomeAll: () => web.welcomeAll(),
    broadcast: (message, except) => {
      web.broadcast(message, except);
      if (message.type === 'values' && PATH in message.values) own.push(now() - readAt);
    },
  });
  const osc = await OscServer.open({
    port: 0, table, values: () => session.values, onChanges: (changes) => session.control(changes),
    onMessage: ({ address, args }, peer, isKnown) => {
      if (address === PATH) readAt = now();
      session.controllers.hear('osc', `${peer.address}:${peer.port}`, address, args.map(String).join(' '), isKnown ? address : null);
    },
  });
  session.attachLink(osc);
  session.open(makeShow({ pipeline }));
  const tending = setInterval(() => session.tend(), 250);
  await session.buffered(2);
  return {
    own, udpPort: osc.port, url: web.url,
    close: async () => {
      clearInterval(tending);
      await osc.close();
      await web.close();
      await session.close();
      await pipeline.dispose();
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
