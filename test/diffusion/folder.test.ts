/** A model folder that is not sound is refused in one sentence that names the cause. */

import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { findDamage, readModelFolder } from '../../src/diffusion/folder.ts';
import { writeTinyModel } from '../helpers/tiny-model.ts';

let folder: string;
beforeEach(async () => {
  folder = await writeTinyModel();
});

async function refusal(): Promise<string> {
  const reason: unknown = await readModelFolder(folder).catch((thrown: unknown) => thrown);
  expect(reason).toBeInstanceOf(UserError);
  expect((reason as UserError).exitCode).toBe(4);
  return (reason as UserError).message;
}

describe('readModelFolder', () => {
  it('reads sizes and factors from the configs', async () => {
    expect(await readModelFolder(folder)).toMatchObject({ id: 'tiny', name: 'Tiny', family: 'plain', latentChannels: 3, latentSize: 6, codec: { kind: 'tiny', spatialFactor: 4, scalingFactor: 0.5, shiftFactor: 0.1 }, native: { steps: 1, guidance: 1, height: 24, width: 24 } });
  });

  it('goes without a card: the native size follows from the latent', async () => {
    await rm(join(folder, 'card.json'));
    expect((await readModelFolder(folder)).native).toMatchObject({ height: 24, width: 24, guidance: 1 });
  });

  it('reads all native sizes, best first', async () => {
    await writeFile(join(folder, 'card.json'), JSON.stringify({ nativeSizes: [[24, 24], [24, 40], [40, 24]] }));
    expect(await readModelFolder(folder)).toMatchObject({ native: { height: 24, width: 24 }, nativeSizes: [{ height: 24, width: 24 }, { height: 24, width: 40 }, { height: 40, width: 24 }] });
  });

  it.each([[[]], ['24x24'], [[[24]]], [[[24, 24], [24, 0]]], [[[24, 1.5]]]])('refuses native sizes of %o', async (nativeSizes) => {
    await writeFile(join(folder, 'card.json'), JSON.stringify({ nativeSizes }));
    expect(await refusal()).toMatch(/card\.json: .*native ?[sS]izes?"? should be/);
  });

  it.each(['model_index.json', 'unet/model.onnx', 'text_encoder/model.onnx', 'vae_decoder/config.json', 'tokenizer/tokenizer.json', 'scheduler/scheduler_config.json'])('names %s when it is missing', async (name) => {
    await rm(join(folder, name));
    expect(await refusal()).toContain(`${name} is missing`);
  });

  it('names a graph that is empty', async () => {
    await truncate(join(folder, 'unet/model.onnx'));
    expect(await refusal()).toContain('unet/model.onnx is empty');
  });

  it('names a config that cannot be read', async () => {
    await writeFile(join(folder, 'unet/config.json'), '{ half a file');
    expect(await refusal()).toMatch(/unet.config\.json is not a readable config/);
  });

  it.each([[{ transformer: ['diffusers', 'FluxTransformer2DModel'] }, 'a transformer'], [{ text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'], text_encoder: [null, null] }, 'a second text encoder alone']])('says which kind is not supported yet: %o', async (part, saw) => {
    const index = JSON.parse(await readFile(join(folder, 'model_index.json'), 'utf8')) as object;
    await writeFile(join(folder, 'model_index.json'), JSON.stringify({ ...index, ...part, _class_name: 'OtherPipeline' }));
    expect(await refusal()).toMatch(new RegExp(`OtherPipeline with ${saw}.*not supported yet`));
  });

  it('says that a path is no folder', async () => {
    folder = join(folder, 'card.json');
    expect(await refusal()).toContain('is a file');
    folder = join(folder, '..', 'nothing');
    expect(await refusal()).toContain('does not exist');
  });
});

describe('findDamage', () => {
  it('finds files that differ from SHA256SUMS', async () => {
    const hash = createHash('sha256').update(await readFile(join(folder, 'card.json'))).digest('hex');
    await writeFile(join(folder, 'SHA256SUMS'), `${hash}  card.json\n${'0'.repeat(64)}  unet/model.onnx\n${hash}  gone.json\n`);
    expect(await findDamage(folder)).toEqual(['unet/model.onnx has another content than SHA256SUMS says', 'gone.json is missing']);
  });
});
