/** The rest of the table, made from the parameters: prompts by hand, then each look, then walk, tempo and stage. */

import type { ShowInfo } from '../protocol/messages.ts';
import type { Parameter, ParameterGroup } from '../score/parameters.ts';
import { h } from '../stage/dom.ts';
import { heardLine } from '../stage/heard.ts';
import type { Board } from './board.ts';
import { createFader } from './fader.ts';

const GROUP_TITLES: Record<ParameterGroup, string> = { walk: 'Walk', stage: 'Stage', look: 'Look', tempo: 'Tempo', transport: 'Transport', show: 'Show' };
/** Reached elsewhere on the panel. */
const ELSEWHERE = new Set(['/transport/play', '/transport/position', '/preset/load']);

/** Faders that pull toward each prompt of the preset. */
export function createPromptFaders(show: ShowInfo, parameters: readonly Parameter[], board: Board): HTMLElement {
  const faders = show.prompts.flatMap((prompt, index) => {
    const parameter = parameters.find(({ path }) => path === `/walk/prompt/${index + 1}`);
    return parameter === undefined ? [] : [h('div', { class: 'prompt' }, createFader(parameter, board, { upright: false, label: prompt }), heardLine(prompt))];
  });
  return h('section', { class: 'box prompts' }, h('h2', {}, 'Prompts by hand'), ...faders);
}

/** The boxes under More in order, the looks that are on first: everything that is not a big fader, a pad or a prompt. */
export function groupsOf(parameters: readonly Parameter[], chain: readonly string[]): { readonly title: string; readonly members: readonly Parameter[]; readonly isOn: boolean }[] {
  const rest = parameters.filter(({ path, kind, fader }) => (kind === 'number' || kind === 'boolean') && fader === undefined && !ELSEWHERE.has(path) && !path.startsWith('/walk/prompt/') && !path.startsWith('/stage/'));
  const groups = new Map<string, Parameter[]>();
  for (const parameter of rest) groups.set(titleOf(parameter), [...(groups.get(titleOf(parameter)) ?? []), parameter]);
  const isOn = (members: readonly Parameter[]): boolean => chain.some((name) => members[0]?.path.startsWith(`/look/${name}/`));
  return [...groups].map(([title, members]) => ({ title, members, isOn: isOn(members) })).toSorted((a, b) => Number(b.isOn) - Number(a.isOn));
}

export function createMore(parameters: readonly Parameter[], chain: readonly string[], board: Board): HTMLElement {
  const boxes = groupsOf(parameters, chain).map(({ title, members, isOn }) => h('section', { class: `box group${isOn ? ' on' : ''}` }, h('h2', {}, title), ...members.map((parameter) => createControl(parameter, board, title))));
  return h('details', { class: 'more' }, h('summary', {}, 'More'), h('div', { class: 'more-grid' }, ...boxes));
}

/** Effects stand under their own label, the rest under its group. */
function titleOf({ path, group, label }: Parameter): string {
  return group === 'look' && path.split('/').length === 4 ? (label.split(':')[0] ?? label) : GROUP_TITLES[group];
}

function createControl(parameter: Parameter, board: Board, title: string): HTMLElement {
  const own = parameter.label.startsWith(`${title}: `) ? parameter.label.slice(title.length + 2) : parameter.label;
  if (parameter.kind === 'number') return createFader(parameter, board, { upright: false, label: own });
  const button = h('button', { class: 'switch', title: `${parameter.help}\n${parameter.path}`, onclick: () => board.set(parameter.path, board.get(parameter.path) !== true) }, h('span', {}, own), h('i', {}));
  board.watch(parameter.path, (value) => button.setAttribute('aria-pressed', String(value === true || value === 1)));
  return button;
}
