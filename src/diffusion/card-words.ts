/** What a model's card.json says of its vocabulary: what it knows well, and the graph that says what a prompt is heard as. */

import { UserError } from '../base/errors.ts';
import { numberIn, textIn, textsIn } from './config-values.ts';
import type { Config } from './config-values.ts';
import { needFile } from './folder-files.ts';
import type { Vocabulary } from './hearing.ts';

/** As one would write it in a prompt; empty lists where a card does not say. */
export interface Knowledge {
  readonly subjects: readonly string[];
  readonly palettes: readonly string[];
  readonly modifiers: readonly string[];
}

export interface PromptReader {
  /** The graph of hearing.ts. */
  readonly file: string;
  readonly vocabulary: Vocabulary;
}

export function readKnowledge(card: Config): Knowledge {
  return { subjects: promptsIn(card, 'subjects'), palettes: textsIn(card, 'palettes'), modifiers: textsIn(card, 'modifiers') };
}

/** Undefined for a card without "reader". Throws a UserError 'device' for one that is not whole. */
export async function readPromptReader(card: Config, folder: string): Promise<PromptReader | undefined> {
  const reader = card['reader'];
  if (reader === undefined) return undefined;
  const where = `${folder}/card.json`;
  if (typeof reader !== 'object' || reader === null) throw new UserError('device', `${where}: "reader" should be an object, but is ${JSON.stringify(reader)}; copy the model folder again.`);
  const config = reader as Config;
  const lists = { subjects: textsIn(config, 'subjects'), relations: textsIn(config, 'relations'), palettes: textsIn(config, 'palettes'), modifiers: textsIn(config, 'modifiers') };
  for (const [name, list] of Object.entries(lists)) if (list.length === 0) throw new UserError('device', `${where}: "reader" lists no ${name}; copy the model folder again.`);
  return { file: await needFile(folder, textIn(config, 'file') ?? 'reader/model.onnx'), vocabulary: { ...lists, weakBelow: numberIn(config, 'weakBelow', where, 0.5) } };
}

/** A list of texts, or of objects with a `prompt`. */
function promptsIn(config: Config, key: string): readonly string[] {
  const value = config[key];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const text: unknown = typeof entry === 'object' && entry !== null && 'prompt' in entry ? entry.prompt : entry;
    return typeof text === 'string' ? [text] : [];
  });
}
