/** The panel's page: puts the parts together and hands them messages. */

import type { Milliseconds } from '../base/units.ts';
import type { ClientMessage, HeardPrompt, ServerMessage } from '../protocol/messages.ts';
import { h } from '../stage/dom.ts';
import { showHeard } from '../stage/heard.ts';
import { StoryboardView } from '../stage/storyboard-view.ts';
import { Toasts } from '../stage/toast.ts';
import { Board } from './board.ts';
import { ControllersView } from './controllers-view.ts';
import { createFader } from './fader.ts';
import { KeepersView } from './keepers-view.ts';
import { createMore, createPromptFaders } from './more-view.ts';
import { createPads } from './pads.ts';
import { PresetsView } from './presets-view.ts';
import type { ShowModel } from './show-model.ts';
import { TimelineView } from './timeline-view.ts';
import { TopLine } from './top-line.ts';

export class PanelPage {
  readonly toasts = new Toasts();
  readonly element: HTMLElement;
  readonly #model: ShowModel;
  readonly #board: Board;
  readonly #top = new TopLine();
  readonly #track: TimelineView;
  readonly #keepers: KeepersView;
  readonly #presets: PresetsView;
  readonly #controllers: ControllersView;
  readonly #storyboard: StoryboardView;
  readonly #faders = h('section', { class: 'faders' });
  readonly #prompts = h('div', {});
  readonly #more = h('div', {});
  #heard: Readonly<Record<string, HeardPrompt>> = {};
  readonly #title = h('span', { class: 'show-title' }, '');

  constructor(model: ShowModel, send: (message: ClientMessage) => void) {
    this.#model = model;
    this.#board = new Board(send, (flush) => requestAnimationFrame(flush), () => performance.now());
    this.#track = new TimelineView(send);
    this.#keepers = new KeepersView(this.#board, send);
    this.#presets = new PresetsView(this.#board, send);
    this.#controllers = new ControllersView(send, (text) => this.toasts.show('warn', text));
    this.#storyboard = new StoryboardView(send, { withWaveform: false });
    const board = h('section', { class: 'storyboard-box box' }, h('h2', {}, 'Storyboard ', this.#title), this.#storyboard.element);
    this.element = h('main', { class: 'panel' }, this.#top.element, this.#track.element,
      h('div', { class: 'desk' }, h('div', { class: 'hands' }, this.#faders, createPads(this.#board)), h('div', { class: 'side' }, this.#keepers.element, this.#presets.element)),
      board, this.#prompts, this.#controllers.element, this.#more);
    this.#controllers.watchSurface(this.element);
  }

  setLine(connected: boolean): void {
    this.#top.setLine(connected);
    this.element.classList.toggle('offline', !connected);
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#board.receive(message.values, true);
        this.#build();
        this.#controllers.reconnected();
        return this.#top.setTransport(message.transport);
      case 'show':
        this.#board.receive(message.values, true);
        return this.#build();
      case 'transport':
        this.#board.receive({ '/transport/play': message.transport.playing });
        return this.#top.setTransport(message.transport);
      case 'values':
        return this.#board.receive(message.values);
      case 'telemetry':
        return this.#top.setTelemetry(message.telemetry);
      case 'storyboard':
        this.#keepers.setScenes(message.scenes);
        this.#storyboard.setScenes(message.scenes);
        return showHeard(this.#storyboard.element, this.#heard);
      case 'keepers':
        this.#keepers.setKeepers(message.keepers);
        return showHeard(this.#keepers.element, this.#heard);
      case 'heard':
        this.#heard = message.prompts;
        return showHeard(this.element, this.#heard);
      case 'render':
        return this.#storyboard.showProgress(message.progress);
      case 'notice':
        return this.toasts.show(message.level, message.text);
      case 'progress':
        return this.toasts.progress(message.text, message.fraction);
      case 'controllers': case 'monitor': case 'midiOut':
        return this.#controllers.receive(message);
      case 'pong': case 'trigger': case 'effects': case 'live':
        return;
    }
  }

  /** Once per display frame, at a page instant (ms). */
  tick(instant: Milliseconds): void {
    const { transport } = this.#model;
    if (transport === null) return;
    const time = this.#model.timeAt(instant);
    this.#top.setBeat(time, transport.duration, this.#model.beatAt(time), transport.playing);
    this.#track.setTransport(transport, time);
    this.#keepers.setTime(time);
    this.#storyboard.setTime(time);
  }

  #build(): void {
    const { show, parameters, timeline } = this.#model;
    if (show === null) return;
    this.#title.textContent = show.title;
    document.title = `${show.title} · latentbeat panel`;
    const big = parameters.filter(({ fader }) => fader !== undefined).toSorted((a, b) => (a.fader ?? 0) - (b.fader ?? 0));
    this.#faders.replaceChildren(...big.map((parameter) => createFader(parameter, this.#board, { upright: true })));
    this.#presets.setShow(show);
    this.#track.setTimeline(timeline);
    this.#prompts.replaceChildren(createPromptFaders(show, parameters, this.#board));
    showHeard(this.#prompts, this.#heard);
    const wasOpen = this.#more.querySelector('details')?.open === true;
    const more = createMore(parameters, show.lookChain, this.#board);
    more.toggleAttribute('open', wasOpen);
    this.#more.replaceChildren(more);
  }
}
