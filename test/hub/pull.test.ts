/** Pulling a model from a hub on loopback that breaks off, sends damage and refuses: what lies in the folder is always whole. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { randomFor } from '../../src/base/random.ts';
import { findDamage } from '../../src/diffusion/folder.ts';
import { pullModel } from '../../src/hub/pull.ts';
import type { PullOptions, PullProgress } from '../../src/hub/pull.ts';
import { parseRepository } from '../../src/hub/repository.ts';
import { HubServer } from '../helpers/hub-server.ts';

function bytes(name: string, length: number): Buffer {
  const random = randomFor(0, name);
  return Buffer.from(Uint8Array.from({ length }, () => random.integer(256)));
}

const UNET = bytes('unet', 300_000);
const FILES: Readonly<Record<string, Buffer>> = {
  'README.md': Buffer.from('# a model'),
  'model_index.json': Buffer.from('{"_class_name": "StableDiffusionPipeline"}'),
  'scheduler/scheduler_config.json': Buffer.from('{}'),
  'tokenizer/vocab.json': Buffer.from('{}'),
  'tokenizer/merges.txt': Buffer.from('#version'),
  'text_encoder/config.json': Buffer.from('{}'),
  'text_encoder/model.onnx': bytes('text', 9000),
  'text_encoder/pytorch_model.bin': bytes('torch', 9000),
  'unet/config.json': Buffer.from('{}'),
  'unet/model.onnx': bytes('plain', 5000),
  'unet/model.onnx_data': bytes('plain data', 9000),
  'unet/model_fp16.onnx': bytes('half', 5000),
  'unet/model_fp16.onnx_data': UNET,
  'vae_decoder/model.onnx': bytes('decoder', 9000),
  'vae_encoder/model.onnx': bytes('encoder', 9000),
  'safety_checker/model.onnx': bytes('safety', 9000),
};
const NEEDED = ['model_index.json', 'scheduler/scheduler_config.json', 'text_encoder/config.json', 'text_encoder/model.onnx', 'tokenizer/merges.txt', 'tokenizer/vocab.json', 'unet/config.json', 'unet/model_fp16.onnx', 'unet/model_fp16.onnx_data', 'vae_decoder/model.onnx'];

let server: HubServer;
let hub: string;
let folder: string;
beforeEach(async () => {
  server = new HubServer('someone/a-model', FILES);
  hub = await server.open();
  folder = join(await mkdtemp(join(tmpdir(), 'latentbeat-pull-')), 'model');
});
afterEach(() => server.close());

const pull = (options: PullOptions = {}): ReturnType<typeof pullModel> => pullModel(parseRepository('someone/a-model', hub), folder, { pause: 1, ...options });
const filesIn = async (): Promise<string[]> => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/')).toSorted();

async function refusal(work: Promise<unknown>): Promise<UserError> {
  const reason: unknown = await work.catch((thrown: unknown) => thrown);
  expect(reason).toBeInstanceOf(UserError);
  return reason as UserError;
}

describe('pullModel', () => {
  it('fetches what a run needs, float16 before float32, and nothing else', async () => {
    const seen: PullProgress[] = [];
    const result = await pull({ onProgress: (progress) => seen.push(progress) });
    expect(await filesIn()).toEqual([...NEEDED, 'SHA256SUMS'].toSorted());
    for (const name of NEEDED) expect((await readFile(join(folder, name))).equals(FILES[name] as Buffer)).toBe(true);
    expect(result).toEqual({ files: NEEDED.length, bytes: NEEDED.reduce((sum, name) => sum + (FILES[name]?.length ?? 0), 0), kept: 0 });
    expect(seen.at(-1)?.doneBytes).toBe(seen.at(-1)?.totalBytes);
    expect(seen.every(({ doneBytes }, i) => i === 0 || doneBytes >= (seen[i - 1]?.doneBytes ?? 0))).toBe(true);
    expect(await findDamage(folder)).toEqual([]);
  });

  it('fetches optional parts when asked', async () => {
    await pull({ optional: ['vae_encoder'] });
    expect(await filesIn()).toContain('vae_encoder/model.onnx');
    expect(await filesIn()).not.toContain('safety_checker/model.onnx');
  });

  it('goes on by itself after two breaks, and fetches again what came damaged', async () => {
    const path = 'unet/model_fp16.onnx_data';
    server.faults.push({ path, fault: { kind: 'cut', after: 100_000 } }, { path, fault: { kind: 'cut', after: 50_000 } }, { path, fault: { kind: 'corrupt' } });
    const notices: string[] = [];
    await pull({ onNotice: (text) => notices.push(text) });
    expect((await readFile(join(folder, path))).equals(UNET)).toBe(true);
    const ranges = server.asked.filter((one) => one.path === path).map(({ range }) => range);
    expect(ranges).toHaveLength(4);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(ranges[2]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(Number(/\d+/.exec(ranges[2] ?? '')?.[0])).toBeGreaterThan(Number(/\d+/.exec(ranges[1] ?? '')?.[0]));
    expect(ranges[3]).toBeUndefined();
    expect(notices).toEqual([`${path} came damaged (its hash is another); fetching it once more.`]);
    expect(await filesIn()).toEqual([...NEEDED, 'SHA256SUMS'].toSorted());
  });

  it('goes on with the same call where it gave up, whole files untouched', async () => {
    const path = 'unet/model_fp16.onnx_data';
    server.faults.push({ path, fault: { kind: 'cut', after: 120_000 } }, { path, fault: { kind: 'status', status: 503 } });
    const stopped = await refusal(pull({ retries: 1 }));
    expect(stopped.exitCode).toBe(75);
    expect(stopped.message).toMatch(/broke off at \d+ of 300000 bytes .*; the same command goes on there\.$/);
    expect((await filesIn()).filter((name) => name.includes('onnx_data'))).toEqual([`${path}.part`]);
    server.asked.length = 0;
    const result = await pull();
    expect(server.asked.map((one) => one.path)).not.toContain('text_encoder/model.onnx');
    expect(server.asked.find((one) => one.path === path)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(result.kept).toBeGreaterThan(4);
    expect((await readFile(join(folder, path))).equals(UNET)).toBe(true);
  });

  it('starts a file over where the server knows no ranges', async () => {
    const path = 'unet/model_fp16.onnx_data';
    server.faults.push({ path, fault: { kind: 'cut', after: 100_000 } }, { path, fault: { kind: 'ignore-range' } });
    await pull();
    expect((await readFile(join(folder, path))).equals(UNET)).toBe(true);
  });

  it('gives up what always comes damaged, and leaves no such file', async () => {
    const path = 'vae_decoder/model.onnx';
    server.faults.push({ path, fault: { kind: 'corrupt' } }, { path, fault: { kind: 'corrupt' } });
    const reason = await refusal(pull());
    expect(reason.exitCode).toBe(3);
    expect(reason.message).toContain('comes damaged');
    expect((await filesIn()).filter((name) => name.startsWith('vae_decoder'))).toEqual([]);
  });

  it('mends a file that was changed on disk', async () => {
    await pull();
    await writeFile(join(folder, 'vae_decoder/model.onnx'), bytes('other', 9000));
    expect((await pull()).kept).toBe(NEEDED.length - 1);
    expect(await findDamage(folder)).toEqual([]);
  });

  it('looks for room before anything is fetched', async () => {
    const reason = await refusal(pull({ freeBytes: () => Promise.resolve(100) }));
    expect(reason.exitCode).toBe(4);
    expect(reason.message).toMatch(/the model needs .* GB and 0.0 GB are free/);
    expect(server.asked).toEqual([]);
  });

  it('says in one sentence what is wrong with the name, the hub or the model', async () => {
    expect((await refusal((async () => parseRepository('no-slash'))())).exitCode).toBe(2);
    expect((await refusal((async () => parseRepository('a/b', 'not an address'))())).exitCode).toBe(2);
    expect((await refusal(pullModel(parseRepository('someone/another', hub), folder))).message).toMatch(/has no model someone\/another/);
    await server.close();
    const unreachable = await refusal(pull());
    expect(unreachable.exitCode).toBe(75);
    expect(unreachable.message).toMatch(/cannot be reached/);
    server = new HubServer('someone/a-model', { 'unet/diffusion_pytorch_model.safetensors': bytes('torch', 100) });
    hub = await server.open();
    expect((await refusal(pull())).message).toMatch(/has no ONNX graphs, only PyTorch weights/);
    await rm(folder, { recursive: true, force: true });
  });
});
