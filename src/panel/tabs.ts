/**
 * The panel's views. A wide screen shows pads, faders and cues at once under Play; a narrow one has a tab for each.
 * CSS decides by `data-tab` on the body what is seen.
 */

import { h } from '../stage/page/dom.ts';

export interface TabSpec {
  readonly id: string;
  readonly label: string;
  /** Key that opens it. */
  readonly key: string;
  /** Only where the screen is narrow, or only where it is wide. */
  readonly on?: 'narrow' | 'wide';
}

export const TABS: readonly TabSpec[] = [
  { id: 'play', label: 'Play', key: '1', on: 'wide' },
  { id: 'pads', label: 'Pads', key: '1', on: 'narrow' },
  { id: 'hands', label: 'Faders', key: '2', on: 'narrow' },
  { id: 'cues', label: 'Cues', key: '3', on: 'narrow' },
  { id: 'mix', label: 'Mix', key: '4' },
  { id: 'patch', label: 'Patch', key: '5' },
  { id: 'track', label: 'Track', key: '6' },
  { id: 'gear', label: 'Gear', key: '7' },
];

export class Tabs {
  readonly element: HTMLElement;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #onOpen: (id: string) => void;

  constructor(onOpen: (id: string) => void) {
    this.#onOpen = onOpen;
    for (const { id, label, key, on } of TABS) {
      this.#buttons.set(id, h('button', { class: `tab${on === undefined ? '' : ` tab-${on}`}`, role: 'tab', title: `${label} (${key})`, onclick: () => this.open(id) }, label));
    }
    this.element = h('nav', { class: 'tabs', role: 'tablist', 'aria-label': 'Views' }, ...this.#buttons.values());
    this.open('play');
  }

  open(id: string): void {
    document.body.dataset['tab'] = id;
    for (const [other, button] of this.#buttons) button.setAttribute('aria-selected', String(other === id || (id === 'play' && other === 'pads') || (other === 'play' && ['pads', 'hands', 'cues'].includes(id))));
    this.#onOpen(id);
  }
}
