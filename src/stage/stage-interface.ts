/**
 * What lies over the stage: start card, storyboard, keys, notices, drops, live input. Bare pages have none of it.
 * Sends messages and shows what comes back; the picture below does not depend on it.
 */

import { messageOf } from '../base/errors.ts';
import { clamp } from '../base/math.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { HeardPrompt, KeeperTile, ServerMessage } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';
import type { Connection } from './connection.ts';
import { toggleFullScreen } from './page/display.ts';
import { h } from './page/dom.ts';
import { listenForDrops } from './page/drop-zone.ts';
import { showHeard } from './sound/heard.ts';
import { InputSheet } from './sound/input-sheet.ts';
import { listenForKeys, type KeyAction } from './page/keyboard.ts';
import { Listener } from './sound/listener.ts';
import { createHelp, Overlay } from './overlay.ts';
import type { ShowSession } from './show-session.ts';
import type { SoundConductor } from './sound/sound-conductor.ts';
import { StartCard } from './page/start-card.ts';
import { StoryboardView } from './page/storyboard-view.ts';
import { Toasts } from './page/toast.ts';
import { refuseFile, uploadSong } from './page/upload.ts';

export interface InterfaceParts {
  readonly connection: Connection;
  readonly session: ShowSession;
  readonly conductor: SoundConductor;
  readonly autoplay: boolean;
  /** 95th percentile of the distance between a beat's light and its sound on this page (ms). */
  readonly beatToLight: () => Milliseconds | null;
}

const SEEK_STEP: Seconds = 5;
const SPEED_STEP = 0.1;
const KEEPER_BEATS = 4;

export class StageInterface {
  readonly toasts = new Toasts();
  readonly #parts: InterfaceParts;
  readonly #card: StartCard;
  readonly #storyboard: StoryboardView;
  readonly #storyboardSheet: Overlay;
  readonly #help: Overlay;
  readonly #input: InputSheet;
  readonly #pill = h('button', { class: 'sound-pill', hidden: true }, 'Click for sound');
  #keepers: readonly KeeperTile[] = [];
  #heard: Readonly<Record<string, HeardPrompt>> = {};
  readonly #listener: Listener;
  #wantsStoryboard = false;
  #welcomed = false;

  constructor(parts: InterfaceParts) {
    this.#parts = parts;
    this.#listener = new Listener(parts.connection, { onNotice: (level, text) => this.toasts.show(level, text), onChange: () => undefined });
    this.#card = new StartCard({ onPlay: () => void this.#play(), onListen: () => void this.#listen(), onFile: (file) => void this.#open(file) });
    this.#storyboard = new StoryboardView((message) => parts.connection.send(message), { withWaveform: true });
    this.#storyboardSheet = new Overlay('storyboard', 'Storyboard', this.#storyboard.element);
    this.#input = new InputSheet({ listener: this.#listener, onListen: () => void this.#listen(), beatToLight: parts.beatToLight });
    const actions = this.#createKeys();
    this.#help = createHelp(actions);
    listenForKeys(actions);
    listenForDrops((file) => void this.#open(file));
    this.#pill.addEventListener('click', () => void this.#takeSound());
    window.addEventListener('latentbeat-effect-fault', (event) => this.toasts.show('warn', String((event as CustomEvent<string>).detail)));
    document.body.append(this.#card.element, this.#storyboardSheet.element, this.#input.element, this.#help.element, this.#pill, this.toasts.element);
  }

  /** Nothing has been started yet: the pictures behind the card walk by themselves. */
  get isIdle(): boolean {
    return this.#card.isOpen || this.#parts.session.transport?.playing !== true && this.#parts.session.frames.size > 1 && this.#parts.session.transport?.showTime === 0;
  }

  get mayHidePointer(): boolean {
    return !this.#card.isOpen && !this.#storyboardSheet.isOpen && !this.#help.isOpen && !this.#input.isOpen;
  }

  setLine(connected: boolean): void {
    document.body.classList.toggle('offline', !connected);
    if (!connected && this.#welcomed) this.toasts.show('warn', 'The line to latentbeat has dropped; the picture goes on and the line is tried again.');
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#listener.welcomed();
        return this.#welcome();
      case 'show':
        return this.#welcome();
      case 'transport':
        return this.#followTransport();
      case 'storyboard':
        this.#storyboard.setScenes(message.scenes);
        showHeard(this.#storyboard.element, this.#heard);
        return this.#offerStoryboard();
      case 'heard':
        this.#heard = message.prompts;
        return showHeard(this.#storyboard.element, this.#heard);
      case 'keepers':
        this.#keepers = message.keepers;
        return;
      case 'progress':
        if (!this.#card.isOpen) this.toasts.progress(message.text, message.fraction);
        return this.#card.setProgress(message.text, message.fraction);
      case 'render':
        return this.#storyboard.showProgress(message.progress);
      case 'notice':
        return this.toasts.show(message.level, message.text);
      case 'pong': case 'values': case 'trigger': case 'telemetry': case 'effects': case 'live': case 'controllers': case 'monitor': case 'midiOut': case 'thumbnails': case 'preview': case 'snapshots': case 'cues': case 'pads': case 'queue': case 'outputs':
        return;
    }
  }

  /** Once per display frame. */
  tick(time: Seconds): void {
    this.#input.tick();
    if (!this.#storyboardSheet.isOpen) return;
    this.#storyboard.setTime(time);
  }

  #welcome(): void {
    const { show, transport } = this.#parts.session;
    if (show === null) return;
    const intent = show.presets.find((preset) => preset.name === show.presetName)?.intent ?? '';
    this.#card.setShow(show.title, show.presetName, intent, show.pcmUrl !== null || show.track === null);
    this.#storyboard.setTimeline(this.#parts.session.timeline);
    const first = !this.#welcomed;
    this.#welcomed = true;
    if (first && this.#parts.autoplay) void (this.#parts.session.isLive ? this.#listen() : this.#play());
    else if (first && transport?.playing === true) this.#followTransport();
  }

  /** A show that runs elsewhere needs no start card here: this page is its picture. */
  #followTransport(): void {
    const { session } = this.#parts;
    const { transport } = session;
    // Live input that nobody hears yet waits for Listen.
    const runs = transport?.playing === true && (!session.isLive || (session.timeline?.duration ?? 0) > 0);
    if (runs && this.#card.isOpen) this.#card.close();
    // Without a page that sounds, time holds though play was pressed.
    const wantsToPlay = transport?.playing === true || session.values['/transport/play'] === true;
    this.#pill.hidden = !(wantsToPlay && !this.#card.isOpen && transport?.soundPage === null && (session.show?.pcmUrl ?? null) !== null && !this.#parts.conductor.player.isAllowed);
  }

  async #play(): Promise<void> {
    const allowed = await this.#parts.conductor.allow();
    this.#setValue('/transport/play', true);
    this.#card.close();
    if (!allowed && this.#parts.autoplay) this.toasts.show('info', 'The browser holds the sound back until the first click on this page.');
  }

  async #takeSound(): Promise<void> {
    this.#pill.hidden = await this.#parts.conductor.allow();
  }

  async #listen(): Promise<void> {
    if (this.#listener.isOn) return this.#listener.stop();
    if (await this.#listener.start()) this.#card.close();
  }

  async #open(file: File): Promise<void> {
    const refusal = refuseFile(file.name, file.size);
    if (refusal !== null) return this.toasts.show('error', refusal);
    try {
      this.toasts.show('info', `Opening ${file.name} …`);
      const uploadId = await uploadSong(file, this.#parts.session.token, (fraction) => this.#card.setProgress('Sending', fraction));
      this.#wantsStoryboard = true;
      this.#parts.connection.send({ type: 'openTrack', uploadId, name: file.name });
    } catch (thrown) {
      this.toasts.show('error', messageOf(thrown));
    }
  }

  /** After a drop the storyboard opens by itself, with the first scenes. */
  #offerStoryboard(): void {
    this.#storyboard.setTimeline(this.#parts.session.timeline);
    if (!this.#wantsStoryboard) return;
    this.#wantsStoryboard = false;
    this.#toggleStoryboard(true);
  }

  #toggleStoryboard(open = !this.#storyboardSheet.isOpen): void {
    this.#storyboard.setTimeline(this.#parts.session.timeline);
    this.#storyboardSheet.toggle(open);
    document.body.classList.toggle('sheet-open', open);
    if (open) this.#storyboard.askEstimate();
  }

  #setValue(path: string, value: ControlValue): void {
    this.#parts.session.director.set(path, value);
    this.#parts.session.values[path] = value;
    this.#parts.connection.send({ type: 'value', path, value, source: 'key' });
  }

  #trigger(path: string, ...args: ControlValue[]): void {
    this.#parts.session.director.touch();
    this.#parts.connection.send({ type: 'trigger', path, args, source: 'key' });
  }

  #toggle(path: string): void {
    this.#setValue(path, this.#parts.session.values[path] !== true);
  }

  #seekBy(step: Seconds): void {
    const { transport, show } = this.#parts.session;
    const now = this.#parts.session.displayTime(performance.now(), this.#parts.conductor.heardAt(performance.now()));
    if (transport !== null && (show?.pcmUrl ?? null) !== null) this.#setValue('/transport/position', clamp(now + step, 0, transport.duration));
  }

  #speedBy(step: number): void {
    const speed = Number(this.#parts.session.values['/walk/speed'] ?? 1);
    this.#setValue('/walk/speed', clamp(Math.round((speed + step) * 100) / 100, 0, 4));
  }

  #goToKeeper(place: number): void {
    const keeper = this.#keepers[place - 1];
    if (keeper !== undefined) this.#trigger('/keep/go', keeper.id, KEEPER_BEATS);
  }

  async #playOrPause(): Promise<void> {
    if (this.#card.isOpen) return this.#play();
    if (this.#parts.session.transport?.playing !== true) await this.#parts.conductor.allow();
    this.#setValue('/transport/play', this.#parts.session.transport?.playing !== true);
  }

  #keep(): void {
    this.#trigger('/keep');
    this.toasts.show('info', 'Kept.');
  }

  #createKeys(): KeyAction[] {
    return [
      { keys: [' '], shown: 'Space', text: 'play or pause', act: () => void this.#playOrPause() },
      { keys: ['f'], shown: 'F', text: 'full screen', act: () => void toggleFullScreen() },
      { keys: ['b'], shown: 'B', text: 'blackout, and back', act: (event) => event.repeat || this.#toggle('/stage/blackout') },
      { keys: ['z'], shown: 'Z', text: 'freeze the picture', act: (event) => event.repeat || this.#toggle('/stage/freeze') },
      { keys: ['o'], shown: 'O', text: 'overlay (logo or title) on and off', act: (event) => event.repeat || this.#toggle('/overlay/show') },
      { keys: [], shown: 'W', text: 'corners, mesh and masks of this output', act: () => undefined },
      { keys: ['k'], shown: 'K', text: 'keep this place', act: () => this.#keep() },
      { keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], shown: '1–9', text: 'walk to a keeper in four beats', act: (event) => this.#goToKeeper(Number(event.key)) },
      { keys: ['arrowleft'], shown: '←', text: 'back 5 s', act: () => this.#seekBy(-SEEK_STEP) },
      { keys: ['arrowright'], shown: '→', text: 'on 5 s', act: () => this.#seekBy(SEEK_STEP) },
      { keys: ['arrowup'], shown: '↑', text: 'walk faster', act: () => this.#speedBy(SPEED_STEP) },
      { keys: ['arrowdown'], shown: '↓', text: 'walk slower', act: () => this.#speedBy(-SPEED_STEP) },
      { keys: ['t'], shown: 'T', text: 'tap the tempo', act: () => this.#trigger('/tempo/tap') },
      { keys: ['d'], shown: 'D', text: 'now is the one', act: () => this.#trigger('/tempo/downbeat') },
      { keys: ['g'], shown: 'G', text: 'go to the next place', act: () => this.#trigger('/cue/go') },
      { keys: ['p'], shown: 'P', text: 'panic: to the safe place in one beat', act: () => this.#trigger('/panic') },
      { keys: ['l'], shown: 'L', text: 'listen to the input, or stop', act: () => void this.#listen() },
      { keys: ['i'], shown: 'I', text: 'sound inputs, and beat to light', act: () => this.#input.toggle() },
      { keys: ['s'], shown: 'S', text: 'storyboard', act: () => this.#toggleStoryboard() },
      { keys: ['?', 'h'], shown: '?', text: 'these keys', act: () => this.#help.toggle() },
      { keys: ['escape'], shown: '', text: '', act: () => this.#closeSheets() },
    ];
  }

  #closeSheets(): void {
    this.#help.toggle(false);
    this.#input.toggle(false);
    this.#toggleStoryboard(false);
  }
}
