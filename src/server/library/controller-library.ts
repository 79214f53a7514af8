/** Controller profiles at hand: the user's own before the shipped ones. Learned mappings are written at once. */

import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { parseProfile, serializeProfile, type ControllerProfile } from '../../control/midi/midi-profile.ts';

export interface ControllerFolders {
  readonly shipped: string;
  /** Need not exist yet. */
  readonly own: string;
}

export class ControllerLibrary {
  readonly #folders: ControllerFolders;
  #saving: Promise<void> = Promise.resolve();
  readonly profiles: readonly ControllerProfile[];

  /** A broken profile of the user's is left out with a notice; a broken shipped one is our fault and throws. */
  static async open(folders: ControllerFolders, onNotice: (text: string) => void): Promise<ControllerLibrary> {
    const own: ControllerProfile[] = [];
    for (const path of await listProfiles(folders.own)) {
      try {
        own.push(parseProfile(await readFile(path, 'utf8'), path));
      } catch (thrown) {
        onNotice(`A controller profile of yours is left out: ${messageOf(thrown)}`);
      }
    }
    const shipped = await Promise.all((await listProfiles(folders.shipped)).map(async (path) => parseProfile(await readFile(path, 'utf8'), path)));
    return new ControllerLibrary(folders, [...own, ...shipped]);
  }

  private constructor(folders: ControllerFolders, profiles: readonly ControllerProfile[]) {
    this.#folders = folders;
    this.profiles = profiles;
  }

  /** Writes a mapping whole or not at all, one after the other. Its own name comes first at the next start. */
  save(device: string, profile: ControllerProfile): Promise<void> {
    const path = join(this.#folders.own, `${slugOf(device)}.json`);
    this.#saving = this.#saving.catch(() => undefined).then(async () => {
      await mkdir(this.#folders.own, { recursive: true });
      await writeFile(`${path}.tmp`, serializeProfile({ ...profile, name: device, match: [device] }));
      await rename(`${path}.tmp`, path);
    });
    return this.#saving;
  }
}

async function listProfiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort().map((name) => join(folder, name));
}

function slugOf(device: string): string {
  return device.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'controller';
}
