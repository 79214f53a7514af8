/** The whole table as faders and switches by group: prompts by hand, walk, tempo, stage, then each look, those in use first. */

import type { ShowInfo } from '../protocol/messages.ts';
import type { Parameter, ParameterGroup } from '../score/parameters.ts';
import { h } from '../stage/page/dom.ts';
import { heardLine } from '../stage/sound/heard.ts';
import type { Board } from './board.ts';
import { createFader } from './fader.ts';
import { trigger } from './pads.ts';

const GROUP_TITLES: Record<ParameterGroup, string> = { walk: 'Walk', stage: 'Stage', look: 'Look', tempo: 'Tempo', transport: 'Transport', show: 'Show' };
/** What comes first; then the looks by name. */
const ORDER = ['Walk', 'Tempo', 'Look', 'Stage', 'Transport', 'Show'];
/** Rooms of the table that have a view of their own. */
const OWN_VIEW = /^\/(walk\/prompt|walk\/to|pad|snapshot|cue|keep|patch)(\/|$)/;
/** Reached elsewhere on the panel, better than by a fader. */
const ELSEWHERE = new Set(['/transport/play', '/transport/position', '/preset/load', '/keep/go', '/tempo/beat', '/stage/blackout', '/stage/freeze', '/panic', '/keep', '/cue/go', '/undo']);

export interface MixGroup {
  readonly title: string;
  readonly members: readonly Parameter[];
  /** An effect of the chain that is on. */
  readonly isOn: boolean;
}

/** Faders that pull toward each prompt of the preset, by hand. */
export function createPromptFaders(show: ShowInfo, parameters: readonly Parameter[], board: Board): HTMLElement {
  const faders = show.prompts.flatMap((prompt, index) => {
    const parameter = parameters.find(({ path }) => path === `/walk/prompt/${index + 1}`);
    return parameter === undefined ? [] : [h('div', { class: 'prompt' }, createFader(parameter, board, { upright: false, label: prompt }), heardLine(prompt))];
  });
  return h('section', { class: 'card prompts' }, h('h2', {}, 'Prompts by hand'), ...faders);
}

/** Every number, switch and trigger of the table that has no better place, by group. */
export function groupsOf(parameters: readonly Parameter[], chain: readonly string[]): MixGroup[] {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    if ((parameter.kind === 'text' && parameter.choices === undefined) || ELSEWHERE.has(parameter.path) || OWN_VIEW.test(parameter.path)) continue;
    groups.set(titleOf(parameter), [...(groups.get(titleOf(parameter)) ?? []), parameter]);
  }
  const rank = ({ title, isOn }: MixGroup): number => (ORDER.includes(title) ? ORDER.indexOf(title) : isOn ? ORDER.length : ORDER.length + 1);
  const isOn = (members: readonly Parameter[]): boolean => chain.some((name) => members[0]?.path.startsWith(`/look/${name}/`) === true);
  return [...groups].map(([title, members]): MixGroup => ({ title, members, isOn: isOn(members) })).toSorted((a, b) => rank(a) - rank(b));
}

export function createMix(parameters: readonly Parameter[], chain: readonly string[], board: Board): HTMLElement[] {
  return groupsOf(parameters, chain).map(({ title, members, isOn }) => {
    const triggers = members.filter(({ kind }) => kind === 'trigger');
    return h('section', { class: `card group${isOn ? ' on' : ''}` }, h('h2', {}, title, isOn ? h('span', { class: 'on-mark' }, 'in the chain') : null),
      ...members.filter(({ kind }) => kind !== 'trigger').map((parameter) => createControl(parameter, board, ownLabel(parameter, title))),
      triggers.length === 0 ? null : h('div', { class: 'row triggers' }, ...triggers.map((parameter) => trigger(board, parameter.path, 'pad-small', parameter.help, ownLabel(parameter, title)))));
  });
}

/** Effects stand under their own label, the rest under its group. */
function titleOf({ path, group, label }: Parameter): string {
  return group === 'look' && path.split('/').length === 4 ? (label.split(':')[0] ?? label) : GROUP_TITLES[group];
}

function ownLabel({ label }: Parameter, title: string): string {
  return label.startsWith(`${title}: `) ? label.slice(title.length + 2) : label;
}

function createControl(parameter: Parameter, board: Board, label: string): HTMLElement {
  if (parameter.kind === 'number') return createFader(parameter, board, { upright: false, label });
  if (parameter.kind === 'text') return createChoice(parameter, board, label);
  const button = h('button', { class: 'switch', title: `${parameter.help}\n${parameter.path}`, 'data-path': parameter.path, onclick: () => board.set(parameter.path, board.get(parameter.path) !== true) }, h('span', {}, label), h('i', {}));
  board.watch(parameter.path, (value) => button.setAttribute('aria-pressed', String(value === true || value === 1)));
  return button;
}

/** One of a few texts. */
function createChoice({ path, help, choices = [] }: Parameter, board: Board, label: string): HTMLElement {
  const select = h('select', { 'aria-label': label, title: `${help}\n${path}`, onchange: () => board.set(path, select.value) }, ...choices.map((value) => h('option', { value }, value)));
  board.watch(path, (value) => (select.value = String(value)));
  return h('div', { class: 'choice', 'data-path': path }, h('span', {}, label), select);
}
