/**
 * Reads the JSON header of an ISF effect (shaders/<name>.frag) and declares its inputs as parameters `/look/<name>/<input>`.
 * Understood: float, bool, long and event inputs become parameters; a color becomes four (`…/tint/r` g b a), a point2D two
 * (`…/centre/x` y); the only image is `inputImage`. PASSES with TARGET, PERSISTENT, FLOAT, WIDTH and HEIGHT, and ISF 1's
 * PERSISTENT_BUFFERS. Source: ISF 2.0 header format.
 */

import { messageOf, UserError } from '../base/errors.ts';
import { parseSize, type SizeRule } from './effect-size.ts';
import type { Parameter } from './parameters.ts';

export type EffectInputType = 'float' | 'bool' | 'long' | 'event' | 'color' | 'point2D' | 'image';

export interface EffectInput {
  readonly name: string;
  readonly type: EffectInputType;
  /** Components at rest; empty for an image. */
  readonly value: readonly number[];
  /** Parameters that set its components, in order; empty for an image. */
  readonly paths: readonly string[];
}

export interface EffectPass {
  /** Buffer that the pass draws into; '' = the picture that goes on. */
  readonly target: string;
  /** Keeps its content to the next frame. */
  readonly persistent: boolean;
  /** Pixels of the target. */
  readonly width: SizeRule;
  readonly height: SizeRule;
  /** PASSINDEX while it is drawn. */
  readonly index: number;
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
const COMPONENTS: Readonly<Partial<Record<EffectInputType, readonly string[]>>> = { color: ['r', 'g', 'b', 'a'], point2D: ['x', 'y'] };
/** How fast an effect's value turns to its target (s). */
const SMOOTHING = 0.08;

/** Parses the header of `shaders/<name>.frag`. Throws UserError 'input' with one sentence that names the file. */
export function parseEffectHeader(source: string, name: string): EffectHeader {
  const where = `shaders/${name}.frag`;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw fault(where, 'has a name that is not lower-case letters, digits and dashes; rename the file');
  const header = readJson(source, where);
  const inputs = list(header, 'INPUTS', where).map((entry, index) => readInput(entry, name, `${where}: INPUTS[${index}]`));
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

function readInput(entry: Json, effect: string, where: string): EffectInput {
  const name = entry['NAME'];
  const type = entry['TYPE'];
  if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name)) throw fault(where, `needs a NAME that is a GLSL name, found ${JSON.stringify(name)}`);
  if (!TYPES.includes(type as EffectInputType)) throw fault(where, `"${name}" has TYPE ${JSON.stringify(type)}, expected one of ${TYPES.join(', ')}`);
  if (type === 'image' && name !== 'inputImage') throw fault(where, `"${name}" is an image, but effects get one image, inputImage; remove it`);
  const path = `/look/${effect}/${name}`;
  const paths = type === 'image' ? [] : (COMPONENTS[type as EffectInputType] ?? ['']).map((part) => (part === '' ? path : `${path}/${part}`));
  return { name, type: type as EffectInputType, value: restValue(entry, type as EffectInputType), paths };
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
  const { name, type, value, paths } = readInput(entry, effect, where);
  if (type === 'image') return [];
  const own = typeof entry['LABEL'] === 'string' ? entry['LABEL'] : titleOf(name);
  const help = typeof entry['HELP'] === 'string' ? entry['HELP'] : `${own} of ${label}.`;
  const base = { path: `/look/${effect}/${name}`, group: 'look', label: `${label}: ${own.toLowerCase()}`, help, unit: '', quantisable: false } as const;
  if (type === 'bool' || type === 'event') return [{ ...base, kind: 'boolean', min: 0, max: 1, default: value[0] === 1, smoothing: 0 }];
  if (type === 'color' || type === 'point2D') return paths.map((path, i) => readComponent(entry, { ...base, path, label: `${base.label} ${COMPONENTS[type]?.[i] ?? ''}` }, value[i] ?? 1, i, where));
  const values = Array.isArray(entry['VALUES']) ? entry['VALUES'].map(Number) : [];
  const min = Number(entry['MIN'] ?? (values.length > 0 ? Math.min(...values) : 0));
  const max = Number(entry['MAX'] ?? (values.length > 0 ? Math.max(...values) : 1));
  const rest = value[0] as number;
  if (![min, max, rest].every(Number.isFinite) || min >= max) throw fault(where, `"${name}" needs numbers with MIN < MAX, found MIN ${min}, MAX ${max}, DEFAULT ${rest}`);
  if (rest < min || rest > max) throw fault(where, `"${name}" has DEFAULT ${rest} outside its range ${min} to ${max}`);
  return [{ ...base, kind: 'number', min, max, default: rest, smoothing: type === 'long' ? 0 : SMOOTHING }];
}

/** One number of a color or a point; MIN and MAX are lists there, left out: 0..1. */
function readComponent(entry: Json, base: Omit<Parameter, 'kind' | 'min' | 'max' | 'default' | 'smoothing'>, rest: number, index: number, where: string): Parameter {
  const bound = (key: string, fallback: number): number => Number((entry[key] as unknown[] | undefined)?.[index] ?? fallback);
  const min = Math.min(bound('MIN', 0), rest);
  const max = Math.max(bound('MAX', 1), rest);
  if (![min, max, rest].every(Number.isFinite) || min >= max) throw fault(where, `needs lists of numbers with MIN < MAX, found MIN ${min}, MAX ${max}, DEFAULT ${rest}`);
  return { ...base, kind: 'number', min, max, default: rest, smoothing: SMOOTHING };
}

function declareAmount(effect: string, label: string): Parameter {
  return { path: `/look/${effect}/amount`, kind: 'number', group: 'look', label: `${label}: amount`, help: `How much of ${label} is mixed in.`, unit: '', min: 0, max: 1, default: 1, smoothing: SMOOTHING, quantisable: false };
}

function readPasses(header: Json, where: string): EffectPass[] {
  const old = header['PERSISTENT_BUFFERS'] ?? [];
  const kept = new Set(Array.isArray(old) ? old.map(String) : Object.keys(old));
  const passes = list(header, 'PASSES', where).map((entry, index) => readPass(entry, index, kept, `${where}: PASSES[${index}]`));
  const last = passes.at(-1);
  // The last pass is the picture; where it is kept in a buffer too, it is drawn twice.
  if (last === undefined || last.target !== '') passes.push({ ...wholePicture, target: '', persistent: false, index: last?.index ?? 0 });
  return passes;
}

const wholePicture = { width: parseSize('$WIDTH'), height: parseSize('$HEIGHT') };

function readPass(entry: Json, index: number, kept: ReadonlySet<string>, where: string): EffectPass {
  const target = entry['TARGET'] ?? '';
  if (typeof target !== 'string' || (target !== '' && !/^[A-Za-z_]\w*$/.test(target))) throw fault(where, `has TARGET ${JSON.stringify(target)}, expected a GLSL name`);
  const persistent = [true, 1, '1'].includes(entry['PERSISTENT'] as never) || kept.has(target);
  return { target, persistent, width: readSize(entry['WIDTH'] ?? '$WIDTH', where), height: readSize(entry['HEIGHT'] ?? '$HEIGHT', where), index };
}

/** Tried on a large screen: a target may not be larger than 4096 pixels a side. */
function readSize(expression: unknown, where: string): SizeRule {
  const shown = JSON.stringify(expression);
  let size: number;
  try {
    size = parseSize(expression)({ width: 1920, height: 1080 });
  } catch (thrown) {
    throw fault(where, `has the size ${shown}, expected a number or an expression such as "$WIDTH/4" (${messageOf(thrown)})`);
  }
  if (!(size >= 1 && size <= 4096)) throw fault(where, `has the size ${shown}, which is ${size} pixels on a screen of 1920 x 1080, expected 1 to 4096`);
  return parseSize(expression);
}

/** 'rgb-split' → 'Rgb split'. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[-_]/g, ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
