/** Notices at the edge of the page: they say what happened and go away by themselves. */

import { h } from './dom.ts';

export type NoticeLevel = 'info' | 'warn' | 'error';

const STAY_MS: Record<NoticeLevel, number> = { info: 5_000, warn: 9_000, error: 15_000 };
const MOST_AT_ONCE = 4;

export class Toasts {
  readonly element = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

  show(level: NoticeLevel, text: string): void {
    const same = [...this.element.children].find((toast) => toast.textContent === text);
    same?.remove();
    const toast = h('div', { class: `toast toast-${level}`, onclick: () => toast.remove() }, text);
    this.element.append(toast);
    while (this.element.children.length > MOST_AT_ONCE) this.element.firstElementChild?.remove();
    setTimeout(() => toast.remove(), STAY_MS[level]);
  }
}
