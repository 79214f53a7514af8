/**
 * A preset is a character: prompts of one family, a way to walk, routes and a look. Parsed once, every default filled,
 * read-only. Pure: reading the file is the caller's.
 */

import type { z } from 'zod';
import { checkData, parseJson } from './check.ts';
import type { routeSchema } from './preset-schema.ts';
import { presetSchema } from './preset-schema.ts';
import { DEFAULT_ROUTES, route } from './route-types.ts';
import type { RouteSpec } from './route-types.ts';

type Filled = z.output<typeof presetSchema>;
/** A preset file before its defaults are filled. */
export type PresetFile = z.input<typeof presetSchema>;

export interface PresetPrompt {
  readonly text: string;
  readonly weight: number;
  readonly seed?: number | undefined;
  readonly sister?: string | undefined;
}

export type Preset = Readonly<Omit<Filled, 'routes' | 'prompts'>> & {
  readonly prompts: readonly PresetPrompt[];
  readonly routes: readonly RouteSpec[];
};

/** Reads a preset from JSON text. Throws UserError('input') in one sentence; `where` names the file. */
export function parsePreset(text: string, where: string): Preset {
  return fillRoutes(parseJson<Filled>(presetSchema as z.ZodType<Filled>, text, where));
}

/** The same from data that is already parsed (a preset inside a show file). */
export function presetFromData(data: unknown, where: string): Preset {
  return fillRoutes(checkData<Filled>(presetSchema as z.ZodType<Filled>, data, where));
}

/** The same character with other prompts, in the order given: the first is where the song begins. */
export function presetFromPrompts(base: Preset, prompts: readonly string[]): Preset {
  if (prompts.length === 0) return base;
  return { ...base, prompts: prompts.map((text) => ({ text: text.trim(), weight: 1 })), order: 'appearance' };
}

/** Data that `presetFromData` reads back to the same preset. */
export function presetToJson(preset: Preset): PresetFile {
  return JSON.parse(JSON.stringify(preset)) as PresetFile;
}

function fillRoutes(filled: Filled): Preset {
  const given: readonly z.output<typeof routeSchema>[] = filled.routes ?? [];
  const routes = filled.routes === undefined ? [...DEFAULT_ROUTES, ...paletteRoute(filled.look.palettes)] : given;
  return deepFreeze({ ...filled, routes });
}

/** Palettes turn the hue by section label, in half a bar. */
function paletteRoute(palettes: readonly number[]): RouteSpec[] {
  if (palettes.length === 0) return [];
  const turn = { amount: 0.5, unit: 'bar' } as const;
  return [route('section', 'look.hue', 1, { values: palettes, attack: turn, release: turn })];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
