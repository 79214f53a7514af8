/**
 * The tracks of the night, one after the other. While one plays the next is decoded, analysed and opened; it crosses over on
 * a bar when a hand says so, and by itself when the one on stage has ended. A track that fails is passed over.
 */

import { randomUUID } from 'node:crypto';
import { basename, extname } from 'node:path';

import { messageOf, UserError } from '../../base/errors.ts';
import { secondsOfTick, type Milliseconds, type Seconds, type Tick, type Unit } from '../../base/units.ts';
import type { ClientMessage, QueueTile, ServerMessage } from '../../protocol/messages.ts';
import type { OpenShow } from '../open-show.ts';

/** Rows are told at most this often while an analysis goes on. */
const TELL_INTERVAL: Milliseconds = 250;
/** Made ready with the track, so that its first pictures need no probes (s). */
const MEASURED_FIRST: Seconds = 4;
/** Tracks opened ahead. */
const OPENED_AHEAD = 1;
const MOST_TRACKS = 200;

type State = 'waiting' | 'opening' | 'ready' | 'on' | 'played' | 'broken';

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  state: State;
  fraction: Unit;
  reason: string;
  /** Opened ahead, with the preset that was on then. */
  show: OpenShow | null;
  preset: string;
}

export interface QueueStage {
  now(): Milliseconds;
  openTrack(path: string, preset: string, onProgress: (fraction: Unit) => void): Promise<OpenShow>;
  /** Path of an upload that has arrived. */
  claim(uploadId: string, name: string): Promise<string>;
  /** Name of the preset whose look is on. */
  preset(): string;
  /** A track plays (no live input, not at rest). */
  isPlaying(): boolean;
  /** First bar line that can be met. */
  nextBar(): Tick;
  instantOf(showTime: Seconds): Milliseconds;
  /** Counts jumps of the transport. */
  epoch(): number;
  /** Puts a show on stage; it plays at once. */
  cross(show: OpenShow): void;
  broadcast(message: ServerMessage): void;
  notice(level: 'info' | 'warn' | 'error', text: string): void;
}

export class QueueDesk {
  readonly #stage: QueueStage;
  readonly #entries: Entry[] = [];
  #opening: Entry | null = null;
  /** What crosses over as soon as it is ready, and the timer of its bar. */
  #wanted: Entry | null = null;
  #timer: NodeJS.Timeout | undefined;
  #toldAt: Milliseconds = -Infinity;

  constructor(stage: QueueStage) {
    this.#stage = stage;
  }

  message(): Extract<ServerMessage, { type: 'queue' }> {
    return { type: 'queue', tracks: this.#entries.map((entry) => tileOf(entry, entry === this.#wanted)) };
  }

  /** True where the control was the queue's. */
  take(path: string): boolean {
    if (path !== '/queue/next') return false;
    this.next();
    return true;
  }

  receive(message: Extract<ClientMessage, { type: 'queue' }>): void {
    const { action, id } = message;
    if (action === 'add') void this.#claim(id, message.name);
    else if (action === 'next') this.next();
    else if (action === 'play') this.#want(this.#find(id));
    else if (action === 'remove') this.#remove(this.#find(id));
    else this.#move(this.#find(id), action === 'earlier' ? -1 : 1);
  }

  /** A track at the end of the queue. */
  add(path: string): string {
    if (this.#entries.length >= MOST_TRACKS) throw new UserError('usage', `The queue holds ${MOST_TRACKS} tracks: remove some first.`);
    const id = randomUUID();
    this.#entries.push({ id, title: basename(path, extname(path)), path, state: 'waiting', fraction: 0, reason: '', show: null, preset: '' });
    this.#tell();
    this.#openNext();
    return id;
  }

  /** Crosses over to the next track on the next bar. */
  next(): void {
    const next = this.#following();
    if (next === undefined) throw new UserError('usage', 'The queue holds no other track: add one on the panel.');
    this.#want(next);
  }

  /** The track on stage has played to its end. Answers true where another follows. */
  ended(): boolean {
    const next = this.#wanted ?? this.#following();
    if (next === undefined) return false;
    clearTimeout(this.#timer);
    if (next.state === 'ready') this.#cross(next);
    else if (this.#wanted !== next) this.#want(next);
    return true;
  }

  /** Something else was put on stage. */
  left(show: OpenShow): void {
    for (const entry of this.#entries) if (entry.state === 'on' && entry.show !== show) this.#setState(entry, 'played', null);
    this.#tell();
  }

  /** A few times a second: what can be opened ahead is. */
  tend(): void {
    this.#openNext();
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const { show, state } of this.#entries) if (state !== 'on') void show?.close();
  }

  async #claim(uploadId: string, name: string): Promise<void> {
    try {
      this.add(await this.#stage.claim(uploadId, name));
    } catch (thrown) {
      this.#stage.notice('error', messageOf(thrown));
    }
  }

  #find(id: string): Entry {
    const entry = this.#entries.find((one) => one.id === id);
    if (entry === undefined) throw new UserError('usage', 'That track is not in the queue any more.');
    return entry;
  }

  /** The first after the one that is on (or was on last) that can play. */
  #following(): Entry | undefined {
    const last = this.#entries.findLastIndex(({ state }) => state === 'on' || state === 'played');
    return this.#entries.slice(last + 1).find(({ state }) => state !== 'broken');
  }

  #want(entry: Entry): void {
    clearTimeout(this.#timer);
    this.#wanted = entry;
    if (entry.state === 'on') throw new UserError('usage', `${entry.title} is on already.`);
    if (entry.state === 'played' || entry.state === 'broken') this.#setState(entry, 'waiting', null);
    if (entry.state === 'ready' && entry.preset === this.#stage.preset()) this.#crossOnBar(entry);
    else {
      // The look has changed since: laid out anew from what is analysed already.
      if (entry.state === 'ready') this.#setState(entry, 'waiting', null);
      this.#openNext();
    }
    this.#tell();
  }

  #crossOnBar(entry: Entry): void {
    const wait = this.#stage.isPlaying() ? this.#stage.instantOf(secondsOfTick(this.#stage.nextBar())) - this.#stage.now() : 0;
    const epoch = this.#stage.epoch();
    const cross = (): void => {
      if (this.#wanted !== entry) return;
      // A jump on the way has moved the bar.
      if (this.#stage.epoch() !== epoch) this.#crossOnBar(entry);
      else this.#cross(entry);
    };
    if (wait > 0 && Number.isFinite(wait)) this.#timer = setTimeout(cross, wait).unref();
    else cross();
  }

  #cross(entry: Entry): void {
    const { show } = entry;
    if (show === null) return;
    this.#wanted = null;
    for (const one of this.#entries) if (one.state === 'on') this.#setState(one, 'played', null);
    entry.state = 'on';
    this.#stage.cross(show);
    this.#tell();
    this.#openNext();
  }

  /** One at a time, so that the pictures keep most of the machine: the wanted one, else the next. */
  #openNext(): void {
    if (this.#opening !== null) return;
    const entry = this.#wanted?.state === 'waiting' ? this.#wanted : this.#following();
    const isAhead = this.#entries.filter(({ state }) => state === 'ready').length >= OPENED_AHEAD;
    if (entry === undefined || entry.state !== 'waiting' || (isAhead && entry !== this.#wanted)) return;
    this.#opening = entry;
    this.#setState(entry, 'opening', null);
    void this.#open(entry).finally(() => {
      this.#opening = null;
      this.#openNext();
    });
  }

  async #open(entry: Entry): Promise<void> {
    entry.preset = this.#stage.preset();
    try {
      const show = await this.#stage.openTrack(entry.path, entry.preset, (fraction) => {
        entry.fraction = fraction;
        if (this.#stage.now() - this.#toldAt > TELL_INTERVAL) this.#tell();
      });
      await show.walk.prepare(0, MEASURED_FIRST * 120).catch(() => undefined);
      if (!this.#entries.includes(entry)) return void show.close();
      this.#setState(entry, 'ready', show);
      if (this.#wanted === entry) this.#crossOnBar(entry);
    } catch (thrown) {
      entry.reason = messageOf(thrown);
      this.#setState(entry, 'broken', null);
      this.#stage.notice('warn', `${entry.title} is passed over: ${entry.reason}`);
      if (this.#wanted !== entry) return;
      this.#wanted = this.#following() ?? null;
      if (this.#wanted?.state === 'ready') this.#crossOnBar(this.#wanted);
    }
  }

  #remove(entry: Entry): void {
    if (entry.state === 'on') throw new UserError('usage', `${entry.title} is on: cross over to another track first.`);
    if (this.#wanted === entry) this.#wanted = null;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    void entry.show?.close();
    this.#tell();
    this.#openNext();
  }

  #move(entry: Entry, by: -1 | 1): void {
    const from = this.#entries.indexOf(entry);
    const to = Math.max(0, Math.min(this.#entries.length - 1, from + by));
    this.#entries.splice(from, 1);
    this.#entries.splice(to, 0, entry);
    this.#tell();
    this.#openNext();
  }

  #setState(entry: Entry, state: State, show: OpenShow | null): void {
    if (entry.show !== null && entry.show !== show && entry.state !== 'on') void entry.show.close();
    entry.state = state;
    entry.show = show;
    if (state === 'opening') entry.fraction = 0;
    this.#tell();
  }

  #tell(): void {
    this.#toldAt = this.#stage.now();
    this.#stage.broadcast(this.message());
  }
}

function tileOf({ id, title, state, fraction, reason }: Entry, isWanted: boolean): QueueTile {
  const words = state === 'on' ? 'playing' : state === 'opening' ? `analysing ${Math.round(fraction * 100)} %` : state === 'broken' ? reason : state === 'ready' && isWanted ? 'crosses over on the next bar' : state;
  return { id, title, state: words, isOn: state === 'on', isBroken: state === 'broken' };
}
