/** Kept places as pictures: a tap walks there in n beats; pin to the section that plays, mark as safe for panic, save as a preset, delete. */

import type { ClientMessage, KeeperTile, SceneTile } from '../protocol/messages.ts';
import { addressOf } from '../stage/page/address.ts';
import { h, icon } from '../stage/page/dom.ts';
import { heardLine } from '../stage/sound/heard.ts';
import type { Board } from './board.ts';
import { setAttribute, setText, TileList, type Tile } from './tile-list.ts';

/** How long the walk to a keeper may take, in beats. */
const BEATS = [1, 4, 8, 16, 32];

interface KeeperElement extends Tile {
  readonly picture: HTMLImageElement;
  readonly number: HTMLElement;
  readonly prompt: HTMLElement;
  readonly heard: HTMLElement;
  readonly safe: HTMLButtonElement;
  keeper: KeeperTile;
}

export class KeepersView {
  readonly element: HTMLElement;
  readonly #board: Board;
  readonly #send: (message: ClientMessage) => void;
  readonly #tiles: TileList<KeeperTile, KeeperElement>;
  readonly #empty = h('p', { class: 'empty' }, 'Nothing kept yet. ', h('b', {}, 'Keep'), ' holds on to the place on screen: its prompts, its seed, its look.');
  #scenes: readonly SceneTile[] = [];
  #time = 0;
  #beats = 4;

  constructor(board: Board, send: (message: ClientMessage) => void) {
    this.#board = board;
    this.#send = send;
    const list = h('div', { class: 'keepers' });
    const beats = h('select', { 'aria-label': 'Beats to walk to a keeper', title: 'Beats to walk there', onchange: () => (this.#beats = Number(beats.value)) }, ...BEATS.map((count) => h('option', { value: String(count), selected: count === this.#beats }, `in ${count} beat${count === 1 ? '' : 's'}`)));
    this.element = h('section', { class: 'card keepers-card' }, h('h2', {}, 'Kept places', beats), this.#empty, list);
    this.#tiles = new TileList(list, { keyOf: ({ id }) => id, create: (keeper) => this.#create(keeper), update: (tile, keeper, index) => update(tile, keeper, index) });
  }

  setScenes(scenes: readonly SceneTile[]): void {
    this.#scenes = scenes;
  }

  setTime(time: number): void {
    this.#time = time;
  }

  setKeepers(keepers: readonly KeeperTile[]): void {
    this.#empty.hidden = keepers.length > 0;
    this.#tiles.show(keepers);
  }

  #create(keeper: KeeperTile): KeeperElement {
    const picture = h('img', { alt: '', decoding: 'async' });
    const number = h('span', { class: 'keeper-number' });
    const prompt = h('span', { class: 'keeper-prompt' });
    const heard = heardLine(keeper.prompt);
    const act = (action: 'pin' | 'safe' | 'delete'): void => this.#send({ type: 'keeper', action, id: tile.keeper.id, sceneId: this.#sceneNow() });
    const tool = (title: string, name: 'pin' | 'shield' | 'trash', action: 'pin' | 'safe' | 'delete'): HTMLButtonElement => h('button', { class: 'small', title, 'aria-label': title, onclick: () => act(action) }, icon(name));
    const safe = tool('Panic goes here', 'shield', 'safe');
    const element = h('article', { class: 'keeper' },
      h('button', { class: 'keeper-go', title: 'Walk here', onclick: () => this.#board.trigger('/keep/go', tile.keeper.id, this.#beats) }, picture, number, prompt),
      h('div', { class: 'keeper-tools' }, tool('Pin to the section that plays', 'pin', 'pin'), safe, tool('Delete', 'trash', 'delete')), heard);
    const tile: KeeperElement = { element, picture, number, prompt, heard, safe, keeper };
    return tile;
  }

  #sceneNow(): string {
    return this.#scenes.find((scene) => this.#time >= scene.start && this.#time < scene.end)?.id ?? '';
  }
}

function update(tile: KeeperElement, keeper: KeeperTile, index: number): void {
  tile.keeper = keeper;
  tile.picture.hidden = keeper.picture === '';
  if (keeper.picture !== '' && tile.picture.src !== addressOf(keeper.picture)) tile.picture.src = addressOf(keeper.picture);
  setText(tile.number, String(index + 1));
  setText(tile.prompt, keeper.prompt);
  tile.heard.dataset['heard'] = keeper.prompt;
  tile.element.classList.toggle('safe', keeper.safe);
  setAttribute(tile.safe, 'aria-pressed', String(keeper.safe));
}
