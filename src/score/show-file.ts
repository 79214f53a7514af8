/**
 * A show on file (`*.show.json`): everything that `play` and `render` need to make the same frames again. Strict: an
 * unknown key is an error with its path. Pure text in and out; paths in it are relative to the file itself.
 */

import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { parseJson } from './check.ts';
import type { ControlChange } from './control.ts';
import { presetFromData, presetToJson } from './preset.ts';
import type { Preset } from './preset.ts';
import { numberIn, presetSchema, seedSchema } from './preset-schema.ts';
import type { Seconds, Tick } from '../base/units.ts';
import type { TimedLine } from '../timeline/timeline.ts';
import type { Scene } from './storyboard.ts';

export const SHOW_VERSION = 1;

/** Corrections of the beat grid by hand; meaning as in analysis/corrections.ts. */
export interface ShowCorrections {
  readonly bpm?: number | undefined;
  readonly downbeat?: number | undefined;
  readonly shift?: number | undefined;
  readonly beats?: readonly { readonly time: number; readonly position?: number | undefined }[] | undefined;
}

/** Beats that a hand moved while the track played, from a tick on: what was drawn before it stays as it was. */
export interface GridChange {
  readonly fromTick: Tick;
  /** Beats of the grid before it that stay. */
  readonly kept: number;
  /** The beats after those (s), and the first one's place in the bar (1 = downbeat). */
  readonly times: readonly Seconds[];
  readonly position: number;
}

/** A controller's message bound to a parameter, over a range of its values. */
export interface Mapping {
  readonly from: string;
  readonly to: string;
  readonly min: number;
  readonly max: number;
}

/** How a model is sampled (diffusion/types.ts, ModelSettings). The decoder is not part of it: a preview draws with a small one, a video with the full one. */
export interface Sampling {
  readonly scheduler?: string | undefined;
  readonly rng?: string | undefined;
  readonly clipSkip?: number | undefined;
  readonly rescale?: number | undefined;
  readonly eta?: number | undefined;
}

export const SAMPLING_KEYS = ['scheduler', 'rng', 'clipSkip', 'rescale', 'eta'] as const satisfies readonly (keyof Sampling)[];

export interface Show {
  readonly version: number;
  readonly title: string;
  /** Null: live input that was not recorded. `path` relative to the show file, with forward slashes. */
  readonly track: { readonly path: string; readonly sha256: string } | null;
  /** The track is a recorded live input: it is heard as it was on stage, with these beats. */
  readonly live?: { readonly beats: readonly { readonly time: number; readonly position?: number | undefined }[] } | undefined;
  readonly preset: Preset;
  readonly seed: number;
  /** `folder` relative to the show file; left out for the embedded model. */
  readonly model: { readonly id: string; readonly sha256: string; readonly folder?: string | undefined; readonly sampling?: Sampling | undefined };
  /** Each picture starts from the one before it (diffusion/types.ts, FeedbackSettings). */
  readonly feedback?: { readonly strength: number; readonly zoom: number; readonly rotate: number; readonly shift: readonly [number, number] } | undefined;
  /** TIMELINE_VERSION of the analysis it was made with. */
  readonly analysis: number;
  readonly corrections: ShowCorrections;
  /** In the order in which the hand made them. */
  readonly grids?: readonly GridChange[] | undefined;
  /** Parts of the mix, each a file relative to the show file. */
  readonly stems?: readonly { readonly name: string; readonly path: string }[] | undefined;
  /** Lyrics that change the prompts. */
  readonly lines?: readonly TimedLine[] | undefined;
  readonly storyboard: readonly Scene[];
  /** As `Keepers.toJson()` wrote them; `Keepers.fromJson` checks them. */
  readonly keepers: readonly unknown[];
  /** As `Snapshots.toJson()` wrote them. */
  readonly snapshots: readonly unknown[];
  /** As `CueList.toJson()` wrote them. */
  readonly cues: readonly unknown[];
  readonly mappings: readonly Mapping[];
  /** What hands did, in order. */
  readonly log: readonly ControlChange[];
}

const sha256 = z.string().regex(/^([0-9a-f]{64}|fake|)$/, { error: 'a SHA-256 of 64 hexadecimal digits' });
const value = z.union([z.number(), z.boolean(), z.string()]);
const tick = z.number().int({ error: 'a whole number of ticks' });
const stamp = { path: z.string().startsWith('/', { error: 'a path such as /walk/speed' }), source: z.string(), arrival: z.number(), appliesFromTick: tick };

const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('value'), value, ...stamp }),
  z.strictObject({ kind: z.literal('trigger'), args: z.array(value), ...stamp }),
]);

const sceneSchema = z.strictObject({
  id: z.string().min(1, { error: 'a name' }),
  start: numberIn(0, 1e6),
  end: numberIn(0, 1e6),
  label: z.string(),
  kind: z.enum(['intro', 'verse', 'chorus', 'build', 'drop', 'breakdown', 'outro']),
  prompt: z.string().min(1, { error: 'some words' }),
  seed: seedSchema,
  locked: z.boolean(),
});

const beatsSchema = z.array(z.strictObject({ time: numberIn(0, 1e6), position: z.number().int().min(1).max(32).optional() }));

const correctionsSchema = z.strictObject({
  bpm: numberIn(20, 999).optional(),
  downbeat: numberIn(-1e6, 1e6).optional(),
  shift: numberIn(-1e6, 1e6).optional(),
  beats: beatsSchema.optional(),
});

const samplingSchema = z.strictObject({
  scheduler: z.string().optional(),
  rng: z.string().optional(),
  clipSkip: z.number().int().min(1).max(24).optional(),
  rescale: numberIn(0, 1).optional(),
  eta: numberIn(0, 1).optional(),
});

const showSchema = z.strictObject({
  version: z.number(),
  title: z.string(),
  track: z.strictObject({ path: z.string().min(1, { error: 'a path' }), sha256 }).nullable(),
  live: z.strictObject({ beats: beatsSchema }).optional(),
  preset: presetSchema,
  seed: seedSchema,
  model: z.strictObject({ id: z.string(), sha256, folder: z.string().min(1, { error: 'a path' }).optional(), sampling: samplingSchema.optional() }),
  feedback: z.strictObject({ strength: numberIn(0, 1), zoom: numberIn(0.5, 2), rotate: numberIn(-180, 180), shift: z.tuple([numberIn(-1, 1), numberIn(-1, 1)]) }).optional(),
  analysis: z.number(),
  corrections: correctionsSchema.default({}),
  grids: z.array(z.strictObject({ fromTick: tick, kept: z.number().int().min(0), times: z.array(numberIn(0, 1e6)).min(1), position: z.number().int().min(1).max(32) })).optional(),
  stems: z.array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, { error: 'a name of small letters, such as drums' }), path: z.string().min(1, { error: 'a path' }) })).optional(),
  lines: z.array(z.strictObject({ start: numberIn(0, 1e6), end: numberIn(0, 1e6), text: z.string() })).optional(),
  storyboard: z.array(sceneSchema).default([]),
  keepers: z.array(z.unknown()).default([]),
  snapshots: z.array(z.unknown()).default([]),
  cues: z.array(z.unknown()).default([]),
  mappings: z.array(z.strictObject({ from: z.string(), to: z.string().startsWith('/', { error: 'a path such as /walk/speed' }), min: z.number(), max: z.number() })).default([]),
  log: z.array(changeSchema).default([]),
});

/** Reads a show. Throws UserError('input') in one sentence; `where` names the file. */
export function parseShow(text: string, where: string): Show {
  const show = parseJson<z.output<typeof showSchema>>(showSchema as z.ZodType<z.output<typeof showSchema>>, text, where);
  if (show.version !== SHOW_VERSION) throw new UserError('input', `${where} is a show of version ${show.version}, and this program reads version ${SHOW_VERSION}: open it with the program that saved it.`);
  return { ...show, preset: presetFromData(show.preset, `${where}: preset`) };
}

/** Text of a show that `parseShow` reads back to the same. */
export function serializeShow(show: Show): string {
  return `${JSON.stringify({ ...show, preset: presetToJson(show.preset) }, null, 2)}\n`;
}
