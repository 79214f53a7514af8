/**
 * Where the files of a model folder lie. diffusers' layout has a folder a part with a model.onnx; others name the graph
 * after the part, put a variant's name into it, or lay all graphs flat beside each other.
 */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';

/** The graph of a part, or undefined. An empty file is refused. Throws a UserError 'device' where several could be meant. */
export async function findGraph(folder: string, parts: readonly string[]): Promise<string | undefined> {
  for (const part of parts) {
    const found = await findPart(folder, part);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findPart(folder: string, part: string): Promise<string | undefined> {
  const names = (await readdir(join(folder, part)).catch(() => [])).filter((name) => name.toLowerCase().endsWith('.onnx')).toSorted();
  const known = ['model.onnx', `${part}.onnx`, 'model_fp16.onnx', 'model.fp16.onnx'].find((name) => names.includes(name));
  const chosen = known ?? names[0];
  if (known === undefined && names.length > 1) throw new UserError('device', `${join(folder, part)} holds several graphs (${names.join(', ')}); name the one to use model.onnx.`);
  if (chosen !== undefined) return checkNotEmpty(folder, join(part, chosen));
  const flat = [`${part}.onnx`, `${part}_fp16.onnx`, `${part}/model.onnx`];
  for (const name of flat) if (await isFile(join(folder, name))) return checkNotEmpty(folder, name);
  return undefined;
}

/** Like findGraph, for a part that must be there. */
export async function needGraph(folder: string, parts: readonly string[]): Promise<string> {
  return (await findGraph(folder, parts)) ?? refuse(folder, `${parts[0]}/model.onnx`, 'missing');
}

export async function needFile(folder: string, name: string): Promise<string> {
  return (await isFile(join(folder, name))) ? checkNotEmpty(folder, name) : refuse(folder, name, 'missing');
}

/** The first of some folders that holds a tokenizer: tokenizer.json, or vocab.json with merges.txt. */
export async function findTokenizer(folder: string, places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const has = (name: string): Promise<boolean> => isFile(join(folder, place, name));
    if ((await has('tokenizer.json')) || (await has('merges.txt'))) return join(folder, place);
  }
  return undefined;
}

async function checkNotEmpty(folder: string, name: string): Promise<string> {
  const found = await stat(join(folder, name));
  return found.size === 0 ? refuse(folder, name, 'empty') : join(folder, name);
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

function refuse(folder: string, name: string, how: string): never {
  throw new UserError('device', `the model folder ${folder} is incomplete: ${name} is ${how}; copy the whole folder again.`);
}
