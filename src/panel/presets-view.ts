/** The presets as pictures made by the engine, with their intents; a tap loads one at the next bar. */

import type { ShowInfo } from '../protocol/messages.ts';
import { addressOf } from '../stage/page/address.ts';
import { h } from '../stage/page/dom.ts';
import type { Board } from './board.ts';
import { setAttribute, setText, TileList, type Tile } from './tile-list.ts';

type PresetInfo = ShowInfo['presets'][number];

interface PresetTile extends Tile {
  readonly element: HTMLButtonElement;
  readonly picture: HTMLImageElement;
  readonly intent: HTMLElement;
}

export class PresetsView {
  readonly element: HTMLElement;
  readonly #tiles: TileList<PresetInfo, PresetTile>;
  #pictures: Readonly<Record<string, string>> = {};
  #worn = '';
  #coming: string | null = null;
  #list: readonly PresetInfo[] = [];

  constructor(board: Board) {
    const list = h('div', { class: 'presets' });
    this.element = h('section', { class: 'card presets-card' }, h('h2', {}, 'Presets'), list);
    this.#tiles = new TileList(list, {
      keyOf: ({ name }) => name,
      create: ({ name }) => createTile(name, () => {
        this.#coming = name === this.#worn ? null : name;
        board.set('/preset/load', name);
        this.#show();
      }),
      update: (tile, { name, intent }) => {
        const picture = this.#pictures[name] ?? '';
        setText(tile.intent, intent);
        setAttribute(tile.element, 'title', intent);
        if (picture !== '' && tile.picture.src !== addressOf(picture)) tile.picture.src = addressOf(picture);
        tile.picture.hidden = picture === '';
        setAttribute(tile.element, 'aria-pressed', String(name === this.#worn));
        tile.element.classList.toggle('coming', name === this.#coming);
      },
    });
  }

  setShow({ presets, presetName }: ShowInfo): void {
    this.#worn = presetName;
    if (this.#coming === presetName) this.#coming = null;
    this.#list = presets;
    this.#show();
  }

  /** URLs by name. */
  setPictures(pictures: Readonly<Record<string, string>>): void {
    this.#pictures = pictures;
    this.#show();
  }

  #show(): void {
    this.#tiles.show(this.#list);
  }
}

function createTile(name: string, load: () => void): PresetTile {
  const picture = h('img', { alt: '', decoding: 'async', loading: 'lazy', hidden: true });
  const intent = h('span', { class: 'preset-intent' });
  const element = h('button', { class: 'preset', onclick: load }, picture, h('span', { class: 'preset-words' }, h('b', {}, name), intent));
  return { element, picture, intent };
}
