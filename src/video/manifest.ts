/**
 * The folder beside an unfinished video (`<out>.latentbeat/`): closed segments and a manifest, so that an export that was
 * killed goes on where it was. A segment counts only when the manifest names it, and the manifest is replaced whole.
 */

import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Segment } from './sink.ts';

export interface ManifestSegment {
  readonly index: number;
  readonly file: string;
  readonly frames: number;
  readonly bytes: number;
}

interface ManifestFile {
  readonly version: 1;
  /** Hash of all that decides the pictures; another key makes the segments useless. */
  readonly key: string;
  readonly segments: readonly ManifestSegment[];
}

export class Manifest {
  readonly folder: string;
  readonly #key: string;
  #segments: ManifestSegment[] = [];

  private constructor(folder: string, key: string) {
    this.folder = folder;
    this.#key = key;
  }

  /** Opens or begins the folder; segments of another key are deleted. */
  static async open(folder: string, key: string): Promise<Manifest> {
    const manifest = new Manifest(folder, key);
    const kept = await readManifest(join(folder, 'manifest.json'));
    if (kept === null || kept.key !== key) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    if (kept !== null && kept.key === key) {
      for (const segment of kept.segments) if (await isWhole(folder, segment)) manifest.#segments.push(segment);
    }
    return manifest;
  }

  has(index: number, frames: number): boolean {
    return this.#segments.some((segment) => segment.index === index && segment.frames === frames);
  }

  pathOf(index: number, extension: string): string {
    return join(this.folder, `segment-${String(index).padStart(5, '0')}.${extension}`);
  }

  /** Records a closed segment. */
  async add(index: number, path: string, frames: number): Promise<void> {
    const { size } = await stat(path);
    const file = path.slice(this.folder.length + 1);
    this.#segments = [...this.#segments.filter((segment) => segment.index !== index), { index, file, frames, bytes: size }];
    const content: ManifestFile = { version: 1, key: this.#key, segments: this.#segments };
    const target = join(this.folder, 'manifest.json');
    await writeFile(`${target}.part`, JSON.stringify(content));
    await rename(`${target}.part`, target);
  }

  /** All segments in order. */
  segments(): Segment[] {
    return this.#segments.toSorted((a, b) => a.index - b.index).map(({ file, frames }) => ({ path: join(this.folder, file), frames }));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function readManifest(path: string): Promise<ManifestFile | null> {
  try {
    const content: ManifestFile = JSON.parse(await readFile(path, 'utf8'));
    return content.version === 1 && typeof content.key === 'string' && Array.isArray(content.segments) ? content : null;
  } catch {
    return null;
  }
}

async function isWhole(folder: string, segment: ManifestSegment): Promise<boolean> {
  const found = await stat(join(folder, segment.file)).catch(() => null);
  return found !== null && found.size === segment.bytes;
}
