/**
 * The inference process: its main thread does messages and heartbeat and never blocks, a worker runs the pipeline.
 * Pixels leave on file descriptor 4 while the worker is already at the next picture. It ends when its parent's channel
 * closes, so nothing is left behind by a parent that was killed. Started by inference.ts only.
 */

import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { HEARTBEAT_MS, pictureHeader } from './inference-messages.ts';
import type { InferenceReply, InferenceRequest, InferenceSetup, WorkerReply } from './inference-messages.ts';

const PIXEL_DESCRIPTOR = 4;

function reply(message: InferenceReply): void {
  if (process.connected) process.send?.(message);
}

function startWorker(setup: InferenceSetup, pixels: Socket): Worker {
  const worker = new Worker(new URL('./inference-worker.js', import.meta.url), { workerData: setup });
  worker.on('message', (message: WorkerReply) => {
    if (message.type !== 'picture') return reply(message);
    const { id, height, width, cost } = message;
    pixels.cork();
    pixels.write(pictureHeader(id, height, width, cost, message.pixels.length));
    pixels.write(message.pixels);
    pixels.uncork();
  });
  worker.on('error', (reason) => reply({ type: 'failed', id: 0, message: reason instanceof Error ? reason.message : String(reason), fault: null }));
  worker.on('exit', (code) => process.exit(code));
  return worker;
}

function main(): void {
  // Ctrl-C reaches the whole process group; the parent decides what follows.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  // A parent that left while this file was loading has closed the channel before anyone listened.
  if (!process.connected) process.exit(0);
  const pixels = new Socket({ fd: PIXEL_DESCRIPTOR, readable: false, writable: true });
  pixels.on('error', () => process.exit(0));
  let worker: Worker | undefined;
  process.on('message', (request: InferenceRequest) => {
    if (request.type === 'open') worker = startWorker(request.setup, pixels);
    else worker?.postMessage(request);
  });
  setInterval(() => reply({ type: 'alive' }), HEARTBEAT_MS);
}

main();
