/**
 * Clocks from and to other machines: MIDI clock and time code that come in, MIDI clock that goes out. The pulses go out on a
 * timer of their own, set to the next one each time. Reads the clock only through `now`.
 */

import type { Milliseconds, Seconds } from '../../base/units.ts';
import { encodeMidi, type MidiMessage } from '../../control/midi/midi-bytes.ts';
import { MidiClockOut } from '../../control/midi/midi-clock-out.ts';
import type { TempoClock, TempoPlace } from '../../control/clock/tempo.ts';
import { TimecodeChase, TimecodeReader, type ChaseOrder } from '../../control/clock/timecode.ts';

/** The pulse timer is set anew at least this often, since tempo and phase change. */
const LONGEST_WAIT: Milliseconds = 25;
const TEND_INTERVAL: Milliseconds = 100;

export interface TimeStage {
  now(): Milliseconds;
  tempo(): TempoClock;
  place(now: Milliseconds): TempoPlace;
  moving(): boolean;
  track(): { readonly time: Seconds; readonly playing: boolean };
  seek(to: Seconds): void;
  setPlaying(playing: boolean): void;
  sendMidi(bytes: Uint8Array): void;
  notice(level: 'info' | 'warn', text: string): void;
}

export class TimeDesk {
  readonly #stage: TimeStage;
  readonly #reader = new TimecodeReader();
  readonly #chase = new TimecodeChase();
  #out: MidiClockOut | null = null;
  #pulses: NodeJS.Timeout | undefined;
  #tending: NodeJS.Timeout | undefined;
  #follows = false;
  #saidTimecode = false;
  #leader: { readonly device: string; readonly heardAt: Milliseconds } | null = null;

  constructor(stage: TimeStage) {
    this.#stage = stage;
  }

  /** Time code moves the track now. */
  get chasing(): boolean {
    return this.#follows && this.#chase.leading;
  }

  start(): void {
    this.#tending ??= setInterval(() => this.#obey(this.#chase.tend(this.#stage.now())), TEND_INTERVAL);
    this.#tending.unref();
  }

  stop(): void {
    clearInterval(this.#tending);
    this.#tending = undefined;
    this.send(false);
  }

  /** Whether time code may move the track. */
  follow(on: boolean): void {
    this.#follows = on;
  }

  /** MIDI clock goes out to every device. */
  send(on: boolean): void {
    clearTimeout(this.#pulses);
    if (!on) {
      if (this.#out !== null) this.#sendAll(this.#out.update(0, false));
      this.#out = null;
    } else {
      this.#out ??= new MidiClockOut();
      this.#pulse(this.#out);
    }
  }

  /** Clock and time code that came by MIDI. Of two clocks the one that was there first leads until it is gone. */
  hear(device: string, message: MidiMessage, now: Milliseconds): void {
    if (message.kind === 'quarterFrame' || message.kind === 'sysex') return this.#hearTimecode(message, now);
    const leader = this.#leader;
    if (leader !== null && leader.device !== device && now - leader.heardAt < 1000) return;
    if (this.#stage.tempo().hearMidi(now, message)) this.#leader = { device, heardAt: now };
  }

  #hearTimecode(message: MidiMessage, now: Milliseconds): void {
    const time = this.#reader.push(message);
    if (time === null) return;
    if (this.#follows) return this.#obey(this.#chase.hear(time, now, this.#stage.track()));
    if (!this.#saidTimecode) this.#stage.notice('info', 'MIDI time code comes in: switch on "Follow timecode" (/transport/timecode) to let it move the track.');
    this.#saidTimecode = true;
  }

  #obey(orders: readonly ChaseOrder[]): void {
    for (const order of orders) {
      if (order.kind === 'seek') this.#stage.seek(order.to);
      else this.#stage.setPlaying(order.kind === 'play');
    }
  }

  #pulse(out: MidiClockOut): void {
    const { beat, tempo } = this.#stage.place(this.#stage.now());
    this.#sendAll(out.update(beat, this.#stage.moving()));
    const wait = (MidiClockOut.toNextPulse(beat) * 60_000) / tempo;
    this.#pulses = setTimeout(() => this.#pulse(out), Math.min(LONGEST_WAIT, Math.max(0.5, wait)));
    this.#pulses.unref();
  }

  #sendAll(messages: readonly MidiMessage[]): void {
    for (const message of messages) this.#stage.sendMidi(encodeMidi(message));
  }
}
