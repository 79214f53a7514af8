/** The demo's bass, pads, arpeggio and tune, bar by bar, onto a bus. */

import { randomFor } from '../base/random.ts';
import type { Hertz, Seconds } from '../base/units.ts';
import { barsOf, STEPS_PER_BEAT } from './demo-bars.ts';
import type { DemoForm, DemoKind } from './demo-form.ts';
import { frequencyOf, lowPass, makePluck, readTable, sawTable } from './demo-instruments.ts';
import { type Bus, place } from './demo-mix.ts';

const BASS_STEPS: Readonly<Record<DemoKind, readonly number[]>> = {
  intro: [],
  verse: [0, 3, 6, 10, 14],
  build: [0, 4, 8, 12],
  drop: [0, 2, 3, 6, 7, 10, 11, 14, 15],
  breakdown: [0],
  outro: [0, 6, 10],
};

const BASS_LEVEL: Readonly<Record<DemoKind, number>> = { intro: 0, verse: 0.6, build: 0.5, drop: 0.8, breakdown: 0.2, outro: 0.42 };

/** Sub sine with a filtered saw; the third step of a beat jumps an octave in the drops. */
export function playBass(bus: Bus, form: DemoForm, rate: Hertz): void {
  const stepSeconds = 60 / form.bpm / STEPS_PER_BEAT;
  for (const bar of barsOf(form, rate)) {
    for (const step of BASS_STEPS[bar.kind]) {
      if (step >= bar.steps || (bar.gap && step >= bar.steps - STEPS_PER_BEAT)) continue;
      const long = bar.kind === 'breakdown' || (bar.kind === 'outro' && bar.last) ? bar.steps : bar.kind === 'drop' ? (step % STEPS_PER_BEAT === 3 ? 0.6 : 1.05) : 1.7;
      const octave = bar.kind === 'drop' && step % STEPS_PER_BEAT === 3 ? 12 : 0;
      const sound = makeBassNote(bar.chord.bass - 12 + octave, long * stepSeconds, bar.kind === 'drop' ? 1 : 0.35, rate);
      place(bus, sound, bar.at(step), BASS_LEVEL[bar.kind] * (step === 0 ? 1 : 0.8));
    }
  }
}

function makeBassNote(note: number, seconds: Seconds, bright: number, rate: Hertz): Float32Array {
  const frequency = frequencyOf(note);
  const table = sawTable(frequency * 2);
  const sound = new Float32Array(Math.ceil((seconds + 0.04) * rate));
  const filter = lowPass(240 + 900 * bright, rate);
  let phase = 0;
  for (let i = 0; i < sound.length; i++) {
    const t = i / rate;
    phase = (phase + frequency / rate) % 1;
    const gate = Math.min(1, t / 0.006) * (t < seconds ? 1 : Math.exp(-(t - seconds) * 120)) * (0.75 + 0.25 * Math.exp(-t * 9));
    const saw = filter(readTable(table, phase) + 0.6 * readTable(table, (phase * 2) % 1));
    sound[i] = gate * (0.75 * Math.sin(2 * Math.PI * phase) + (0.25 + 0.55 * bright) * saw);
  }
  return sound;
}

const PAD_LEVEL: Readonly<Record<DemoKind, number>> = { intro: 0.66, verse: 0.48, build: 0.56, drop: 0.9, breakdown: 0.5, outro: 0.5 };

/** Two detuned saws a note, left and right, one chord a bar, faded into each other. */
export function playPads(bus: Bus, form: DemoForm, rate: Hertz): void {
  for (const bar of barsOf(form, rate)) {
    const start = Math.round(bar.at(0));
    const end = Math.round(bar.at(bar.gap ? bar.steps - STEPS_PER_BEAT : bar.steps));
    const release = Math.round((bar.index === form.bars - 1 ? 0.9 : bar.gap ? 0.05 : 0.22) * rate);
    const attack = Math.round((bar.index === 0 ? 0.5 : 0.04) * rate);
    const shape = padShape(end - start, attack, release, PAD_LEVEL[bar.kind]);
    bar.chord.notes.forEach((note, n) => {
      const spread = 0.0016 + 0.0004 * n;
      addVoice(bus.left, frequencyOf(note) * (1 - spread), start, shape, rate, 0.13 * n);
      addVoice(bus.right, frequencyOf(note) * (1 + spread), start, shape, rate, 0.13 * n + 0.37);
    });
  }
}

function padShape(hold: number, attack: number, release: number, level: number): Float32Array {
  const shape = new Float32Array(hold + release);
  for (let i = 0; i < shape.length; i++) shape[i] = 0.16 * level * Math.min(1, i / attack) * (i < hold ? 1 : 1 - (i - hold) / release);
  return shape;
}

function addVoice(channel: Float32Array, frequency: Hertz, start: number, shape: Float32Array, rate: Hertz, phase: number): void {
  const table = sawTable(frequency);
  const step = frequency / rate;
  const count = Math.min(shape.length, channel.length - start);
  for (let i = 0; i < count; i++) {
    channel[start + i] = (channel[start + i] as number) + (shape[i] as number) * readTable(table, phase);
    phase += step;
    if (phase >= 1) phase -= 1;
  }
}

/** Cutoff (Hz) of the pads' filter: closed at the start, open in the drops, opening through a build. */
export function padCutoff(form: DemoForm): (time: Seconds) => Hertz {
  const ranges: Readonly<Record<DemoKind, readonly [from: Hertz, to: Hertz]>> = {
    intro: [420, 1300], verse: [1500, 2200], build: [1400, 6500], drop: [4200, 5200], breakdown: [800, 5200], outro: [2600, 350],
  };
  const beatSeconds = 60 / form.bpm;
  const offset = form.timeOf(0);
  return (time) => {
    const bar = Math.min(form.bars - 1e-6, Math.max(0, (time - offset) / beatSeconds / form.metre));
    const section = form.sectionOfBar(Math.floor(bar));
    const [from, to] = ranges[section.kind];
    return from * (to / from) ** ((bar - section.firstBar) / section.bars);
  };
}

const ARP_FIGURES: readonly (readonly number[])[] = [
  [0, 2, 1, 3, 2, 1, 3, 2],
  [3, 1, 2, 0, 2, 3, 1, 2],
  [0, 1, 2, 3, 2, 3, 1, 2],
];

/** Plucked chord notes: eighths when calm, sixteenths when not; beats louder than what lies between. */
export function playArp(bus: Bus, form: DemoForm, rate: Hertz): void {
  const plucks = new Map<string, Float32Array>();
  const pluck = (note: number, bright: number): Float32Array => {
    const key = `${note}|${bright}`;
    const sound = plucks.get(key) ?? makePluck(note, bright, rate);
    plucks.set(key, sound);
    return sound;
  };
  const figure = ARP_FIGURES[form.seed === 1 ? 0 : randomFor(form.seed, 'demo-arp').integer(ARP_FIGURES.length)] as readonly number[];
  for (const bar of barsOf(form, rate)) {
    const calm = bar.kind === 'intro' || bar.kind === 'breakdown' || bar.kind === 'outro';
    const every = calm ? 2 : 1;
    const bright = bar.kind === 'drop' ? 1 : calm ? 0.5 : 0.75;
    for (let step = 0, n = 0; step < bar.steps; step += every, n++) {
      if (bar.gap && step >= bar.steps - STEPS_PER_BEAT) continue;
      const note = (bar.chord.notes[figure[n % figure.length] as number] as number) + 12;
      const accent = step === 0 ? 1 : step % STEPS_PER_BEAT === 0 ? 0.85 : step % 2 === 0 ? 0.5 : 0.36;
      place(bus, pluck(note, bright), bar.at(step), accent * (bar.kind === 'drop' ? 0.44 : bar.kind === 'breakdown' ? 0.5 : calm ? 0.6 : 0.36), 0.5 * Math.sin(n * 1.3));
    }
  }
}

/** Chord degrees by eighths over two bars; −1 rests. */
const HOOK = [2, -1, 1, 2, 3, -1, 2, -1, 1, -1, 2, -1, 0, 1, -1, -1];

/** The tune of the drops; the second drop adds its upper octave. */
export function playLead(bus: Bus, form: DemoForm, rate: Hertz): void {
  const firstDrop = form.sections.find(({ kind }) => kind === 'drop');
  for (const bar of barsOf(form, rate)) {
    if (bar.kind !== 'drop') continue;
    for (let step = 0; step < bar.steps; step += 2) {
      const degree = HOOK[((bar.within % 2) * (bar.steps / 2) + step / 2) % HOOK.length] as number;
      if (degree < 0) continue;
      const note = (bar.chord.notes[degree] as number) + 12;
      const sound = makeLeadNote(note, 0.36, rate);
      place(bus, sound, bar.at(step), 0.3, 0.1);
      if (bar.section !== firstDrop) place(bus, makeLeadNote(note + 12, 0.3, rate), bar.at(step), 0.12, -0.3);
    }
  }
}

function makeLeadNote(note: number, seconds: Seconds, rate: Hertz): Float32Array {
  const frequency = frequencyOf(note);
  const table = sawTable(frequency);
  const sound = new Float32Array(Math.ceil(seconds * rate));
  const filter = lowPass(3800, rate);
  let a = 0;
  let b = 0.31;
  for (let i = 0; i < sound.length; i++) {
    const t = i / rate;
    a = (a + (frequency * 1.004) / rate) % 1;
    b = (b + (frequency * 0.996) / rate) % 1;
    const shape = Math.min(1, t / 0.008) * Math.exp(-t * 5.5) * Math.min(1, (seconds - t) / 0.03);
    sound[i] = filter(readTable(table, a) + readTable(table, b)) * 0.5 * shape;
  }
  return sound;
}
