/**
 * Reads the JSON header of an ISF effect (shaders/<name>.frag) and declares its inputs as parameters `/look/<name>/<input>`.
 * Understood: float, bool, long and event inputs become parameters; color and point2D stay at their default value;
 * the only image is `inputImage`. PASSES with TARGET, PERSISTENT, FLOAT, WIDTH and HEIGHT. Source: ISF 2.0 header format.
 */

import { messageOf, UserError } from '../base/errors.ts';
import type { Parameter } from './parameters.ts';

export type EffectInputType = 'float' | 'bool' | 'long' | 'event' | 'color' | 'point2D' | 'image';

export interface EffectInput {
  readonly name: string;
  readonly type: EffectInputType;
  /** Components at rest; empty for an image. */
  readonly value: readonly number[];
}

export interface EffectPass {
  /** Buffer that the pass draws into; '' = the picture that goes on. */
  readonly target: string;
  /** Keeps its content to the next frame. */
  readonly persistent: boolean;
  /** Size relative to the picture. */
  readonly scale: number;
}

export interface EffectHeader {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly inputs: readonly EffectInput[];
  readonly passes: readonly EffectPass[];
  /** The header has no `amount`: the stage mixes the whole effect in by a parameter that is added here. */
  readonly mixesAmount: boolean;
  readonly parameters: readonly Parameter[];
}

type Json = Record<string, unknown>;

const TYPES: readonly EffectInputType[] = ['float', 'bool', 'long', 'event', 'color', 'point2D', 'image'];
/** How fast an effect's value turns to its target (s). */
const SMOOTHING = 0.08;

/** Parses the header of `shaders/<name>.frag`. Throws UserError 'input' with one sentence that names the file. */
export function parseEffectHeader(source: string, name: string): EffectHeader {
  const where = `shaders/${name}.frag`;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw fault(where, 'has a name that is not lower-case letters, digits and dashes; rename the file');
  const header = readJson(source, where);
  const inputs = list(header, 'INPUTS', where).map((entry, index) => readInput(entry, `${where}: INPUTS[${index}]`));
  const label = typeof header['LABEL'] === 'string' ? header['LABEL'] : titleOf(name);
  const mixesAmount = !inputs.some((input) => input.name === 'amount');
  const parameters = list(header, 'INPUTS', where).flatMap((entry, index) => readParameter(entry, name, label, `${where}: INPUTS[${index}]`));
  if (mixesAmount) parameters.unshift(declareAmount(name, label));
  const description = typeof header['DESCRIPTION'] === 'string' ? header['DESCRIPTION'] : '';
  return { name, label, description, inputs, mixesAmount, parameters, passes: readPasses(header, where) };
}

function fault(where: string, text: string): UserError {
  return new UserError('input', `${where} ${text}.`);
}

function readJson(source: string, where: string): Json {
  const comment = /^\s*\/\*([\s\S]*?)\*\//.exec(source)?.[1];
  if (comment === undefined) throw fault(where, 'does not begin with a /* { … } */ comment; put the ISF header (JSON with INPUTS) there');
  try {
    const parsed: unknown = JSON.parse(comment);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Json;
  } catch (thrown) {
    throw fault(where, `has a header that is not JSON (${messageOf(thrown)}); check its commas and quotes`);
  }
  throw fault(where, 'has a header that is not a JSON object; write { "INPUTS": [ … ] }');
}

function list(header: Json, key: string, where: string): Json[] {
  const value = header[key] ?? [];
  if (!Array.isArray(value)) throw fault(where, `has ${key} that is not a list; write "${key}": [ … ]`);
  return value as Json[];
}

function readInput(entry: Json, where: string): EffectInput {
  const name = entry['NAME'];
  const type = entry['TYPE'];
  if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name)) throw fault(where, `needs a NAME that is a GLSL name, found ${JSON.stringify(name)}`);
  if (!TYPES.includes(type as EffectInputType)) throw fault(where, `"${name}" has TYPE ${JSON.stringify(type)}, expected one of ${TYPES.join(', ')}`);
  if (type === 'image' && name !== 'inputImage') throw fault(where, `"${name}" is an image, but effects get one image, inputImage; remove it`);
  return { name, type: type as EffectInputType, value: restValue(entry, type as EffectInputType) };
}

function restValue(entry: Json, type: EffectInputType): number[] {
  const given = entry['DEFAULT'];
  if (type === 'image') return [];
  if (Array.isArray(given)) return given.map(Number);
  if (type === 'color') return [1, 1, 1, 1];
  if (type === 'point2D') return [0.5, 0.5];
  return [Number(given ?? entry['MIN'] ?? 0)];
}

function readParameter(entry: Json, effect: string, label: string, where: string): Parameter[] {
  const { name, type, value } = readInput(entry, where);
  if (type === 'image' || type === 'color' || type === 'point2D') return [];
  const own = typeof entry['LABEL'] === 'string' ? entry['LABEL'] : titleOf(name);
  const help = typeof entry['HELP'] === 'string' ? entry['HELP'] : `${own} of ${label}.`;
  const base = { path: `/look/${effect}/${name}`, group: 'look', label: `${label}: ${own.toLowerCase()}`, help, unit: '', quantisable: false } as const;
  if (type === 'bool' || type === 'event') return [{ ...base, kind: 'boolean', min: 0, max: 1, default: value[0] === 1, smoothing: 0 }];
  const values = Array.isArray(entry['VALUES']) ? entry['VALUES'].map(Number) : [];
  const min = Number(entry['MIN'] ?? (values.length > 0 ? Math.min(...values) : 0));
  const max = Number(entry['MAX'] ?? (values.length > 0 ? Math.max(...values) : 1));
  const rest = value[0] as number;
  if (![min, max, rest].every(Number.isFinite) || min >= max) throw fault(where, `"${name}" needs numbers with MIN < MAX, found MIN ${min}, MAX ${max}, DEFAULT ${rest}`);
  if (rest < min || rest > max) throw fault(where, `"${name}" has DEFAULT ${rest} outside its range ${min} to ${max}`);
  return [{ ...base, kind: 'number', min, max, default: rest, smoothing: type === 'long' ? 0 : SMOOTHING }];
}

function declareAmount(effect: string, label: string): Parameter {
  return { path: `/look/${effect}/amount`, kind: 'number', group: 'look', label: `${label}: amount`, help: `How much of ${label} is mixed in.`, unit: '', min: 0, max: 1, default: 1, smoothing: SMOOTHING, quantisable: false };
}

function readPasses(header: Json, where: string): EffectPass[] {
  const passes = list(header, 'PASSES', where).map((entry, index) => readPass(entry, `${where}: PASSES[${index}]`));
  if (passes.at(-1)?.target !== '') passes.push({ target: '', persistent: false, scale: 1 });
  return passes;
}

function readPass(entry: Json, where: string): EffectPass {
  const target = entry['TARGET'] ?? '';
  if (typeof target !== 'string' || (target !== '' && !/^[A-Za-z_]\w*$/.test(target))) throw fault(where, `has TARGET ${JSON.stringify(target)}, expected a GLSL name`);
  return { target, persistent: entry['PERSISTENT'] === true, scale: readScale(entry['WIDTH'] ?? entry['HEIGHT'], where) };
}

/** `"$WIDTH/4"` → 0.25; height expressions alike. */
function readScale(expression: unknown, where: string): number {
  if (expression === undefined) return 1;
  const match = /^\s*\$(?:WIDTH|HEIGHT)\s*(?:([*/])\s*(\d+(?:\.\d+)?))?\s*$/.exec(typeof expression === 'number' ? '' : JSON.stringify(expression).slice(1, -1));
  if (match === null) throw fault(where, `has the size ${JSON.stringify(expression)}, expected "$WIDTH/4" or "$WIDTH*0.5"`);
  const factor = Number(match[2] ?? 1);
  const scale = match[1] === '/' ? 1 / factor : factor;
  if (!(scale > 0 && scale <= 1)) throw fault(where, `has the size ${JSON.stringify(expression)}, expected at most the size of the picture`);
  return scale;
}

/** 'rgb-split' → 'Rgb split'. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[-_]/g, ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
