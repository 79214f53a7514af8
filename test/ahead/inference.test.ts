/** The inference process for real: killed, stopped, orphaned; what it draws stays the same bytes. Runs the compiled entry. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PictureReader, pictureHeader } from '../../src/ahead/inference-messages.ts';
import { startInference } from '../../src/ahead/inference.ts';
import type { InferenceOptions, InferencePipeline } from '../../src/ahead/inference.ts';
import { UserError } from '../../src/base/errors.ts';
import { randomFor } from '../../src/base/random.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { LatentPoint } from '../../src/diffusion/types.ts';
import { writeTinyModel } from '../helpers/tiny-model.ts';

const notices: string[] = [];
let pipeline: InferencePipeline | undefined;

async function start(options: Partial<InferenceOptions> = {}): Promise<InferencePipeline> {
  notices.length = 0;
  pipeline = await startInference({ model: 'fake', onNotice: (text) => notices.push(text), ...options });
  return pipeline;
}

afterEach(async () => {
  await pipeline?.dispose();
  pipeline = undefined;
});

function point(position: number, size = 32): LatentPoint {
  return { prompts: [{ text: 'neon jellyfish', weight: 1 - position }, { text: 'fire', weight: position }], negative: '', noise: { from: 1, to: 2, position, orbit: position, pushSeed: 3, pushAmount: 0.1 }, guidance: 1, steps: 1, height: size, width: size };
}

const isRunning = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe('startInference', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await writeTinyModel();
  });

  it('draws and measures what the same pipeline does in this process', async () => {
    const local = await openPipeline(folder);
    const remote = await start({ model: folder });
    expect(remote.card).toEqual(local.card);
    const points = [0, 0.2, 0.9].map((position) => point(position, 24));
    for (const one of points) expect((await remote.draw(one)).pixels).toEqual((await local.draw(one)).pixels);
    expect(await remote.measureDifference(points)).toEqual(await local.measureDifference(points));
    await local.dispose();
  });

  it('hands on what is wrong with a model folder', async () => {
    await expect(start({ model: '/nowhere/at/all' })).rejects.toSatisfy((reason) => reason instanceof UserError && reason.fault === 'device' && reason.message.includes('/nowhere/at/all does not exist'));
  });

  it('hands on what is wrong with a point, and goes on', async () => {
    const remote = await start({ model: folder });
    await expect(remote.draw(point(0, 26))).rejects.toThrow(/multiples of 4/);
    expect((await remote.draw(point(0, 24))).width).toBe(24);
  });

  it('drops a waiting draw that is not wanted any more', async () => {
    const remote = await start({ fakeCost: 60 });
    const abort = new AbortController();
    const draws = [remote.draw(point(0)), remote.draw(point(0.1), abort.signal), remote.draw(point(0.2))];
    abort.abort(new Error('superseded'));
    const results = await Promise.allSettled(draws);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('makes a killed process good: all pictures come, in order, the same bytes', async () => {
    const remote = await start({ fakeCost: 15 });
    const local = createFakePipeline();
    const positions = [...Array(60).keys()].map((i) => i / 60);
    const order: number[] = [];
    const draws = positions.map((position, i) => remote.draw(point(position)).then(({ pixels }) => {
      order.push(i);
      return pixels;
    }));
    const measuring = remote.measureDifference([point(0), point(1)]);
    for (const after of [10, 30]) {
      await waitUntil(() => order.length >= after);
      process.kill(remote.processId as number, 'SIGKILL');
    }
    const drawn = await Promise.all(draws);
    for (const [i, position] of positions.entries()) expect(drawn[i]).toEqual((await local.draw(point(position))).pixels);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(await measuring).toEqual(await local.measureDifference([point(0), point(1)]));
    expect(remote.losses).toBe(2);
    expect(notices.filter((text) => text.includes('the show goes on'))).toHaveLength(2);
  });

  it('kills and replaces a process that was stopped', async () => {
    const remote = await start();
    const stopped = remote.processId as number;
    process.kill(stopped, 'SIGSTOP');
    expect((await remote.draw(point(0.5))).pixels).toEqual((await createFakePipeline().draw(point(0.5))).pixels);
    expect(remote.processId).not.toBe(stopped);
    expect(isRunning(stopped)).toBe(false);
    expect([remote.alive, remote.losses]).toEqual([true, 1]);
  });

  it('leaves no process behind, asked twice', async () => {
    const remote = await start();
    const id = remote.processId as number;
    const waiting = remote.draw(point(0)).catch((reason: unknown) => (reason as Error).message);
    await Promise.all([remote.dispose(), remote.dispose()]);
    expect(await waiting).toMatch(/closed/);
    await waitUntil(() => !isRunning(id));
    await expect(remote.draw(point(0))).rejects.toThrow(/closed/);
  });

  it('ends when its parent was killed', async () => {
    const entry = new URL('../../dist/ahead/inference.js', import.meta.url).href;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', `const { startInference } = await import('${entry}'); const p = await startInference({ model: 'fake' }); console.log(p.processId);`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(text.toString());
    expect(isRunning(child)).toBe(true);
    parent.kill('SIGKILL');
    await waitUntil(() => !isRunning(child));
  });
});

describe('PictureReader', () => {
  it('puts pictures together from chunks of any length', () => {
    const random = randomFor(1, 'chunks');
    const bodies = [0, 4, 1000, 65_536].map((length) => Uint8Array.from({ length }, () => random.integer(256)));
    const stream = Buffer.concat(bodies.flatMap((body, i) => [pictureHeader(i + 1, i, 2 * i, 1.5, body.length), body]));
    const found: unknown[] = [];
    const reader = new PictureReader((id, height, width, cost, pixels) => found.push({ id, height, width, cost, pixels }));
    for (let at = 0; at < stream.length; ) {
      const count = 1 + random.integer(random.uniform() < 0.5 ? 5 : 5000);
      reader.push(stream.subarray(at, at + count));
      at += count;
    }
    // A picture of no bytes is complete with its header, but is seen with the next byte.
    expect(found).toEqual(bodies.map((pixels, i) => ({ id: i + 1, height: i, width: 2 * i, cost: 1.5, pixels })));
  });
});
