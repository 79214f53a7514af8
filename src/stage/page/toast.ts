/** Notices at the edge of the page: they say what happened and go away by themselves. */

import { h } from './dom.ts';

export type NoticeLevel = 'info' | 'warn' | 'error';

const STAY_MS: Record<NoticeLevel, number> = { info: 5_000, warn: 9_000, error: 15_000 };
const MOST_AT_ONCE = 4;

export class Toasts {
  readonly element = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });
  readonly #progress = h('div', { class: 'toast toast-progress' });

  /** One line that says how far something is; goes away when it is done. */
  progress(text: string, fraction: number): void {
    this.#progress.textContent = fraction > 0 ? `${text} ${Math.round(fraction * 100)} %` : text;
    if (fraction >= 1) this.#progress.remove();
    else if (!this.#progress.isConnected) this.element.prepend(this.#progress);
  }

  show(level: NoticeLevel, text: string): void {
    const same = [...this.element.children].find((toast) => toast.textContent === text);
    same?.remove();
    const toast = h('div', { class: `toast toast-${level}`, onclick: () => toast.remove() }, text);
    this.element.append(toast);
    while (this.element.children.length > MOST_AT_ONCE) this.element.firstElementChild?.remove();
    setTimeout(() => toast.remove(), STAY_MS[level]);
  }
}
