/** The tracks of the night: drop files here or choose them, see how far each is prepared, move, remove, play the next. */

import type { ClientMessage, QueueTile } from '../protocol/messages.ts';
import { h, icon } from '../stage/page/dom.ts';
import { setText, TileList, type Tile } from './tile-list.ts';

export interface QueueHands {
  readonly send: (message: ClientMessage) => void;
  /** Uploads a file; answers its upload id, null where it failed. */
  readonly upload: (file: File) => Promise<string | null>;
}

type QueueAction = Extract<ClientMessage, { type: 'queue' }>['action'];

interface Row extends Tile {
  readonly title: HTMLElement;
  readonly state: HTMLElement;
}

export class QueueView {
  readonly element: HTMLElement;
  readonly #hands: QueueHands;
  readonly #tiles: TileList<QueueTile, Row>;
  readonly #empty = h('p', { class: 'empty' }, 'Drop songs here: each is analysed while another plays, and crosses over on a bar.');

  constructor(hands: QueueHands) {
    this.#hands = hands;
    const list = h('ol', { class: 'queue' });
    const files = h('input', { type: 'file', accept: 'audio/*,.wav,.flac,.mp3,.ogg,.opus,.m4a', multiple: true, class: 'hidden-file', 'aria-label': 'Songs to add to the queue', tabIndex: -1 });
    files.addEventListener('change', () => {
      void this.#addAll([...(files.files ?? [])]);
      files.value = '';
    });
    this.element = h('section', { class: 'card queue-card' },
      h('h2', {}, 'Queue', h('span', { class: 'end row' }, files, h('button', { class: 'quiet', onclick: () => files.click() }, 'Add songs'), h('button', { class: 'quiet', title: 'Cross over to the next on the next bar', onclick: () => this.#act('next', '') }, 'Next track'))),
      this.#empty, list);
    this.element.addEventListener('dragover', (event) => event.preventDefault());
    this.element.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation();
      void this.#addAll([...(event.dataTransfer?.files ?? [])]);
    });
    this.#tiles = new TileList(list, {
      keyOf: ({ id }) => id,
      create: ({ id }) => this.#createRow(id),
      update: (row, track) => {
        setText(row.title, track.title);
        setText(row.state, track.state);
        row.element.classList.toggle('on', track.isOn);
        row.element.classList.toggle('broken', track.isBroken);
      },
    });
  }

  setTracks(tracks: readonly QueueTile[]): void {
    this.#empty.hidden = tracks.length > 0;
    this.#tiles.show(tracks);
  }

  #act(action: QueueAction, id: string, name = ''): void {
    this.#hands.send({ type: 'queue', action, id, name });
  }

  /** One after the other, so that they stand in their order. */
  async #addAll(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const id = await this.#hands.upload(file);
      if (id !== null) this.#act('add', id, file.name);
    }
  }

  #createRow(id: string): Row {
    const title = h('b', {});
    const state = h('span', { class: 'queue-state' });
    const tool = (label: string, child: Node | string, action: QueueAction): HTMLElement => h('button', { class: 'small', 'aria-label': label, title: label, onclick: () => this.#act(action, id) }, child);
    const element = h('li', { class: 'queue-track' }, h('button', { class: 'queue-go', title: 'Cross over to it on the next bar', onclick: () => this.#act('play', id) }, title, state),
      tool('Earlier', '↑', 'earlier'), tool('Later', '↓', 'later'), tool('Remove', icon('trash'), 'remove'));
    return { element, title, state };
  }
}
