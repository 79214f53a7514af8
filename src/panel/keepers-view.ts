/** Kept places as tiles: a tap walks there in four beats; pin to the section that plays, mark as safe, delete. */

import type { ClientMessage, KeeperTile, SceneTile } from '../protocol/messages.ts';
import { h, icon } from '../stage/dom.ts';
import { heardLine } from '../stage/heard.ts';
import type { Board } from './board.ts';

const BEATS = 4;

export class KeepersView {
  readonly element: HTMLElement;
  readonly #tiles = h('div', { class: 'keepers' });
  readonly #board: Board;
  readonly #send: (message: ClientMessage) => void;
  #scenes: readonly SceneTile[] = [];
  #time = 0;

  constructor(board: Board, send: (message: ClientMessage) => void) {
    this.#board = board;
    this.#send = send;
    this.element = h('section', { class: 'box' }, h('h2', {}, 'Kept places'), this.#tiles);
    this.setKeepers([]);
  }

  setScenes(scenes: readonly SceneTile[]): void {
    this.#scenes = scenes;
  }

  setTime(time: number): void {
    this.#time = time;
  }

  setKeepers(keepers: readonly KeeperTile[]): void {
    const empty = h('p', { class: 'empty' }, 'Nothing kept yet. Keep holds on to the place on screen: its prompts, its seed, its look.');
    this.#tiles.replaceChildren(...(keepers.length === 0 ? [empty] : keepers.map((keeper, index) => this.#createTile(keeper, index))));
  }

  #createTile(keeper: KeeperTile, index: number): HTMLElement {
    const act = (action: 'pin' | 'safe' | 'delete'): void => this.#send({ type: 'keeper', action, id: keeper.id, sceneId: this.#sceneNow() });
    return h('article', { class: `keeper${keeper.safe ? ' safe' : ''}` },
      h('button', { class: 'keeper-go', title: `Walk here in ${BEATS} beats`, onclick: () => this.#board.trigger('/keep/go', keeper.id, BEATS) },
        keeper.picture === '' ? null : h('img', { src: keeper.picture, alt: '', decoding: 'async' }), h('span', { class: 'keeper-number' }, String(index + 1)), h('span', { class: 'keeper-prompt' }, keeper.prompt)),
      heardLine(keeper.prompt),
      h('div', { class: 'keeper-tools' },
        h('button', { class: 'small', title: 'Pin to the section that plays', onclick: () => act('pin') }, icon('pin')),
        h('button', { class: 'small', title: keeper.safe ? 'Panic goes here' : 'Make this the safe place for panic', 'aria-pressed': keeper.safe, onclick: () => act('safe') }, icon('shield')),
        h('button', { class: 'small', title: 'Delete', onclick: () => act('delete') }, icon('trash'))));
  }

  #sceneNow(): string {
    return this.#scenes.find((scene) => this.#time >= scene.start && this.#time < scene.end)?.id ?? '';
  }
}
