/**
 * MIDI clock out: pulses where the show's beat is, and the messages that let a sequencer join, jump and stop with it. A
 * sequencer can only begin on a sixteenth; it is told its position and started on the next beat. Pure: place in, messages out.
 */

import type { MidiMessage } from './midi-bytes.ts';
import { PULSES_PER_BEAT } from './midi-clock.ts';

const SIXTEENTHS_PER_BEAT = 4;
/** More pulses than this at once are a jump, not a late timer. */
const LATE_PULSES = 6;
const LAST_SIXTEENTH = 16_383;

export class MidiClockOut {
  private pulse: number | null = null;
  private isRunning = false;
  private startBeat: number | null = null;

  /** Messages that are due where the beat is `beat`; `moving`: it goes on. Call it at least at every pulse. */
  update(beat: number, moving: boolean): MidiMessage[] {
    const pulse = Math.floor(beat * PULSES_PER_BEAT + 1e-6);
    if (!moving) return this.rest();
    const before = this.pulse;
    this.pulse = pulse;
    if (before === null || pulse < before - 1 || pulse > before + LATE_PULSES) return this.prepare(beat);
    const messages: MidiMessage[] = [];
    for (let next = before + 1; next <= pulse; next++) {
      if (!this.isRunning && this.startBeat !== null && next >= this.startBeat * PULSES_PER_BEAT) messages.push(...this.begin());
      messages.push({ kind: 'clock' });
    }
    // Going back by less than a pulse is the nudge of a clock: its pulses were sent already.
    this.pulse = Math.max(pulse, before);
    return messages;
  }

  /** Share of a beat until the next pulse. */
  static toNextPulse(beat: number): number {
    const pulses = beat * PULSES_PER_BEAT;
    return (Math.floor(pulses + 1e-6) + 1 - pulses) / PULSES_PER_BEAT;
  }

  private rest(): MidiMessage[] {
    const was = this.isRunning;
    this.isRunning = false;
    this.pulse = null;
    this.startBeat = null;
    return was ? [{ kind: 'stop' }] : [];
  }

  private prepare(beat: number): MidiMessage[] {
    const was = this.isRunning;
    this.isRunning = false;
    const next = Math.max(0, Math.ceil(beat - 1e-6));
    this.startBeat = next;
    const position: MidiMessage = { kind: 'position', sixteenths: (next * SIXTEENTHS_PER_BEAT) % (LAST_SIXTEENTH + 1) };
    if (this.pulse !== null) this.pulse = Math.min(this.pulse, next * PULSES_PER_BEAT - (beat >= next - 1e-6 ? 1 : 0));
    return was ? [{ kind: 'stop' }, position] : [position];
  }

  private begin(): MidiMessage[] {
    const fromTop = this.startBeat === 0;
    this.startBeat = null;
    this.isRunning = true;
    return [{ kind: fromTop ? 'start' : 'continue' }];
  }
}
