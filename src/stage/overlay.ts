/** A sheet over the stage (storyboard, keys): opened and closed by key or by its cross. */

import { h, icon } from './page/dom.ts';
import type { KeyAction } from './page/keyboard.ts';

export class Overlay {
  readonly element: HTMLElement;

  constructor(name: string, title: string, ...content: (Node | string)[]) {
    const cross = h('button', { class: 'small', title: 'Close', onclick: () => this.toggle(false) }, icon('close'));
    this.element = h('section', { class: `overlay overlay-${name}`, hidden: true, role: 'dialog', 'aria-label': title }, h('header', {}, h('h2', {}, title), cross), ...content);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  toggle(open = !this.isOpen): void {
    this.element.hidden = !open;
  }
}

/** The sheet of keys. */
export function createHelp(actions: readonly KeyAction[]): Overlay {
  const rows = actions.filter(({ shown }) => shown !== '').flatMap(({ shown, text }) => [h('dt', {}, ...shown.split(' ').map((key) => h('kbd', {}, key))), h('dd', {}, text)]);
  return new Overlay('help', 'Keys', h('dl', {}, ...rows));
}
