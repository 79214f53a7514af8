/**
 * The panel's page: puts the parts together and hands them messages. What a message changes is painted at the next display
 * frame, all in one go and only where it differs; graphs are canvases.
 */

import { messageOf } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import type { ClientMessage, HeardPrompt, ServerMessage } from '../protocol/messages.ts';
import type { RouteSpec } from '../score/route-types.ts';
import { h } from '../stage/page/dom.ts';
import { showHeard } from '../stage/sound/heard.ts';
import { listenForKeys } from '../stage/page/keyboard.ts';
import { StoryboardView } from '../stage/page/storyboard-view.ts';
import { Toasts } from '../stage/page/toast.ts';
import { refuseFile, uploadSong } from '../stage/page/upload.ts';
import { Board } from './board.ts';
import { ControllersView } from './controllers-view.ts';
import { createFader } from './fader.ts';
import { FrameJobs } from './frame-jobs.ts';
import { HelpSheet } from './help-sheet.ts';
import { KeepersView } from './keepers-view.ts';
import { createMix, createPromptFaders } from './mix-view.ts';
import { Monitors } from './monitors.ts';
import { createSafetyBar } from './pads.ts';
import { PatchView } from './patch-view.ts';
import { createOverlayView } from './overlay-view.ts';
import { QueueView } from './queue-view.ts';
import { PerformViews } from './perform-views.ts';
import { PresetsView } from './presets-view.ts';
import { createQuantise } from './quantise.ts';
import { createSaveView } from './save-view.ts';
import { leaveKeysToFocus, shortcutsOf } from './shortcuts.ts';
import type { ShowModel } from './show-model.ts';
import { Tabs } from './tabs.ts';
import { TopLine } from './top-line.ts';
import { TrackView } from './track-view.ts';

type Send = (message: ClientMessage) => void;

/** Guests may say that they are there, and no more. */
const OPEN_TO_GUESTS: ReadonlySet<ClientMessage['type']> = new Set(['hello', 'ping', 'drawn']);

export class PanelPage {
  readonly toasts = new Toasts();
  readonly element: HTMLElement;
  readonly help: HelpSheet;
  readonly #model: ShowModel;
  readonly #board: Board;
  readonly #jobs = new FrameJobs();
  readonly #top: TopLine;
  readonly #track: TrackView;
  readonly #monitors = new Monitors();
  readonly #keepers: KeepersView;
  readonly #presets: PresetsView;
  readonly #controllers: ControllersView;
  readonly #perform: PerformViews;
  readonly #patch: PatchView;
  readonly #storyboard: StoryboardView;
  readonly #faders = h('section', { class: 'card faders', 'aria-label': 'Faders' });
  readonly #prompts = h('div', {});
  readonly #mix = h('div', { class: 'mix-grid' });
  readonly #quantise = h('div', { class: 'quantise-place' });
  readonly #queue: QueueView;
  readonly #title = h('span', { class: 'show-title' }, '');
  #stopFaders: () => void = () => undefined;
  #built = '';
  #heard: Readonly<Record<string, HeardPrompt>> = {};
  #isGuest = false;
  #token = '';

  constructor(model: ShowModel, connectionSend: Send) {
    const send: Send = (message) => this.#sendIfAllowed(message, connectionSend);
    this.#model = model;
    this.#board = new Board(send, (flush) => this.#jobs.soon(flush), () => performance.now());
    this.#perform = new PerformViews(this.#board, send);
    this.#track = new TrackView(send);
    this.#keepers = new KeepersView(this.#board, send);
    this.#presets = new PresetsView(this.#board);
    this.#controllers = new ControllersView(send, (text) => this.toasts.show('warn', text));
    this.#patch = new PatchView((routes) => send({ type: 'value', path: '/patch/routes', value: routes === null ? '' : JSON.stringify(routes), source: 'panel' }), (job) => this.#jobs.soon(job));
    this.#queue = new QueueView({ send, upload: (file) => this.#upload(file) });
    this.#storyboard = new StoryboardView(send, { withWaveform: false });
    const tabs = new Tabs(() => undefined);
    const keys = shortcutsOf(this.#board, tabs, () => this.help.toggle());
    this.help = new HelpSheet(keys);
    this.#top = new TopLine(() => this.help.toggle());
    this.element = h('main', { class: 'panel' }, this.#top.element, this.#track.element, h('div', { class: 'tab-row' }, tabs.element, this.#quantise), this.#createDeck(send), createSafetyBar(this.#board));
    this.#controllers.watchSurface(this.element);
    leaveKeysToFocus();
    listenForKeys(keys);
    this.#board.watch('/walk/speed', (value) => this.#track.setHandSpeed(Number(value)));
  }

  setLine(connected: boolean): void {
    this.#jobs.soon(() => {
      this.#top.setLine(connected);
      this.element.classList.toggle('offline', !connected);
    });
  }

  /** A generated frame, for the monitors. */
  receiveFrame(bytes: ArrayBuffer): void {
    this.#monitors.addFrame(bytes);
  }

  /** Takes in what the server says; the page shows it at the next display frame. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#token = message.token;
        this.#setGuest(message.token === '');
        this.#board.receive(message.values, true);
        this.#controllers.reconnected();
        return this.#jobs.soon(() => this.#build());
      case 'show': case 'effects':
        this.#board.receive(message.values, true);
        return this.#jobs.soon(() => this.#build());
      case 'transport':
        return this.#board.receive({ '/transport/play': message.transport.playing });
      case 'values':
        return this.#board.receive(message.values);
      case 'pong': case 'trigger': case 'live': case 'outputs':
        return;
      case 'telemetry': case 'storyboard': case 'keepers': case 'heard': case 'render': case 'notice': case 'progress': case 'controllers': case 'monitor': case 'midiOut': case 'thumbnails': case 'preview': case 'pads': case 'cues': case 'snapshots': case 'queue':
        return this.#jobs.soon(() => this.#show(message));
    }
  }

  /** Once per display frame, at a page instant (ms). */
  tick(instant: Milliseconds): void {
    this.#jobs.run();
    this.#board.show();
    const { transport } = this.#model;
    if (transport === null) return;
    const time = this.#model.timeAt(instant);
    const place = this.#model.beatAt(time);
    this.#top.setTransport(transport);
    this.#top.setBeat(time, transport.duration, place, transport.playing);
    this.#track.paint(transport, time);
    this.#keepers.setTime(time);
    this.#storyboard.setTime(time);
    if (document.body.dataset['tab'] === 'patch') this.#patch.paint(time);
    this.#perform.pads.paint((until) => (place === null ? null : ((until - time) * place.tempo) / 60));
    this.#monitors.paint(time, transport.loop, place === null ? 0 : (60 / place.tempo) * (this.#model.timeline?.grid.metre ?? 4));
  }

  #show(message: ServerMessage): void {
    switch (message.type) {
      case 'telemetry':
        this.#controllers.setCounters(message.telemetry.oscReceived, message.telemetry.oscBad);
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
      case 'queue':
        return this.#queue.setTracks(message.tracks);
      case 'pads': case 'cues': case 'snapshots':
        this.#perform.receive(message);
        return showHeard(this.#perform.pads.element, this.#heard);
      case 'preview':
        return this.#monitors.setPreview(message.due, message.picture);
      case 'thumbnails':
        return this.#presets.setPictures(message.presets);
      case 'render':
        return this.#storyboard.showProgress(message.progress);
      case 'notice':
        return this.toasts.show(message.level, message.text);
      case 'progress':
        return this.toasts.progress(message.text, message.fraction);
      case 'controllers': case 'monitor': case 'midiOut':
        return this.#controllers.receive(message);
      case 'hello': case 'show': case 'transport': case 'values': case 'pong': case 'trigger': case 'effects': case 'live': case 'outputs':
        return;
    }
  }

  /** Upload id of a song for the queue; null, and a word why, where it was not taken. */
  async #upload(file: File): Promise<string | null> {
    const refusal = refuseFile(file.name, file.size);
    try {
      if (refusal !== null) throw new Error(refusal);
      return await uploadSong(file, this.#token, (fraction) => this.toasts.progress(`Sending ${file.name}`, fraction));
    } catch (thrown) {
      this.toasts.show('warn', messageOf(thrown));
      return null;
    }
  }

  #createDeck(send: Send): HTMLElement {
    const storyboard = h('section', { class: 'card storyboard-card' }, h('h2', {}, 'Storyboard', this.#title), this.#track.gridTools, this.#storyboard.element);
    return h('div', { class: 'deck' },
      h('div', { class: 'view view-play' },
        h('div', { class: 'column column-pads' }, this.#perform.pads.element),
        this.#monitors.element,
        h('div', { class: 'column column-hands' }, this.#faders, this.#perform.snapshots.element),
        h('div', { class: 'column column-cues' }, this.#perform.cues.element, this.#keepers.element, this.#presets.element)),
      h('div', { class: 'view view-mix' }, this.#prompts, this.#mix),
      h('div', { class: 'view view-patch' }, this.#patch.element),
      h('div', { class: 'view view-track' }, this.#queue.element, storyboard),
      h('div', { class: 'view view-gear' }, this.#controllers.element, createSaveView(send), createOverlayView(this.#board, () => this.#token, (text) => this.toasts.show('warn', text))));
  }

  #setGuest(isGuest: boolean): void {
    this.#isGuest = isGuest;
    this.#board.readOnly = isGuest;
    document.body.classList.toggle('guest', isGuest);
    this.#top.setGuest(isGuest);
  }

  #sendIfAllowed(message: ClientMessage, connectionSend: Send): void {
    if (!this.#isGuest || OPEN_TO_GUESTS.has(message.type)) connectionSend(message);
    else this.toasts.show('warn', 'You are a guest here: this panel looks, the operator\'s moves.');
  }

  /** Widgets that come from the table are made anew only when the table or the chain is another. */
  #build(): void {
    const { show, parameters, timeline } = this.#model;
    if (show === null) return;
    this.#title.textContent = show.title;
    document.title = `${show.title} · latentbeat panel`;
    this.#presets.setShow(show);
    this.#track.setTimeline(timeline, show);
    this.#perform.suggest(show.prompts);
    this.#patch.setShow(show.routes as readonly RouteSpec[], parameters, this.#model.music, timeline === null);
    const built = JSON.stringify([parameters.map(({ path }) => path), show.lookChain, show.prompts]);
    if (built === this.#built) return;
    this.#built = built;
    this.#stopFaders();
    this.#stopFaders = this.#board.scope(() => this.#buildFaders());
    showHeard(this.#prompts, this.#heard);
  }

  #buildFaders(): void {
    const { show, parameters } = this.#model;
    if (show === null) return;
    const big = parameters.filter(({ fader }) => fader !== undefined).toSorted((a, b) => (a.fader ?? 0) - (b.fader ?? 0));
    this.#faders.replaceChildren(...big.map((parameter) => createFader(parameter, this.#board, { upright: true })));
    const quantise = parameters.find(({ path }) => path === '/cue/quantise');
    this.#quantise.replaceChildren(...(quantise === undefined ? [] : [createQuantise(quantise, this.#board)]));
    this.#prompts.replaceChildren(createPromptFaders(show, parameters, this.#board));
    this.#mix.replaceChildren(...createMix(parameters, show.lookChain, this.#board));
  }
}
