/** Ports that come and go, on a stand-in for the runtime; the real one where this machine has MIDI. */

import { describe, expect, it } from 'vitest';
import { MidiPorts, type MidiRuntime } from '../../../src/control/midi/midi-ports.ts';

function runtime(names: { in: string[]; out: string[] }) {
  const listeners = new Map<string, (delta: number, bytes: number[]) => void>();
  const sent: [string, number[]][] = [];
  const base = (list: () => string[]) => ({ getPortCount: () => list().length, getPortName: (i: number) => list()[i] ?? '', closePort: () => undefined });
  class Input {
    #listener: ((delta: number, bytes: number[]) => void) | undefined;
    getPortCount = base(() => names.in).getPortCount;
    getPortName = base(() => names.in).getPortName;
    closePort(): void { this.#listener = undefined; }
    ignoreTypes(): void { return; }
    on(_: 'message', listener: (delta: number, bytes: number[]) => void): void { this.#listener = listener; }
    openPort(i: number): void { listeners.set(names.in[i] ?? '', (delta, bytes) => this.#listener?.(delta, bytes)); }
  }
  class Output {
    #name = '';
    getPortCount = base(() => names.out).getPortCount;
    getPortName = base(() => names.out).getPortName;
    closePort(): void { return; }
    openPort(i: number): void { this.#name = names.out[i] ?? ''; }
    sendMessage(bytes: number[]): void {
      if (!names.out.includes(this.#name)) throw new Error('gone');
      sent.push([this.#name, bytes]);
    }
  }
  return { runtime: { Input, Output } satisfies MidiRuntime, listeners, sent };
}

describe('ports', () => {
  it('are opened, heard, sent to, and followed as they go and come back', async () => {
    const names = { in: ['Midi Through:Midi Through Port-0 14:0', 'pad:pad MIDI 1 20:0', 'pad:pad MIDI 1 24:0'], out: ['pad:pad MIDI 1 20:0'] };
    const { runtime: stand, listeners, sent } = runtime(names);
    const log: string[] = [];
    const ports = await MidiPorts.open({ onPlug: (name) => log.push(`+${name}`), onUnplug: (name) => log.push(`-${name}`), onBytes: (name, bytes) => log.push(`${name} ${bytes.join(' ')}`), onNotice: () => undefined }, stand);
    expect(log.splice(0)).toEqual(['+pad', '+pad (2)']);
    listeners.get('pad:pad MIDI 1 20:0')?.(0, [0x90, 1, 2]);
    expect(log.splice(0)).toEqual(['pad 144 1 2']);
    ports?.send('pad', Uint8Array.of(1, 2, 3));
    expect(sent).toEqual([['pad:pad MIDI 1 20:0', [1, 2, 3]]]);
    names.in = [];
    names.out = [];
    ports?.send('pad', Uint8Array.of(9));
    ports?.look();
    expect(log.splice(0)).toEqual(['-pad', '-pad (2)']);
    names.in = ['pad:pad MIDI 1 28:0'];
    ports?.look();
    expect(log).toEqual(['+pad']);
    ports?.close();
  });

  it('without MIDI on this machine one clear line is said, and nothing throws', async () => {
    const lines: string[] = [];
    const broken = { Input: class { constructor() { throw new Error('Failed to initialise RtMidi\nmore'); } }, Output: class {} } as unknown as MidiRuntime;
    expect(await MidiPorts.open({ onPlug: () => undefined, onUnplug: () => undefined, onBytes: () => undefined, onNotice: (_, text) => lines.push(text) }, broken)).toBeNull();
    expect(lines).toEqual(['MIDI ports cannot be used (Failed to initialise RtMidi): the panel\'s Web MIDI works instead.']);
  });
});
