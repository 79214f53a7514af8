/**
 * Prompt pads: type a prompt, four pictures of it come, choose one and it is armed: the walk lands there on the next
 * boundary. A pad says where it is: thinking, ready, armed (so many beats), on. Pictures are never waited for by the stage.
 */

import type { PadTile } from '../protocol/messages.ts';
import { h, icon } from '../stage/page/dom.ts';
import { heardLine } from '../stage/sound/heard.ts';
import { setAttribute, setText, TileList, type Tile } from './tile-list.ts';

export interface PadHands {
  type(id: number, prompt: string): void;
  /** Chooses a picture; the armed one again takes it back. */
  arm(id: number, index: number): void;
  disarm(id: number): void;
  reroll(id: number): void;
}

const SEEDS = 4;

interface PadElement extends Tile {
  readonly field: HTMLInputElement;
  readonly pictures: readonly { readonly button: HTMLButtonElement; readonly image: HTMLImageElement }[];
  readonly state: HTMLElement;
  readonly heard: HTMLElement;
  pad: PadTile;
}

export class PromptPadsView {
  readonly element: HTMLElement;
  readonly #hands: PadHands;
  readonly #tiles: TileList<PadTile, PadElement>;
  #suggestions: readonly string[] = [];
  #beatsUntil: (time: number) => number | null = () => null;

  constructor(hands: PadHands) {
    this.#hands = hands;
    const list = h('div', { class: 'prompt-pads' });
    this.element = h('section', { class: 'card pads-card' }, h('h2', {}, 'Prompt pads'), list);
    this.#tiles = new TileList(list, { keyOf: ({ id }) => id, create: (pad, index) => this.#create(pad, index), update: (tile, pad) => this.#update(tile, pad) });
  }

  /** What stands greyed in an empty field. */
  setSuggestions(prompts: readonly string[]): void {
    this.#suggestions = prompts;
    this.#tiles.tiles.forEach((tile, i) => setAttribute(tile.field, 'placeholder', this.#placeholder(i)));
  }

  setPads(pads: readonly PadTile[]): void {
    this.#tiles.show(pads);
  }

  /** Once per display frame: armed pads count their beats down. */
  paint(beatsUntil: (time: number) => number | null): void {
    this.#beatsUntil = beatsUntil;
    for (const tile of this.#tiles.tiles) if (tile.pad.state === 'armed') setText(tile.state, this.#stateText(tile.pad));
  }

  #placeholder(index: number): string {
    return this.#suggestions[index] ?? 'Type a prompt';
  }

  #create(pad: PadTile, index: number): PadElement {
    const field = h('input', { type: 'text', class: 'pad-prompt', maxLength: 300, spellcheck: false, autocomplete: 'off', placeholder: this.#placeholder(index), 'aria-label': `Prompt of pad ${index + 1}` });
    const commit = (): void => {
      const prompt = field.value.trim();
      if (prompt !== tile.pad.prompt) this.#hands.type(tile.pad.id, prompt);
    };
    field.addEventListener('change', commit);
    field.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter') field.blur();
      if (event.key === 'Escape') {
        field.value = tile.pad.prompt;
        field.blur();
      }
    });
    const pictures = Array.from({ length: SEEDS }, (_, i) => {
      const image = h('img', { alt: '', decoding: 'async', hidden: true });
      const button = h('button', { class: 'pad-picture', 'aria-label': `Picture ${i + 1} of pad ${index + 1}`, onclick: () => this.#touch(tile, i) }, image);
      return { button, image };
    });
    const state = h('span', { class: 'pad-state' });
    const heard = heardLine(pad.prompt);
    const reroll = h('button', { class: 'small', title: 'Four other pictures', 'aria-label': `Four other pictures for pad ${index + 1}`, onclick: () => this.#hands.reroll(tile.pad.id) }, icon('reroll'));
    const element = h('article', { class: 'prompt-pad' }, field, h('div', { class: 'pad-pictures' }, ...pictures.map(({ button }) => button)), h('div', { class: 'pad-foot' }, state, reroll), heard);
    const tile: PadElement = { element, field, pictures, state, heard, pad };
    return tile;
  }

  #touch({ pad }: PadElement, index: number): void {
    if (pad.pictures[index] === undefined) return;
    if (pad.state === 'armed' && pad.chosen === index) this.#hands.disarm(pad.id);
    else this.#hands.arm(pad.id, index);
  }

  #update(tile: PadElement, pad: PadTile): void {
    tile.pad = pad;
    if (document.activeElement !== tile.field && tile.field.value !== pad.prompt) tile.field.value = pad.prompt;
    setAttribute(tile.element, 'data-state', pad.state);
    tile.heard.dataset['heard'] = pad.prompt;
    setText(tile.state, this.#stateText(pad));
    tile.pictures.forEach(({ button, image }, i) => {
      const url = pad.pictures[i]?.url ?? '';
      if (url !== '' && image.getAttribute('src') !== url) image.src = url;
      image.hidden = url === '';
      button.disabled = url === '';
      setAttribute(button, 'aria-pressed', String(pad.chosen === i && (pad.state === 'armed' || pad.state === 'on')));
    });
  }

  #stateText(pad: PadTile): string {
    switch (pad.state) {
      case 'empty': return 'Empty';
      case 'thinking': return `Thinking ${pad.pictures.filter(({ url }) => url !== '').length} of ${SEEDS}`;
      case 'ready': return 'Ready: choose one';
      case 'armed': {
        const beats = pad.landsAt === null ? null : this.#beatsUntil(pad.landsAt);
        return beats === null ? 'Armed' : `Armed, ${Math.max(0, Math.ceil(beats))} beats`;
      }
      case 'on': return 'On';
    }
  }
}
