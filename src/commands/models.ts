/** `models list`, `models check`, `models bench`: the model folders of this machine. Times in ms. */

import { readdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../base/entry.ts';
import { UserError, messageOf } from '../base/errors.ts';
import { notify, print } from '../base/log.ts';
import { benchPipeline } from '../diffusion/bench.ts';
import { findDamage, readModelFolder } from '../diffusion/folder.ts';
import { openPipeline } from '../diffusion/pipeline.ts';
import { writeText } from './output.ts';
import { formatTable } from './table.ts';

/** Folder of the model that comes with the package. */
export function embeddedModel(): string {
  return join(modelsFolder(), 'embedded');
}

export async function listModels({ json }: { readonly json: boolean }): Promise<void> {
  const names = (await readdir(modelsFolder(), { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = await Promise.all(names.map(async (name) => describeFolder(join(modelsFolder(), name)).catch(() => undefined)));
  const models = found.filter((model) => model !== undefined);
  if (json) print(JSON.stringify({ models }));
  else print(models.length === 0 ? `No model folder in ${modelsFolder()}.` : formatTable(models));
}

/** Throws a UserError 'device' that says what is wrong. */
export async function checkModel(folder: string, { json }: { readonly json: boolean }): Promise<void> {
  const model = await describeFolder(folder);
  const damage = await findDamage(folder);
  if (damage.length > 0) throw new UserError('device', `the model folder ${folder} is damaged: ${damage.join('; ')}; copy the whole folder again.`);
  const pipeline = await openPipeline(folder);
  await pipeline.dispose();
  if (json) print(JSON.stringify({ ok: true, ...model }));
  else print(`${folder} is sound.\n${formatTable([model])}`);
}

export async function benchModel(folder: string | undefined, options: { readonly json?: string | undefined }): Promise<void> {
  const threads = Math.max(1, Math.floor(cpus().length / 2));
  notify('info', `drawing with ${threads} thread${threads === 1 ? '' : 's'} …`);
  const result = await benchPipeline(folder ?? embeddedModel(), { threads });
  if (options.json !== undefined) return writeText(options.json, JSON.stringify(result, null, 2));
  const rows = Object.entries(result.stages).map(([stage, ms]) => ({ stage, ms }));
  print(`${result.model}: ${result.picturesPerSecond.toFixed(1)} pictures a second, ${result.pictureMs.toFixed(1)} ms each; its bare sessions take ${result.bareMs.toFixed(1)} ms.\n${formatTable(rows)}`);
}

async function describeFolder(folder: string): Promise<Record<string, string | number>> {
  try {
    const { id, name, native, latentChannels, codec, sha256, path, family } = await readModelFolder(folder);
    return { id, name, size: `${native.width}x${native.height}`, steps: native.steps, family, channels: latentChannels, factor: codec.spatialFactor, sha256: sha256.slice(0, 12), folder: path };
  } catch (reason) {
    throw reason instanceof UserError ? reason : new UserError('device', `the model folder ${folder} cannot be read: ${messageOf(reason)}.`);
  }
}

function modelsFolder(): string {
  return fileURLToPath(new URL('models', packageRoot(import.meta.url)));
}
