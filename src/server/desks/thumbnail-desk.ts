/**
 * A picture of each preset, drawn by the open show's own model in comfortable moments and kept on disk by what it shows
 * (prompt, seed, sampling, size) and the model's hash: a preset or model that changes gets a new picture, and what is shown
 * is what would come on air today.
 */

import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';

import type { Milliseconds, Seconds } from '../../base/units.ts';
import type { LatentPoint } from '../../diffusion/types.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { Preset } from '../../score/preset.ts';
import type { OpenShow } from '../open-show.ts';
import { slugOf } from '../library/preset-library.ts';
import { pointOfScene } from './storyboard-desk.ts';

/** A picture is drawn while at least this much show is in hand; after a while with less. */
const COMFORT: Seconds = 2.5;
const LITTLE: Seconds = 1;
const PATIENCE: Milliseconds = 20_000;
/** After a picture that failed. */
const RETRY: Milliseconds = 10_000;
const WIDTH = 320;
const QUALITY = 80;
/** Of a prompt that names no seed. */
const SEED = 7;

export interface ThumbnailOptions {
  /** Where pictures are kept; made when missing. */
  readonly folder: string;
  readonly presets: () => readonly Preset[];
  /** `message()` differs. */
  readonly onChange: () => void;
}

export class ThumbnailDesk {
  readonly #options: ThumbnailOptions;
  /** By key; null: not on disk either. */
  readonly #pictures = new Map<string, Uint8Array | null>();
  readonly #keys = new Map<Preset, string>();
  #show: OpenShow | null = null;
  #busy = false;
  #restedAt: Milliseconds = 0;

  constructor(options: ThumbnailOptions) {
    this.#options = options;
  }

  /** Another show, perhaps with another model. */
  open(show: OpenShow): void {
    this.#show = show;
    this.#keys.clear();
  }

  /** URLs by preset name, of those that are there. */
  message(): ServerMessage {
    const there = this.#options.presets().flatMap((preset): [string, string][] => {
      const key = this.#keyOf(preset);
      return this.#pictures.get(key) ? [[preset.name, `/api/presets/${slugOf(preset.name)}.jpg?v=${key}`]] : [];
    });
    return { type: 'thumbnails', presets: Object.fromEntries(there) };
  }

  /** JPEG by the preset's slug; null for none yet. */
  picture(slug: string): Uint8Array | null {
    const preset = this.#options.presets().find(({ name }) => slugOf(name) === slug);
    return preset === undefined ? null : (this.#pictures.get(this.#keyOf(preset)) ?? null);
  }

  /** Called a few times a second: takes one from disk, or draws at most one that is missing. */
  tend(now: Milliseconds, bufferSeconds: Seconds): void {
    const show = this.#show;
    if (show === null || this.#busy || now < this.#restedAt) return;
    const presets = this.#options.presets();
    const unread = presets.find((preset) => !this.#pictures.has(this.#keyOf(preset)));
    const missing = presets.find((preset) => this.#pictures.get(this.#keyOf(preset)) === null);
    const isPatient = now - this.#restedAt < PATIENCE;
    if (unread === undefined && (missing === undefined || bufferSeconds < (isPatient ? COMFORT : LITTLE))) return;
    this.#busy = true;
    const work = unread === undefined ? this.#draw(show, missing as Preset) : this.#read(presets);
    work.then(
      () => this.#rest(now),
      () => this.#rest(now + RETRY),
    );
  }

  #rest(until: Milliseconds): void {
    this.#busy = false;
    this.#restedAt = until;
    this.#options.onChange();
  }

  async #read(presets: readonly Preset[]): Promise<void> {
    for (const key of presets.map((preset) => this.#keyOf(preset))) {
      if (this.#pictures.has(key)) continue;
      this.#pictures.set(key, await readFile(this.#pathOf(key)).catch(() => null));
    }
  }

  async #draw(show: OpenShow, preset: Preset): Promise<void> {
    const key = this.#keyOf(preset);
    const { pixels, width, height } = await show.pipeline.draw(pointOf(show, preset));
    const jpeg = await sharp(pixels, { raw: { width, height, channels: 4 } }).resize({ width: WIDTH, withoutEnlargement: true }).jpeg({ quality: QUALITY }).toBuffer();
    // A full disk costs the next start a drawing, not this one its picture.
    await this.#write(key, jpeg).catch(() => undefined);
    this.#pictures.set(key, jpeg);
  }

  async #write(key: string, jpeg: Uint8Array): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true });
    const part = `${this.#pathOf(key)}.${process.pid}.part`;
    await writeFile(part, jpeg);
    await rename(part, this.#pathOf(key));
  }

  #pathOf(key: string): string {
    return join(this.#options.folder, `${key}.jpg`);
  }

  #keyOf(preset: Preset): string {
    const show = this.#show;
    const known = this.#keys.get(preset);
    if (show === null || known !== undefined) return known ?? '';
    const key = createHash('sha256').update(JSON.stringify([show.pipeline.card.id, show.pipeline.card.sha256, pointOf(show, preset)])).digest('hex').slice(0, 24);
    this.#keys.set(preset, key);
    return key;
  }
}

/** A preset's picture: its middle prompt at rest, between calm and peak. */
function pointOf(show: OpenShow, preset: Preset): LatentPoint {
  const prompt = preset.prompts[Math.floor(preset.prompts.length / 2)] ?? { text: preset.name };
  return pointOfScene({ ...show, preset }, { prompt: prompt.text, seed: 'seed' in prompt ? (prompt.seed ?? SEED) : SEED });
}
