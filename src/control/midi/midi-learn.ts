/**
 * Learn: arm a parameter, move a control, bound. Watches a moment before it decides, so that a 14-bit pair, an NRPN and an
 * endless knob are told from a plain fader. Pure; time is an argument (monotonic ms).
 */

import type { Milliseconds } from '../../base/units.ts';
import type { Parameter } from '../../score/parameters.ts';
import type { Binding, BindingMode } from './midi-binding.ts';
import type { MidiEvent, MidiSource } from './midi-source.ts';

/** After the first movement this long is watched, or until so many messages. */
const WATCH: Milliseconds = 400;
const ENOUGH_EVENTS = 24;
/** Equal messages in a row that no fader sends. */
const REPEATS = 3;
/** A finer reading of the same movement goes before a plain one. */
const FINENESS = ['nrpn', 'cc14', 'pitch', 'note', 'cc'] as const;

export interface Learned {
  readonly device: string;
  readonly binding: Binding;
}

export class Learner {
  private parameter: Parameter | null = null;
  private device: string | null = null;
  private since: Milliseconds = 0;
  private readonly heard = new Map<MidiSource, number[]>();
  private moved = 0;

  /** Path that waits for a control; null = not learning. */
  get armed(): string | null {
    return this.parameter?.path ?? null;
  }

  arm(parameter: Parameter | null): void {
    this.parameter = parameter;
    this.device = null;
    this.moved = 0;
    this.heard.clear();
  }

  /** One message's events. The first device that moves is listened to. */
  hear(device: string, events: readonly MidiEvent[], now: Milliseconds): void {
    if (this.parameter === null || events.length === 0 || (this.device !== null && this.device !== device)) return;
    // A button's release and a fader's rest tell nothing.
    if (this.device === null && events.every(({ source, raw }) => source.startsWith('note') && raw === 0)) return;
    if (this.device === null) this.since = now;
    this.device = device;
    this.moved++;
    for (const { source, raw } of events) this.heard.set(source, [...(this.heard.get(source) ?? []), raw]);
  }

  /** The finding, once it is clear; asked after each message and a few times a second. Learning is then over. */
  settle(now: Milliseconds): Learned | null {
    if (this.parameter === null || this.device === null) return null;
    const isNote = [...this.heard.keys()].some((source) => source.startsWith('note'));
    if (!isNote && now - this.since < WATCH && this.moved < ENOUGH_EVENTS) return null;
    const learned = { device: this.device, binding: decide(this.parameter, this.heard) };
    this.arm(null);
    return learned;
  }
}

function decide(parameter: Parameter, heard: ReadonlyMap<MidiSource, readonly number[]>): Binding {
  const source = sourceOf(heard);
  const raw = heard.get(source) ?? [];
  const mode = modeOf(parameter, source, raw);
  const [min, max] = parameter.kind === 'number' ? [parameter.min, parameter.max] : [0, 1];
  return { source, path: parameter.path, mode, min, max, takeover: mode === 'absolute' && parameter.kind === 'number' ? 'scaling' : 'none', args: [] };
}

/** The control that moved most, in its finest reading: a pair counts where its low half came along. */
function sourceOf(heard: ReadonlyMap<MidiSource, readonly number[]>): MidiSource {
  const busiest = (sources: readonly MidiSource[]): MidiSource | undefined => sources.toSorted((a, b) => (heard.get(b)?.length ?? 0) - (heard.get(a)?.length ?? 0))[0];
  const of = (kind: string): MidiSource[] => [...heard.keys()].filter((source) => source.split(' ')[0] === kind);
  for (const kind of FINENESS) {
    const found = busiest(kind === 'cc14' ? of(kind).filter((source) => hasLowHalf(source, heard)) : of(kind));
    if (found !== undefined) return found;
  }
  return [...heard.keys()][0] as MidiSource;
}

function hasLowHalf(source: MidiSource, heard: ReadonlyMap<MidiSource, readonly number[]>): boolean {
  const [, channel, number] = source.split(' ');
  return heard.has(`cc ${channel} ${Number(number) + 32}`) && heard.has(`cc ${channel} ${number}`);
}

function modeOf(parameter: Parameter, source: MidiSource, raw: readonly number[]): BindingMode {
  if (parameter.kind === 'trigger' || parameter.kind === 'text') return 'trigger';
  if (source.startsWith('note')) return 'toggle';
  const relative = source.startsWith('cc ') ? relativeCoding(raw) : undefined;
  if (relative !== undefined) return relative;
  const isButton = source.startsWith('cc ') && raw.every((value) => value === 0 || value === 127);
  return parameter.kind === 'boolean' && isButton ? 'toggle' : 'absolute';
}

/** An endless knob repeats small steps about 64, or about 0 and 127; a fader passes through. */
function relativeCoding(raw: readonly number[]): 'signed-bit' | 'binary-offset' | 'twos-complement' | undefined {
  const repeats = raw.some((value, i) => i >= REPEATS - 1 && value !== 0 && value !== 127 && raw.slice(i - REPEATS + 1, i).every((other) => other === value)) || raw.filter((value) => value === 127).length >= REPEATS && raw.every((value) => value === 127 || value <= 8 && value > 0);
  if (!repeats) return undefined;
  const near = (centre: number): boolean => raw.every((value) => Math.abs(value - centre) <= 8);
  if (raw.every((value) => (value > 0 && value <= 8) || value >= 120)) return 'twos-complement';
  if (near(64)) return 'binary-offset';
  return raw.every((value) => (value > 0 && value <= 8) || (value > 64 && value <= 72)) ? 'signed-bit' : undefined;
}
