/**
 * Time and beat of the show on stage: the transport, who gives the tempo, and which page plays the sound.
 * Instants are arguments (server-monotonic ms).
 */

import { Transport } from '../ahead/transport.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import { TempoClock, type TempoPlace } from '../control/clock/tempo.ts';
import type { ClientMessage, TransportState } from '../protocol/messages.ts';
import type { ClientInfo } from './web/host.ts';
import type { OpenShow } from './open-show.ts';
import { transportStateOf } from './show-info.ts';
import { SoundPageElection } from './web/sound-page.ts';

export class ShowClock {
  readonly transport: Transport;
  readonly tempo: TempoClock;
  readonly #election = new SoundPageElection();
  readonly #freeClock: boolean;
  #live = false;

  /** `freeClock`: a track runs on the server's clock, with no page that plays sound. */
  constructor(freeClock: boolean, now: Milliseconds) {
    this.#freeClock = freeClock;
    this.transport = new Transport({ clock: freeClock ? 'free' : 'sound' });
    this.tempo = new TempoClock({ now });
  }

  /** Another show, from its start, at rest. */
  load(show: OpenShow, now: Milliseconds): void {
    this.#live = show.live;
    this.transport.setClock(this.#freeClock && !show.live ? 'free' : 'sound', now);
    this.transport.load(show.live ? 0 : show.timeline.duration, now);
    this.tempo.useGrid(show.live ? null : show.timeline.grid);
  }

  /** Nobody needs to press Play: live input, and the free clock. */
  get startsByItself(): boolean {
    return this.#live || this.#freeClock;
  }

  /** The beat is not at rest: a track that plays, or live input. */
  get beatsGoOn(): boolean {
    return this.#live || this.transport.moving;
  }

  setPlaying(playing: boolean, now: Milliseconds): void {
    if (playing && this.transport.endedAt(now)) this.transport.seek(0, now);
    if (playing) this.transport.play(now);
    else this.transport.pause(now);
  }

  timeAt(now: Milliseconds): Seconds {
    return this.transport.showTimeAt(now);
  }

  /** A page joined or changed. Answers true when another page plays the sound from now on. */
  join(client: ClientInfo, now: Milliseconds): boolean {
    return this.#seat(this.#election.update(client), now);
  }

  leave(client: ClientInfo, now: Milliseconds): boolean {
    return this.#seat(this.#election.remove(client.id), now);
  }

  /** The sound page says what is heard; other pages are not asked. */
  hear(client: ClientInfo, report: Extract<ClientMessage, { type: 'clock' }>, now: Milliseconds): void {
    if (client.id !== this.#election.elected || this.#live) return;
    this.transport.hear({ showTime: report.showTime, at: report.at, playing: report.playing }, now);
  }

  placeAt(now: Milliseconds): TempoPlace {
    return this.tempo.placeAt(now, this.#live ? null : this.transport.showTimeAt(now));
  }

  state(now: Milliseconds): TransportState {
    return transportStateOf(this.transport, this.placeAt(now), this.#election.elected, now);
  }

  #seat(changed: boolean, now: Milliseconds): boolean {
    if (changed) this.transport.setSoundPage(this.#election.elected, now);
    return changed;
  }
}
