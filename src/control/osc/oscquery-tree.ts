/**
 * The show as an OSCQuery tree: parameters (read and write, triggers write only) and outputs (read only) as nodes of an
 * address space, and the answer to one HTTP GET. Pure. Source: OSCQuery proposal (Vidvox), which leaves one question open:
 * an unknown attribute is answered with 400. Nothing in the tree names files.
 */

import type { ControlValue, ControlValues } from '../../score/control.ts';
import type { Parameter, ParameterTable } from '../../score/parameters.ts';
import { OUT_SIGNALS, type OutArguments, type OutSignal } from './out-signals.ts';

export interface OscQueryNode {
  readonly FULL_PATH: string;
  /** 0 none, 1 read, 2 write, 3 both. */
  ACCESS: 0 | 1 | 2 | 3;
  DESCRIPTION?: string;
  TYPE?: string;
  VALUE?: readonly (ControlValue | null)[];
  RANGE?: readonly { readonly MIN?: number; readonly MAX?: number; readonly VALS?: readonly string[] }[];
  CLIPMODE?: readonly string[];
  UNIT?: readonly string[];
  TAGS?: readonly string[];
  CRITICAL?: boolean;
  CONTENTS?: Record<string, OscQueryNode>;
}

export interface HostInfo {
  readonly NAME: string;
  readonly OSC_PORT: number;
  readonly OSC_TRANSPORT: 'UDP';
  readonly WS_PORT: number;
  readonly EXTENSIONS: Readonly<Record<string, boolean>>;
}

/** What the tree is made of. `choicesOf` and `describe` fill in what the table cannot know: names of presets, words of prompts. */
export interface TreeContent {
  readonly table: ParameterTable;
  readonly values: ControlValues;
  readonly outs: ReadonlyMap<string, OutArguments>;
  readonly choicesOf?: (path: string) => readonly string[] | undefined;
  readonly describe?: (path: string) => string | undefined;
}

export interface QueryAnswer {
  readonly status: 200 | 204 | 400 | 404;
  readonly body: unknown;
}

const ATTRIBUTES: ReadonlySet<string> = new Set(['FULL_PATH', 'CONTENTS', 'TYPE', 'ACCESS', 'VALUE', 'RANGE', 'DESCRIPTION', 'TAGS', 'UNIT', 'CRITICAL', 'CLIPMODE']);
const UNITS: Readonly<Record<string, string>> = { BPM: 'time.bpm', ms: 'time.ms', s: 'time.second', deg: 'angle.degree' };
/** A lost message here would be seen by everyone. */
const CRITICAL: ReadonlySet<string> = new Set(['/stage/blackout', '/panic', '/transport/play']);
const GROUP_HELP: Readonly<Record<string, string>> = {
  '/walk': 'The walk, planned ahead', '/look': 'The look, at once', '/stage': 'The stage', '/tempo': 'The beat', '/transport': 'The track', '/out': 'What the show tells',
};

export function hostInfo(name: string, oscPort: number, wsPort: number): HostInfo {
  const on = ['ACCESS', 'VALUE', 'RANGE', 'DESCRIPTION', 'TAGS', 'UNIT', 'CRITICAL', 'CLIPMODE', 'LISTEN', 'PATH_CHANGED'];
  return { NAME: name, OSC_PORT: oscPort, OSC_TRANSPORT: 'UDP', WS_PORT: wsPort, EXTENSIONS: Object.fromEntries(on.map((extension) => [extension, true])) };
}

/** The whole address space. */
export function buildTree(content: TreeContent): OscQueryNode {
  const root: OscQueryNode = { FULL_PATH: '/', ACCESS: 0, DESCRIPTION: 'latentbeat', CONTENTS: {} };
  for (const parameter of content.table.values()) Object.assign(nodeAt(root, parameter.path), attributesOf(parameter, content));
  for (const signal of OUT_SIGNALS) Object.assign(nodeAt(root, signal.path), outAttributesOf(signal, content.outs.get(signal.path)));
  return root;
}

/** The node of a path; undefined for none. */
export function findNode(root: OscQueryNode, path: string): OscQueryNode | undefined {
  let node: OscQueryNode | undefined = root;
  for (const part of path.split('/').filter((one) => one !== '')) {
    node = node?.CONTENTS !== undefined && Object.hasOwn(node.CONTENTS, part) ? node.CONTENTS[part] : undefined;
  }
  return node;
}

/** The answer to `GET path?query` (query without the question mark; '' = the whole node). */
export function answerQuery(root: OscQueryNode, host: HostInfo, path: string, query: string): QueryAnswer {
  if (query === 'HOST_INFO') return { status: 200, body: host };
  const node = findNode(root, path);
  if (node === undefined) return { status: 404, body: { error: `There is no node ${path.slice(0, 200)}.` } };
  if (query === '') return { status: 200, body: node };
  if (!ATTRIBUTES.has(query)) return { status: 400, body: { error: `There is no attribute ${query.slice(0, 80)}.` } };
  const value = node[query as keyof OscQueryNode];
  return value === undefined ? { status: 204, body: undefined } : { status: 200, body: { [query]: value } };
}

/** The node of a path, made with its containers where it is missing. */
function nodeAt(root: OscQueryNode, path: string): OscQueryNode {
  let node = root;
  let full = '';
  for (const part of path.split('/').slice(1)) {
    full += `/${part}`;
    node.CONTENTS ??= {};
    const help = GROUP_HELP[full];
    node = node.CONTENTS[part] ??= { FULL_PATH: full, ACCESS: 0, ...(help === undefined ? {} : { DESCRIPTION: help }) };
  }
  return node;
}

function attributesOf(parameter: Parameter, { values, choicesOf, describe }: TreeContent): Partial<OscQueryNode> {
  const { path, kind, label, help, group, unit, min, max } = parameter;
  const about = { DESCRIPTION: describe?.(path) ?? `${label}: ${help}`, TAGS: [group], ...(CRITICAL.has(path) ? { CRITICAL: true } : {}) };
  if (kind === 'trigger') return { ...about, ACCESS: 2, TYPE: 'I' };
  const value = values[path] ?? parameter.default;
  const unitName = UNITS[unit];
  if (kind === 'number') return { ...about, ACCESS: 3, TYPE: 'f', VALUE: [Number(value)], RANGE: [{ MIN: min, MAX: max }], CLIPMODE: ['both'], ...(unitName === undefined ? {} : { UNIT: [unitName] }) };
  if (kind === 'boolean') return { ...about, ACCESS: 3, TYPE: 'T', VALUE: [value === true] };
  const choices = choicesOf?.(path) ?? parameter.choices;
  return { ...about, ACCESS: 3, TYPE: 's', VALUE: [String(value)], ...(choices === undefined ? {} : { RANGE: [{ VALS: choices }] }) };
}

function outAttributesOf({ types, help, unit, min, max }: OutSignal, value: OutArguments | undefined): Partial<OscQueryNode> {
  const unitName = UNITS[unit];
  const each = types.split('');
  return {
    ACCESS: 1, TYPE: types, DESCRIPTION: help, TAGS: ['out'],
    VALUE: value ?? each.map(() => null),
    ...(types === 's' ? {} : { RANGE: each.map(() => ({ MIN: min, MAX: max })) }),
    ...(unitName === undefined ? {} : { UNIT: each.map(() => unitName) }),
  };
}
