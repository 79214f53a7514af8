/**
 * The hand and the page of the latency bench, in a thread of its own, so that neither waits for the server's event loop:
 * sends OSC by UDP, listens on a WebSocket, and times each packet to the message that it brings.
 * workerData: { udpPort, url, hello, path, noisePath, noiseRate, probes, gapMs, mode: 'message' | 'frame' }
 * posts: { times: number[] (ms; NaN: nothing came within two seconds) }
 */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

const { udpPort, url, origin, hello, path, noisePath, noiseRate, probes, gapMs, mode } = workerData;
const PATIENCE_MS = 2000;

const padded = (text) => Buffer.concat([Buffer.from(text), Buffer.alloc(4 - (text.length % 4))]);

/** One OSC message with a float. */
function encode(address, value) {
  const number = Buffer.alloc(4);
  number.writeFloatBE(value);
  return Buffer.concat([padded(address), padded(',f'), number]);
}

const socket = createSocket('udp4').bind(0, '127.0.0.1');
await once(socket, 'listening');
const page = new WebSocket(url, { origin });
await once(page, 'open');

let generation = 0;
let arrive = null;
page.on('message', (data, isBinary) => {
  const at = performance.now();
  if (!isBinary && mode === 'message' && data.includes(`"${path}"`)) arrive?.(at);
  if (!isBinary || data.length < 48) return;
  const next = data.readUInt32LE(12);
  if (mode === 'frame' && next > generation) arrive?.(at);
  generation = Math.max(generation, next);
});
if (hello !== '') page.send(hello);
await sleep(500);

const send = (address, value) => socket.send(encode(address, value), udpPort, '127.0.0.1');
let sent = 0;
const began = performance.now();
const noise = noiseRate === 0 ? undefined : setInterval(() => {
  // As many as the rate asks by now, also when this thread had to wait.
  const due = Math.min(sent + 200, Math.floor(((performance.now() - began) * noiseRate) / 1000));
  for (; sent < due; sent++) send(noisePath, (sent % 10) / 10);
}, 5);

const times = [];
for (let i = 0; i < probes; i++) {
  const arrival = new Promise((resolve) => (arrive = resolve));
  const left = performance.now();
  send(path, 0.5 + (i % 100) / 100);
  const at = await Promise.race([arrival, sleep(PATIENCE_MS).then(() => Number.NaN)]);
  arrive = null;
  times.push(at - left);
  await sleep(gapMs * (0.8 + 0.4 * ((i * 0.618) % 1)));
}
clearInterval(noise);
page.terminate();
socket.close();
parentPort.postMessage({ times, sent });
