/** MIDI bytes by the specification: running status, real-time in the middle, system exclusive, junk. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { encodeMidi, MAX_SYSEX_BYTES, MidiParser, type MidiMessage } from '../../../src/control/midi/midi-bytes.ts';

const parse = (...bytes: number[]): MidiMessage[] => new MidiParser().push(bytes);

describe('parser', () => {
  it.each<[string, number[], MidiMessage[]]>([
    ['note on', [0x90, 60, 100], [{ kind: 'note', channel: 1, note: 60, velocity: 100 }]],
    ['note on with velocity 0 is a release', [0x9f, 60, 0], [{ kind: 'note', channel: 16, note: 60, velocity: 0 }]],
    ['note off, whatever its velocity', [0x80, 60, 64], [{ kind: 'note', channel: 1, note: 60, velocity: 0 }]],
    ['running status', [0xb0, 7, 1, 7, 2, 8, 3], [1, 2, 3].map((value, i) => ({ kind: 'control', channel: 1, controller: i < 2 ? 7 : 8, value }))],
    ['pitch bend at rest', [0xe2, 0, 64], [{ kind: 'pitch', channel: 3, value: 8192 }]],
    ['clock between the bytes of a message', [0xb0, 0xf8, 7, 0xf8, 99], [{ kind: 'clock' }, { kind: 'clock' }, { kind: 'control', channel: 1, controller: 7, value: 99 }]],
    ['clock inside system exclusive', [0xf0, 1, 0xf8, 2, 0xf7], [{ kind: 'clock' }, { kind: 'sysex', bytes: Uint8Array.of(1, 2) }]],
    ['song position', [0xf2, 4, 1], [{ kind: 'position', sixteenths: 132 }]],
    ['quarter frame', [0xf1, 0x73], [{ kind: 'quarterFrame', piece: 7, nibble: 3 }]],
    ['transport', [0xfa, 0xfb, 0xfc], [{ kind: 'start' }, { kind: 'continue' }, { kind: 'stop' }]],
    ['program and pressure', [0xc0, 5, 0xd1, 9, 0xa0, 60, 3], [{ kind: 'program', channel: 1, program: 5 }, { kind: 'pressure', channel: 2, note: null, value: 9 }, { kind: 'pressure', channel: 1, note: 60, value: 3 }]],
  ])('%s', (_, bytes, messages) => expect(parse(...bytes)).toEqual(messages));

  it('a system message ends running status', () => {
    const parser = new MidiParser();
    expect(parser.push([0xb0, 7, 1, 0xf2, 0, 0, 7, 2])).toHaveLength(2);
    expect(parser.bad).toBe(2);
  });

  it('counts what is cut off, what has no status and what is too long, and goes on', () => {
    const parser = new MidiParser();
    expect(parser.push([60, 0x90, 60, 0xb0, 7, 5])).toEqual([{ kind: 'control', channel: 1, controller: 7, value: 5 }]);
    expect(parser.bad).toBe(2);
    expect(parser.push([0xf0, ...Array.from({ length: MAX_SYSEX_BYTES + 50 }, () => 1), 0xf7, 0x90, 1, 1])).toEqual([{ kind: 'note', channel: 1, note: 1, velocity: 1 }]);
    expect(parser.bad).toBe(3);
  });

  it('reads back what it writes, in chunks of any size', () => {
    const random = randomFor(1, 'midi');
    const pick = (count: number): number => Math.floor(random.uniform() * count);
    const messages: MidiMessage[] = Array.from({ length: 500 }, () => [
      { kind: 'note', channel: 1 + pick(16), note: pick(128), velocity: pick(128) } as const, { kind: 'control', channel: 1 + pick(16), controller: pick(128), value: pick(128) } as const,
      { kind: 'pitch', channel: 1 + pick(16), value: pick(16_384) } as const, { kind: 'position', sixteenths: pick(16_384) } as const, { kind: 'clock' } as const,
      { kind: 'sysex', bytes: Uint8Array.from({ length: pick(9) }, () => pick(128)) } as const, { kind: 'quarterFrame', piece: pick(8), nibble: pick(16) } as const,
    ][pick(7)] as MidiMessage);
    const bytes = messages.flatMap((message) => [...encodeMidi(message)]);
    const parser = new MidiParser();
    const heard: MidiMessage[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + pick(7);
      heard.push(...parser.push(bytes.slice(at, at + size)));
      at += size;
    }
    expect(heard).toEqual(messages);
    expect(parser.bad).toBe(0);
  });
});
