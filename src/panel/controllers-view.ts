/**
 * What comes in by OSC and MIDI, mapped or not, and learning: press Learn, touch a fader or pad of the panel, move a control.
 * Unmapped messages can be learned from their own line.
 */

import type { ClientMessage, ControllerInfo, MonitorEntry, ServerMessage } from '../protocol/messages.ts';
import { h } from '../stage/page/dom.ts';
import { setText } from './tile-list.ts';
import { WebMidi } from './web-midi.ts';

const LINES = 12;

export class ControllersView {
  readonly element: HTMLElement;
  readonly #send: (message: ClientMessage) => void;
  readonly #notice: (text: string) => void;
  readonly #web: WebMidi;
  readonly #learn = h('button', { class: 'quiet', title: 'Then touch a fader or pad here, and move a control of the controller', onclick: () => this.#toggleLearning() }, 'Learn');
  readonly #webButton = h('button', { class: 'quiet', title: 'Where the server\'s machine has no MIDI: use the controllers at this browser', onclick: () => void this.#startWeb() }, 'Browser MIDI');
  readonly #hint = h('p', { class: 'hint', role: 'status' });
  readonly #devices = h('div', { class: 'devices' });
  readonly #counters = h('p', { class: 'counters', hidden: true });
  readonly #lines = h('div', { class: 'monitor', role: 'log', 'aria-label': 'Incoming messages' });
  readonly #empty = h('p', { class: 'empty' }, 'Nothing yet. Move a control of a MIDI device, or send OSC: what comes is listed here, mapped or not, and a line that moves nothing can be ', h('b', {}, 'learned'), '.');
  readonly #entries = new Map<string, MonitorEntry>();
  #choosing = false;
  #armed: string | null = null;

  constructor(send: (message: ClientMessage) => void, notice: (text: string) => void) {
    this.#send = send;
    this.#notice = notice;
    this.#web = new WebMidi(send);
    this.#webButton.hidden = !this.#web.isSupported;
    this.element = h('section', { class: 'card controllers' }, h('h2', {}, 'What comes in', h('span', { class: 'end row' }, this.#learn, this.#webButton)), this.#devices, this.#hint, this.#empty, this.#lines, this.#counters);
    this.#showHint();
  }

  /** Touches on this element choose what is learned. */
  watchSurface(surface: HTMLElement): void {
    surface.addEventListener('pointerdown', (event) => {
      const path = event.target instanceof Element ? event.target.closest('[data-path]')?.getAttribute('data-path') : null;
      if (!this.#choosing || path === null || path === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.#send({ type: 'learn', action: 'arm', path });
    }, { capture: true });
  }

  /** The line to the server is back. */
  reconnected(): void {
    this.#web.tell(true);
  }

  /** What came by OSC, OSCQuery and MIDI since the start: understood, and junk (or of no parameter). */
  setCounters(understood: number, junk: number): void {
    this.#counters.hidden = understood + junk === 0;
    setText(this.#counters, `${understood.toLocaleString('en')} messages understood${junk === 0 ? '' : `, ${junk.toLocaleString('en')} were junk or moved nothing`}`);
  }

  receive(message: Extract<ServerMessage, { type: 'controllers' | 'monitor' | 'midiOut' }>): void {
    if (message.type === 'midiOut') return this.#web.light(message.device, message.bytes);
    if (message.type === 'monitor') return this.#showLines(message.entries);
    if (this.#armed !== null && message.armed === null) this.#choosing = false;
    this.#armed = message.armed;
    this.#devices.replaceChildren(...message.controllers.map(deviceChip));
    this.#showHint();
  }

  #showLines(entries: readonly MonitorEntry[]): void {
    for (const entry of entries) {
      const key = `${entry.via} ${entry.from} ${entry.what}`;
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      if (this.#entries.size > LINES) this.#entries.delete(this.#entries.keys().next().value as string);
    }
    this.#empty.hidden = this.#entries.size > 0;
    this.#lines.replaceChildren(...[...this.#entries.values()].toReversed().map((entry) => this.#line(entry)));
  }

  #line({ via, from, what, value, path }: MonitorEntry): HTMLElement {
    const target = path === null
      ? via === 'midi' ? h('button', { class: 'link', onclick: () => this.#toggleLearning(true) }, 'learn') : h('i', {}, 'unknown')
      : h('b', {}, path === what ? '' : path);
    return h('div', { class: path === null ? 'line unmapped' : 'line', title: from }, h('span', { class: 'via' }, via), h('span', { class: 'what' }, what), h('span', { class: 'value' }, value), target);
  }

  #toggleLearning(on = !this.#choosing && this.#armed === null): void {
    this.#choosing = on;
    if (!on) this.#send({ type: 'learn', action: 'cancel', path: '' });
    this.#showHint();
  }

  async #startWeb(): Promise<void> {
    const fault = await this.#web.start();
    if (fault !== null) this.#notice(fault);
    this.#webButton.setAttribute('aria-pressed', String(this.#web.isOn));
  }

  #showHint(): void {
    this.#learn.setAttribute('aria-pressed', String(this.#choosing || this.#armed !== null));
    this.#hint.textContent = this.#armed !== null ? `${this.#armed}: move a control of your controller.` : this.#choosing ? 'Touch the fader or pad that a control shall move.' : '';
    this.#hint.hidden = this.#hint.textContent === '';
    document.body.classList.toggle('learning', this.#choosing);
  }
}

function deviceChip({ name, isPage, bindings }: ControllerInfo): HTMLElement {
  return h('span', { class: 'device', title: bindings.map(({ source, path }) => `${source} → ${path}`).join('\n') }, name, h('i', {}, `${bindings.length} mapped${isPage ? ', by the browser' : ''}`));
}
