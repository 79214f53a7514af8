/** The sheet of keyboard shortcuts, opened by `?`; also the list the keys act by, so that the two cannot differ. */

import { h } from '../stage/page/dom.ts';
import type { KeyAction } from '../stage/page/keyboard.ts';

export class HelpSheet {
  readonly element: HTMLDialogElement;

  constructor(actions: readonly KeyAction[]) {
    const list = h('dl', { class: 'help-keys' });
    this.element = h('dialog', { class: 'help-sheet', 'aria-label': 'Keyboard shortcuts' },
      h('h2', {}, 'Keys'), list,
      h('p', { class: 'help-note' }, 'Faders: drag; two taps for the default; a tap on the number to type it; move the finger aside, or hold shift, for fine steps. Learn: Gear, Learn, touch a fader, move a control.'),
      h('button', { class: 'quiet', onclick: () => this.element.close() }, 'Close'));
    this.element.addEventListener('click', (event) => event.target === this.element && this.element.close());
    list.append(...actions.filter(({ shown }) => shown !== '').flatMap(({ shown, text }) => [h('dt', {}, ...shown.split(' ').map((key) => h('kbd', {}, key))), h('dd', {}, text)]));
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }
}
