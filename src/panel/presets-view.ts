/** The presets with their intents; a tap loads one at the next bar. Saving the state of hands as a preset or a show. */

import type { ClientMessage, ShowInfo } from '../protocol/messages.ts';
import { h } from '../stage/dom.ts';
import type { Board } from './board.ts';

export class PresetsView {
  readonly element: HTMLElement;
  readonly #board: Board;
  readonly #list = h('div', { class: 'presets' });
  readonly #name = h('input', { type: 'text', placeholder: 'Name', maxLength: 60, spellcheck: false, 'aria-label': 'Name for saving' });

  constructor(board: Board, send: (message: ClientMessage) => void) {
    this.#board = board;
    const save = (type: 'savePreset' | 'saveShow'): void => {
      const name = this.#name.value.trim();
      if (name === '') this.#name.focus();
      else send({ type, name });
    };
    this.element = h('section', { class: 'box' }, h('h2', {}, 'Presets'), this.#list,
      h('div', { class: 'save-row' }, this.#name, h('button', { class: 'quiet slim', onclick: () => save('savePreset') }, 'Save preset'), h('button', { class: 'quiet slim', onclick: () => save('saveShow') }, 'Save show')));
  }

  setShow(show: ShowInfo): void {
    this.#list.replaceChildren(...show.presets.map(({ name, intent }) =>
      h('button', { class: 'preset', 'aria-pressed': name === show.presetName, onclick: () => this.#board.set('/preset/load', name) }, h('b', {}, name), h('span', {}, intent))));
  }
}
