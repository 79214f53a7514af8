/**
 * Controllers of all kinds at one desk: MIDI from this machine's ports and from pages' Web MIDI goes through the same map;
 * what comes in, mapped or not, is shown to the panels, which can arm a parameter to learn. Time through `now`.
 */

import type { Milliseconds } from '../../base/units.ts';
import type { MidiMessage } from '../../control/midi/midi-bytes.ts';
import { MidiMap } from '../../control/midi/midi-map.ts';
import type { ControllerProfile } from '../../control/midi/midi-profile.ts';
import type { ControlRequest } from '../../control/osc/osc-change.ts';
import type { ClientMessage, ControllerInfo, MonitorEntry, ServerMessage } from '../../protocol/messages.ts';
import type { ControlValue, ControlValues } from '../../score/control.ts';
import type { ParameterTable } from '../../score/parameters.ts';
import type { ControlLink } from '../control-links.ts';

const TEND_INTERVAL: Milliseconds = 1000 / 60;
const MONITOR_INTERVAL: Milliseconds = 125;
/** Lines of the monitor a page gets at once; more senders than this are not read by anyone. */
const MONITOR_LINES = 24;

export interface ControllerStage {
  now(): Milliseconds;
  table(): ParameterTable;
  values(): ControlValues;
  control(requests: readonly ControlRequest[]): void;
  broadcast(message: ServerMessage): void;
  sendTo(clientId: string, message: ServerMessage): void;
  notice(level: 'info' | 'warn', text: string): void;
  /** Clock and time code that came by MIDI. */
  onTime(device: string, message: MidiMessage, now: Milliseconds): void;
  /** A mapping was learned or forgotten. */
  save(device: string, profile: ControllerProfile): void;
}

/** MIDI ports of this machine. */
export interface PortLink {
  send(device: string, bytes: Uint8Array): void;
  sendAll(bytes: Uint8Array): void;
}

type MidiClientMessage = Extract<ClientMessage, { type: 'midi' | 'midiDevices' | 'learn' }>;

export class ControllerDesk implements ControlLink {
  readonly #stage: ControllerStage;
  readonly #map: MidiMap;
  readonly #monitor = new Map<string, MonitorEntry>();
  /** Page that a device is at; undefined: a port of this machine. */
  readonly #pages = new Map<string, string>();
  #ports: PortLink | null = null;
  #timer: NodeJS.Timeout | undefined;
  #monitorAt: Milliseconds = -Infinity;

  constructor(stage: ControllerStage) {
    this.#stage = stage;
    this.#map = new MidiMap({
      table: () => stage.table(),
      values: () => stage.values(),
      onChanges: (changes) => stage.control(changes),
      onSend: (device, bytes) => this.#send(device, bytes),
      onTime: (device, message, now) => stage.onTime(device, message, now),
      onEvent: (device, { source, at }, path) => this.hear('midi', device, source, at.toFixed(2), path),
      onLearned: (device, binding, conflict) => this.#learned(device, binding.path, binding.source, conflict),
    });
  }

  get counters(): { readonly received: number; readonly bad: number } {
    return this.#map.counters;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tend(), TEND_INTERVAL);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  usePorts(ports: PortLink | null): void {
    this.#ports = ports;
  }

  useProfiles(profiles: readonly ControllerProfile[]): void {
    this.#map.useProfiles(profiles);
  }

  plug(device: string, clientId?: string): void {
    if (clientId !== undefined) this.#pages.set(device, clientId);
    this.#map.plug(device, this.#stage.now());
    this.#tell();
  }

  unplug(device: string): void {
    this.#pages.delete(device);
    this.#map.unplug(device);
    this.#tell();
  }

  receiveBytes(device: string, bytes: Iterable<number>): void {
    this.#map.receive(device, bytes, this.#stage.now());
  }

  /** Clock and the like, to every output. */
  sendAll(bytes: Uint8Array): void {
    this.#ports?.sendAll(bytes);
    for (const device of this.#pages.keys()) this.#send(device, bytes);
  }

  echo(path: string, value: ControlValue): void {
    this.#map.echo(path, value);
  }

  /** A line of the monitor; the last of each sender and control stands. */
  hear(via: 'midi' | 'osc', from: string, what: string, value: string, path: string | null): void {
    const key = `${via} ${from} ${what}`;
    this.#monitor.delete(key);
    this.#monitor.set(key, { via, from: from.slice(0, 80), what: what.slice(0, 128), value: value.slice(0, 80), path });
    if (this.#monitor.size > MONITOR_LINES) this.#monitor.delete(this.#monitor.keys().next().value as string);
  }

  receive(clientId: string, message: MidiClientMessage): void {
    switch (message.type) {
      case 'midi':
        if (this.#pages.get(message.device) === clientId) this.receiveBytes(message.device, message.bytes);
        return;
      case 'midiDevices':
        return this.#takePage(clientId, message.devices);
      case 'learn':
        if (message.action === 'forget') this.#forget(message.path);
        else this.#map.arm(message.action === 'arm' ? message.path : null);
        return this.#tell();
    }
  }

  /** A page is gone, and its devices with it. */
  left(clientId: string): void {
    for (const [device, page] of this.#pages) if (page === clientId) this.unplug(device);
  }

  info(): ServerMessage {
    const controllers = this.#map.bindings().map(({ device, bindings }): ControllerInfo => ({ name: device, isPage: this.#pages.has(device), bindings: bindings.map(({ source, path }) => ({ source, path })) }));
    return { type: 'controllers', controllers, armed: this.#map.armed };
  }

  #takePage(clientId: string, devices: readonly string[]): void {
    for (const [device, page] of this.#pages) if (page === clientId && !devices.includes(device)) this.unplug(device);
    const taken = new Set(this.#map.counters.devices);
    for (const device of devices) if (!taken.has(device)) this.plug(device, clientId);
  }

  #forget(path: string): void {
    const before = new Map(this.#map.bindings().map(({ device, bindings }) => [device, bindings.length]));
    this.#map.forget(path);
    for (const { device, bindings } of this.#map.bindings()) if (bindings.length !== before.get(device)) this.#save(device);
  }

  #learned(device: string, path: string, source: string, conflict: string | null): void {
    this.#stage.notice(conflict === null ? 'info' : 'warn', `${device}, ${source} now moves ${path}${conflict === null ? '' : `, and no longer ${conflict}`}.`);
    this.#save(device);
    this.#tell();
  }

  #save(device: string): void {
    const profile = this.#map.profileOf(device);
    if (profile !== undefined) this.#stage.save(device, profile);
  }

  #send(device: string, bytes: Uint8Array): void {
    const page = this.#pages.get(device);
    if (page === undefined) this.#ports?.send(device, bytes);
    else this.#stage.sendTo(page, { type: 'midiOut', device, bytes: [...bytes] });
  }

  #tend(): void {
    const now = this.#stage.now();
    this.#map.tend(now);
    if (this.#monitor.size === 0 || now - this.#monitorAt < MONITOR_INTERVAL) return;
    this.#monitorAt = now;
    this.#stage.broadcast({ type: 'monitor', entries: [...this.#monitor.values()] });
    this.#monitor.clear();
  }

  #tell(): void {
    this.#stage.broadcast(this.info());
  }
}
