/** Reads values out of a model folder's JSON configs; what is not as it should be is named in one sentence. */

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, messageOf } from '../base/errors.ts';
import type { PixelSize } from '../base/picture-shape.ts';

export type Config = Readonly<Record<string, unknown>>;

/** The parsed object of a file that must be there. Throws a UserError 'device'. */
export async function readConfig(file: string): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((reason: unknown) => {
    throw new UserError('device', `${file} cannot be read (${messageOf(reason)}); copy the whole model folder again.`);
  });
  try {
    // Python writes infinities as bare words, which JSON does not know.
    const value: unknown = JSON.parse(text.replaceAll(/(:\s*)(-?Infinity|NaN)(?=\s*[,}\]])/g, '$1"$2"'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object');
    return value as Config;
  } catch (reason) {
    throw new UserError('device', `${file} is not a readable config (${messageOf(reason)}); copy the model folder again.`);
  }
}

/** The first of some names in a folder that is there, parsed; undefined where none is. */
export async function readFirstConfig(folder: string, names: readonly string[]): Promise<Config | undefined> {
  for (const name of names) {
    const file = join(folder, name);
    if ((await stat(file).catch(() => undefined))?.isFile() === true) return readConfig(file);
  }
  return undefined;
}

export function numberIn(config: Config, key: string, where: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new UserError('device', `${where}: "${key}" should be a number, but is ${JSON.stringify(config[key])}; copy the model folder again.`);
  return value;
}

export function textIn(config: Config, key: string): string | undefined {
  const value = config[key];
  return typeof value === 'string' ? value : undefined;
}

export function textsIn(config: Config, key: string): readonly string[] {
  const value = config[key];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

/** A part of model_index.json that is really there: `[null, null]` stands for one that is left out. */
export function hasPart(index: Config, part: string): boolean {
  const value = index[part];
  return value !== undefined && value !== null && !(Array.isArray(value) && value.every((entry) => entry === null));
}

/** Exports of diffusers' old script (class OnnxRuntimeModel) come without a config for the part. */
export function needsConfig(index: Config, part: string): boolean {
  const value = index[part];
  return Array.isArray(value) && value[1] !== 'OnnxRuntimeModel';
}

/** `nativeSizes` [[height, width] …] of a card, else `nativeSize` (a pair or one side), else the square of the configs. */
export function readNativeSizes(card: Config, side: number, where: string): readonly [PixelSize, ...PixelSize[]] {
  const several = card['nativeSizes'];
  if (several === undefined) return [readSize(card['nativeSize'] ?? side, where)];
  const sizes = Array.isArray(several) ? several.map((value) => readSize(value, where)) : [];
  const [best, ...rest] = sizes;
  if (best === undefined) throw new UserError('device', `${where}: "nativeSizes" should be a list of [height, width], but is ${JSON.stringify(several)}; copy the model folder again.`);
  return [best, ...rest];
}

function readSize(value: unknown, where: string): PixelSize {
  const pair: unknown[] = Array.isArray(value) ? value : [value, value];
  const [height, width] = pair;
  const isSide = (side: unknown): side is number => typeof side === 'number' && Number.isInteger(side) && side > 0;
  if (pair.length !== 2 || !isSide(height) || !isSide(width)) throw new UserError('device', `${where}: a native size should be [height, width] in pixels, but is ${JSON.stringify(value)}; copy the model folder again.`);
  return { height, width };
}
