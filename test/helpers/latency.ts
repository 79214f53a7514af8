/** Runs the latency probe against a server, and against a bare echo over the same kinds of sockets as the machine's own share. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';

export interface ProbeOrder {
  readonly udpPort: number;
  readonly url: string;
  readonly path: string;
  readonly noiseRate: number;
  readonly probes: number;
  readonly gapMs: number;
  readonly mode: 'message' | 'frame';
}

const HELLO = JSON.stringify({ type: 'hello', v: PROTOCOL_VERSION, role: 'stage', canPlaySound: false });
const NOISE_PATH = '/look/zoom';

/** Times from packet to message or to the first changed frame (ms); NaN where nothing came. */
export async function probe(order: ProbeOrder, greets: boolean): Promise<number[]> {
  const worker = new Worker(new URL('./latency-probe.mjs', import.meta.url), {
    workerData: { ...order, url: `${order.url.replace('http', 'ws')}/ws`, origin: order.url, hello: greets ? HELLO : '', noisePath: NOISE_PATH },
  });
  const [{ times }] = (await once(worker, 'message')) as [{ times: number[] }];
  await worker.terminate();
  return times;
}

/** A server that does nothing but tell a packet's first letters and value to its page. */
export async function openEcho(path: string): Promise<{ readonly udpPort: number; readonly url: string; close(): void }> {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const udp = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 }).bind(0, '127.0.0.1');
  await Promise.all([once(sockets, 'listening'), once(udp, 'listening')]);
  udp.on('message', (bytes) => {
    if (!bytes.toString('latin1', 0, path.length + 1).startsWith(`${path}\0`)) return;
    for (const page of sockets.clients) page.send(JSON.stringify({ type: 'values', values: { [path]: bytes.readFloatBE(bytes.length - 4) }, source: 'osc' }));
  });
  return {
    udpPort: udp.address().port,
    url: `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`,
    close: () => {
      udp.close();
      for (const page of sockets.clients) page.terminate();
      sockets.close();
    },
  };
}
