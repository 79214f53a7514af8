/**
 * The worker thread of the inference process: owns the pipeline, whose native runs block this thread. Requests wait in
 * the pipeline's own queue. Started by inference-process.ts only.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { UserError, messageOf } from '../base/errors.ts';
import { createFakePipeline } from '../diffusion/fake.ts';
import { openPipeline } from '../diffusion/pipeline.ts';
import type { LatentPoint, Pipeline } from '../diffusion/types.ts';
import type { InferenceRequest, InferenceSetup, WorkerReply } from './inference-messages.ts';

const cancels = new Map<number, AbortController>();

function say(reply: WorkerReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}

function fail(id: number, reason: unknown): void {
  say({ type: 'failed', id, message: messageOf(reason), fault: reason instanceof UserError ? reason.fault : null });
}

function open({ model, provider, threads, drawing, fakeCost }: InferenceSetup): Promise<Pipeline> {
  if (model === 'fake') return Promise.resolve(createFakePipeline({ cost: () => fakeCost }));
  return openPipeline(model, { ...drawing, provider, threads, onRun: () => say({ type: 'step' }), onNotice: (text) => say({ type: 'notice', text }) });
}

async function draw(pipeline: Pipeline, id: number, point: LatentPoint): Promise<void> {
  const cancel = new AbortController();
  cancels.set(id, cancel);
  try {
    const { height, width, pixels, cost } = await pipeline.draw(point, cancel.signal);
    say({ type: 'picture', id, height, width, cost, pixels }, [pixels.buffer as ArrayBuffer]);
  } catch (reason) {
    fail(id, reason);
  } finally {
    cancels.delete(id);
  }
}

async function measure(pipeline: Pipeline, id: number, points: readonly LatentPoint[]): Promise<void> {
  try {
    say({ type: 'differences', id, differences: await pipeline.measureDifference(points) });
  } catch (reason) {
    fail(id, reason);
  }
}

async function hear(pipeline: Pipeline, id: number, prompt: string): Promise<void> {
  try {
    say({ type: 'heard', id, heard: (await pipeline.hear?.(prompt)) ?? null });
  } catch (reason) {
    fail(id, reason);
  }
}

function receive(pipeline: Pipeline, request: InferenceRequest): void {
  switch (request.type) {
    case 'draw':
      void draw(pipeline, request.id, request.point);
      break;
    case 'measure':
      void measure(pipeline, request.id, request.points);
      break;
    case 'hear':
      void hear(pipeline, request.id, request.prompt);
      break;
    case 'cancel':
      cancels.get(request.id)?.abort(new Error('cancelled'));
      break;
    case 'close':
      void pipeline.dispose().finally(() => process.exit(0));
      break;
    case 'open':
      break;
  }
}

async function main(): Promise<void> {
  const pipeline = await open(workerData as InferenceSetup);
  parentPort?.on('message', (request: InferenceRequest) => receive(pipeline, request));
  say({ type: 'ready', card: pipeline.card });
}

main().catch((reason: unknown) => fail(0, reason));
