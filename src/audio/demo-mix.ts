/**
 * The demo's mixing desk: stereo buses of float32, echo, room, ducking and the master. All in place, sample by sample.
 * Source of the room: Schroeder's parallel combs and series all-passes with damped feedback (Moorer 1979).
 */

import type { Hertz, Seconds, Unit } from '../base/units.ts';

export interface Bus {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

export function makeBus(length: number): Bus {
  return { left: new Float32Array(length), right: new Float32Array(length) };
}

/** Adds a mono sound at a sample index; `pan` −1 left … 1 right, equal power. */
export function place(bus: Bus, sound: Float32Array, at: number, gain: number, pan = 0): void {
  const start = Math.round(at);
  const left = gain * Math.cos(((pan + 1) * Math.PI) / 4) * Math.SQRT2;
  const right = gain * Math.sin(((pan + 1) * Math.PI) / 4) * Math.SQRT2;
  const count = Math.min(sound.length, bus.left.length - start);
  for (let i = Math.max(0, -start); i < count; i++) {
    const sample = sound[i] as number;
    bus.left[start + i] = (bus.left[start + i] as number) + left * sample;
    bus.right[start + i] = (bus.right[start + i] as number) + right * sample;
  }
}

export function addBus(target: Bus, source: Bus, gain: number): void {
  for (let i = 0; i < target.left.length; i++) {
    target.left[i] = (target.left[i] as number) + gain * (source.left[i] as number);
    target.right[i] = (target.right[i] as number) + gain * (source.right[i] as number);
  }
}

/** Pulls a bus down at each kick: to `1 − depth` within 8 ms, back by a quarter sine over `length` seconds. */
export function duck(bus: Bus, kicks: readonly number[], depth: Unit, length: Seconds, rate: Hertz): void {
  const span = Math.round(length * rate);
  const attack = Math.round(0.008 * rate);
  kicks.forEach((kick, k) => {
    const end = Math.min(kick + span, kicks[k + 1] ?? Infinity, bus.left.length);
    for (let i = Math.max(0, Math.round(kick)); i < end; i++) {
      const along = (i - kick) / span;
      const gain = 1 - depth * Math.min(1, (i - kick) / attack) * Math.cos((along * Math.PI) / 2) ** 2;
      bus.left[i] = (bus.left[i] as number) * gain;
      bus.right[i] = (bus.right[i] as number) * gain;
    }
  });
}

/** Two one-pole low-passes in series whose cutoff (Hz) is given for each time (s); moved every 64 samples. */
export function sweepLowPass(bus: Bus, cutoffAt: (time: Seconds) => Hertz, rate: Hertz): void {
  for (const channel of [bus.left, bus.right]) {
    let first = 0;
    let second = 0;
    let amount = 0;
    for (let i = 0; i < channel.length; i++) {
      if (i % 64 === 0) amount = 1 - Math.exp((-2 * Math.PI * cutoffAt(i / rate)) / rate);
      first += amount * ((channel[i] as number) - first);
      second += amount * (first - second);
      channel[i] = second;
    }
  }
}

/** Ping-pong echo added to the bus itself: left first, each repeat darker and on the other side. */
export function echo(bus: Bus, delay: Seconds, feedback: Unit, level: Unit, rate: Hertz): void {
  const length = Math.max(1, Math.round(delay * rate));
  const lineLeft = new Float32Array(length);
  const lineRight = new Float32Array(length);
  let darkLeft = 0;
  let darkRight = 0;
  for (let i = 0, at = 0; i < bus.left.length; i++, at = at + 1 === length ? 0 : at + 1) {
    const heardLeft = lineLeft[at] as number;
    const heardRight = lineRight[at] as number;
    darkLeft += 0.45 * (heardRight - darkLeft);
    darkRight += 0.45 * (heardLeft - darkRight);
    lineLeft[at] = 0.5 * ((bus.left[i] as number) + (bus.right[i] as number)) + feedback * darkLeft;
    lineRight[at] = feedback * darkRight + feedback * heardLeft * 0.2;
    bus.left[i] = (bus.left[i] as number) + level * heardLeft;
    bus.right[i] = (bus.right[i] as number) + level * heardRight;
  }
}

const COMBS: readonly Seconds[] = [0.0297, 0.0371, 0.0411, 0.0437];
const ALL_PASSES: readonly Seconds[] = [0.005, 0.0017];
/** The right room is this much longer, which makes it wide. */
const SPREAD: Seconds = 0.0007;

/** A room with the given decay (s to −60 dB); returns the wet sound only. */
export function reverberate(bus: Bus, decay: Seconds, rate: Hertz): Bus {
  return { left: room(bus.left, decay, 0, rate), right: room(bus.right, decay, SPREAD, rate) };
}

function room(dry: Float32Array, decay: Seconds, spread: Seconds, rate: Hertz): Float32Array {
  const wet = new Float32Array(dry.length);
  for (const seconds of COMBS) addComb(dry, wet, seconds + spread, 10 ** ((-3 * seconds) / decay), rate);
  for (const seconds of ALL_PASSES) allPass(wet, seconds + spread, rate);
  return wet;
}

function addComb(dry: Float32Array, wet: Float32Array, seconds: Seconds, feedback: Unit, rate: Hertz): void {
  const line = new Float32Array(Math.round(seconds * rate));
  let damped = 0;
  for (let i = 0, at = 0; i < dry.length; i++, at = at + 1 === line.length ? 0 : at + 1) {
    const heard = line[at] as number;
    damped += 0.6 * (heard - damped);
    line[at] = (dry[i] as number) + feedback * damped;
    wet[i] = (wet[i] as number) + 0.25 * heard;
  }
}

function allPass(sound: Float32Array, seconds: Seconds, rate: Hertz): void {
  const line = new Float32Array(Math.round(seconds * rate));
  for (let i = 0, at = 0; i < sound.length; i++, at = at + 1 === line.length ? 0 : at + 1) {
    const heard = line[at] as number;
    const input = sound[i] as number;
    line[at] = input + 0.6 * heard;
    sound[i] = heard - 0.6 * (line[at] as number);
  }
}

/** Peak of the mastered track, full scale 1 (−1 dBFS). */
export const MASTER_PEAK = 0.89;

/** Soft saturation, peak to MASTER_PEAK, rounded to 16 bits so that every machine makes the same file. Interleaved. */
export function master(bus: Bus, drive: number): Float32Array {
  const out = new Float32Array(bus.left.length * 2);
  let peak = 1e-9;
  for (let i = 0; i < bus.left.length; i++) {
    const left = Math.tanh(drive * (bus.left[i] as number));
    const right = Math.tanh(drive * (bus.right[i] as number));
    peak = Math.max(peak, Math.abs(left), Math.abs(right));
    out[2 * i] = left;
    out[2 * i + 1] = right;
  }
  const gain = MASTER_PEAK / peak;
  for (let i = 0; i < out.length; i++) out[i] = Math.round((out[i] as number) * gain * 32767) / 32768;
  return out;
}
