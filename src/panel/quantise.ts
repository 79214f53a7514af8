/** What fired cues, presets, prompts and pads wait for: one row of choices of the table's `/cue/quantise`. */

import type { Parameter } from '../score/parameters.ts';
import { h } from '../stage/page/dom.ts';
import type { Board } from './board.ts';

export function createQuantise({ path, choices = [], help }: Parameter, board: Board): HTMLElement {
  const buttons = choices.map((choice) => h('button', { 'aria-pressed': false, onclick: () => board.set(path, choice) }, choice === 'off' ? 'Now' : choice.charAt(0).toUpperCase() + choice.slice(1)));
  board.watch(path, (value) => buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(choices[i] === value))));
  return h('div', { class: 'quantise', role: 'group', 'aria-label': 'Changes land on', title: help }, h('span', {}, 'Lands on'), ...buttons);
}
