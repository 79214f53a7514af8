/**
 * The form of a preset file: every key with its range and default. One place; preset.ts fills and reads it, the show file
 * embeds it. Ranges are part of the messages a person gets.
 */

import { z } from 'zod';
import { FEATURES, isStemFeature, type RouteFeature, SHAPES, STAGE_TARGETS, WALK_TARGETS } from './route-types.ts';

/** A number in a range, with a message that states the range. */
export function numberIn(min: number, max: number): z.ZodNumber {
  const error = `a number from ${min} to ${max}`;
  return z.number().min(min, { error }).max(max, { error });
}

function wholeIn(min: number, max: number): z.ZodNumber {
  const error = `a whole number from ${min} to ${max}`;
  return z.number().int({ error }).min(min, { error }).max(max, { error });
}

const words = z.string().trim().min(1, { error: 'some words' }).max(500, { error: 'at most 500 letters' });
export const seedSchema = wholeIn(0, 4_294_967_295);

const promptObject = z.strictObject({
  text: words,
  seed: seedSchema.optional(),
  /** How long the walk stays there relative to the others. */
  weight: numberIn(0.25, 4).default(1),
  /** Prompt that a voice leans toward. */
  sister: words.optional(),
});
const promptSchema = z.union([words.transform((text) => ({ text, weight: 1 })), promptObject]);

const timeSchema = z.union([
  numberIn(0, 60),
  z.string().regex(/^\d*\.?\d+ ?(ms|s|beats?|bars?)$/, { error: 'a time such as "15 ms", "0.2 s", "1 beat" or "2 bars"' }),
  z.strictObject({ amount: numberIn(0, 60), unit: z.enum(['s', 'beat', 'bar']) }),
]).transform(readTime);

/** "15 ms", "2 bars", 0.3 → amount and unit. */
function readTime(time: number | string | { readonly amount: number; readonly unit: 's' | 'beat' | 'bar' }): { readonly amount: number; readonly unit: 's' | 'beat' | 'bar' } {
  if (typeof time === 'number') return { amount: time, unit: 's' };
  if (typeof time !== 'string') return time;
  const amount = Number.parseFloat(time);
  if (time.endsWith('ms')) return { amount: amount / 1000, unit: 's' };
  return { amount, unit: time.includes('beat') ? 'beat' : time.includes('bar') ? 'bar' : 's' };
}

const targetSchema = z.string().refine(
  (path) => /^\/look\/[\w-]+\/[\w-]+$/.test(path) || ([...WALK_TARGETS, ...STAGE_TARGETS] as string[]).includes(path),
  { error: `one of ${[...WALK_TARGETS, ...STAGE_TARGETS].join(', ')} or a uniform such as /look/feedback/amount` },
);

const featureSchema = z.string().refine((name): name is RouteFeature => ([...FEATURES] as string[]).includes(name) || isStemFeature(name), {
  error: `one of ${FEATURES.join(', ')}, or a curve of a stem such as drums.kick or vocals.level`,
}) as z.ZodType<RouteFeature, RouteFeature>;

export const routeSchema = z.strictObject({
  feature: featureSchema,
  to: targetSchema,
  gain: numberIn(-100, 100),
  offset: numberIn(-100, 100).default(0),
  curve: numberIn(0.1, 8).default(1),
  attack: timeSchema.prefault(0.02),
  release: timeSchema.prefault(0.3),
  threshold: numberIn(0, 1).default(0),
  refractory: numberIn(0, 10).default(0.15),
  shape: z.enum(SHAPES).default('follow'),
  alternate: z.boolean().default(false),
  period: timeSchema.prefault('1 bar'),
  values: z.array(numberIn(-10, 10)).max(32).default([]),
});

const changeSchema = z.strictObject({
  /** What brings the next prompt; `lines`: the words of a lyrics file (--lyrics) are the prompts. */
  on: z.enum(['section', 'downbeat', 'bars', 'drop', 'cue', 'lines']).default('section'),
  /** For `bars`: how many. */
  bars: wholeIn(2, 64).default(8),
});

const walkSchema = z.strictObject({
  /** Bars from one waypoint to the next, by how loud the music is; 0 = stays. */
  bars: z.strictObject({ quiet: wholeIn(0, 64).default(16), normal: wholeIn(0, 64).default(8), loud: wholeIn(0, 64).default(4) }).prefault({}),
  /** Length of a glide. */
  glideBars: numberIn(0.25, 8).default(2),
  /** Length of a glide into a drop. */
  dropGlideBeats: numberIn(0.5, 8).default(2),
  /** Changes to an unlike prompt at a drop are cuts. */
  cut: z.boolean().default(true),
  /** How much time itself dances to the accents. */
  groove: numberIn(0, 1).default(0.6),
  /** Speed factor at the song's quietest and loudest. */
  slowest: numberIn(0, 1).default(0.25),
  fastest: numberIn(1, 6).default(3),
});

const noiseSchema = z.strictObject({
  /** Bars that one turn of the noise takes at speed 1. */
  orbitBars: z.union([z.literal(4), z.literal(8), z.literal(16)]).default(8),
  /** When the noise moves to another station. */
  seedPer: z.enum(['section', 'waypoint', 'never']).default('waypoint'),
});

const lookSchema = z.strictObject({
  /** Effects in order. */
  chain: z.array(z.string().regex(/^[a-z][a-z-]*$/, { error: 'the name of an effect, such as feedback' })).max(10).default([]),
  /** Values of look parameters by path. */
  values: z.record(z.string().regex(/^\/look\/[\w/-]+$/, { error: 'a path such as /look/feedback/amount' }), numberIn(-1000, 1000)).default({}),
  /** Hue turns of the song's palettes, one per section label. */
  palettes: z.array(numberIn(-0.5, 0.5)).max(8).default([]),
});

export const presetSchema = z.strictObject({
  name: words,
  intent: z.string().max(300).default(''),
  calm: z.string().max(300).default(''),
  peak: z.string().max(300).default(''),
  prompts: z.array(promptSchema).min(1, { error: 'a list of at least one prompt' }).max(16, { error: 'a list of at most 16 prompts' }),
  /** Which section gets which prompt: calm to peak by energy, or in the order in which they come. */
  order: z.enum(['energy', 'appearance']).default('energy'),
  negative: z.string().max(500).default(''),
  mode: z.enum(['anchored', 'free']).default('anchored'),
  change: changeSchema.prefault({}),
  walk: walkSchema.prefault({}),
  noise: noiseSchema.prefault({}),
  /** Depth of the beat's push in waypoints. */
  pulse: numberIn(0, 0.5).default(0.12),
  guidance: numberIn(0, 30).optional(),
  steps: wholeIn(1, 100).optional(),
  /** Left out: the default route set. */
  routes: z.array(routeSchema).max(64).optional(),
  look: lookSchema.prefault({}),
});
