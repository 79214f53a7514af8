/**
 * Eight snapshots of all parameters: a tap recalls, Store and a tap keeps what stands, two chosen as A and B can be
 * crossfaded by hand.
 */

import { clamp } from '../base/math.ts';
import { h } from '../stage/page/dom.ts';
import { setAttribute, setText } from './tile-list.ts';

const SNAPSHOT_SLOTS = 8;

export interface SnapshotHands {
  store(slot: number): void;
  recall(slot: number): void;
  /** What the crossfade goes from and to. */
  pair(from: number, to: number): void;
  /** 0 = all of the first, 1 = all of the second. */
  fade(mix: number): void;
}

type Mode = 'recall' | 'store' | 'pair';

export class SnapshotsView {
  readonly element: HTMLElement;
  readonly #hands: SnapshotHands;
  readonly #slots: readonly HTMLButtonElement[];
  readonly #store = h('button', { class: 'quiet', 'aria-pressed': false, title: 'Then tap a slot: it keeps all parameters as they stand', onclick: () => this.#setMode(this.#mode === 'store' ? 'recall' : 'store') }, 'Store');
  readonly #pair = h('button', { class: 'quiet', 'aria-pressed': false, title: 'Then tap two slots to fade between', onclick: () => this.#setMode(this.#mode === 'pair' ? 'recall' : 'pair') }, 'A / B');
  readonly #mix = h('input', { type: 'range', class: 'crossfade', min: '0', max: '1', step: '0.005', value: '0', disabled: true, 'aria-label': 'Crossfade from snapshot A to B' });
  readonly #ends = { a: h('b', {}, 'A'), b: h('b', {}, 'B') };
  #filled: readonly boolean[] = [];
  #ab: readonly number[] = [];
  #mode: Mode = 'recall';
  #last = -1;

  constructor(hands: SnapshotHands) {
    this.#hands = hands;
    this.#slots = Array.from({ length: SNAPSHOT_SLOTS }, (_, i) => h('button', { class: 'slot', onclick: () => this.#touch(i) }, String(i + 1)));
    this.#mix.addEventListener('input', () => this.#fade());
    this.element = h('section', { class: 'card snapshots-card' }, h('h2', {}, 'Snapshots', h('span', { class: 'end row' }, this.#store, this.#pair)),
      h('div', { class: 'slots' }, ...this.#slots), h('div', { class: 'crossfade-row' }, this.#ends.a, this.#mix, this.#ends.b));
    this.#show();
  }

  /** Which slots hold something. */
  setFilled(filled: readonly boolean[]): void {
    this.#filled = filled;
    this.#ab = this.#ab.filter((slot) => filled[slot]);
    this.#show();
  }

  #touch(slot: number): void {
    if (this.#mode === 'store') {
      this.#hands.store(slot);
      this.#last = slot;
      this.#setMode('recall');
    } else if (this.#mode === 'pair') this.#choose(slot);
    else if (this.#filled[slot]) {
      this.#last = slot;
      this.#hands.recall(slot);
    }
    this.#show();
  }

  #choose(slot: number): void {
    if (!this.#filled[slot]) return;
    this.#ab = this.#ab.length >= 2 ? [slot] : this.#ab[0] === slot ? [] : [...this.#ab, slot];
    const [from, to] = this.#ab;
    if (from === undefined || to === undefined) return;
    this.#mix.value = '0';
    this.#hands.pair(from, to);
    this.#setMode('recall');
  }

  #fade(): void {
    if (this.#ab.length === 2) this.#hands.fade(clamp(this.#mix.valueAsNumber, 0, 1));
  }

  #setMode(mode: Mode): void {
    this.#mode = mode;
    if (mode === 'pair') this.#ab = [];
    this.#show();
  }

  #show(): void {
    setAttribute(this.#store, 'aria-pressed', String(this.#mode === 'store'));
    setAttribute(this.#pair, 'aria-pressed', String(this.#mode === 'pair'));
    this.element.dataset['mode'] = this.#mode;
    this.#slots.forEach((slot, i) => {
      const letter = this.#ab[0] === i ? 'A' : this.#ab[1] === i ? 'B' : '';
      slot.classList.toggle('filled', this.#filled[i] === true);
      slot.classList.toggle('last', this.#last === i && this.#filled[i] === true);
      setText(slot, `${i + 1}${letter === '' ? '' : ` ${letter}`}`);
      setAttribute(slot, 'aria-label', `Snapshot ${i + 1}${this.#filled[i] === true ? '' : ', empty'}${letter === '' ? '' : `, ${letter} of the crossfade`}`);
    });
    const name = (slot: number | undefined, letter: string): string => (slot === undefined ? letter : `${letter} ${slot + 1}`);
    setText(this.#ends.a, name(this.#ab[0], 'A'));
    setText(this.#ends.b, name(this.#ab[1], 'B'));
    this.#mix.disabled = this.#ab.length < 2;
  }
}
