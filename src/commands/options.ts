/** Readers of option values: each checks one value and says what was expected, what came and what to do. */

import { parseStem, type StemFile } from '../analysis/stems.ts';
import { UserError } from '../base/errors.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Reader of a number between `min` and `max` (inclusive). */
export function numberOption(name: string, min: number, max: number, unit = ''): (text: string) => number {
  return (text) => readNumber(name, text, min, max, `a number from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`, () => true);
}

/** Reader of a whole number between `min` and `max` (inclusive). */
export function integerOption(name: string, min: number, max: number): (text: string) => number {
  return (text) => readNumber(name, text, min, max, `a whole number from ${min} to ${max}`, Number.isInteger);
}

/** Largest seed of other tools. */
const LARGEST_SEED = 2n ** 64n - 1n;

/** Reader of a seed: a whole number from 0 to `max`. One that is too large is bad input rather than wrong usage, since it may come from another tool. */
export function seedOption(name: string, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    if (/^\s*\d+\s*$/.test(text) && BigInt(text) > BigInt(max)) throw new UserError('input', `${name} is a whole number from 0 to ${max}, and ${text.trim()} came.`);
    return readNumber(name, text, 0, max, `a whole number from 0 to ${max}`, Number.isInteger);
  };
}

/** The same up to 2^64 − 1; a bigint where a number would not be exact. */
export function longSeedOption(name: string): (text: string) => number | bigint {
  const short = seedOption(name);
  return (text) => {
    if (!/^\s*\d+\s*$/.test(text) || BigInt(text) <= BigInt(Number.MAX_SAFE_INTEGER)) return short(text);
    if (BigInt(text) > LARGEST_SEED) throw new UserError('input', `${name} is a whole number from 0 to ${LARGEST_SEED}, and ${text.trim()} came.`);
    return BigInt(text);
  };
}

/** Reader of one of a few words. */
export function oneOf<Word extends string>(name: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new UserError('usage', `${name} is ${words.map((one) => `"${one}"`).join(' or ')}, and "${text}" came.`);
    return word;
  };
}

/** Characters of a prompt or a negative prompt; beyond any text encoder's reach. */
const LONGEST_PROMPT = 20_000;

/** Throws UserError('input') for a prompt that is no prompt but a book. */
export function checkPromptLength(text: string): string {
  if (text.length > LONGEST_PROMPT) throw new UserError('input', `a prompt has ${text.length} characters (some ${text.split(/\s+/).length} words), and at most ${LONGEST_PROMPT} are taken; shorten it.`);
  return text;
}

/** Gathers an option that may be given several times. */
export function collectText(text: string, before: readonly string[]): string[] {
  if (text.trim() === '') throw new UserError('usage', 'A --prompt is empty: say in a few words what to draw.');
  return [...before, checkPromptLength(text.trim())];
}

/** `1280x720`: width before height, as people write it; both even, since video needs that. */
export function parseSize(name: string, text: string): Size {
  const [width, height, ...rest] = text.toLowerCase().split('x').map(Number);
  const isGood = (value: number | undefined): value is number => value !== undefined && Number.isInteger(value) && value >= 16 && value <= 7680 && value % 2 === 0;
  if (!isGood(width) || !isGood(height) || rest.length > 0) throw new UserError('usage', `${name} is WIDTHxHEIGHT in even pixels from 16 to 7680, such as 1280x720, and "${text}" came.`);
  return { width, height };
}

function readNumber(name: string, text: string, min: number, max: number, expected: string, isGood: (value: number) => boolean): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && isGood(value)) return value;
  throw new UserError('usage', `${name} is ${expected}, and "${text}" came.`);
}

/** Gathers `--stem NAME=FILE`, each name once. */
export function collectStem(text: string, before: readonly StemFile[]): StemFile[] {
  const stem = parseStem(text);
  if (before.some(({ name }) => name === stem.name)) throw new UserError('usage', `--stem ${stem.name} came twice: give each part a name of its own.`);
  return [...before, stem];
}
