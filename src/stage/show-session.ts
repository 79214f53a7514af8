/**
 * A stage page's view of the show: what the server said (show, values, transport, timeline), the frames that came, and
 * which show time is now. Reads no clock: instants (performance.now, ms) are arguments.
 */

import { messageOf } from '../base/errors.ts';
import { playOn } from '../base/loop.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { EffectSource, ServerMessage, ShowInfo, TransportState } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';
import type { Parameter } from '../score/parameters.ts';
import type { RouteSpec } from '../score/route.ts';
import { SAFETY_PROFILES, type SafetyProfile } from '../safety/rules.ts';
import { decodeTimeline } from '../timeline/binary.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { addressOf } from './page/address.ts';
import type { ServerClock } from './server-clock.ts';
import { Director } from './director.ts';
import { FrameStore } from './frame-store.ts';
import { readFrame, type FramePixels } from './frame-textures.ts';
import { LiveTimeline } from './live-timeline.ts';
import { ShowFollower } from './show-follower.ts';

export interface SessionHandlers {
  readonly onEffects: (effects: readonly EffectSource[], chain: readonly string[]) => void;
  readonly onFault: (text: string) => void;
  readonly releaseFrame: (pixels: FramePixels) => void;
  /** Where latentbeat is served; the page itself where it is left out. */
  readonly base?: string;
}

/** Show time shown ahead of what is heard: a frame drawn now is lit about one display frame later (s). */
export const DISPLAY_LEAD: Seconds = 0.016;

export class ShowSession {
  readonly director = new Director();
  readonly frames: FrameStore<FramePixels>;
  show: ShowInfo | null = null;
  transport: TransportState | null = null;
  clientId = '';
  token = '';
  values: Record<string, ControlValue> = {};
  parameters: readonly Parameter[] = [];
  timeline: Timeline | null = null;
  /** How much earlier still than one frame the picture is shown (s), for this page's display. */
  displayOffset: Seconds = 0;
  /** Show time heard (or followed) at the last asked instant. */
  heardTime: Seconds = 0;
  /** Frames that came, and those that could not be read. */
  received = 0;
  unreadable = 0;
  readonly #clock: ServerClock;
  readonly #handlers: SessionHandlers;
  readonly #follower = new ShowFollower();
  #effects: readonly EffectSource[] = [];
  #timelineUrl: string | null = null;
  #live: LiveTimeline | null = null;
  /** Another show: its first picture replaces the old ones, which move on until then. */
  #clearOnNextFrame = false;

  constructor(clock: ServerClock, handlers: SessionHandlers) {
    this.#clock = clock;
    this.#handlers = handlers;
    this.frames = new FrameStore<FramePixels>(handlers.releaseFrame);
  }

  get isSoundPage(): boolean {
    return this.clientId !== '' && this.transport?.soundPage === this.clientId;
  }

  /** Profile of the flash limiter. */
  get safety(): SafetyProfile {
    return SAFETY_PROFILES.find((profile) => profile === this.values['/stage/safety']) ?? 'strict';
  }

  get isLive(): boolean {
    return this.show !== null && this.show.timelineUrl === null;
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.clientId = message.clientId;
        this.token = message.token;
        this.parameters = message.parameters;
        this.director.setTable(message.parameters);
        this.#effects = message.effects;
        this.transport = message.transport;
        return this.#openShow(message.show, message.values);
      case 'show':
        return this.#openShow(message.show, message.values);
      case 'transport':
        this.transport = message.transport;
        return;
      case 'values':
        return this.#setValues(message.values, false);
      case 'trigger':
        return this.director.touch();
      case 'effects':
        this.#effects = message.effects;
        this.parameters = message.parameters;
        this.director.setTable(message.parameters);
        this.#setValues(message.values, false);
        return this.#handlers.onEffects(this.#effects, this.show?.lookChain ?? []);
      case 'live':
        this.#live ??= this.#beginLive();
        return this.#live.add(message);
      case 'pong': case 'telemetry': case 'storyboard': case 'keepers': case 'heard': case 'progress': case 'render': case 'notice': case 'controllers': case 'monitor': case 'midiOut': case 'thumbnails': case 'preview': case 'snapshots': case 'cues': case 'pads': case 'queue': case 'outputs':
        return;
    }
  }

  async receiveFrame(bytes: ArrayBuffer): Promise<void> {
    try {
      const frame = await readFrame(bytes);
      if (this.#clearOnNextFrame) this.frames.clear();
      this.#clearOnNextFrame = false;
      this.frames.add(frame);
      this.received++;
    } catch (thrown) {
      if (this.unreadable++ === 0) this.#handlers.onFault(`A picture could not be read; the show goes on with the others. (${messageOf(thrown)})`);
    }
  }

  /** Show time on this page's display; `heard` is what the sound page hears, null elsewhere. */
  displayTime(instant: Milliseconds, heard: Seconds | null): Seconds {
    if (this.transport === null) return 0;
    const followed = this.#follower.timeAt(this.transport, this.#clock.toServer(instant), instant);
    const time = heard ?? followed;
    this.heardTime = time;
    return this.transport.playing ? Math.max(0, playOn(time, DISPLAY_LEAD + this.displayOffset, this.transport.loop)) : time;
  }

  #openShow(show: ShowInfo, values: Record<string, ControlValue>): void {
    const isOther = this.show === null || trackKey(show) !== trackKey(this.show);
    this.show = show;
    if (isOther) this.#clearOnNextFrame = true;
    this.#setValues(values, true);
    this.#handlers.onEffects(this.#effects, show.lookChain);
    if (show.timelineUrl === null) {
      this.#timelineUrl = null;
      this.#beginLive();
    } else void this.loadTimeline(show.timelineUrl);
  }

  /** Fetches the timeline (again after a grid correction). */
  async loadTimeline(url: string): Promise<void> {
    this.#timelineUrl = url;
    this.#live = null;
    try {
      const response = await fetch(addressOf(url, this.#handlers.base));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const timeline = decodeTimeline(new Uint8Array(await response.arrayBuffer()));
      if (this.#timelineUrl === url) this.#setTimeline(timeline, false);
    } catch (thrown) {
      this.#handlers.onFault(`The track's timeline could not be fetched; the look moves without the beat. (${messageOf(thrown)})`);
    }
  }

  #beginLive(): LiveTimeline {
    this.#live = new LiveTimeline();
    this.#setTimeline(this.#live, true);
    return this.#live;
  }

  #setTimeline(timeline: Timeline, live: boolean): void {
    this.timeline = timeline;
    this.director.setMusic(timeline, (this.show?.stageRoutes ?? []) as readonly RouteSpec[], live);
  }

  #setValues(values: Record<string, ControlValue>, jump: boolean): void {
    this.values = { ...this.values, ...values };
    for (const [path, value] of Object.entries(values)) if (typeof value !== 'string') this.director.set(path, value, jump);
  }
}

/** Same key, same sound: a corrected grid or another preset changes URLs and routes, not the track. */
export function trackKey(show: ShowInfo): string {
  return `${show.track ?? ''}|${show.title}|${show.duration}|${show.pcmUrl === null}`;
}
