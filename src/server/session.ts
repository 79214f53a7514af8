/**
 * A show on stage: one open show, its transport and look-ahead, and the desks that pages and controllers talk to.
 * It is the ShowHost of the live server. Reads the clock only through `now`; all that needs rooms above the server
 * (decoding, analysis, the walk, files) comes through ShowTools.
 */

import type { Frame } from '../ahead/types.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { ControlRequest } from '../control/osc/osc-change.ts';
import type { TreeContent } from '../control/osc/oscquery-tree.ts';
import type { Hop } from '../protocol/hop.ts';
import type { ClientMessage, EffectSource } from '../protocol/messages.ts';
import type { ControlValue } from '../score/control.ts';
import type { ControlLink } from './control-links.ts';
import type { ControllerDesk } from './desks/controller-desk.ts';
import { Desks } from './desks/desks.ts';
import type { ClientInfo, Download, Health, ShowHost, StateReport, Welcome, Wire } from './web/host.ts';
import type { OpenShow } from './open-show.ts';
import { receive } from './receive.ts';
import type { SessionOptions } from './session-options.ts';
import { promptsInSight } from './show-info.ts';
import type { ShowState } from './library/show-memory.ts';

export type { SessionOptions } from './session-options.ts';

export class Session implements ShowHost {
  readonly #desks: Desks;

  constructor(options: SessionOptions) {
    this.#desks = new Desks(options);
  }

  get controllers(): ControllerDesk {
    return this.#desks.controllers;
  }

  get values(): Record<string, ControlValue> {
    return this.#desks.controls.values;
  }

  /** The way to the pages, once the server listens. */
  attach(wire: Wire): void {
    this.#desks.pages.attach(wire);
  }

  /** A way to controllers. */
  attachLink(link: ControlLink): void {
    this.#desks.links.add(link);
  }

  /** What OSCQuery tells of; null until a show is open. */
  treeContent(): TreeContent | null {
    return this.#desks.teller.treeContent();
  }

  /** The files of shaders/ have changed. */
  changeEffects(effects: readonly EffectSource[]): void {
    this.#desks.staging.changeEffects(effects);
  }

  /** Puts a show on stage; what was there before is closed. */
  open(show: OpenShow): void {
    this.#desks.staging.open(show);
  }

  /** A track at the end of the queue. */
  enqueue(path: string): void {
    this.#desks.queue.add(path);
  }

  /** What OSC heard, applied together. */
  control(requests: readonly ControlRequest[]): void {
    this.#desks.staging.control(requests);
  }

  /** What a restart goes on with; null before a show is open. */
  toRemember(): { readonly show: OpenShow; readonly state: ShowState } | null {
    return this.#desks.staging.toRemember();
  }

  /** Values, place and motion of before a restart. */
  restore(state: ShowState): void {
    this.#desks.staging.restore(state);
  }

  /** Listens to a sound input of this machine. Rejects with a UserError where it cannot be opened. */
  async listenTo(device: string): Promise<void> {
    await this.#desks.live.listenTo(device);
  }

  /** Resolves once `seconds` of the show are drawn ahead. */
  async buffered(seconds: Seconds): Promise<void> {
    await this.#desks.frames.buffered(seconds);
  }

  /** The news that go out four times a second, and what is done in quiet moments. */
  tend(): void {
    const { slot, options, transport, loop, teller, frames, queue, perform, live } = this.#desks;
    if (slot.current === null) return;
    const now = options.now();
    transport.tend(now);
    loop.tend(now);
    teller.tellTransport();
    teller.tellTelemetry();
    frames.tend();
    queue.tend();
    perform.tend();
    live.tend(now);
    this.#draw(slot.get(), now);
  }

  /** Pictures and readings that are not on stage. */
  #draw({ pipeline, keepers }: OpenShow, now: Milliseconds): void {
    const { hearing, editor, storyboard, perform, frames, preview, thumbnails, pages, clock } = this.#desks;
    hearing.tend(pipeline, [...promptsInSight(editor.worn, storyboard.scenes, keepers), ...perform.prompts]);
    // A hand waits for the pads, nobody for the other pictures.
    if (perform.isDrawing) return;
    const { bufferSeconds } = frames.telemetry();
    storyboard.tend(now, bufferSeconds);
    if (pages.list().some(({ role }) => role === 'panel')) preview.tend(now, clock.timeAt(now), bufferSeconds, clock.transport.loop);
    thumbnails.tend(now, bufferSeconds);
  }

  /** Says how an opening goes on; pages that wait hear it too. */
  progress(task: string, fraction: number, text: string): void {
    this.#desks.pages.broadcast({ type: 'progress', task, fraction, text });
  }

  notice(level: 'info' | 'warn' | 'error', text: string): void {
    this.#desks.pages.notice(level, text);
  }

  async close(): Promise<void> {
    const { grid, queue, outs, controllers, time, frames, loop, renders, slot, live } = this.#desks;
    for (const desk of [loop, grid, queue, outs, controllers, time, frames]) desk.stop();
    renders.cancel();
    await live.close();
    await slot.current?.close();
  }

  // ShowHost

  health(): Health {
    return this.#desks.teller.health();
  }

  state(): StateReport {
    return this.#desks.teller.state();
  }

  welcome(): Welcome | null {
    return this.#desks.teller.welcome();
  }

  timelineBytes(): Uint8Array | null {
    return this.#desks.slot.timelineBytes();
  }

  pcmPath(): string | null {
    return this.#desks.slot.current?.audio?.wavPath ?? null;
  }

  async picture(kind: 'scenes' | 'keepers' | 'presets' | 'preview' | 'pads', id: string): Promise<Uint8Array | null> {
    const { thumbnails, preview, perform, storyboard, slot } = this.#desks;
    if (kind === 'presets') return thumbnails.picture(id);
    if (kind === 'preview') return preview.newest?.jpeg ?? null;
    if (kind === 'pads') return perform.picture(id);
    if (kind === 'scenes') return storyboard.picture(id);
    return slot.current?.keepers.list.find((keep) => String(keep.id) === id)?.picture ?? null;
  }

  download(id: string): Download | null {
    return this.#desks.renders.download(id);
  }

  newestFrame(): Frame | null {
    return this.#desks.frames.newest;
  }

  bufferedFrames(): readonly Frame[] {
    return this.#desks.frames.frames();
  }

  joined(client: ClientInfo): void {
    const { clock, teller, options } = this.#desks;
    if (clock.join(client, options.now())) teller.tellTransport();
  }

  left(client: ClientInfo): void {
    const { clock, teller, live, controllers, options } = this.#desks;
    if (clock.leave(client, options.now())) teller.tellTransport();
    live.left(client.id);
    controllers.left(client.id);
  }

  receive(client: ClientInfo, message: ClientMessage): void {
    receive(this.#desks, client, message);
  }

  receiveSound(client: ClientInfo, hop: Hop): void {
    this.#desks.live.hear(client.id, hop);
  }
}
