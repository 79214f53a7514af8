/**
 * The controllers of a show: who is plugged in, which control is bound to what, learning, feedback. Bytes and time in,
 * changes and bytes out; ports are somewhere else (midi-ports.ts, or a page's Web MIDI). Pure.
 */

import type { Milliseconds } from '../../base/units.ts';
import type { ControlValue, ControlValues } from '../../score/control.ts';
import type { ParameterTable } from '../../score/parameters.ts';
import { BoundControl, type Binding } from './midi-binding.ts';
import { MidiParser, type MidiMessage } from './midi-bytes.ts';
import { MidiFeedback } from './midi-feedback.ts';
import { Learner } from './midi-learn.ts';
import { profileFor, type ControllerProfile } from './midi-profile.ts';
import { SourceReader, type MidiEvent } from './midi-source.ts';
import type { ControlRequest } from '../osc/osc-change.ts';

/** After active sensing was seen once, this much silence means the device is gone. */
const SENSING_SILENCE: Milliseconds = 300;

export interface MidiMapOptions {
  readonly table: () => ParameterTable;
  readonly values: () => ControlValues;
  readonly onChanges: (changes: readonly ControlRequest[]) => void;
  readonly onSend: (device: string, bytes: Uint8Array) => void;
  /** Clock, start, stop, song position, time code. */
  readonly onTime?: (device: string, message: MidiMessage, now: Milliseconds) => void;
  /** Everything a hand did; `path`: what it is bound to, or null. */
  readonly onEvent?: (device: string, event: MidiEvent, path: string | null) => void;
  /** A control was learned; `conflict`: the path it was bound to before. */
  readonly onLearned?: (device: string, binding: Binding, conflict: string | null) => void;
}

export interface MidiCounters {
  readonly received: number;
  readonly bad: number;
  readonly devices: readonly string[];
}

interface Device {
  readonly parser: MidiParser;
  readonly reader: SourceReader;
  readonly feedback: MidiFeedback;
  profile: ControllerProfile;
  bound: Map<string, BoundControl>;
  senses: boolean;
  heardAt: Milliseconds;
}

export class MidiMap {
  private readonly options: MidiMapOptions;
  private readonly devices = new Map<string, Device>();
  private readonly learner = new Learner();
  private profiles: readonly ControllerProfile[] = [];
  private messages = 0;
  private goneBad = 0;

  constructor(options: MidiMapOptions) {
    this.options = options;
  }

  get counters(): MidiCounters {
    return { received: this.messages, bad: [...this.devices.values()].reduce((sum, { parser }) => sum + parser.bad, this.goneBad), devices: [...this.devices.keys()] };
  }

  /** Path that waits for a control, null for none. */
  get armed(): string | null {
    return this.learner.armed;
  }

  /** Known profiles, own ones before shipped ones; devices that are plugged in take theirs at once. */
  useProfiles(profiles: readonly ControllerProfile[]): void {
    this.profiles = profiles;
    for (const [name, device] of this.devices) this.bind(device, profileFor(name, profiles) ?? emptyProfile(name));
  }

  /** The mapping of a device as it is now, to be saved. */
  profileOf(name: string): ControllerProfile | undefined {
    return this.devices.get(name)?.profile;
  }

  plug(name: string, now: Milliseconds): void {
    if (this.devices.has(name)) return;
    const profile = profileFor(name, this.profiles) ?? emptyProfile(name);
    const device: Device = { parser: new MidiParser(), reader: new SourceReader(), feedback: new MidiFeedback(), profile, bound: new Map(), senses: false, heardAt: now };
    this.devices.set(name, device);
    this.bind(device, profile);
  }

  /** Nothing that was held stays held. The mapping waits for the device to come back. */
  unplug(name: string): void {
    const device = this.devices.get(name);
    if (device === undefined) return;
    this.devices.delete(name);
    this.goneBad += device.parser.bad;
    this.profiles = [device.profile, ...this.profiles.filter((one) => one !== device.profile)];
    this.letGo(device);
  }

  receive(name: string, bytes: Iterable<number>, now: Milliseconds): void {
    const device = this.devices.get(name);
    if (device === undefined) return;
    device.heardAt = now;
    const changes: ControlRequest[] = [];
    for (const message of device.parser.push(bytes)) {
      this.messages++;
      if (message.kind === 'sensing') device.senses = true;
      else if (message.kind === 'reset') changes.push(...releasesOf(device));
      else if (message.kind === 'note' || message.kind === 'control' || message.kind === 'pitch') changes.push(...this.move(name, device, message, now));
      else this.options.onTime?.(name, message, now);
    }
    if (changes.length > 0) this.options.onChanges(changes);
  }

  /** A control has a new value, whoever moved it. */
  echo(path: string, value: ControlValue): void {
    for (const { bound, feedback } of this.devices.values()) {
      for (const control of bound.values()) if (control.binding.path === path) feedback.want(control.binding.source, lightOf(control, value));
    }
  }

  /** Some 60 times a second: feedback that is due, learning that is over, devices that fell silent. */
  tend(now: Milliseconds): void {
    const learned = this.learner.settle(now);
    if (learned !== null) this.keep(learned.device, learned.binding);
    for (const [name, device] of this.devices) {
      for (const bytes of device.feedback.takeDue(now)) this.options.onSend(name, bytes);
      if (!device.senses || now - device.heardAt <= SENSING_SILENCE) continue;
      device.senses = false;
      this.letGo(device);
    }
  }

  /** The next control that moves is bound to the path; null: to nothing. */
  arm(path: string | null): void {
    this.learner.arm(path === null ? null : (this.options.table().get(path) ?? null));
  }

  /** Unbinds every control from a path. */
  forget(path: string): void {
    for (const device of this.devices.values()) {
      const bindings = device.profile.bindings.filter((binding) => binding.path !== path);
      if (bindings.length < device.profile.bindings.length) this.bind(device, { ...device.profile, bindings });
    }
  }

  /** Bindings by device. */
  bindings(): readonly { readonly device: string; readonly bindings: readonly Binding[] }[] {
    return [...this.devices].map(([device, { profile }]) => ({ device, bindings: profile.bindings }));
  }

  private move(name: string, device: Device, message: MidiMessage, now: Milliseconds): ControlRequest[] {
    const events = device.reader.push(message);
    this.learner.hear(name, events, now);
    if (this.learner.armed !== null) {
      const learned = this.learner.settle(now);
      if (learned !== null) this.keep(learned.device, learned.binding);
      return [];
    }
    const values = this.options.values();
    const changes: ControlRequest[] = [];
    for (const event of events) {
      const control = device.bound.get(event.source);
      if (control !== undefined || event === events[0]) this.options.onEvent?.(name, event, control?.binding.path ?? null);
      if (control === undefined) continue;
      device.feedback.hold(event.source, now);
      const change = control.take(event, values[control.binding.path]);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  private keep(name: string, binding: Binding): void {
    const device = this.devices.get(name);
    if (device === undefined) return;
    const before = device.profile.bindings.find(({ source }) => source === binding.source);
    this.bind(device, { ...device.profile, bindings: [...device.profile.bindings.filter(({ source }) => source !== binding.source), binding] });
    this.options.onLearned?.(name, binding, before === undefined || before.path === binding.path ? null : before.path);
  }

  /** Bindings to parameters that this show lacks are kept in the profile and do nothing. */
  private bind(device: Device, profile: ControllerProfile): void {
    this.letGo(device);
    const table = this.options.table();
    const values = this.options.values();
    device.profile = profile;
    device.bound = new Map(profile.bindings.flatMap((binding) => {
      const parameter = table.get(binding.path);
      return parameter === undefined ? [] : [[binding.source, new BoundControl(binding, parameter)] as const];
    }));
    device.feedback.forget();
    for (const control of device.bound.values()) device.feedback.want(control.binding.source, lightOf(control, values[control.binding.path]));
  }

  private letGo(device: Device): void {
    const changes = releasesOf(device);
    if (changes.length > 0) this.options.onChanges(changes);
  }
}

function releasesOf({ bound }: Device): ControlRequest[] {
  return [...bound.values()].map((control) => control.release()).filter((change) => change !== undefined);
}

function emptyProfile(name: string): ControllerProfile {
  return { version: 1, name, match: [name], bindings: [] };
}

function lightOf(control: BoundControl, value: ControlValue | undefined): number {
  return control.binding.mode === 'trigger' ? 0 : control.placeOf(typeof value === 'boolean' ? Number(value) : value);
}
