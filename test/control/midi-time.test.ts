/** MIDI clock out and time code: what a sequencer or a tape would see. */

import { describe, expect, it } from 'vitest';
import { encodeMidi, MidiParser, type MidiMessage } from '../../src/control/midi/midi-bytes.ts';
import { MidiClockOut } from '../../src/control/midi/midi-clock-out.ts';
import { TempoClock } from '../../src/control/clock/tempo.ts';
import { TimecodeChase, TimecodeReader } from '../../src/control/clock/timecode.ts';

/** Runs the beat from–to in small steps; what was sent, pulses counted. */
function send(out: MidiClockOut, from: number, to: number, moving = true): (MidiMessage | number)[] {
  const log: (MidiMessage | number)[] = [];
  for (let step = 0; from + step / 100 <= to + 1e-9; step++) {
    for (const message of out.update(from + step / 100, moving)) {
      const last = log.at(-1);
      if (message.kind !== 'clock') log.push(message);
      else if (typeof last === 'number') log[log.length - 1] = last + 1;
      else log.push(1);
    }
  }
  return log;
}

describe('clock out', () => {
  it('from the top: position, start, then 24 pulses a beat, the first with beat 0', () => {
    const out = new MidiClockOut();
    expect(send(out, -0.5, 2)).toEqual([{ kind: 'position', sixteenths: 0 }, 11, { kind: 'start' }, 49]);
    expect(send(out, 2, 2, false)).toEqual([{ kind: 'stop' }]);
  });

  it('joins in the middle at the next beat, and jumps with the show', () => {
    const out = new MidiClockOut();
    expect(send(out, 5.25, 7)).toEqual([{ kind: 'position', sixteenths: 24 }, 17, { kind: 'continue' }, 25]);
    expect(send(out, 33, 34)).toEqual([{ kind: 'stop' }, { kind: 'position', sixteenths: 132 }, { kind: 'continue' }, 25]);
  });

  it('a beat that is nudged back sends no pulse twice', () => {
    const out = new MidiClockOut();
    send(out, 0, 4);
    expect(send(out, 3.97, 5)).toEqual([24]);
  });

  it('another TempoClock that hears it is in phase', () => {
    const out = new MidiClockOut();
    const parser = new MidiParser();
    const heard = new TempoClock({ now: 0 });
    for (let ms = 0; ms < 20_000; ms++) {
      const bytes = out.update((ms * 124) / 60_000, true).flatMap((message) => [...encodeMidi(message)]);
      for (const message of parser.push(bytes)) heard.hearMidi(ms, message);
    }
    expect(Math.abs(heard.placeAt(20_000).beat - (20_000 * 124) / 60_000)).toBeLessThan(0.01);
  });
});

/** The eight quarter frames of an address. */
function quarterFrames(hours: number, minutes: number, seconds: number, frames: number, code: number): MidiMessage[] {
  const nibbles = [frames & 15, frames >> 4, seconds & 15, seconds >> 4, minutes & 15, minutes >> 4, hours & 15, (hours >> 4) | (code << 1)];
  return nibbles.map((nibble, piece) => ({ kind: 'quarterFrame', piece, nibble }));
}

describe('time code', () => {
  it.each([
    [[0, 0, 1, 0, 0], 1 + 2 / 24], [[1, 2, 3, 4, 1], 3723 + 6 / 25], [[0, 10, 0, 0, 2], 600 - 0.0006 + 2 / 29.97, 3], [[0, 1, 0, 2, 2], 60.06 + 2 / 29.97, 3], [[23, 59, 59, 29, 3], 86_399 + 31 / 30],
  ] as const)('%j is %d s', (address, seconds, digits: number = 6) => {
    const reader = new TimecodeReader();
    const [hours, minutes, secs, frames, code] = address;
    const found = quarterFrames(hours, minutes, secs, frames, code).map((message) => reader.push(message));
    expect(found.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => null));
    expect(found[7]).toBeCloseTo(seconds, digits);
  });

  it('reads a whole-frame message, and nothing from addresses that do not exist or lost pieces', () => {
    const reader = new TimecodeReader();
    expect(reader.push({ kind: 'sysex', bytes: Uint8Array.of(0x7f, 0x7f, 1, 1, 0x60, 1, 2, 15) })).toBeCloseTo(62.5, 9);
    expect(quarterFrames(31, 0, 0, 0, 1).map((message) => reader.push(message)).at(-1)).toBeNull();
    const [first, , ...rest] = quarterFrames(0, 0, 1, 0, 1);
    expect([first as MidiMessage, ...rest].map((message) => reader.push(message)).every((time) => time === null)).toBe(true);
  });

  it('moves a track: seeks and plays after two addresses that agree, jumps with it, pauses when it stops', () => {
    const chase = new TimecodeChase();
    expect(chase.hear(10, 1000, { time: 0, playing: false })).toEqual([]);
    expect(chase.hear(10.08, 1080, { time: 0, playing: false })).toEqual([{ kind: 'seek', to: 10.08 }, { kind: 'play' }]);
    expect(chase.hear(10.16, 1160, { time: 10.15, playing: true })).toEqual([]);
    expect(chase.hear(95, 4000, { time: 13, playing: true })).toEqual([]);
    expect(chase.hear(95.08, 4080, { time: 13.08, playing: true })).toEqual([{ kind: 'seek', to: 95.08 }]);
    expect(chase.hear(95.16, 4160, { time: 14, playing: true })).toEqual([]);
    expect(chase.tend(4300)).toEqual([]);
    expect(chase.tend(4500)).toEqual([{ kind: 'pause' }]);
    expect(chase.tend(4600)).toEqual([]);
  });
});
