/**
 * What a show needs to go on after a power cut: the show as a file, where it was, and every value; kept on disk every few seconds
 * under the start line it belongs to. Each write is whole or not there (new file, synced, renamed; the one before stays as .bak).
 * A show that was ended on purpose is forgotten.
 */

import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import type { Seconds } from '../../base/units.ts';
import type { ControlValue } from '../../score/control.ts';

const VERSION = 1;
/** Older than this nobody waits for the show to go on (ms). */
const TOO_OLD = 24 * 3600_000;
/** Starts that came to nothing within this time (ms) after the last: then the show begins anew. */
const MOST_TRIES = 3;
const TRIES_WITHIN = 60_000;

export interface ShowState {
  readonly showTime: Seconds;
  readonly playing: boolean;
  readonly values: Readonly<Record<string, ControlValue>>;
}

const SCHEMA = z.object({
  version: z.literal(VERSION),
  savedAt: z.number(),
  /** Instants (Unix ms) at which a start went on from here without having saved anything since. */
  tries: z.array(z.number()),
  showTime: z.number().min(0),
  playing: z.boolean(),
  values: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
});
type Stored = z.infer<typeof SCHEMA>;

export class ShowMemory {
  /** Where the show itself is kept; write its paths relative to this file. */
  readonly showPath: string;
  readonly #statePath: string;
  #writtenShow: string | null = null;
  #busy: Promise<void> = Promise.resolve();

  /** `startLine`: what tells one start from another. */
  constructor(folder: string, startLine: unknown) {
    const key = createHash('sha256').update(JSON.stringify(startLine)).digest('hex').slice(0, 16);
    this.showPath = join(folder, `${key}.show.json`);
    this.#statePath = join(folder, `${key}.state.json`);
  }

  /** What to go on with, or null; `now` is Unix time (ms). Counts the try. */
  async load(now: number): Promise<ShowState | null> {
    const stored = (await readState(this.#statePath)) ?? (await readState(`${this.#statePath}.bak`));
    if (stored === null || now - stored.savedAt > TOO_OLD) return null;
    const tries = [...stored.tries.filter((at) => now - at < TRIES_WITHIN), now];
    if (tries.length > MOST_TRIES) {
      await this.forget();
      return null;
    }
    await writeWhole(this.#statePath, JSON.stringify({ ...stored, tries }));
    return stored;
  }

  /** Keeps the state; `show` is the show file's text, null for live input. Writes follow one another. */
  save(state: ShowState, show: string | null, now: number): Promise<void> {
    const stored: Stored = { version: VERSION, savedAt: now, tries: [], showTime: state.showTime, playing: state.playing, values: { ...state.values } };
    this.#busy = this.#busy.catch(() => undefined).then(async () => {
      if (show !== null && show !== this.#writtenShow) await writeWhole(this.showPath, show);
      this.#writtenShow = show;
      await writeWhole(this.#statePath, JSON.stringify(stored));
    });
    return this.#busy;
  }

  /** The show has ended as it should. */
  async forget(): Promise<void> {
    await this.#busy.catch(() => undefined);
    for (const path of [this.#statePath, this.showPath]) for (const file of [path, `${path}.bak`, `${path}.new`]) await rm(file, { force: true });
  }
}

async function readState(path: string): Promise<Stored | null> {
  try {
    return SCHEMA.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

/** The file at `path` is the old one or the new one at every instant, and the old one stays beside it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(path, `${path}.bak`).catch(() => undefined);
  await rename(`${path}.new`, path);
}
