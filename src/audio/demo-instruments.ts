/**
 * The demo's instruments as one-shot samples, mono float32 at the given rate, synthesised from formulas and keyed noise.
 * Sources: the usual analogue drum recipes (swept sine kick, filtered noise for clap and hats), additive plucks whose
 * upper partials die sooner, one-cycle saw tables with few enough partials not to fold.
 */

import { randomFor } from '../base/random.ts';
import type { Hertz, Seconds } from '../base/units.ts';

export interface DrumKit {
  readonly kick: Float32Array;
  readonly clap: Float32Array;
  readonly hat: Float32Array;
  readonly openHat: Float32Array;
  readonly shaker: Float32Array;
  readonly crash: Float32Array;
  readonly boom: Float32Array;
}

export function frequencyOf(note: number): Hertz {
  return 440 * 2 ** ((note - 69) / 12);
}

export function makeDrumKit(seed: number, rate: Hertz): DrumKit {
  return {
    kick: makeKick(rate),
    clap: makeClap(seed, rate),
    hat: makeHat(seed, rate, 0.035, 0.09),
    openHat: makeHat(seed, rate, 0.11, 0.32),
    shaker: makeHat(seed + 1, rate, 0.018, 0.06),
    crash: makeCrash(seed, rate),
    boom: makeBoom(rate),
  };
}

/** Fills a sample with `value(time, index)`; the last 5 ms fade so that nothing clicks. */
function fill(seconds: Seconds, rate: Hertz, value: (time: Seconds, index: number) => number): Float32Array {
  const samples = new Float32Array(Math.ceil(seconds * rate));
  const fade = Math.round(0.005 * rate);
  for (let i = 0; i < samples.length; i++) samples[i] = value(i / rate, i) * Math.min(1, (samples.length - i) / fade);
  return samples;
}

function makeKick(rate: Hertz): Float32Array {
  let phase = 0;
  return fill(0.34, rate, (t) => {
    phase += (47 + 190 * Math.exp(-t * 38)) / rate;
    const body = Math.sin(2 * Math.PI * phase) * Math.exp(-t * 8.5);
    const click = Math.sin(2 * Math.PI * 1900 * t) * Math.exp(-t * 900) * 0.35;
    return Math.tanh(1.8 * body + click) * 0.95;
  });
}

function makeClap(seed: number, rate: Hertz): Float32Array {
  const noise = randomFor(seed, 'demo-clap');
  const band = bandPass(1500, 0.9, rate);
  return fill(0.28, rate, (t) => {
    const flam = t < 0.024 ? Math.exp(-(t % 0.008) * 260) : Math.exp(-(t - 0.024) * 19);
    const body = Math.sin(2 * Math.PI * 195 * t) * Math.exp(-t * 34) * 0.5;
    return (band(noise.uniform() * 2 - 1) * 1.5 * flam + body) * 0.8;
  });
}

function makeHat(seed: number, rate: Hertz, tau: Seconds, seconds: Seconds): Float32Array {
  const noise = randomFor(seed, 'demo-hat', Math.round(seconds * 1000));
  const low = lowPass(7000, rate);
  return fill(seconds, rate, (t) => {
    const white = noise.uniform() * 2 - 1;
    return (white - low(white)) * Math.exp(-t / tau) * Math.min(1, t * 2500) * 0.55;
  });
}

function makeCrash(seed: number, rate: Hertz): Float32Array {
  const noise = randomFor(seed, 'demo-crash');
  const low = lowPass(3200, rate);
  return fill(2.6, rate, (t) => {
    const white = noise.uniform() * 2 - 1;
    return (white - low(white)) * Math.exp(-t * 1.9) * 0.42;
  });
}

function makeBoom(rate: Hertz): Float32Array {
  let phase = 0;
  return fill(1.5, rate, (t) => {
    phase += (31 + 60 * Math.exp(-t * 5)) / rate;
    return Math.tanh(1.5 * Math.sin(2 * Math.PI * phase)) * Math.exp(-t * 2.6) * 0.8;
  });
}

/** A glassy pluck; `bright` 0..1 adds partials. */
export function makePluck(note: number, bright: number, rate: Hertz): Float32Array {
  const base = frequencyOf(note);
  const partials = Math.min(Math.floor(9000 / base), 4 + Math.round(bright * 9));
  const sound = new Float32Array(Math.ceil(1.1 * rate));
  for (let h = 1; h <= partials; h++) addPartial(sound, base * h * (1 + 0.0004 * h * h), 0.5 / h ** (1.5 - 0.5 * bright), 3.4 + 2.1 * h, rate);
  const attack = Math.round(0.002 * rate);
  for (let i = 0; i < attack; i++) sound[i] = (sound[i] as number) * (i / attack);
  const fade = Math.round(0.05 * rate);
  for (let i = 0; i < fade; i++) sound[sound.length - 1 - i] = (sound[sound.length - 1 - i] as number) * (i / fade);
  return sound;
}

/** Adds a sine that decays as exp(−decay·t), by the two-term recurrence (no sine per sample). */
function addPartial(sound: Float32Array, frequency: Hertz, level: number, decay: number, rate: Hertz): void {
  const shrink = Math.exp(-decay / rate);
  const angle = (2 * Math.PI * frequency) / rate;
  const c1 = 2 * shrink * Math.cos(angle);
  const c2 = -shrink * shrink;
  let before = 0;
  let now = level * Math.sin(angle) * shrink;
  for (let i = 1; i < sound.length; i++) {
    sound[i] = (sound[i] as number) + now;
    const next = c1 * now + c2 * before;
    before = now;
    now = next;
  }
}

const TABLE_SIZE = 2048;
const tables = new Map<number, Float32Array>();

/** One cycle of a saw with as many partials as stay under 9 kHz at this pitch (doubling steps), plus one wrapped sample. */
export function sawTable(frequency: Hertz): Float32Array {
  const partials = 2 ** Math.max(1, Math.floor(Math.log2(9000 / frequency)));
  const made = tables.get(partials);
  if (made !== undefined) return made;
  const table = new Float32Array(TABLE_SIZE + 1);
  for (let i = 0; i <= TABLE_SIZE; i++) {
    let sum = 0;
    for (let h = 1; h <= partials; h++) sum += Math.sin((2 * Math.PI * h * i) / TABLE_SIZE) / h;
    table[i] = sum * 0.6;
  }
  tables.set(partials, table);
  return table;
}

/** Reads a table at a phase in turns (0..1). */
export function readTable(table: Float32Array, phase: number): number {
  const place = phase * TABLE_SIZE;
  const index = place | 0;
  const here = table[index] as number;
  return here + ((table[index + 1] as number) - here) * (place - index);
}

/** One-pole low-pass as a function of the next sample. */
export function lowPass(cutoff: Hertz, rate: Hertz): (sample: number) => number {
  const amount = 1 - Math.exp((-2 * Math.PI * cutoff) / rate);
  let state = 0;
  return (sample) => (state += amount * (sample - state));
}

/** State-variable band-pass (Chamberlin) as a function of the next sample. */
export function bandPass(centre: Hertz, q: number, rate: Hertz): (sample: number) => number {
  const f = 2 * Math.sin((Math.PI * centre) / rate);
  let low = 0;
  let band = 0;
  return (sample) => {
    low += f * band;
    band += f * (sample - low - band / q);
    return band;
  };
}
