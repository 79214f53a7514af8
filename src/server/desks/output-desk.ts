/** The geometry of outputs by name: kept in one JSON file of the machine, since a corner pin belongs to a room and not to a show. */

import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { z } from 'zod';

import { UserError } from '../../base/errors.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { OutputSettings } from '../../protocol/output-settings.ts';
import { OUTPUT_NAME, OUTPUT_SETTINGS } from '../web/client-message.ts';

const FILE = z.record(OUTPUT_NAME, OUTPUT_SETTINGS);
const MOST = 64;

export class OutputDesk {
  readonly #path: string | null;
  #outputs: Record<string, OutputSettings> = {};
  #writing: Promise<void> = Promise.resolve();

  /** A file that is not there or cannot be read starts empty. */
  constructor(path: string | null) {
    this.#path = path;
    if (path === null) return;
    try {
      this.#outputs = FILE.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      this.#outputs = {};
    }
  }

  message(): Extract<ServerMessage, { readonly type: 'outputs' }> {
    return { type: 'outputs', outputs: this.#outputs };
  }

  /** Null forgets the output. Resolves when the file is written, whole or not at all. */
  async save(name: string, settings: OutputSettings | null): Promise<void> {
    const { [name]: _before, ...others } = this.#outputs;
    if (settings !== null && Object.keys(others).length >= MOST) throw new UserError('usage', `${MOST} outputs are kept: forget one first.`);
    this.#outputs = settings === null ? others : { ...others, [name]: settings };
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#path === null) return;
    mkdirSync(dirname(this.#path), { recursive: true });
    await writeFile(`${this.#path}.part`, JSON.stringify(this.#outputs, null, 2));
    await rename(`${this.#path}.part`, this.#path);
  }
}
