/**
 * MIDI ports of this machine, found by name and followed as they come and go. The only importer of @julusian/midi, which is
 * optional: where it or the system's MIDI is missing, one clear line says so and pages' Web MIDI does the work.
 */

import { existsSync } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { deviceNameOf } from './midi-profile.ts';

const LOOK_INTERVAL: Milliseconds = 1000;
const ALSA_SEQUENCER = '/dev/snd/seq';
/** Ports that lead back to programs on this machine. */
const THROUGH = /midi through/i;

export interface MidiPortsOptions {
  readonly onPlug: (device: string) => void;
  readonly onUnplug: (device: string) => void;
  readonly onBytes: (device: string, bytes: readonly number[]) => void;
  readonly onNotice: (level: 'info' | 'warn', text: string) => void;
}

/** What we use of the runtime. */
interface Port {
  getPortCount(): number;
  getPortName(port: number): string;
  openPort(port: number): void;
  closePort(): void;
}
interface InputPort extends Port {
  ignoreTypes(sysex: boolean, timing: boolean, sensing: boolean): void;
  on(event: 'message', listener: (delta: number, bytes: number[]) => void): void;
}
interface OutputPort extends Port {
  sendMessage(bytes: number[]): void;
}
export interface MidiRuntime {
  readonly Input: new () => InputPort;
  readonly Output: new () => OutputPort;
}

export class MidiPorts {
  private readonly options: MidiPortsOptions;
  private readonly runtime: MidiRuntime;
  private readonly probeIn: InputPort;
  private readonly probeOut: OutputPort;
  private readonly inputs = new Map<string, InputPort>();
  private readonly outputs = new Map<string, OutputPort>();
  private readonly timer: NodeJS.Timeout;

  /** Null where this machine has no MIDI; `onNotice` says why. `runtime` stands in for the package in tests. */
  static async open(options: MidiPortsOptions, runtime?: MidiRuntime): Promise<MidiPorts | null> {
    const fallback = 'the panel\'s Web MIDI works instead';
    if (runtime === undefined && process.platform === 'linux' && !existsSync(ALSA_SEQUENCER)) {
      options.onNotice('info', `This machine has no MIDI (ALSA's sequencer is missing): ${fallback}.`);
      return null;
    }
    try {
      return new MidiPorts(options, runtime ?? (await import('@julusian/midi')) as unknown as MidiRuntime);
    } catch (thrown) {
      options.onNotice('info', `MIDI ports cannot be used (${messageOf(thrown).split('\n')[0] ?? ''}): ${fallback}.`);
      return null;
    }
  }

  private constructor(options: MidiPortsOptions, runtime: MidiRuntime) {
    this.options = options;
    this.runtime = runtime;
    this.probeIn = new runtime.Input();
    this.probeOut = new runtime.Output();
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_INTERVAL);
    this.timer.unref();
  }

  send(device: string, bytes: Uint8Array): void {
    try {
      this.outputs.get(device)?.sendMessage([...bytes]);
    } catch {
      // Unplugged between two looks: the next one tells.
      this.outputs.delete(device);
    }
  }

  /** To every output. */
  sendAll(bytes: Uint8Array): void {
    for (const device of this.outputs.keys()) this.send(device, bytes);
  }

  close(): void {
    clearInterval(this.timer);
    for (const port of [...this.inputs.values(), ...this.outputs.values()]) closeQuietly(port);
  }

  /** Compares what is there with what is open. Also called once a second. */
  look(): void {
    const present = namesOf(this.probeIn);
    const presentOut = namesOf(this.probeOut);
    for (const [device, port] of this.inputs) if (!present.has(device)) this.drop(device, port);
    for (const [device, port] of this.outputs) {
      if (presentOut.has(device)) continue;
      closeQuietly(port);
      this.outputs.delete(device);
    }
    for (const [device, index] of presentOut) if (!this.outputs.has(device)) this.openOutput(device, index);
    for (const [device, index] of present) if (!this.inputs.has(device)) this.openInput(device, index);
  }

  private openInput(device: string, index: number): void {
    try {
      const port = new this.runtime.Input();
      port.on('message', (_, bytes) => this.options.onBytes(device, bytes));
      port.ignoreTypes(false, false, false);
      port.openPort(index);
      this.inputs.set(device, port);
      this.options.onPlug(device);
      this.options.onNotice('info', `MIDI: ${device} is connected.`);
    } catch (thrown) {
      this.options.onNotice('warn', `MIDI: ${device} cannot be opened (${messageOf(thrown)}): another program may hold it.`);
    }
  }

  private openOutput(device: string, index: number): void {
    try {
      const port = new this.runtime.Output();
      port.openPort(index);
      this.outputs.set(device, port);
    } catch {
      // Without lights the controls still work.
    }
  }

  private drop(device: string, port: InputPort): void {
    closeQuietly(port);
    this.inputs.delete(device);
    this.options.onUnplug(device);
    this.options.onNotice('warn', `MIDI: ${device} is gone; its mapping waits for it.`);
  }
}

/** Port numbers by device name; two of the same name are told apart by a number. */
function namesOf(port: Port): Map<string, number> {
  const names = new Map<string, number>();
  for (let index = 0; index < port.getPortCount(); index++) {
    const portName = port.getPortName(index);
    if (THROUGH.test(portName) || portName.includes('RtMidi')) continue;
    const bare = deviceNameOf(portName);
    let name = bare;
    for (let n = 2; names.has(name); n++) name = `${bare} (${n})`;
    names.set(name, index);
  }
  return names;
}

function closeQuietly(port: Port): void {
  try {
    port.closePort();
  } catch {
    // It is gone already.
  }
}
