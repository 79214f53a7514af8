/**
 * Keeps one sound input going to the server: opens the chosen device (remembered by this browser), numbers its hops, says so
 * anew when the line to the server comes back, and opens a lost device again with growing pauses. Meanwhile the server's
 * tempo runs on by itself.
 */

import { messageOf } from '../../base/errors.ts';
import { clamp } from '../../base/math.ts';
import type { Milliseconds, Unit } from '../../base/units.ts';
import { encodeHop } from '../../protocol/hop.ts';
import type { Connection } from '../connection.ts';
import { openMicrophone, type Microphone, type MicrophoneHop } from './microphone.ts';

const FIRST_WAIT: Milliseconds = 250;
const LONGEST_WAIT: Milliseconds = 5_000;
const REMEMBERED = 'latentbeat.input';
/** How fast the meter falls, a hop. */
const METER_FALL = 0.94;

export interface ListenerNews {
  readonly onNotice: (level: 'info' | 'warn' | 'error', text: string) => void;
  readonly onChange: () => void;
}

export class Listener {
  readonly #connection: Connection;
  readonly #news: ListenerNews;
  #microphone: Microphone | null = null;
  /** Listening is wanted; counts the openings, so that a late one is dropped. */
  #wanted = false;
  #turn = 0;
  #wait: Milliseconds = FIRST_WAIT;
  #peak: Unit = 0;

  constructor(connection: Connection, news: ListenerNews) {
    this.#connection = connection;
    this.#news = news;
    // Leaving on purpose is told, a crash is not: then the server keeps the tempo and waits.
    addEventListener('pagehide', () => this.stop());
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#wanted && this.#microphone === null && this.#open(true));
  }

  get isOn(): boolean {
    return this.#wanted;
  }

  get microphone(): Microphone | null {
    return this.#microphone;
  }

  /** Peak of the last hops, falling; 0..1. */
  get peak(): Unit {
    return this.#peak;
  }

  get chosen(): string | undefined {
    return localStorage.getItem(REMEMBERED) ?? undefined;
  }

  /** Another device from now on, and in later sessions. */
  choose(deviceId: string): void {
    localStorage.setItem(REMEMBERED, deviceId);
    if (this.#wanted) this.#open(false);
  }

  /** Opens the input; resolves false, with a notice, where that fails. */
  async start(): Promise<boolean> {
    this.#wanted = true;
    this.#wait = FIRST_WAIT;
    const failure = await this.#tryOpen();
    if (failure === null) return true;
    this.stop();
    this.#news.onNotice('error', failure);
    return false;
  }

  stop(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#connection.send({ type: 'live', on: false, sampleRate: this.#microphone?.sampleRate ?? 48_000 });
    this.#drop();
    this.#news.onChange();
  }

  /** The server has welcomed this page (again). */
  welcomed(): void {
    if (this.#microphone !== null) this.#announce(this.#microphone);
  }

  async #tryOpen(): Promise<string | null> {
    const turn = ++this.#turn;
    this.#drop();
    try {
      const microphone = await openMicrophone({ deviceId: this.chosen, onHop: (hop) => this.#send(hop), onLost: () => turn === this.#turn && this.#lose() });
      if (turn !== this.#turn || !this.#wanted) {
        microphone.stop();
        return null;
      }
      this.#microphone = microphone;
      this.#wait = FIRST_WAIT;
      this.#announce(microphone);
      this.#news.onNotice('info', microphone.label === '' ? 'Listening.' : `Listening to ${microphone.label}.`);
      this.#news.onChange();
      return null;
    } catch (thrown) {
      return messageOf(thrown);
    }
  }

  #lose(): void {
    if (!this.#wanted) return;
    this.#drop();
    this.#news.onNotice('warn', 'The sound input is gone; the beat runs on by itself and the input is opened again as soon as it is there.');
    this.#news.onChange();
    this.#open(true);
  }

  #open(again: boolean): void {
    void this.#tryOpen().then((failure) => {
      if (failure === null || !this.#wanted) return;
      if (!again) this.#news.onNotice('warn', failure);
      setTimeout(() => this.#wanted && this.#microphone === null && this.#open(true), this.#wait);
      this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
    });
  }

  #announce({ sampleRate }: Microphone): void {
    this.#connection.send({ type: 'live', on: true, sampleRate });
  }

  #send({ first, at, samples }: MicrophoneHop): void {
    let peak = 0;
    for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
    this.#peak = clamp(Math.max(peak, this.#peak * METER_FALL), 0, 1);
    const { clock } = this.#connection;
    this.#connection.sendBinary(encodeHop({ first, at: clock.isKnown ? clock.toServer(at) : Number.NaN, samples }));
  }

  #drop(): void {
    this.#microphone?.stop();
    this.#microphone = null;
    this.#peak = 0;
  }
}
