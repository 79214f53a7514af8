/**
 * Makes the elected page sound as the transport says, and reports at least four times a second which show time is heard.
 * Instants are performance.now (ms).
 */

import { messageOf } from '../../base/errors.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';
import { addressOf } from '../page/address.ts';
import type { TransportState } from '../../protocol/messages.ts';
import type { Connection } from '../connection.ts';
import { transportTime } from '../show-follower.ts';
import { trackKey, type ShowSession } from '../show-session.ts';
import { SoundPlayer } from './sound-player.ts';

const REPORT_EVERY: Milliseconds = 150;

interface Playing {
  readonly track: string;
  readonly epoch: number;
  readonly rate: number;
}

export class SoundConductor {
  readonly player: SoundPlayer;
  readonly #connection: Connection;
  readonly #session: ShowSession;
  readonly #onFault: (text: string) => void;
  #playing: Playing | null = null;
  /** A track has been heard from its start: pauses and seeks then go on where the transport is. */
  #heardTrack = '';
  #reportedAt: Milliseconds = 0;

  constructor(connection: Connection, session: ShowSession, onFault: (text: string) => void) {
    this.#connection = connection;
    this.#session = session;
    this.#onFault = onFault;
    this.player = new SoundPlayer(onFault);
  }

  /** Call from a click (or where autoplay is allowed): true when this page may sound. */
  async allow(): Promise<boolean> {
    const allowed = await this.player.allow(this.#session.show?.sampleRate || 44_100);
    this.#connection.setCanPlaySound(allowed);
    return allowed;
  }

  /** Brings the sound in line with the transport; call after each transport or show message. */
  update(): void {
    const { transport, show, isSoundPage } = this.#session;
    const url = show?.pcmUrl === undefined || show.pcmUrl === null ? null : addressOf(show.pcmUrl);
    if (transport === null || show === null || url === null || !isSoundPage || !transport.playing || transport.rate <= 0) return this.#stop();
    this.player.setLoop(transport.loop);
    if (this.#missedLoop(transport)) this.#playing = null;
    const wanted: Playing = { track: trackKey(show), epoch: transport.epoch, rate: transport.rate };
    const now = this.#playing;
    if (now !== null && now.track === wanted.track && now.epoch === wanted.epoch && now.rate === wanted.rate) return;
    this.#playing = wanted;
    this.player.play(url, (instant) => this.#wantedTime(wanted, instant), wanted.rate).catch((thrown: unknown) => {
      this.#playing = null;
      this.#onFault(`The track cannot be heard here; the picture goes on. (${messageOf(thrown)})`);
    });
  }

  /** Show time heard at an instant; null where this page is not the one that sounds. */
  heardAt(instant: Milliseconds): Seconds | null {
    return this.#session.isSoundPage ? this.player.heardAt(instant) : null;
  }

  /** Call every display frame: feeds the player and reports. */
  tend(instant: Milliseconds): void {
    if (instant - this.#reportedAt < REPORT_EVERY) return;
    this.#reportedAt = instant;
    this.player.tend();
    const heard = this.heardAt(instant);
    const { transport } = this.#session;
    if (heard === null || transport === null || this.#playing === null || !this.#connection.clock.isKnown) return;
    this.#heardTrack = this.#playing.track;
    this.#connection.send({ type: 'clock', showTime: heard, at: this.#connection.clock.toServer(instant), outputLatency: this.player.outputLatency, playing: transport.playing });
  }

  /** The loop was set so near its end that the sound had passed it, and the transport not. */
  #missedLoop({ loop, ...transport }: TransportState): boolean {
    const instant = performance.now();
    const heard = this.heardAt(instant);
    if (loop === null || heard === null || !this.#connection.clock.isKnown) return false;
    return heard >= loop.end && transportTime({ ...transport, loop }, this.#connection.clock.toServer(instant)) < loop.end;
  }

  #stop(): void {
    if (this.#playing === null) return;
    this.#playing = null;
    this.player.stop();
  }

  /** The first time a track sounds it begins exactly where the transport stands; later it joins where that has come to. */
  #wantedTime(wanted: Playing, instant: Milliseconds): Seconds {
    const { transport } = this.#session;
    if (transport === null) return 0;
    return wanted.track !== this.#heardTrack && transport.showTime < 0.5 ? transport.showTime : transportTime(transport, this.#connection.clock.toServer(instant));
  }
}
