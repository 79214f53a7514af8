/**
 * The model a show was made with. A show file names it by id, hash, folder and sampling, so that `play SHOW` and
 * `render SHOW` draw with the same one unless another is asked for.
 */

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { UserError } from './base/errors.ts';
import { notify } from './base/log.ts';
import { findModel, pulledFolder } from './commands/models-folder.ts';
import type { ModelSettings, Pipeline } from './diffusion/types.ts';
import { SAMPLING_KEYS, type Sampling, type Show } from './score/show-file.ts';
import { readShowFile } from './server/library/show-files.ts';

interface ModelRequest {
  readonly showFile?: string | undefined;
  readonly model?: string | undefined;
  readonly drawing?: ModelSettings | undefined;
}

/**
 * The request, with the model and the sampling of its show file where it names none itself. Throws a UserError 'input'
 * where that model is not on this machine.
 */
export async function withShowModel<R extends ModelRequest>(request: R): Promise<R> {
  if (request.showFile === undefined) return request;
  const { model } = await readShowFile(request.showFile);
  if (request.model !== undefined) return request;
  return { ...request, model: locateModel(model, request.showFile), drawing: mergeSampling(request.drawing, model.sampling) };
}

/** What `--model` would have to say; undefined for the embedded model. */
function locateModel({ id, folder }: Show['model'], showPath: string): string | undefined {
  if (folder === undefined) return id === 'fake' ? id : undefined;
  const beside = resolve(dirname(resolve(showPath)), folder);
  if (existsSync(beside)) return beside;
  if (existsSync(pulledFolder(id))) return pulledFolder(id);
  throw new UserError('input', `${showPath} was made with the model ${id}, which is not in ${beside} any more: say where it is with --model DIR, or pull it with \`latentbeat models pull\`.`);
}

/** The request's own choices win one by one. */
function mergeSampling(asked: ModelSettings = {}, kept: Sampling = {}): ModelSettings {
  const own = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...kept, ...own };
}

/** The part of the settings that decides what a picture looks like. */
export function samplingOf(drawing: ModelSettings = {}): Sampling | undefined {
  const chosen = SAMPLING_KEYS.filter((key) => drawing[key] !== undefined).map((key) => [key, drawing[key]]);
  return chosen.length === 0 ? undefined : (Object.fromEntries(chosen) as Sampling);
}

/** Says so where a show is opened with a model that will draw other pictures than those it was made with. */
export function warnOfOtherModel({ model }: Show, { card }: Pipeline, drawing: ModelSettings | undefined, where: string): void {
  const [made, used] = [JSON.stringify(model.sampling ?? {}), JSON.stringify(samplingOf(drawing) ?? {})];
  // Of a model in a folder of its own the hash covers the decoder too, and that may be another one here.
  const differs = model.folder === undefined && model.sha256 !== '' ? model.sha256 !== card.sha256 : model.id !== card.id;
  if (differs) notify('warn', `${where} was made with the model ${model.id}, and ${card.id} draws now (or another version of it): its pictures will differ.`);
  else if (made !== used) notify('warn', `${where} was made with other sampling (${made}) than is used now (${used}): its pictures will differ.`);
}

/** Of a model folder other than the embedded one, as a show file keeps it; undefined for that one and for none. */
export function ownFolder(folder: string): string | undefined {
  return folder === '' || folder === findModel(undefined) ? undefined : folder;
}
