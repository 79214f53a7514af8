/** Folders that cannot be run: each one sentence of what is wrong and what to do, exit code 4, before anything is drawn. */

import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { checkMemory } from '../../src/diffusion/memory.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import { writeOnnx } from '../helpers/onnx-writer.ts';
import { writeTinyDiffusion } from '../helpers/tiny-diffusion.ts';
import type { RecipeName } from '../helpers/tiny-diffusion.ts';

let originals: string;
let scratch: string;
const written = new Map<string, string>();
beforeAll(async () => {
  originals = await mkdtemp(join(tmpdir(), 'latentbeat-sound-'));
});
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'latentbeat-bad-'));
});

async function copyOf(name: RecipeName): Promise<string> {
  const original = written.get(name) ?? (await writeTinyDiffusion(originals, name));
  written.set(name, original);
  await cp(original, join(scratch, name), { recursive: true });
  return join(scratch, name);
}

async function refusal(folder: string): Promise<string> {
  const reason: unknown = await openPipeline(folder).then(() => undefined, (thrown: unknown) => thrown);
  expect(reason).toBeInstanceOf(UserError);
  expect((reason as UserError).exitCode).toBe(4);
  const { message } = reason as UserError;
  expect(message).not.toMatch(/\n|\.cc:|at .*\.ts:/);
  return message;
}

describe('a folder', () => {
  it.each([
    ['sdxl', 'model_index.json'], ['sdxl', 'text_encoder/model.onnx'], ['sdxl', 'text_encoder_2/model.onnx'], ['sdxl', 'unet/model.onnx'], ['sdxl', 'vae_decoder/model.onnx'], ['sdxl', 'unet/config.json'], ['sdxl', 'vae_decoder/config.json'],
    ['sdxl', 'scheduler/scheduler_config.json'], ['sd15-optimum-old', 'unet/model.onnx_data'], ['sd15-script', 'unet/weights.pb'], ['sdxl-lightning-4step', 'unet/model.onnx_data_1'],
  ] as const)('%s without %s', async (name, file) => {
    const folder = await copyOf(name);
    await rm(join(folder, file));
    expect(await refusal(folder)).toMatch(/missing.*copy the whole folder again/);
  });

  it('without a tokenizer', async () => {
    const folder = await copyOf('sd2-v');
    await rm(join(folder, 'tokenizer'), { recursive: true });
    expect(await refusal(folder)).toContain('tokenizer/tokenizer.json is missing');
  });

  it.each([['unet/model.onnx', 0.5], ['unet/model.onnx', 0.98], ['text_encoder/model.onnx', 0.1], ['vae_decoder/model.onnx', 0.7]] as const)('with %s cut at %f', async (file, share) => {
    const folder = await copyOf('sd2-v');
    await truncate(join(folder, file), Math.floor(share * (await readFile(join(folder, file))).length));
    expect(await refusal(folder)).toMatch(/is not a whole ONNX graph|cannot be loaded/);
  });

  it('with weights cut off', async () => {
    const folder = await copyOf('sd15-optimum-old');
    await truncate(join(folder, 'unet/model.onnx_data'), 4000);
    expect(await refusal(folder)).toMatch(/model.onnx_data is cut off/);
  });

  it('with an input of a type that no model has', async () => {
    const folder = await copyOf('sd2-v');
    const graph = await readFile(join(folder, 'unet/model.onnx'));
    // The element type of `sample` (1, float32) becomes 8, text.
    const at = graph.lastIndexOf(Buffer.from('sample')) < 0 ? -1 : graph.indexOf(Buffer.from([0x0a, 6, ...Buffer.from('sample')]), graph.indexOf('batch_size') - 40);
    const type = graph.indexOf(Buffer.from([0x08, 0x01, 0x12]), at);
    graph[type + 1] = 8;
    await writeFile(join(folder, 'unet/model.onnx'), graph);
    expect(await refusal(folder)).toMatch(/input sample is of a type that is not supported/);
  });

  it('with a UNet that wants what is not known', async () => {
    const folder = await copyOf('sd2-v');
    const tensor = (name: string): { readonly name: string; readonly type: 'float32'; readonly dims: readonly (number | string)[] } => ({ name, type: 'float32', dims: ['b', 4, 'h', 'w'] });
    await writeFile(join(folder, 'unet/model.onnx'), writeOnnx({ inputs: [tensor('sample'), tensor('controlnet_cond')], outputs: [tensor('out_sample')], nodes: [{ op: 'Add', inputs: ['sample', 'controlnet_cond'], outputs: ['out_sample'] }] }));
    expect(await refusal(folder)).toMatch(/wants an input controlnet_cond, which is not known here/);
  });

  it('of SD3 or Flux names what was seen', async () => {
    const folder = await copyOf('sd2-v');
    const index = JSON.parse(await readFile(join(folder, 'model_index.json'), 'utf8')) as object;
    await writeFile(join(folder, 'model_index.json'), JSON.stringify({ ...index, _class_name: 'StableDiffusion3Pipeline', transformer: ['diffusers', 'SD3Transformer2DModel'], unet: undefined }));
    expect(await refusal(folder)).toMatch(/is StableDiffusion3Pipeline with a transformer SD3Transformer2DModel \(as in SD3 or Flux\), which is not supported yet/);
  });

  it('with a VAE of another kind', async () => {
    const folder = await copyOf('sd2-v');
    await writeFile(join(folder, 'vae_decoder/config.json'), JSON.stringify({ _class_name: 'AutoencoderKL', latent_channels: 16, block_out_channels: [8, 8, 8, 8], scaling_factor: 0.3611 }));
    expect(await refusal(folder)).toMatch(/gives 4 latent channels and the decoder .* takes 16/);
  });

  it('with configs as Python writes them is read', async () => {
    const folder = await copyOf('sd2-v');
    const config = await readFile(join(folder, 'scheduler/scheduler_config.json'), 'utf8');
    await writeFile(join(folder, 'scheduler/scheduler_config.json'), config.replace('{', '{ "lambda_min_clipped": -Infinity,'));
    await (await openPipeline(folder)).dispose();
  });
});

describe('checkMemory', () => {
  it('refuses what does not fit, by size alone', () => {
    expect(() => checkMemory({ name: 'SDXL', bytes: 7e9 }, 'cpu', 4e9)).toThrow(/SDXL needs about 8\.\d GB of memory, and 3\.7 GB of/);
    expect(() => checkMemory({ name: 'SDXL', bytes: 7e9 }, 'cpu', 16e9)).not.toThrow();
    expect(() => checkMemory({ name: 'small', bytes: 6e7 }, 'cpu', 1e6)).not.toThrow();
    expect(() => checkMemory({ name: 'SDXL', bytes: 7e9 }, 'cuda', 4e9)).not.toThrow();
  });
});
