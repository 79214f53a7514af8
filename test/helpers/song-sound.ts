/** Songs of song-form.ts as sound: drums, bass, pads, arpeggio, lead and risers from the demo's instruments, mono. */

import { bandPass, type DrumKit, frequencyOf, lowPass, makeDrumKit, makePluck, readTable, sawTable } from '../../src/audio/demo-instruments.ts';
import { randomFor } from '../../src/base/random.ts';
import type { Part, SongForm } from './song-form.ts';

const MAJOR = [0, 2, 4, 5, 7, 9, 11];
const MINOR = [0, 2, 3, 5, 7, 8, 10];

interface Desk {
  readonly form: SongForm;
  readonly rate: number;
  readonly kit: DrumKit;
  readonly drums: Float32Array;
  readonly tones: Float32Array;
  readonly plucks: Map<string, Float32Array>;
  readonly kicks: number[];
}

/** The song's samples, -1..1. */
export function renderSong(form: SongForm, rate: number): Float32Array {
  const length = Math.ceil(form.duration * rate);
  const desk: Desk = { form, rate, kit: makeDrumKit(form.seed, rate), drums: new Float32Array(length), tones: new Float32Array(length), plucks: new Map(), kicks: [] };
  for (const part of form.parts) {
    for (let bar = 0; bar < part.bars; bar++) playBar(desk, part, bar);
    if (part.arrangement.rising) playRiser(desk, part);
    if (part.kind === 'drop' || part.kind === 'chorus') add(desk.drums, desk.kit.crash, timeOf(desk, part.firstBar, 0), 0.5);
  }
  duck(desk);
  return mix(desk);
}

/** Sample of a step (sixteenth) of a bar. */
function timeOf({ form, rate }: Desk, bar: number, step: number): number {
  return Math.round((form.offset + ((bar * form.metre + step / 4) * 60) / form.bpm) * rate);
}

function add(target: Float32Array, sound: Float32Array, at: number, gain: number): void {
  const count = Math.min(sound.length, target.length - at);
  for (let i = 0; i < count; i++) target[at + i] = (target[at + i] as number) + gain * (sound[i] as number);
}

function playBar(desk: Desk, part: Part, within: number): void {
  const { form, kit, drums } = desk;
  const { arrangement: plan, gap } = part;
  const bar = part.firstBar + within;
  const steps = 4 * form.metre;
  const last = within === part.bars - 1;
  const end = last && gap ? steps - 4 : steps;
  const half = within < part.bars / 2 ? plan.firstHalf : 1;
  const fill = last && !gap && plan.snare > 0 && form.seed % 3 !== 0;
  for (let step = 0; step < end; step++) {
    const at = timeOf(desk, bar, step);
    if (plan.kick > 0 && plan.kickSteps.includes(step) && !(plan.rising && last)) {
      add(drums, kit.kick, at, plan.kick);
      desk.kicks.push(at);
    }
    if (plan.rising) add(drums, kit.clap, at, rollGain(part, within, step, steps));
    const backbeat = form.metre === 3 ? step === 8 : step === 4 || step === 12;
    if (plan.snare > 0 && (backbeat || (fill && step >= steps - 4 && step % 2 === 1))) add(drums, kit.clap, at, plan.snare);
    if (plan.hats > 0 && step % plan.hatEvery === 0) add(drums, step % 4 === 2 ? kit.openHat : kit.hat, at, half * plan.hats * (step % 4 === 0 ? 1 : 0.7));
  }
  playTones(desk, part, within, end);
}

function rollGain(part: Part, within: number, step: number, steps: number): number {
  const along = (within + step / steps) / part.bars;
  const every = along < 0.5 ? 4 : along < 0.8 ? 2 : 1;
  return step % every === 0 ? 0.15 + 0.4 * along : 0;
}

function playTones(desk: Desk, part: Part, within: number, end: number): void {
  const { form, rate } = desk;
  const { arrangement: plan } = part;
  const bar = part.firstBar + within;
  const scale = form.minor ? MINOR : MAJOR;
  const note = (degree: number): number => form.tonic + 12 * Math.floor(degree / 7) + (scale[((degree % 7) + 7) % 7] as number);
  const root = plan.chords[within % plan.chords.length] as number;
  const chord = [root, root + 2, root + 4, root + 7].map((degree) => note(degree) + 12);
  const step = 15 / form.bpm;
  const start = timeOf(desk, bar, 0);
  if (plan.pad > 0) {
    const along = (within + 0.5) / part.bars;
    addPad(desk, chord, start, timeOf(desk, bar, end) - start, 0.11 * plan.pad, plan.cutoff[0] * (plan.cutoff[1] / plan.cutoff[0]) ** along);
  }
  if (plan.bass > 0) for (const at of plan.bassSteps) if (at < end) addBass(desk, note(root) - (note(root) > 43 ? 12 : 0), timeOf(desk, bar, at), 1.6 * step * rate, 0.55 * plan.bass);
  if (plan.arp > 0) for (let at = 0, n = 0; at < end; at += plan.arpEvery, n++) add(desk.tones, pluck(desk, (chord[n % 4] as number) + 12), timeOf(desk, bar, at), 0.5 * plan.arp * (within < part.bars / 2 ? plan.firstHalf : 1));
  if (plan.lead > 0) for (let at = 0; at < end; at += 2) {
    const degree = plan.tune[((within % 2) * 8 + at / 2) % plan.tune.length] as number;
    if (degree >= 0) addPad(desk, [note(root + degree) + 24], timeOf(desk, bar, at), 1.7 * step * rate, 0.3 * plan.lead, 3500);
  }
}

function pluck(desk: Desk, note: number): Float32Array {
  const key = String(note);
  const made = desk.plucks.get(key) ?? makePluck(note, 0.7, desk.rate);
  desk.plucks.set(key, made);
  return made;
}

/** Two detuned saws a note through a low-pass. */
function addPad({ tones, rate }: Desk, notes: readonly number[], start: number, length: number, gain: number, cutoff: number): void {
  const count = Math.min(Math.round(length), tones.length - start);
  const filter = lowPass(cutoff, rate);
  const voices = notes.flatMap((note, n) => [-0.002, 0.002].map((detune) => ({ table: sawTable(frequencyOf(note)), step: (frequencyOf(note) * (1 + detune)) / rate, phase: (0.13 * n + (detune > 0 ? 0.4 : 0)) % 1 })));
  const [attack, release] = [0.012 * rate, Math.min(count / 2, 0.04 * rate)];
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (const voice of voices) {
      sum += readTable(voice.table, voice.phase);
      voice.phase += voice.step;
      if (voice.phase >= 1) voice.phase -= 1;
    }
    tones[start + i] = (tones[start + i] as number) + gain * Math.min(1, i / attack, (count - i) / release) * filter(sum);
  }
}

function addBass({ tones, rate }: Desk, note: number, start: number, length: number, gain: number): void {
  const count = Math.min(Math.round(length), tones.length - start);
  const step = frequencyOf(note) / rate;
  const table = sawTable(frequencyOf(note));
  const filter = lowPass(500, rate);
  let phase = 0;
  for (let i = 0; i < count; i++) {
    const shape = Math.min(1, i / (0.005 * rate), (count - i) / (0.02 * rate));
    tones[start + i] = (tones[start + i] as number) + gain * shape * (0.7 * Math.sin(2 * Math.PI * phase) + 0.5 * filter(readTable(table, phase)));
    phase += step;
    if (phase >= 1) phase -= 1;
  }
}

function playRiser(desk: Desk, part: Part): void {
  const { rate, form } = desk;
  const start = timeOf(desk, part.firstBar, 0);
  const end = timeOf(desk, part.firstBar + part.bars, part.gap ? -4 : 0);
  const noise = randomFor(form.seed, 'song riser', part.firstBar);
  let filter = bandPass(400, 2, rate);
  for (let i = start; i < end && i < desk.tones.length; i++) {
    const along = (i - start) / (end - start);
    if ((i - start) % 4096 === 0) filter = bandPass(400 * 10 ** along, 2, rate);
    desk.tones[i] = (desk.tones[i] as number) + 0.3 * along ** 1.6 * filter(noise.uniform() * 2 - 1);
  }
}

/** Each kick pushes the tones down for a third of a beat, in dance tracks. */
function duck({ form, rate, kicks, tones }: Desk): void {
  if (form.style !== 'edm') return;
  const span = Math.round((20 / form.bpm) * rate);
  for (const kick of kicks) for (let i = 0; i < span && kick + i < tones.length; i++) tones[kick + i] = (tones[kick + i] as number) * (0.4 + (0.6 * i) / span);
}

/** Saturated and brought to -1 dBFS, over a floor of faint noise. */
function mix({ form, drums, tones }: Desk): Float32Array {
  const noise = randomFor(form.seed, 'song floor');
  const out = drums.map((value, i) => Math.tanh(0.6 * value + 0.55 * (tones[i] as number)) + 1e-4 * (noise.uniform() - 0.5));
  let peak = 1e-9;
  for (const value of out) peak = Math.max(peak, Math.abs(value));
  return out.map((value) => (0.89 * value) / peak);
}
