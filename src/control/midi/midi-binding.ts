/**
 * What a controller's control does to a parameter: absolute with takeover, relative in three codings, buttons. One bound
 * control's memory is here; who is bound to what is midi-map.ts. Pure. Sources of the codings and of the takeover modes:
 * Cubase's MIDI Remote manual, Ableton Live's manual.
 */

import { clamp } from '../../base/math.ts';
import type { Unit } from '../../base/units.ts';
import type { ControlValue } from '../../score/control.ts';
import type { Parameter } from '../../score/parameters.ts';
import type { MidiEvent, MidiSource } from './midi-source.ts';
import type { ControlRequest } from '../osc/osc-change.ts';

/**
 * - signed-bit: up 65–127, down 1–63; binary-offset: up 65–127, down 63–0; twos-complement: up 1–64, down 127–65
 * - momentary: on while held; toggle: turns over at each press; trigger: fires at each press
 */
export const BINDING_MODES = ['absolute', 'signed-bit', 'binary-offset', 'twos-complement', 'momentary', 'toggle', 'trigger'] as const;
export type BindingMode = (typeof BINDING_MODES)[number];
/**
 * - none: the value jumps to the control
 * - pick-up: nothing happens until the control passes the value
 * - scaling: the value moves along at once, so scaled that both reach the end together
 */
export const TAKEOVERS = ['none', 'pick-up', 'scaling'] as const;
export type Takeover = (typeof TAKEOVERS)[number];

export interface Binding {
  readonly source: MidiSource;
  readonly path: string;
  readonly mode: BindingMode;
  /** Values at the control's ends; min above max turns it around. */
  readonly min: number;
  readonly max: number;
  readonly takeover: Takeover;
  /** Arguments of a trigger, or the text of a text parameter. */
  readonly args: readonly ControlValue[];
}

/** Control and value are at one from this near on: one step of a 7-bit control. */
const NEAR = 1 / 127 + 1e-9;
/** A press of a button that sends control changes. */
const PRESSED: Unit = 0.5;

/** Memory of one bound control. */
export class BoundControl {
  readonly binding: Binding;
  private readonly parameter: Parameter;
  /** Where the control was. */
  private at: Unit | null = null;
  private pressed = false;
  /** The value that this control set last, 0..1; while it stands, control and value are at one. */
  private set: Unit | null = null;

  constructor(binding: Binding, parameter: Parameter) {
    this.binding = binding;
    this.parameter = parameter;
  }

  /** It waits for pick-up: some controllers blink a light meanwhile. */
  isWaiting(current: ControlValue | undefined): boolean {
    return this.binding.takeover === 'pick-up' && this.binding.mode === 'absolute' && this.set !== null && Math.abs(this.placeOf(current) - this.set) > NEAR;
  }

  /** What a movement asks for. `current` is the parameter's value now. */
  take({ at, raw }: MidiEvent, current: ControlValue | undefined): ControlRequest | undefined {
    const { mode } = this.binding;
    if (mode === 'momentary' || mode === 'toggle' || mode === 'trigger') return this.press(at >= PRESSED || (this.binding.source.startsWith('note') && at > 0), current);
    if (mode !== 'absolute') return this.turn(stepsOf(mode, raw), current);
    const before = this.at;
    this.at = at;
    const value = this.follow(before, at, this.placeOf(current));
    return value === undefined ? undefined : this.ask(value);
  }

  /** The device is gone: what is held is let go. */
  release(): ControlRequest | undefined {
    const held = this.pressed && this.binding.mode === 'momentary';
    this.at = null;
    this.set = null;
    return held ? this.press(false, undefined) : undefined;
  }

  /** Where the parameter's value lies along the control. */
  placeOf(current: ControlValue | undefined): Unit {
    const { min, max } = this.binding;
    const value = Number(current ?? this.parameter.default);
    return max === min || !Number.isFinite(value) ? 0 : clamp((value - min) / (max - min), 0, 1);
  }

  private follow(before: Unit | null, at: Unit, value: Unit): Unit | undefined {
    const { takeover } = this.binding;
    const atOne = this.set !== null && Math.abs(value - this.set) <= NEAR;
    if (takeover === 'none' || Math.abs(at - value) <= NEAR) return at;
    if (takeover === 'pick-up') {
      const passes = before !== null && (before - value) * (at - value) <= 0;
      return atOne && before !== null && Math.abs(before - value) <= NEAR || passes ? at : undefined;
    }
    return before === null ? undefined : scaled(before, at, value);
  }

  private turn(steps: number, current: ControlValue | undefined): ControlRequest | undefined {
    if (steps === 0) return undefined;
    if (this.parameter.kind === 'boolean') return this.ask(steps > 0 ? 1 : 0);
    return this.ask(clamp(this.placeOf(current) + steps / 127, 0, 1));
  }

  private press(on: boolean, current: ControlValue | undefined): ControlRequest | undefined {
    const was = this.pressed;
    this.pressed = on;
    if (was === on) return undefined;
    const { mode, path, args } = this.binding;
    if (mode === 'momentary') return this.ask(on ? 1 : 0);
    if (!on) return undefined;
    if (this.parameter.kind === 'trigger') return { kind: 'trigger', path, args, source: 'midi' };
    if (this.parameter.kind === 'text') return { kind: 'value', path, value: String(args[0] ?? ''), source: 'midi' };
    return this.ask(mode === 'toggle' && this.placeOf(current) >= 0.5 ? 0 : 1);
  }

  private ask(at: Unit): ControlRequest | undefined {
    const { path, min, max } = this.binding;
    const { kind } = this.parameter;
    if (kind === 'trigger' || kind === 'text') return undefined;
    this.set = at;
    const value = min + (max - min) * at;
    return { kind: 'value', path, value: kind === 'boolean' ? value >= 0.5 : value, source: 'midi' };
  }
}

/** Both reach the end that the movement goes to at the same time. */
function scaled(before: Unit, at: Unit, value: Unit): Unit {
  const moved = at - before;
  const room = moved > 0 ? 1 - before : before;
  const left = moved > 0 ? 1 - value : value;
  return room <= 0 ? at : clamp(value + (moved * left) / room, 0, 1);
}

/** Steps of a relative message: above 0 up, below 0 down. */
export function stepsOf(mode: 'signed-bit' | 'binary-offset' | 'twos-complement', raw: number): number {
  if (mode === 'binary-offset') return raw - 64;
  if (mode === 'twos-complement') return raw <= 64 ? raw : raw - 128;
  return raw > 64 ? raw - 64 : raw === 64 ? 0 : -raw;
}
