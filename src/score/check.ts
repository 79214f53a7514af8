/**
 * Checks files of the score's formats against a schema and says in one sentence what is wrong: where, what was expected,
 * what came, and the key that was probably meant. Source of the issue vocabulary: zod 4.
 */

import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest.ts';

/** Parses JSON text against a schema. Throws UserError('input'); `where` names the file or preset. */
export function parseJson<T>(schema: z.ZodType<T>, text: string, where: string): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (thrown) {
    throw new UserError('input', `${where} is not JSON (${thrown instanceof Error ? thrown.message : 'unreadable'}): check its brackets, quotes and commas.`, { cause: thrown });
  }
  return checkData(schema, data, where);
}

/** Checks data that is already parsed. */
export function checkData<T>(schema: z.ZodType<T>, data: unknown, where: string): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new UserError('input', `${where}: ${describeIssue(worstIssue(result.error.issues), schema, data)}`);
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A typo explains missing keys, so unknown keys come first. */
function worstIssue(issues: readonly Issue[]): Issue {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? (issues[0] as Issue);
}

function describeIssue(issue: Issue, schema: z.ZodType, data: unknown): string {
  if (issue.code === 'unrecognized_keys') return describeUnknownKey(issue.keys[0] ?? '', issue.path, schema);
  if (issue.code === 'invalid_union') return describeUnion(issue, schema, data);
  const name = nameOf(issue.path);
  if (issue.code === 'invalid_value') {
    const options = issue.values.map(String);
    const typed = valueAt(data, issue.path);
    const guess = typeof typed === 'string' ? nearestWord(typed, options) : undefined;
    return `${name} must be one of ${options.join(', ')}, but is ${show(typed)}${guess === undefined ? '.' : `: did you mean ${guess}?`}`;
  }
  if (issue.code === 'invalid_type' && valueAt(data, issue.path) === undefined) return `${name} is missing: give a ${issue.expected}.`;
  const expected = issue.code === 'invalid_type' ? `a ${issue.expected}` : issue.message;
  return `${name} must be ${expected}, but is ${show(valueAt(data, issue.path))}.`;
}

function describeUnknownKey(key: string, path: Path, schema: z.ZodType): string {
  const known = keysAt(schema, path);
  const guess = nearestWord(key, known);
  const hint = guess === undefined ? `known here: ${known.join(', ')}` : `did you mean ${guess}?`;
  return `${nameOf([...path, key])} is not a known key, ${hint}${guess === undefined ? '.' : ''}`;
}

/** The branch that got furthest tells best what is wrong. */
function describeUnion(issue: Extract<Issue, { code: 'invalid_union' }>, schema: z.ZodType, data: unknown): string {
  const all = issue.errors.flat();
  const deepest = all.find(({ code }) => code === 'unrecognized_keys') ?? all.find(({ path }) => path.length > 0);
  if (deepest !== undefined) return describeIssue({ ...deepest, path: [...issue.path, ...deepest.path] } as Issue, schema, data);
  return `${nameOf(issue.path)} has the wrong form: ${show(valueAt(data, issue.path))}.`;
}

function nameOf(path: Path): string {
  const text = path.reduce<string>((name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`), '');
  return text === '' ? 'the file' : text;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined), data);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Keys that the schema knows at a path, through optional parts, arrays and unions. */
function keysAt(schema: unknown, path: Path): string[] {
  const objects = path.reduce<unknown[]>((layer, part) => layer.flatMap((one) => childrenOf(one, part)), unwrap(schema));
  return [...new Set(objects.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

function childrenOf(schema: unknown, part: PropertyKey): unknown[] {
  if (schema instanceof z.ZodArray) return unwrap(schema.element);
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType);
  if (schema instanceof z.ZodObject) return unwrap((schema.shape as Record<PropertyKey, unknown>)[part]);
  return [];
}

function unwrap(schema: unknown): unknown[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly || schema instanceof z.ZodNullable) return unwrap(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return unwrap(schema.def.in);
  return schema === undefined ? [] : [schema];
}
