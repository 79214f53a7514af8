/**
 * A show on stage: one open show, its transport and look-ahead, and the desks that pages and controllers talk to.
 * It is the ShowHost of the live server. Reads the clock only through `now`; all that needs rooms above the server
 * (decoding, analysis, the walk, files) comes through ShowTools. Switches from track to live input and back in place.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Frame } from '../ahead/types.ts';
import type { Capture } from '../audio/capture.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Milliseconds, Seconds, Tick } from '../base/units.ts';
import type { ControlRequest } from '../control/osc-change.ts';
import type { TreeContent } from '../control/oscquery-tree.ts';
import type { Hop } from '../protocol/hop.ts';
import type { ClientMessage, EffectSource, ServerMessage, Telemetry, TransportState } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';
import { encodeTimeline } from '../timeline/binary.ts';
import { curveAt } from '../timeline/timeline.ts';
import { ControlDesk } from './control-desk.ts';
import { ControllerDesk } from './controller-desk.ts';
import { EffectDesk } from './effect-desk.ts';
import { ControlLinks, type ControlLink } from './control-links.ts';
import { FramesAhead } from './frames-ahead.ts';
import { GridDesk } from './grid-desk.ts';
import { HearingDesk } from './hearing-desk.ts';
import type { ClientInfo, Download, Health, ShowHost, StateReport, Welcome, Wire } from './host.ts';
import { LiveDesk } from './live-desk.ts';
import type { OpenShow, ShowTools } from './open-show.ts';
import { OutputDesk } from './output-desk.ts';
import { OutDesk } from './out-desk.ts';
import { PerformDesk } from './perform-desk.ts';
import { PreviewDesk } from './preview-desk.ts';
import { QueueDesk } from './queue-desk.ts';
import { RenderDesk } from './render-desk.ts';
import type { ShowState } from './show-memory.ts';
import { ShowClock } from './show-clock.ts';
import { ShowEditor } from './show-editor.ts';
import { keeperTilesOf, promptsInSight, sectionLabelAt, showInfoOf } from './show-info.ts';
import { StageReports } from './stage-reports.ts';
import { StoryboardDesk } from './storyboard-desk.ts';
import { ThumbnailDesk } from './thumbnail-desk.ts';
import { TimeDesk } from './time-desk.ts';
import { claimUpload } from './uploads.ts';

/** In hand before a track starts; on a slow machine not longer than this is waited for it. */
const PREBUFFER: Seconds = 3;
const LONGEST_PREBUFFER_MS: Milliseconds = 6000;

export interface SessionOptions {
  readonly now: () => Milliseconds;
  readonly tools: ShowTools;
  readonly version: string;
  readonly provider: string;
  /** The track runs on the server's clock, with no page that plays sound. */
  readonly freeClock: boolean;
  readonly uploadFolder: string;
  /** Pictures of the presets are kept here. */
  readonly thumbnailFolder: string;
  readonly notice: (level: 'info' | 'warn', text: string) => void;
  /** Hold from the start, over the show's own. */
  /** Where the geometry of outputs is kept; without it only as long as the show runs. */
  readonly outputFile?: string;
  readonly startValues?: Readonly<Record<string, ControlValue>>;
}

export class Session implements ShowHost {
  readonly #options: SessionOptions;
  readonly #clock: ShowClock;
  readonly #controls: ControlDesk;
  readonly #storyboard: StoryboardDesk;
  readonly #hearing: HearingDesk;
  readonly #renders: RenderDesk;
  readonly #thumbnails: ThumbnailDesk;
  readonly #preview = new PreviewDesk(({ due, bars }) => this.#tellPanels({ type: 'preview', due, bars, picture: `/api/preview.jpg?v=${due.toFixed(3)}` }));
  readonly #editor: ShowEditor;
  readonly #grid: GridDesk;
  readonly #queue: QueueDesk;
  readonly #perform: PerformDesk;
  readonly #frames: FramesAhead;
  readonly #effects: EffectDesk;
  readonly #links = new ControlLinks();
  readonly #reports = new StageReports();
  readonly #outputs: OutputDesk;
  readonly #outs: OutDesk;
  readonly controllers: ControllerDesk;
  readonly #time: TimeDesk;
  readonly #startedAt: Milliseconds;
  #wire: Wire | null = null;
  #show: OpenShow | null = null;
  /** The track that live input interrupts. */
  #resting: OpenShow | null = null;
  #live: LiveDesk | null = null;
  #capture: Capture | null = null;
  #timelineBytes: Uint8Array | null = null;
  #version = 0;
  /** A track is on its way. */
  #isOpening = false;
  #playOrder = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#outputs = new OutputDesk(options.outputFile ?? null);
    this.#effects = new EffectDesk((text) => {
      options.notice('warn', text);
      // The stage that found it says so itself.
      this.#tellPanels({ type: 'notice', level: 'warn', text });
    });
    this.#clock = new ShowClock(options.freeClock, options.now());
    this.#storyboard = new StoryboardDesk(() => this.#broadcast({ type: 'storyboard', scenes: this.#storyboard.tiles() }));
    this.#hearing = new HearingDesk(() => this.#broadcast(this.#hearing.message()));
    this.#thumbnails = new ThumbnailDesk({ folder: options.thumbnailFolder, presets: () => options.tools.presets(), onChange: () => this.#tellPanels(this.#thumbnails.message()) });
    this.#renders = new RenderDesk(options.tools, (progress) => this.#broadcast({ type: 'render', progress }));
    this.#frames = new FramesAhead({
      clock: this.#clock,
      now: options.now,
      show: () => this.#openShow(),
      onFrame: (frame) => this.#wire?.sendFrame(frame, this.#clock.transport.epoch),
      onNotice: (text) => this.notice('warn', text),
      onSpeed: (multiplier, fromTick) => this.#slowWalk(multiplier, fromTick),
    });
    this.#editor = new ShowEditor({
      now: options.now,
      show: () => this.#openShow(),
      replace: (show) => (this.#show = show),
      renewTimeline: () => this.#renewTimeline(),
      nowTick: () => this.#frames.nowTick(),
      nextTick: (atBar) => this.#frames.nextTick(atBar),
      later: (key, tick, deed) => this.#perform.later(key, tick, deed),
      shownFrame: (tick) => this.#frames.shownAt(tick),
      replan: (fromTick) => this.#frames.replan(fromTick),
      tellShow: () => this.#tellShow(),
      tellKeepers: () => this.#tellKeepers(),
      notice: (level, text) => this.notice(level, text),
    }, options.tools, this.#storyboard);
    this.#queue = new QueueDesk({
      now: options.now,
      openTrack: (path, preset, onProgress) => options.tools.open(path, onProgress, preset),
      claim: (uploadId, name) => claimUpload(options.uploadFolder, uploadId, name),
      preset: () => this.#editor.worn.name,
      isPlaying: () => this.#live === null && this.#clock.transport.moving,
      nextBar: () => this.#frames.nextTick(true),
      instantOf: (showTime) => this.#clock.transport.instantOf(showTime, options.now()),
      epoch: () => this.#clock.transport.epoch,
      cross: (show) => {
        this.open(show, true);
        this.#controls.tell('/transport/play', true);
      },
      broadcast: (message) => this.#broadcast(message),
      notice: (level, text) => this.notice(level, text),
    });
    this.#grid = new GridDesk({
      now: options.now,
      show: () => this.#openShow(),
      replace: (show) => (this.#show = show),
      nextTick: () => this.#frames.nextTick(false),
      renewed: () => {
        this.#storyboard.open(this.#openShow());
        this.#renewTimeline();
      },
    }, this.#clock, options.tools);
    this.#controls = new ControlDesk({
      now: options.now,
      show: () => this.#openShow(),
      tickFor: ({ group }) => (group === 'look' || group === 'stage' ? this.#frames.nowTick() : this.#frames.nextTick(false)),
      replan: (fromTick) => this.#frames.replan(fromTick),
      setPlaying: (playing) => this.#inBackground(this.#setPlaying(playing)),
      seek: (showTime) => this.#seek(showTime),
      leadTempo: (arrival, act) => this.#grid.lead(arrival, act),
      hearBeat: (arrival, position, tempo) => this.#clock.tempo.hearBeat(arrival, position, tempo),
      followTimecode: (on) => this.#time.follow(on),
      sendClock: (on) => this.#time.send(on),
      loadPreset: (name, source) => this.#editor.loadPreset(name, source, this.#perform.boundary(this.#frames.nextTick(false)), this.#controls),
      wearRoutes: (routes) => this.#editor.wearRoutes(routes),
      keep: () => this.#inBackground(this.#editor.keep()),
      perform: (path, args, source) => this.#queue.take(path) || this.#perform.take(path, args, source),
      resolveTrigger: (path, args) => this.#editor.resolveTrigger(path, args, this.#controls),
      broadcast: (message, except) => this.#wire?.broadcast(message, except),
      echo: (path, value) => this.#links.echo(path, value),
    }, options.startValues);
    this.#perform = new PerformDesk({
      now: options.now,
      show: () => this.#openShow(),
      values: () => this.#controls.values,
      setValues: (values, source) => this.#controls.setValues(values, source, '/snapshot'),
      tellPanels: (message) => this.#tellPanels(message),
      nowTick: () => this.#frames.nowTick(),
      nextTick: () => this.#frames.nextTick(false),
      instantOf: (showTime) => this.#clock.transport.instantOf(showTime, options.now()),
      moving: () => this.#clock.transport.moving,
      epoch: () => this.#clock.transport.epoch,
      bufferSeconds: () => this.#frames.telemetry().bufferSeconds,
      replan: (fromTick) => this.#frames.replan(fromTick),
      loadPreset: (name, source, tick) => this.#editor.loadPreset(name, source, tick, this.#controls),
      findPreset: (name) => options.tools.findPreset(name).name,
    });
    this.#outs = new OutDesk({
      now: options.now,
      place: (now) => this.#clock.placeAt(now),
      moving: () => this.#clock.beatsGoOn,
      energy: (now) => this.#energyAt(now),
      section: (now) => this.#sectionAt(now),
      shownFrame: () => this.#frames.shownAt(this.#frames.nowTick()) ?? null,
      send: (messages) => this.#links.sendOut(messages),
    });
    this.controllers = new ControllerDesk({
      now: options.now,
      table: () => this.#show?.table ?? new Map(),
      values: () => this.#controls.values,
      control: (requests) => this.control(requests),
      broadcast: (message) => this.#tellPanels(message),
      sendTo: (clientId, message) => this.#wire?.sendTo(clientId, message),
      notice: (level, text) => this.notice(level, text),
      onTime: (device, message, now) => this.#time.hear(device, message, now),
      save: (device, profile) => this.#inBackground(options.tools.saveController(device, profile)),
    });
    this.#links.add(this.controllers);
    this.#time = new TimeDesk({
      now: options.now,
      tempo: () => this.#clock.tempo,
      place: (now) => this.#clock.placeAt(now),
      moving: () => this.#clock.beatsGoOn,
      track: () => ({ time: this.#clock.timeAt(options.now()), playing: this.#clock.transport.playing }),
      seek: (to) => this.#seek(to),
      setPlaying: (playing) => this.#controls.apply([{ kind: 'value', path: '/transport/play', value: playing, source: 'timecode' }]),
      sendMidi: (bytes) => this.controllers.sendAll(bytes),
      notice: (level, text) => this.notice(level, text),
    });
  }

  /** The way to the pages, once the server listens. */
  attach(wire: Wire): void {
    this.#wire = wire;
  }

  /** A way to controllers. */
  attachLink(link: ControlLink): void {
    this.#links.add(link);
  }

  /** What OSCQuery tells of; null until a show is open. */
  treeContent(): TreeContent | null {
    const show = this.#show;
    if (show === null) return null;
    const { prompts } = this.#editor.worn;
    return {
      table: show.table, values: this.#controls.values, outs: this.#outs.values,
      choicesOf: (path) => (path === '/preset/load' ? this.#options.tools.presets().map(({ name }) => name) : undefined),
      describe: (path) => (path.startsWith('/walk/prompt/') ? prompts[Number(path.slice(13)) - 1]?.text : undefined),
    };
  }

  get values(): Record<string, ControlValue> {
    return this.#controls.values;
  }

  /** The files of shaders/ have changed: stages compile them anew, and the table follows their headers. */
  changeEffects(effects: readonly EffectSource[]): void {
    const inputsDiffer = this.#effects.change(effects, this.#show);
    if (this.#show === null) return;
    if (!inputsDiffer) return this.#broadcast({ type: 'effects', effects });
    this.#controls.fillGaps(this.#show);
    this.#wire?.welcomeAll();
    this.#links.pathChanged('/look');
  }

  /** Puts a show on stage; what was there before is closed. `plays`: without a pause, while pictures of the one before stay until its own come. */
  open(show: OpenShow, plays = false): void {
    const before = [this.#show, this.#resting];
    this.#resting = null;
    this.#live = null;
    this.#stage(show, plays);
    this.#inBackground(this.#editor.awaitWhole(show));
    this.#queue.left(show);
    for (const one of before) if (one !== show) void one?.close();
  }

  /** A track at the end of the queue. */
  enqueue(path: string): void {
    this.#queue.add(path);
  }

  /** What OSC heard, applied together. */
  control(requests: readonly ControlRequest[]): void {
    if (this.#show === null) return;
    try {
      this.#controls.apply(requests);
    } catch (thrown) {
      this.notice('warn', messageOf(thrown));
    }
  }

  /** What a restart goes on with; null before a show is open. */
  toRemember(): { readonly show: OpenShow; readonly state: ShowState } | null {
    const show = this.#resting ?? this.#show;
    if (show === null) return null;
    const { transport } = this.#clock;
    const isTrack = this.#live === null && !show.live;
    return { show, state: { showTime: isTrack && !transport.endedAt(this.#options.now()) ? transport.showTimeAt(this.#options.now()) : 0, playing: isTrack && transport.playing, values: this.#controls.values } };
  }

  /** Values, place and motion of before a restart. */
  restore({ showTime, playing, values }: ShowState): void {
    const { table, live } = this.#openShow();
    const now = this.#controls.values;
    const moved = Object.entries(values).filter(([path, value]) => typeof value !== 'string' && value !== now[path] && !path.startsWith('/transport/') && table.has(path));
    this.control(moved.map(([path, value]) => ({ kind: 'value', path, value, source: 'restart' })));
    if (live) return;
    this.control([{ kind: 'value', path: '/transport/position', value: showTime, source: 'restart' }]);
    if (playing) this.control([{ kind: 'value', path: '/transport/play', value: true, source: 'restart' }]);
  }

  /** Listens to a sound input of this machine. Rejects with a UserError where it cannot be opened. */
  async listenTo(device: string): Promise<void> {
    const source = `device ${device}`;
    const capture = await this.#options.tools.captureDevice?.(device, {
      now: this.#options.now,
      onOpen: (sampleRate) => this.#listen(source, sampleRate),
      onSound: (sound) => this.#hearSound(source, sound),
      onLost: (reason) => this.#loseSource(reason),
    });
    this.#capture?.stop();
    this.#capture = capture ?? null;
  }

  /** Resolves once `seconds` of the show are drawn ahead. */
  async buffered(seconds: Seconds): Promise<void> {
    await this.#frames.buffered(seconds);
  }

  /** The news that go out four times a second, and what is done in quiet moments. */
  tend(): void {
    if (this.#show === null) return;
    const now = this.#options.now();
    if (this.#clock.transport.playing && this.#clock.transport.endedAt(now)) this.#end();
    this.#tellTransport();
    this.#broadcast({ type: 'telemetry', telemetry: this.#telemetry() });
    this.#frames.tend();
    this.#queue.tend();
    this.#perform.tend();
    const news = this.#live?.tend(now) ?? null;
    if (news !== null) this.#broadcast(news);
    this.#hearing.tend(this.#show.pipeline, [...promptsInSight(this.#editor.worn, this.#storyboard.scenes, this.#show.keepers), ...this.#perform.prompts]);
    // A hand waits for the pads, nobody for the other pictures.
    if (this.#perform.isDrawing) return;
    this.#storyboard.tend(now, this.#frames.telemetry().bufferSeconds);
    if (this.#wire?.clients().some(({ role }) => role === 'panel') === true) this.#preview.tend(now, this.#clock.timeAt(now), this.#frames.telemetry().bufferSeconds);
    this.#thumbnails.tend(now, this.#frames.telemetry().bufferSeconds);
  }

  /** Says how an opening goes on; pages that wait hear it too. */
  progress(task: string, fraction: number, text: string): void {
    this.#wire?.broadcast({ type: 'progress', task, fraction, text });
  }

  notice(level: 'info' | 'warn' | 'error', text: string): void {
    this.#wire?.broadcast({ type: 'notice', level, text });
  }

  async close(): Promise<void> {
    this.#grid.stop();
    this.#queue.stop();
    this.#outs.stop();
    this.controllers.stop();
    this.#time.stop();
    this.#capture?.stop();
    this.#frames.stop();
    this.#renders.cancel();
    await this.#show?.close();
    await this.#resting?.close();
  }

  // ShowHost

  health(): Health {
    const show = this.#show;
    return {
      ok: show !== null, version: this.#options.version, model: show?.pipeline.card.id ?? '', provider: show?.pipeline.card.provider ?? this.#options.provider,
      track: show === null || show.audio === null ? null : show.title, uptimeSeconds: (this.#options.now() - this.#startedAt) / 1000,
    };
  }

  state(): StateReport {
    const { bufferSeconds, picturesPerSecond, lateFrames, generation } = this.#frames.telemetry();
    const now = this.#options.now();
    const place = this.#clock.placeAt(now);
    return {
      showTimeSeconds: this.#clock.timeAt(now), beat: place.beat, bar: place.bar, tempo: place.tempo, clockSource: place.source,
      bufferSeconds, picturesPerSecond, lateFrames, generation,
      parameters: this.#controls.values,
    };
  }

  welcome(): Welcome | null {
    const show = this.#show;
    if (show === null) return null;
    return {
      show: this.#showInfo(show), parameters: [...show.table.values()], values: this.#controls.values, effects: this.#effects.of(show), transport: this.#transportState(),
      greetings: [{ type: 'storyboard', scenes: this.#storyboard.tiles() }, { type: 'keepers', keepers: keeperTilesOf(show.keepers) }, { type: 'telemetry', telemetry: this.#telemetry() }, this.controllers.info(), this.#hearing.message(), this.#thumbnails.message(), this.#outputs.message(), ...this.#perform.greetings(), this.#queue.message()],
    };
  }

  timelineBytes(): Uint8Array | null {
    if (this.#show === null || this.#show.live) return null;
    this.#timelineBytes ??= encodeTimeline(this.#show.timeline);
    return this.#timelineBytes;
  }

  pcmPath(): string | null {
    return this.#show?.audio?.wavPath ?? null;
  }

  async picture(kind: 'scenes' | 'keepers' | 'presets' | 'preview' | 'pads', id: string): Promise<Uint8Array | null> {
    if (kind === 'presets') return this.#thumbnails.picture(id);
    if (kind === 'preview') return this.#preview.newest?.jpeg ?? null;
    if (kind === 'pads') return this.#perform.picture(id);
    if (kind === 'scenes') return this.#storyboard.picture(id);
    return this.#show?.keepers.list.find((keep) => String(keep.id) === id)?.picture ?? null;
  }

  download(id: string): Download | null {
    return this.#renders.download(id);
  }

  newestFrame(): Frame | null {
    return this.#frames.newest;
  }

  bufferedFrames(): readonly Frame[] {
    return this.#frames.frames();
  }

  joined(client: ClientInfo): void {
    if (this.#clock.join(client, this.#options.now())) this.#tellTransport();
  }

  left(client: ClientInfo): void {
    if (this.#clock.leave(client, this.#options.now())) this.#tellTransport();
    if (this.#live?.source === client.id) this.#loseSource();
    this.controllers.left(client.id);
  }

  receive(client: ClientInfo, message: ClientMessage): void {
    switch (message.type) {
      case 'clock':
        return this.#clock.hear(client, message, this.#options.now());
      case 'value':
        return this.#controls.apply([{ ...message, kind: 'value' }], client.id);
      case 'trigger':
        return this.#controls.apply([{ ...message, kind: 'trigger' }], client.id);
      case 'live':
        return message.on ? this.#listen(client.id, message.sampleRate) : this.#stopListening();
      case 'openTrack':
        return this.#openUpload(message.uploadId, message.name);
      case 'scene':
        return this.#editor.editScene(message);
      case 'keeper':
        return message.action === 'preset' ? this.#inBackground(this.#editor.exportKeeper(message.id, message.sceneId)) : this.#editor.editKeeper(message);
      case 'queue':
        return this.#queue.receive(message);
      case 'cue': case 'cueAdd': case 'cueEdit':
        return this.#perform.receive(message);
      case 'grid':
        return this.#inBackground(this.#editor.correctGrid(message));
      case 'savePreset':
        return this.#inBackground(this.#editor.savePreset(message.name, this.#controls.values));
      case 'saveShow':
        return this.#inBackground(this.#editor.saveShow(message.name));
      case 'render':
        return this.#renders.take(this.#openShow(), message);
      case 'midi': case 'midiDevices': case 'learn':
        return this.controllers.receive(client.id, message);
      case 'output':
        return this.#inBackground(this.#outputs.save(message.name, message.settings).then(() => this.#broadcast(this.#outputs.message())));
      case 'drawn':
        return this.#reports.hear(client.id, message, this.#options.now());
      case 'effectFault':
        return this.#effects.hear(message, this.#options.now());
      case 'hello': case 'ping':
        return;
    }
  }

  receiveSound(client: ClientInfo, hop: Hop): void {
    this.#hearSound(client.id, hop);
  }

  #hearSound(source: string, hop: Hop): void {
    if (this.#live?.source !== source) return;
    const news = this.#live.push(hop, this.#options.now());
    if (news !== null) this.#broadcast(news);
  }

  // Putting shows on stage

  #stage(show: OpenShow, plays = false): void {
    this.#playOrder++;
    this.#show = show;
    this.#version++;
    this.#timelineBytes = null;
    this.#clock.load(show, this.#options.now());
    if (plays) this.#clock.setPlaying(true, this.#options.now());
    this.#controls.reset(show);
    this.#editor.open(show);
    this.#perform.open();
    this.#grid.open();
    this.#thumbnails.open(show);
    this.#preview.open(show);
    this.#frames.start(show);
    if (!plays && this.#clock.startsByItself) this.#inBackground(this.#setPlaying(true));
    this.#outs.start();
    this.controllers.useProfiles(this.#options.tools.controllers());
    this.controllers.start();
    this.#time.start();
    this.#wire?.welcomeAll();
    this.#links.pathChanged('/');
    this.#tellShow();
    this.#broadcast({ type: 'keepers', keepers: keeperTilesOf(show.keepers) });
  }

  /** The governor's last resort is a logged change that a render ignores. */
  #slowWalk(multiplier: number, fromTick: Tick): void {
    const show = this.#openShow();
    const value = Number(this.#controls.values['/walk/speed'] ?? 1) * multiplier;
    const change = { kind: 'value', path: '/walk/speed', value, source: 'governor', arrival: this.#options.now(), appliesFromTick: fromTick } as const;
    show.log.add(change);
    show.score.apply(change);
    this.#frames.replan(fromTick);
    this.notice(multiplier < 1 ? 'warn' : 'info', multiplier < 1 ? 'The machine is slow, so the walk goes slower; the show goes on.' : 'The walk is back at its own speed.');
  }

  #openUpload(id: string, name: string): void {
    if (this.#isOpening) throw new UserError('usage', 'Another track is being opened: wait a moment.');
    this.#isOpening = true;
    const opening = claimUpload(this.#options.uploadFolder, id, name)
      .then((path) => this.#options.tools.open(path, (fraction, text) => this.progress('open', fraction, text)))
      .then((show) => this.open(show))
      .finally(() => (this.#isOpening = false));
    this.#inBackground(opening);
  }

  // Live input

  #listen(source: string, sampleRate: number): void {
    const show = this.#openShow();
    const before = this.#live;
    if (before !== null && before.sampleRate === sampleRate) return before.adopt(source);
    const live = this.#options.tools.openLive(sampleRate, this.#editor.worn);
    if (before === null) this.#resting = show;
    this.#live = new LiveDesk(live, this.#clock, source, sampleRate, this.#options.now());
    this.#stage(live);
    void before?.show.close();
  }

  #stopListening(): void {
    const live = this.#live;
    const track = this.#resting;
    if (live === null || track === null) return;
    this.#capture?.stop();
    this.#capture = null;
    this.#live = null;
    this.#resting = null;
    this.#stage(track);
    void live.show.close();
  }

  /** The page that listened is gone without a word, or the device: the tempo runs on by itself until it comes back. */
  #loseSource(reason = 'its page is closed'): void {
    this.#live?.lose();
    this.#options.notice('warn', `The sound input is gone (${reason}): the beat runs on by itself until it is back.`);
    this.notice('warn', 'The sound input is gone: the beat runs on by itself until it is back.');
  }

  // Changes of the show

  /** Play waits for a little buffer, so that no frame comes late at the start. */
  async #setPlaying(playing: boolean): Promise<void> {
    const order = ++this.#playOrder;
    if (playing) await Promise.race([this.#frames.buffered(PREBUFFER), sleep(LONGEST_PREBUFFER_MS, undefined, { ref: false })]);
    if (order !== this.#playOrder) return;
    this.#clock.setPlaying(playing, this.#options.now());
    this.#tellTransport();
  }

  #seek(showTime: Seconds): void {
    if (this.#live !== null) return;
    this.#clock.transport.seek(showTime, this.#options.now());
    this.#frames.seek();
    this.#tellTransport();
    this.#wire?.refill();
  }

  #end(): void {
    if (this.#live === null && this.#queue.ended()) return;
    this.#clock.transport.pause(this.#options.now());
    this.#controls.tell('/transport/play', false);
  }

  #renewTimeline(): void {
    this.#version++;
    this.#timelineBytes = null;
    this.#clock.tempo.useGrid(this.#openShow().timeline.grid, this.#openShow().beatsByHand === true ? 'tap' : 'track');
    this.#frames.replan(this.#frames.nextTick(false));
    this.#tellShow();
    this.#wire?.refill();
  }

  // Telling

  #openShow(): OpenShow {
    if (this.#show === null) throw new UserError('again', 'No show is open yet: wait a moment.');
    return this.#show;
  }

  #showInfo(show: OpenShow): ReturnType<typeof showInfoOf> {
    return showInfoOf(show, this.#options.tools.presets(), this.#version, this.#editor.worn);
  }

  #energyAt(now: Milliseconds): number {
    if (this.#live !== null) return this.#live.show.tracker.features().energy;
    return this.#show === null ? 0 : curveAt(this.#show.timeline, 'energy', this.#clock.timeAt(now));
  }

  #sectionAt(now: Milliseconds): string {
    return this.#show === null ? '' : sectionLabelAt(this.#show.timeline, this.#clock.timeAt(now));
  }

  #telemetry(): Telemetry {
    const { bufferSeconds, picturesPerSecond, lateFrames, generation, subdivision } = this.#frames.telemetry();
    const { received: oscReceived, bad: oscBad } = this.#links.counters;
    return { bufferSeconds, picturesPerSecond, lateFrames, generation, subdivision, provider: this.health().provider, oscReceived, oscBad, clients: this.#wire?.clients().length ?? 0, ...this.#reports.worst(this.#options.now()) };
  }

  #tellTransport(): void {
    this.#broadcast({ type: 'transport', transport: this.#transportState() });
  }

  #transportState(): TransportState {
    const state = this.#clock.state(this.#options.now());
    return this.#time.chasing ? { ...state, clockSource: 'timecode' } : state;
  }

  #tellShow(): void {
    const show = this.#openShow();
    this.#broadcast({ type: 'show', show: this.#showInfo(show), values: this.#controls.values });
    for (const path of ['/walk/prompt', '/preset/load']) this.#links.pathChanged(path);
    this.#tellTransport();
  }

  #tellKeepers(): void {
    this.#broadcast({ type: 'keepers', keepers: keeperTilesOf(this.#openShow().keepers) });
  }

  #tellPanels(message: ServerMessage): void {
    for (const { id, role } of this.#wire?.clients() ?? []) if (role === 'panel') this.#wire?.sendTo(id, message);
  }

  #broadcast(message: ServerMessage): void {
    this.#wire?.broadcast(message);
  }

  /** Work whose failure is told to the pages. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((reason: unknown) => this.notice('error', messageOf(reason)));
  }
}
