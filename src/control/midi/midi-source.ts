/**
 * From MIDI messages to what a finger did: a source (a key that stands in mappings) and where it is now. Joins 14-bit pairs
 * (CC n and n + 32) and NRPN (99, 98, then 6, 38). A pair is told when its low half arrives, so that it never jumps in
 * between; where no low half has ever come, the high half alone counts. Pure.
 */

import type { Unit } from '../../base/units.ts';
import type { MidiMessage } from './midi-bytes.ts';

/** `note 1 36`, `cc 1 7`, `cc14 1 7`, `nrpn 1 300`, `pitch 1`: kind, channel 1..16, number. */
export type MidiSource = string;

export const SOURCE_PATTERN = /^(?:(?:note|cc) (?:[1-9]|1[0-6]) (?:\d|[1-9]\d|1[01]\d|12[0-7])|cc14 (?:[1-9]|1[0-6]) (?:[12]?\d|3[01])|nrpn (?:[1-9]|1[0-6]) \d{1,5}|pitch (?:[1-9]|1[0-6]))$/;

export interface MidiEvent {
  readonly source: MidiSource;
  /** Place along the control, or velocity. */
  readonly at: Unit;
  /** As sent: 7 bits for note and cc, 14 for the others. */
  readonly raw: number;
}

const NRPN_HIGH = 99;
const NRPN_LOW = 98;
const DATA_HIGH = 6;
const DATA_LOW = 38;
const NO_PARAMETER = 127 * 128 + 127;

interface ChannelState {
  /** Last value by controller, -1 = none. */
  readonly controls: Int16Array;
  /** Pairs whose low half has been seen. */
  readonly pairs: Set<number>;
  nrpn: number;
}

export class SourceReader {
  private readonly channels = new Map<number, ChannelState>();

  /** What one message says; a control change may be read in more than one way, the finest last. */
  push(message: MidiMessage): MidiEvent[] {
    const { kind } = message;
    if (kind === 'note') return [{ source: `note ${message.channel} ${message.note}`, at: message.velocity / 127, raw: message.velocity }];
    if (kind === 'pitch') return [{ source: `pitch ${message.channel}`, at: message.value / 16_383, raw: message.value }];
    return kind === 'control' ? this.control(message.channel, message.controller, message.value) : [];
  }

  private control(channel: number, controller: number, value: number): MidiEvent[] {
    const state = this.stateOf(channel);
    state.controls[controller] = value;
    if (controller === NRPN_HIGH || controller === NRPN_LOW) {
      state.nrpn = (state.controls[NRPN_HIGH] as number) < 0 || (state.controls[NRPN_LOW] as number) < 0 ? -1 : (state.controls[NRPN_HIGH] as number) * 128 + (state.controls[NRPN_LOW] as number);
      if (state.nrpn === NO_PARAMETER) state.nrpn = -1;
      return [];
    }
    if (state.nrpn >= 0 && (controller === DATA_HIGH || controller === DATA_LOW)) return this.data(channel, state, controller, value);
    const plain = { source: `cc ${channel} ${controller}`, at: value / 127, raw: value };
    return [plain, ...pairOf(channel, state, controller, value)];
  }

  private data(channel: number, state: ChannelState, controller: number, value: number): MidiEvent[] {
    const key = 1000 + state.nrpn;
    const source = `nrpn ${channel} ${state.nrpn}`;
    if (controller === DATA_LOW) state.pairs.add(key);
    else if (state.pairs.has(key)) return [];
    const high = Math.max(0, state.controls[DATA_HIGH] as number);
    const raw = controller === DATA_LOW ? high * 128 + value : high * 128 + high;
    return [{ source, at: raw / 16_383, raw }];
  }

  private stateOf(channel: number): ChannelState {
    const known = this.channels.get(channel);
    if (known !== undefined) return known;
    const fresh: ChannelState = { controls: new Int16Array(128).fill(-1), pairs: new Set(), nrpn: -1 };
    this.channels.set(channel, fresh);
    return fresh;
  }
}

/** The 14-bit reading of a controller below 64. */
function pairOf(channel: number, { controls, pairs }: ChannelState, controller: number, value: number): MidiEvent[] {
  if (controller >= 64) return [];
  const number = controller % 32;
  const source = `cc14 ${channel} ${number}`;
  if (controller < 32) return pairs.has(number) ? [] : [{ source, at: value / 127, raw: value * 128 + value }];
  const high = controls[number] as number;
  if (high < 0) return [];
  pairs.add(number);
  const raw = high * 128 + value;
  return [{ source, at: raw / 16_383, raw }];
}
