/**
 * The set list: cues in order, each something to go to, how (cut, dissolve, morph over n beats) and what fires it (hand,
 * bar, section, time). Go fires the next one; a tap fires any; the one that is on is lit.
 */

import type { CueTile, CueTransition } from '../protocol/messages.ts';
import { h, icon } from '../stage/page/dom.ts';
import { setAttribute, setText, TileList, type Tile } from './tile-list.ts';

const TRANSITIONS = ['cut', 'dissolve', 'morph'] as const;
/** What a new cue fires by. */
export type NewTrigger = 'hand' | 'bar' | 'section' | 'time';

export interface CueHands {
  go(id: number): void;
  next(): void;
  /** Of the place, preset or look that is on air now. */
  add(trigger: NewTrigger): void;
  edit(id: number, change: { readonly transition?: CueTransition; readonly beats?: number }): void;
  remove(id: number): void;
  move(id: number, by: -1 | 1): void;
}

interface CueElement extends Tile {
  readonly number: HTMLElement;
  readonly name: HTMLElement;
  readonly trigger: HTMLElement;
  readonly way: HTMLSelectElement;
  readonly beats: HTMLSelectElement;
  cue: CueTile;
}

const BEATS = [1, 2, 4, 8, 16, 32];

export class CuesView {
  readonly element: HTMLElement;
  readonly #hands: CueHands;
  readonly #tiles: TileList<CueTile, CueElement>;
  readonly #empty = h('p', { class: 'empty' }, 'No cues yet. ', h('b', {}, 'Add'), ' makes one of what is on air now; the list is saved with the show.');

  constructor(hands: CueHands) {
    this.#hands = hands;
    const list = h('ol', { class: 'cues' });
    const trigger = h('select', { 'aria-label': 'A new cue fires' }, ...([['hand', 'by hand'], ['bar', 'at this bar'], ['section', 'at this section'], ['time', 'at this time']] as const).map(([value, label]) => h('option', { value }, label)));
    this.element = h('section', { class: 'card cues-card' },
      h('h2', {}, 'Set list', h('span', { class: 'end row' }, trigger, h('button', { class: 'quiet', onclick: () => hands.add(trigger.value as NewTrigger) }, 'Add'), h('button', { class: 'primary', title: 'Fire the next cue (G)', onclick: () => hands.next() }, 'Go'))),
      this.#empty, list);
    this.#tiles = new TileList(list, { keyOf: ({ id }) => id, create: (cue) => this.#create(cue), update: (tile, cue, index) => update(tile, cue, index) });
  }

  setCues(cues: readonly CueTile[]): void {
    this.#empty.hidden = cues.length > 0;
    this.#tiles.show(cues);
  }

  #create(cue: CueTile): CueElement {
    const number = h('span', { class: 'cue-number' });
    const name = h('b', {});
    const trigger = h('span', { class: 'cue-trigger' });
    const way = h('select', { 'aria-label': 'Transition', onchange: () => this.#hands.edit(tile.cue.id, { transition: way.value as CueTransition }) }, ...TRANSITIONS.map((value) => h('option', { value }, value)));
    const beats = h('select', { 'aria-label': 'Beats', onchange: () => this.#hands.edit(tile.cue.id, { beats: Number(beats.value) }) }, ...BEATS.map((value) => h('option', { value: String(value) }, `${value} beat${value === 1 ? '' : 's'}`)));
    const tool = (label: string, child: Node | string, act: () => void): HTMLElement => h('button', { class: 'small', 'aria-label': label, title: label, onclick: act }, child);
    const element = h('li', { class: 'cue' },
      h('button', { class: 'cue-go', title: 'Fire this cue now', onclick: () => this.#hands.go(tile.cue.id) }, number, name, trigger),
      h('div', { class: 'cue-tools' }, way, beats, tool('Earlier', '↑', () => this.#hands.move(tile.cue.id, -1)), tool('Later', '↓', () => this.#hands.move(tile.cue.id, 1)), tool('Delete', icon('trash'), () => this.#hands.remove(tile.cue.id))));
    const tile: CueElement = { element, number, name, trigger, way, beats, cue };
    return tile;
  }
}

function update(tile: CueElement, cue: CueTile, index: number): void {
  tile.cue = cue;
  setText(tile.number, String(index + 1));
  setText(tile.name, cue.name);
  setText(tile.trigger, cue.trigger);
  if (tile.way.value !== cue.transition) tile.way.value = cue.transition;
  if (!BEATS.includes(cue.beats) && ![...tile.beats.options].some(({ value }) => value === String(cue.beats))) tile.beats.append(h('option', { value: String(cue.beats) }, `${cue.beats} beats`));
  if (tile.beats.value !== String(cue.beats)) tile.beats.value = String(cue.beats);
  tile.beats.disabled = cue.transition === 'cut';
  tile.element.classList.toggle('next', cue.isNext);
  tile.element.classList.toggle('on', cue.isOn);
  setAttribute(tile.element, 'aria-current', String(cue.isOn));
}

