/**
 * The presets at hand: the shipped folder and the user's own. Found by file name or by name, however it is written.
 * A shipped preset that is broken is our fault and throws; a broken one of the user is left out with a notice.
 */

import { readdir, readFile, writeFile, mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import { messageOf, UserError } from '../../base/errors.ts';
import { nearestWord } from '../../base/nearest.ts';
import { parsePreset, presetToJson, type Preset } from '../../score/preset.ts';

export interface PresetFolders {
  readonly shipped: string;
  /** Need not exist yet. */
  readonly own: string;
}

export class PresetLibrary {
  readonly #folders: PresetFolders;
  /** By slug, shipped first. */
  readonly #presets: Map<string, Preset>;

  static async open(folders: PresetFolders, onNotice: (text: string) => void = () => undefined): Promise<PresetLibrary> {
    const presets = new Map<string, Preset>();
    for (const path of await listJson(folders.shipped)) presets.set(slugOf(basename(path, '.json')), await readPreset(path));
    for (const path of await listJson(folders.own)) {
      try {
        const slug = slugOf(basename(path, '.json'));
        if (!presets.has(slug)) presets.set(slug, await readPreset(path));
      } catch (thrown) {
        onNotice(`A preset of yours is left out: ${messageOf(thrown)}`);
      }
    }
    return new PresetLibrary(folders, presets);
  }

  private constructor(folders: PresetFolders, presets: Map<string, Preset>) {
    this.#folders = folders;
    this.#presets = presets;
  }

  list(): readonly Preset[] {
    return [...this.#presets.values()];
  }

  /** By name. Throws a UserError that suggests the nearest. */
  find(name: string): Preset {
    const slug = slugOf(name);
    const preset = this.#presets.get(slug) ?? this.list().find((one) => slugOf(one.name) === slug);
    if (preset !== undefined) return preset;
    const known = [...this.#presets.keys()];
    const near = nearestWord(slug, known);
    throw new UserError('usage', `There is no preset "${name}"${near === undefined ? `: choose one of ${known.join(', ')}.` : `: did you mean ${near}?`}`);
  }

  /** By name, or read from a file where the name is a path. */
  async load(nameOrPath: string): Promise<Preset> {
    return extname(nameOrPath).toLowerCase() === '.json' ? await readPreset(nameOrPath) : this.find(nameOrPath);
  }

  /** Writes a preset of the user's own and answers its path. */
  async save(preset: Preset, name: string): Promise<string> {
    const slug = slugOf(name);
    if (slug === '') throw new UserError('usage', 'A preset needs a name with letters or digits.');
    const path = join(this.#folders.own, `${slug}.json`);
    if ((await listJson(this.#folders.shipped)).some((one) => slugOf(basename(one, '.json')) === slug)) {
      throw new UserError('usage', `"${name}" is the name of a shipped preset: choose another name.`);
    }
    const named = { ...preset, name: name.trim() };
    await mkdir(this.#folders.own, { recursive: true });
    await writeFile(path, `${JSON.stringify(presetToJson(named), null, 2)}\n`);
    this.#presets.set(slug, parsePreset(JSON.stringify(presetToJson(named)), path));
    return path;
  }
}

/** 'Ink & Smoke' and 'ink-smoke' are the same name. */
export function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-+|-+$/g, '');
}

async function listJson(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort().map((name) => join(folder, name));
}

async function readPreset(path: string): Promise<Preset> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('input', `The preset file ${path} cannot be read (${messageOf(cause)}): check the path.`, { cause });
  });
  return parsePreset(text, path);
}
