/**
 * A folder of music with annotated beats, where this machine has one: LATENTBEAT_SHARED or ../shared, in it beats/score.mjs
 * and beats/open/manifest.json with its audio. Not part of the repository (its licences differ by piece).
 */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface BeatItem {
  readonly id: string;
  /** Relative to the manifest. */
  readonly file: string;
  readonly genre: string;
  readonly duration: number;
  readonly beats: readonly number[];
  /** Where the whole truth of them is known. */
  readonly onsets?: readonly number[];
}

export interface BeatPrediction {
  readonly beats: readonly number[];
  readonly downbeats: readonly number[];
  readonly onsets?: readonly number[];
  readonly announced?: readonly number[];
  readonly emitted?: readonly number[];
}

/** Scores 0..1; those that do not apply to an item are missing. */
export type BeatScores = Readonly<Partial<Record<'F' | 'CMLt' | 'AMLt' | 'dF' | 'acc1' | 'oF' | 'announceMs', number>>>;

export interface BeatSet {
  readonly items: readonly BeatItem[];
  /** Path of the manifest. */
  readonly manifest: string;
  pathOf(item: BeatItem): string;
  score(item: BeatItem, prediction: BeatPrediction): BeatScores;
}

const ROOT = resolve(process.env['LATENTBEAT_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url)));

export const BEAT_SET_MISSING = `no annotated music at ${join('shared', 'beats', 'open')} (set LATENTBEAT_SHARED)`;

export function hasBeatSet(): boolean {
  return existsSync(join(ROOT, 'beats', 'open', 'manifest.json')) && existsSync(join(ROOT, 'beats', 'score.mjs'));
}

export async function openBeatSet(): Promise<BeatSet> {
  const folder = join(ROOT, 'beats', 'open');
  const { items } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { items: BeatItem[] };
  const scorer = (await import(/* @vite-ignore */ pathToFileURL(join(ROOT, 'beats', 'score.mjs')).href)) as { scoreItem: BeatSet['score'] };
  return { items, manifest: join(folder, 'manifest.json'), pathOf: (item) => join(folder, item.file), score: scorer.scoreItem };
}

/** Mean of one score over the items that have it, in per cent with one decimal. */
export function meanScore(scores: readonly BeatScores[], name: keyof BeatScores): number {
  const values = scores.flatMap((score) => score[name] ?? []);
  return Math.round((1000 * values.reduce((sum, value) => sum + value, 0)) / Math.max(1, values.length)) / 10;
}
