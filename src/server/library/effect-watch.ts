/**
 * Follows shaders/ while a show plays: a file that is saved is read again, one that appears joins, one that is deleted goes.
 * A file with a broken header is named in a notice and its last good version stays.
 */

import { watch, type FSWatcher } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { messageOf } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { EffectSource } from '../../protocol/messages.ts';
import { readEffect } from './effects.ts';

/** Editors write a file in several steps. */
const SETTLE: Milliseconds = 120;

export interface EffectWatchOptions {
  readonly folder: string;
  readonly effects: readonly EffectSource[];
  /** All effects, in order of name, after something has changed. */
  readonly onChange: (effects: readonly EffectSource[]) => void;
  readonly onNotice: (text: string) => void;
}

/** Begins to follow; a folder that cannot be watched is said once and left as it is. */
export function watchEffects(options: EffectWatchOptions): { close(): void } {
  let effects = options.effects;
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();
  const refresh = async (): Promise<void> => {
    const next = await readAgain(options.folder, effects, options.onNotice);
    if (isSame(next, effects)) return;
    effects = next;
    options.onChange(next);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(refresh);
    }, SETTLE);
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(options.folder, { persistent: false }, soon);
    watcher.on('error', () => undefined);
  } catch (thrown) {
    options.onNotice(`The folder ${options.folder} cannot be watched, so a changed effect needs a restart. (${messageOf(thrown)})`);
  }
  return {
    close: () => {
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

async function readAgain(folder: string, before: readonly EffectSource[], onNotice: (text: string) => void): Promise<EffectSource[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.frag')).sort();
  const read = await Promise.all(files.map(async (file) => {
    const known = before.find(({ name }) => name === basename(file, '.frag'));
    try {
      const source = await readFile(join(folder, file), 'utf8');
      // A file that is being written is empty for a moment.
      return known?.source === source || source.trim() === '' ? known : readEffect(source, basename(file, '.frag'));
    } catch (thrown) {
      onNotice(`${messageOf(thrown)} ${known === undefined ? 'It is left out until then.' : 'The last good version goes on.'}`);
      return known;
    }
  }));
  return read.filter((effect) => effect !== undefined);
}

const isSame = (a: readonly EffectSource[], b: readonly EffectSource[]): boolean => a.length === b.length && a.every((effect, i) => effect === b[i]);
