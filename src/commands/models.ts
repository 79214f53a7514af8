/** `models list`, `models check`, `models bench`: the model folders of this machine. Times in ms. */

import { readdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { UserError, messageOf } from '../base/errors.ts';
import { notify, print } from '../base/log.ts';
import { benchBatches, benchPipeline } from '../diffusion/bench.ts';
import { findDamage, readModelFolder } from '../diffusion/folder.ts';
import type { ModelFolder } from '../diffusion/folder.ts';
import { startInference } from '../ahead/inference.ts';
import { CATALOG } from '../hub/catalog.ts';
import { modelSettingsOf, type ModelFlags } from './model-options.ts';
import { findModel, modelFolders } from './models-folder.ts';
import { writeText } from './output.ts';
import { formatTable } from './table.ts';

/** Longest line of a printed list. */
const LINE = 100;

export async function listModels({ json }: { readonly json: boolean }): Promise<void> {
  const folders = (await Promise.all(modelFolders().map(async (root) => (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name))))).flat();
  const found = await Promise.all(folders.map(async (folder) => readModelFolder(folder).catch(() => undefined)));
  const models = found.filter((model) => model !== undefined);
  if (json) return print(JSON.stringify({ models: models.map((model) => ({ ...rowOf(model), ...model.knows, examplePrompts: model.examplePrompts })), catalog: CATALOG }));
  print(models.length === 0 ? `No model folder in ${modelFolders().join(' or ')}.` : [formatTable(models.map(rowOf)), ...models.map(describeKnowledge)].filter((text) => text !== '').join('\n\n'));
  print(`\nTo fetch with \`latentbeat models pull ID\` (read the licence on its page first):\n${formatTable(CATALOG.map(({ id, family, licence, gigabytes, steps, guidance, goodFor }) => ({ id, family, licence, GB: gigabytes, steps, guidance, 'good for': goodFor })))}`);
}

/** Throws a UserError 'device' that says what is wrong. */
export async function checkModel(name: string, { json }: { readonly json: boolean }): Promise<void> {
  const folder = findModel(name);
  const model = await describeFolder(folder);
  const damage = await findDamage(folder);
  if (damage.length > 0) throw new UserError('device', `the model folder ${folder} is damaged: ${damage.join('; ')}; copy the whole folder again.`);
  const pipeline = await startInference({ model: folder });
  await pipeline.dispose();
  if (json) print(JSON.stringify({ ok: true, ...model }));
  else print(`${folder} is sound.\n${formatTable([model])}`);
}

export interface BenchModelOptions extends ModelFlags {
  readonly json?: string | undefined;
  readonly pictures?: number | undefined;
  readonly batches?: boolean | undefined;
}

export async function benchModel(name: string | undefined, options: BenchModelOptions): Promise<void> {
  const threads = options.threads ?? Math.max(1, Math.floor(cpus().length / 2));
  notify('info', `drawing with ${threads} thread${threads === 1 ? '' : 's'} …`);
  const settings = { ...modelSettingsOf(options), threads, ...(options.pictures === undefined ? {} : { pictures: options.pictures }) };
  const result = await benchPipeline(findModel(name), settings);
  const batches = options.batches === true ? await benchBatches(findModel(name), settings) : undefined;
  if (options.json !== undefined) return writeText(options.json, JSON.stringify({ ...result, ...(batches === undefined ? {} : { batches }) }, null, 2));
  const rows = [...Object.entries(result.stages), ['bare sessions', result.bareMs], ['opening', result.openMs], ['first picture', result.firstMs]].map(([stage, ms]) => ({ stage: String(stage), ms: Number(ms) }));
  print(`${result.model} on ${result.provider}, ${result.decoder} decoder, ${result.steps} step${result.steps === 1 ? '' : 's'} at ${result.width}x${result.height}: ${result.picturesPerSecond.toFixed(1)} pictures a second, ${result.pictureMs.toFixed(1)} ms each; its bare sessions take ${result.bareMs.toFixed(1)} ms; ${Math.round(result.memoryMegabytes)} MB.\n${formatTable(rows)}`);
  if (batches === undefined) return;
  const best = batches.reduce((a, b) => (b.picturesPerSecond > a.picturesPerSecond ? b : a));
  print(`\nPictures in one call (best: ${best.stream ? '--stream-batch' : `--batch ${best.batch}`}):\n${formatTable(batches.map(({ batch, stream, picturesPerSecond }) => ({ batch: stream ? 'stream' : String(batch), 'pictures/s': picturesPerSecond })))}`);
}

async function describeFolder(folder: string): Promise<Record<string, string | number>> {
  try {
    return rowOf(await readModelFolder(folder));
  } catch (reason) {
    throw reason instanceof UserError ? reason : new UserError('device', `the model folder ${folder} cannot be read: ${messageOf(reason)}.`);
  }
}

function rowOf({ id, name, native, latentChannels, codec, sha256, path, family }: ModelFolder): Record<string, string | number> {
  return { id, name, size: `${native.width}x${native.height}`, steps: native.steps, family, channels: latentChannels, factor: codec.spatialFactor, sha256: sha256.slice(0, 12), folder: path };
}

/** What a model knows well, as a few wrapped lists; empty for a card that says nothing. */
export function describeKnowledge({ name, knows, examplePrompts }: Pick<ModelFolder, 'name' | 'knows' | 'examplePrompts'>): string {
  const lists = [['Subjects', knows.subjects], ['Palettes', knows.palettes], ['Modifiers', knows.modifiers], ['Try', examplePrompts.map((prompt) => `"${prompt}"`)]] as const;
  const told = lists.filter(([, entries]) => entries.length > 0);
  if (told.length === 0) return '';
  return [`${name} knows these well; any other prompt gets what is nearest.`, ...told.map(([title, entries]) => wrapList(`${title}: `, entries))].join('\n');
}

/** Entries with commas in lines of LINE characters, further lines set in below the first entry. */
function wrapList(title: string, entries: readonly string[]): string {
  const lines = [title];
  entries.forEach((entry, i) => {
    const text = i < entries.length - 1 ? `${entry}, ` : entry;
    const line = lines.at(-1) as string;
    if (line !== title && line.length + text.trimEnd().length > LINE) lines.push(' '.repeat(title.length) + text);
    else lines[lines.length - 1] = line + text;
  });
  return lines.map((line) => line.trimEnd()).join('\n');
}
