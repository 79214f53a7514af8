/**
 * MIDI clock in: 24 pulses a quarter note, start, stop, continue and song position. The first pulse after a start is beat 0.
 * A clock that runs while stopped keeps the tempo and holds the phase; one that never sends a start runs from its first
 * pulse. Pure; instants in monotonic ms.
 */

import type { Bpm, Milliseconds, Unit } from '../../base/units.ts';
import type { MidiMessage } from './midi-bytes.ts';
import { PulseLoop } from '../clock/pulse-loop.ts';

export const PULSES_PER_BEAT = 24;
const PULSES_PER_SIXTEENTH = 6;
/** Without a pulse for so long the clock is gone (20 BPM has one in 125 ms). */
export const CLOCK_SILENCE: Milliseconds = 1000;

/** Beat `beat` was at instant `at`, going on at `tempo`. */
export interface BeatLine {
  readonly at: Milliseconds;
  readonly beat: number;
  readonly tempo: Bpm;
  /** The phase is held: a sequencer that is stopped. */
  readonly held: boolean;
}

export class MidiClock {
  private readonly loop = new PulseLoop(PULSES_PER_BEAT);
  private heardAt: Milliseconds = -Infinity;
  private stopped = false;
  /** Pulse, from the start of the song, that the next counted one is. */
  private origin = 0;

  get confidence(): Unit {
    return this.loop.confidence;
  }

  /** True where the message belonged to the clock. */
  hear(message: MidiMessage, now: Milliseconds): boolean {
    switch (message.kind) {
      case 'clock':
        if (now - this.heardAt > CLOCK_SILENCE) this.loop.reset();
        this.heardAt = now;
        if (this.stopped) {
          const count = this.loop.count;
          this.loop.hear(now);
          this.origin -= this.loop.count - count;
        } else this.loop.hear(now);
        return true;
      case 'start':
        this.place(0);
        this.stopped = false;
        return true;
      case 'continue':
        this.stopped = false;
        return true;
      case 'stop':
        this.stopped = true;
        return true;
      case 'position':
        this.place(message.sixteenths * PULSES_PER_SIXTEENTH);
        return true;
      case 'note': case 'control': case 'pitch': case 'program': case 'pressure': case 'sensing': case 'reset': case 'quarterFrame': case 'sysex':
        return false;
    }
  }

  /** Null while there is no clock. */
  lineAt(now: Milliseconds): BeatLine | null {
    if (!this.loop.locked || now - this.heardAt > CLOCK_SILENCE) return null;
    const pulse = this.origin + this.loop.count - 1;
    return { at: this.loop.lastAt, beat: Math.max(0, pulse) / PULSES_PER_BEAT, tempo: this.loop.tempo, held: this.stopped };
  }

  /** The operator says that this is beat 1 of the phrase: the pulse that is on counts as the first. */
  setDownbeat(now: Milliseconds): void {
    if (this.loop.locked && now - this.heardAt <= CLOCK_SILENCE) this.origin = 1 - this.loop.count;
  }

  /** The next pulse is this one of the song. */
  private place(pulse: number): void {
    this.origin = pulse - this.loop.count;
  }
}
