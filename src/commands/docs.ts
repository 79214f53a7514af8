/** `docs`: writes docs/parameters.md, the reference page, from the parameter table and the effects' headers. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { packageRoot } from '../base/entry.ts';
import { print } from '../base/log.ts';
import { OUT_SIGNALS } from '../control/osc/out-signals.ts';
import { parseEffectHeader } from '../score/effect-header.ts';
import { buildParameterTable, type Parameter, type ParameterGroup, type ParameterTable } from '../score/parameters.ts';

const GROUP_TITLES: Readonly<Record<ParameterGroup, string>> = {
  walk: 'Walk: planned ahead', look: 'Look: answers within a display frame', stage: 'Stage: answers at once',
  tempo: 'Tempo', transport: 'Transport', show: 'Show',
};

export function docsCommand(): void {
  const folder = new URL('docs/', packageRoot(import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('parameters.md', folder), parametersPage());
  print('docs/parameters.md is written.');
}

/** The whole page; by default from the core table and every shader in shaders/. */
export function parametersPage(table: ParameterTable = readTable()): string {
  const sections = (Object.keys(GROUP_TITLES) as ParameterGroup[]).map((group) => sectionOf(group, [...table.values()].filter((parameter) => parameter.group === group)));
  const head = [
    '# Parameters', '',
    'Written by `npm run docs` from the parameter table; do not edit. A path is the OSC address, the key in presets and `GET /api/state`, and the name on the panel.',
    'Numbers are clamped to their range; a switch is on from 0.5; a trigger fires on any message but a lone 0. OSC patterns (`?` `*` `[a-z]` `{a,b}`) work everywhere.',
  ];
  return `${[...head, ...sections.flat(), ...outSection(), ...serviceSection()].join('\n')}\n`;
}

function outSection(): string[] {
  const rows = OUT_SIGNALS.map(({ path, types, min, max, unit, help }) => `| \`${path}\` | ${types} | ${types === 's' ? 'text' : `${min} … ${max}${unit === '' ? '' : ` ${unit}`}`} | ${help} |`);
  return ['', '## Out: what the show tells', '', 'Sent to OSC subscribers and to those who LISTEN over OSCQuery: beats at once, the rest on change, at most 30 a second each.', '', '| path | types | range | what it tells |', '|---|---|---|---|', ...rows];
}

function serviceSection(): string[] {
  return [
    '', '## Messages to the OSC socket itself', '', 'UDP and TCP (SLIP or length-prefixed) share the port. Every change is echoed on its own address to whoever spoke in the last minute, but not to the control that is being moved.', '',
    '| message | does |', '|---|---|',
    '| `/osc/subscribe [port]` | echoes, the streams under /out/ and a snapshot go to the sender, at that port (default: the one it sends from), until it unsubscribes |',
    '| `/osc/unsubscribe [port]` | no more of them |', '| `/osc/refresh` | a snapshot of all values |',
  ];
}

function readTable(): ParameterTable {
  const folder = new URL('shaders/', packageRoot(import.meta.url));
  const files = readdirSync(folder).filter((file) => file.endsWith('.frag')).sort();
  return buildParameterTable(files.flatMap((file) => parseEffectHeader(readFileSync(new URL(file, folder), 'utf8'), file.replace('.frag', '')).parameters));
}

function sectionOf(group: ParameterGroup, parameters: readonly Parameter[]): string[] {
  const rows = parameters.map((parameter) => `| \`${parameter.path}\` | ${parameter.label} | ${rangeOf(parameter)} | ${defaultOf(parameter)} | ${parameter.help} |`);
  return ['', `## ${GROUP_TITLES[group]}`, '', '| path | name | range | default | what it does |', '|---|---|---|---|---|', ...rows];
}

function rangeOf(parameter: Parameter): string {
  if (parameter.kind !== 'number') return { boolean: 'off, on', text: parameter.choices?.join(', ') ?? 'text', trigger: 'trigger' }[parameter.kind];
  return `${parameter.min} … ${parameter.max}${parameter.unit === '' ? '' : ` ${parameter.unit}`}`;
}

function defaultOf(parameter: Parameter): string {
  if (parameter.kind === 'boolean') return parameter.default === true ? 'on' : 'off';
  return parameter.kind === 'number' ? String(parameter.default) : '';
}
