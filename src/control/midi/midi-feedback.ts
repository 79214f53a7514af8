/**
 * Lights and motor faders: tells each bound control where its parameter stands, at most 30 times a second, and not while a
 * hand is on it (motor faders fight, lights jump). Book-keeping only; time is an argument (monotonic ms).
 */

import type { Milliseconds, Unit } from '../../base/units.ts';
import { encodeMidi } from './midi-bytes.ts';
import type { MidiSource } from './midi-source.ts';
import { ECHO_INTERVAL, HOLD_TIME } from '../osc/osc-echo.ts';

interface Light {
  /** Where it should stand, and was told to. */
  wanted: Unit | null;
  told: number | null;
  toldAt: Milliseconds;
  heldUntil: Milliseconds;
}

export class MidiFeedback {
  private readonly lights = new Map<MidiSource, Light>();

  /** A control's parameter stands at this place now. */
  want(source: MidiSource, at: Unit): void {
    this.lightOf(source).wanted = at;
  }

  /** A hand moves the control. */
  hold(source: MidiSource, now: Milliseconds): void {
    this.lightOf(source).heldUntil = now + HOLD_TIME;
  }

  /** The device is new, or its mapping: everything has to be told again. */
  forget(): void {
    this.lights.clear();
  }

  /** Messages that are due; count as sent. */
  takeDue(now: Milliseconds): Uint8Array[] {
    const messages: Uint8Array[] = [];
    for (const [source, light] of this.lights) {
      if (light.wanted === null || now < light.heldUntil || now - light.toldAt < ECHO_INTERVAL) continue;
      const raw = Math.round(light.wanted * (source.startsWith('note') || source.startsWith('cc ') ? 127 : 16_383));
      if (raw === light.told) continue;
      light.told = raw;
      light.toldAt = now;
      messages.push(...encodePlace(source, raw));
    }
    return messages;
  }

  private lightOf(source: MidiSource): Light {
    const known = this.lights.get(source);
    if (known !== undefined) return known;
    const light: Light = { wanted: null, told: null, toldAt: -Infinity, heldUntil: -Infinity };
    this.lights.set(source, light);
    return light;
  }
}

/** The messages that put a control where it would itself say it is. */
export function encodePlace(source: MidiSource, raw: number): Uint8Array[] {
  const [kind, channelText, numberText] = source.split(' ');
  const channel = Number(channelText);
  const number = Number(numberText);
  const control = (controller: number, value: number): Uint8Array => encodeMidi({ kind: 'control', channel, controller, value });
  if (kind === 'note') return [encodeMidi({ kind: 'note', channel, note: number, velocity: raw })];
  if (kind === 'cc') return [control(number, raw)];
  if (kind === 'cc14') return [control(number, raw >> 7), control(number + 32, raw & 0x7f)];
  if (kind === 'nrpn') return [control(99, number >> 7), control(98, number & 0x7f), control(6, raw >> 7), control(38, raw & 0x7f)];
  return [encodeMidi({ kind: 'pitch', channel, value: raw })];
}
