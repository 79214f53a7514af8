/** Saving the state of hands: as a preset of one's own, or the whole show with its log, keepers and mappings. */

import type { ClientMessage } from '../protocol/messages.ts';
import { h } from '../stage/page/dom.ts';

export function createSaveView(send: (message: ClientMessage) => void): HTMLElement {
  const name = h('input', { type: 'text', placeholder: 'Name', maxLength: 60, spellcheck: false, 'aria-label': 'Name for saving' });
  const save = (type: 'savePreset' | 'saveShow'): void => {
    const text = name.value.trim();
    if (text === '') name.focus();
    else send({ type, name: text });
  };
  return h('section', { class: 'card' }, h('h2', {}, 'Save'),
    h('div', { class: 'row' }, name, h('button', { class: 'quiet', onclick: () => save('savePreset') }, 'Save preset'), h('button', { class: 'quiet', onclick: () => save('saveShow') }, 'Save show')),
    h('p', { class: 'hint' }, 'A preset keeps the look as it stands now. A show keeps everything: track, prompts, keepers, cues, and what hands did, so that render plays it back.'));
}
