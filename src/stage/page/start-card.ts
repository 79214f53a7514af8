/** The start card: what this is, Play, Listen, and that a song can be dropped. The click also allows sound. */

import { h, icon } from './dom.ts';

export interface StartCardHandlers {
  readonly onPlay: () => void;
  readonly onListen: () => void;
  readonly onFile: (file: File) => void;
}

export class StartCard {
  readonly element: HTMLElement;
  readonly #title = h('p', { class: 'card-track' }, 'Opening the show …');
  readonly #progress = h('p', { class: 'card-progress' }, '');
  readonly #play: HTMLButtonElement;
  readonly #listen: HTMLButtonElement;
  readonly #intent = h('p', { class: 'card-intent' }, '');

  constructor(handlers: StartCardHandlers) {
    this.#play = h('button', { class: 'card-play', disabled: true, 'aria-label': 'Play', onclick: handlers.onPlay }, icon('play'), h('span', {}, 'Play'));
    this.#listen = h('button', { class: 'card-listen', disabled: true, 'aria-label': 'Listen', title: 'Microphone or line-in', onclick: handlers.onListen }, icon('listen'), h('span', {}, 'Listen'));
    const chooser = h('input', { type: 'file', accept: 'audio/*,.flac,.opus,.ogg,.m4a', hidden: true });
    chooser.addEventListener('change', () => {
      const file = chooser.files?.[0];
      if (file !== undefined) handlers.onFile(file);
    });
    const choose = h('button', { class: 'card-choose', onclick: () => chooser.click() }, 'choose one');
    this.element = h('section', { class: 'start-card' },
      h('h1', { class: 'wordmark' }, 'latent', h('b', {}, 'beat')),
      h('p', { class: 'card-line' }, 'Find a place. The music takes you there on the beat.'),
      h('div', { class: 'card-buttons' }, this.#play, this.#listen),
      this.#title, this.#intent, this.#progress,
      h('p', { class: 'card-hint' }, 'Drop a song anywhere, or ', choose, chooser, h('span', { class: 'card-keys' }, h('kbd', {}, 'F'), ' full screen  ', h('kbd', {}, '?'), ' keys  ', h('a', { href: '/panel', target: '_blank', rel: 'noopener' }, 'panel'))));
  }

  setShow(title: string, preset: string, intent: string, canPlay: boolean): void {
    this.#title.textContent = title;
    this.#intent.textContent = intent === '' ? preset : `${preset}: ${intent}`;
    this.#progress.textContent = '';
    this.#play.disabled = !canPlay;
    this.#listen.disabled = false;
  }

  setProgress(text: string, fraction: number): void {
    this.#progress.textContent = fraction > 0 && fraction < 1 ? `${text} ${Math.round(fraction * 100)} %` : text;
  }

  get isOpen(): boolean {
    return this.element.isConnected && !this.element.classList.contains('leaving');
  }

  close(): void {
    this.element.classList.add('leaving');
    setTimeout(() => this.element.remove(), 600);
  }
}
