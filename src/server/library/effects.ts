/** Reads the look effects: every shaders/*.frag with its ISF header. */

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { EffectSource } from '../../protocol/messages.ts';
import { parseEffectHeader } from '../../score/effect-header.ts';

/** In order of name. Throws a UserError that names the file for a broken header. */
export async function loadEffects(folder: string): Promise<readonly EffectSource[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.frag')).sort();
  return await Promise.all(names.map(async (file) => readEffect(await readFile(join(folder, file), 'utf8'), basename(file, '.frag'))));
}

/** One effect from its text. Throws a UserError that names the file. */
export function readEffect(source: string, name: string): EffectSource {
  const { label, parameters } = parseEffectHeader(source, name);
  return { name, label, source, parameters };
}
