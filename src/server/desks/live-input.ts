/**
 * Switches from a track to live input and back in place. A page or a device of this machine sends the sound; the track
 * rests meanwhile and comes back where it was left.
 */

import type { Capture } from '../../audio/capture.ts';
import type { Hertz, Milliseconds } from '../../base/units.ts';
import type { Hop } from '../../protocol/hop.ts';
import type { Desks } from './desks.ts';
import { LiveDesk } from './live-desk.ts';
import type { OpenShow } from '../open-show.ts';

export class LiveInput {
  readonly #desks: Desks;
  /** The track that live input interrupts. */
  #resting: OpenShow | null = null;
  #desk: LiveDesk | null = null;
  #capture: Capture | null = null;

  constructor(desks: Desks) {
    this.#desks = desks;
  }

  /** Null while a track is on stage. */
  get desk(): LiveDesk | null {
    return this.#desk;
  }

  get resting(): OpenShow | null {
    return this.#resting;
  }

  /** Another show takes the stage: live input is over, and no track comes back. */
  forget(): void {
    this.#resting = null;
    this.#desk = null;
  }

  /** Sound will come from `source` at this rate. */
  listen(source: string, sampleRate: Hertz): void {
    const { slot, editor, clock, staging, options } = this.#desks;
    const show = slot.get();
    const before = this.#desk;
    if (before !== null && before.sampleRate === sampleRate) return before.adopt(source);
    const live = options.tools.openLive(sampleRate, editor.worn);
    if (before === null) this.#resting = show;
    this.#desk = new LiveDesk(live, clock, source, sampleRate, options.now());
    staging.stage(live);
    void before?.show.close();
  }

  /** Listens to a sound input of this machine. Rejects with a UserError where it cannot be opened. */
  async listenTo(device: string): Promise<void> {
    const source = `device ${device}`;
    const capture = await this.#desks.options.tools.captureDevice?.(device, {
      now: this.#desks.options.now,
      onOpen: (sampleRate) => this.listen(source, sampleRate),
      onSound: (sound) => this.hear(source, sound),
      onLost: (reason) => this.#lose(reason),
    });
    this.#capture?.stop();
    this.#capture = capture ?? null;
  }

  hear(source: string, hop: Hop): void {
    if (this.#desk?.source !== source) return;
    const news = this.#desk.push(hop, this.#desks.options.now());
    if (news !== null) this.#desks.pages.broadcast(news);
  }

  /** Back to the track. */
  stop(): void {
    const live = this.#desk;
    const track = this.#resting;
    if (live === null || track === null) return;
    this.#capture?.stop();
    this.#capture = null;
    this.forget();
    this.#desks.staging.stage(track);
    void live.show.close();
  }

  /** A page is gone. */
  left(clientId: string): void {
    if (this.#desk?.source === clientId) this.#lose('its page is closed');
  }

  /** Called a few times a second. */
  tend(now: Milliseconds): void {
    const news = this.#desk?.tend(now) ?? null;
    if (news !== null) this.#desks.pages.broadcast(news);
  }

  async close(): Promise<void> {
    this.#capture?.stop();
    await this.#resting?.close();
  }

  /** The page that listened is gone without a word, or the device: the tempo runs on by itself until it comes back. */
  #lose(reason: string): void {
    this.#desk?.lose();
    this.#desks.options.notice('warn', `The sound input is gone (${reason}): the beat runs on by itself until it is back.`);
    this.#desks.pages.notice('warn', 'The sound input is gone: the beat runs on by itself until it is back.');
  }
}
