/** The demo's drums and risers, bar by bar, onto a bus. */

import { randomFor } from '../base/random.ts';
import type { Hertz, Seconds } from '../base/units.ts';
import { type Bar, barsOf, STEPS_PER_BEAT } from './demo-bars.ts';
import type { DemoForm } from './demo-form.ts';
import { bandPass, type DrumKit, readTable, sawTable } from './demo-instruments.ts';
import { type Bus, place } from './demo-mix.ts';

/** Plays the drums; returns the sample indices of the kicks, which duck the rest. */
export function playDrums(bus: Bus, form: DemoForm, kit: DrumKit, rate: Hertz): number[] {
  const kicks: number[] = [];
  for (const bar of barsOf(form, rate)) {
    if (bar.within === 0) playSectionStart(bus, bar, kit);
    for (let step = 0; step < bar.steps; step++) {
      if (bar.gap && step >= bar.steps - STEPS_PER_BEAT) continue;
      const kick = kickGain(bar, step);
      if (kick > 0) {
        kicks.push(bar.at(step));
        place(bus, kit.kick, bar.at(step), kick);
      }
      place(bus, kit.clap, bar.at(step), clapGain(bar, step), 0.05);
      playHats(bus, bar, step, kit);
    }
  }
  return kicks;
}

function playSectionStart(bus: Bus, bar: Bar, kit: DrumKit): void {
  if (bar.kind === 'verse' || bar.kind === 'outro') place(bus, kit.crash, bar.at(0), 0.45, -0.2);
  if (bar.kind === 'drop') {
    place(bus, kit.crash, bar.at(0), 0.9, 0.15);
    place(bus, kit.boom, bar.at(0), 0.55);
  }
  if (bar.kind === 'breakdown') place(bus, kit.boom, bar.at(0), 0.6);
}

function kickGain(bar: Bar, step: number): number {
  if (step % STEPS_PER_BEAT !== 0 || bar.kind === 'intro' || bar.kind === 'breakdown') return 0;
  const beat = step / STEPS_PER_BEAT;
  if (bar.kind === 'outro' && bar.last) return beat === 0 ? 0.8 : 0;
  if (bar.kind === 'build' && bar.last) return beat === 0 ? 0.9 : 0;
  if (bar.steps === 3 * STEPS_PER_BEAT) return beat === 0 ? 1 : bar.kind === 'drop' && beat === 1 ? 0.6 : 0;
  return beat === 0 ? 1 : 0.93;
}

function clapGain(bar: Bar, step: number): number {
  const beat = step / STEPS_PER_BEAT;
  if (bar.kind === 'build') return rollGain(bar, step);
  if ((bar.kind !== 'verse' && bar.kind !== 'drop') && !(bar.kind === 'outro' && !bar.last)) return 0;
  const backbeat = bar.steps === 3 * STEPS_PER_BEAT ? beat === 2 : beat === 1 || beat === 3;
  return backbeat ? (bar.kind === 'drop' ? 0.75 : 0.55) : 0;
}

/** A roll that thickens: quarters, eighths in the second half, sixteenths in the last bar, ever louder. */
function rollGain(bar: Bar, step: number): number {
  const along = (bar.within + step / bar.steps) / bar.section.bars;
  const every = bar.last ? 1 : along < 0.5 ? 4 : 2;
  return step % every === 0 ? 0.12 + 0.42 * along * (step % STEPS_PER_BEAT === 0 ? 1 : 0.75) : 0;
}

function playHats(bus: Bus, bar: Bar, step: number, kit: DrumKit): void {
  const offBeat = step % STEPS_PER_BEAT === 2;
  const accent = [0.5, 0.25, 0.7, 0.3][step % STEPS_PER_BEAT] as number;
  if (bar.kind === 'intro' && bar.within >= bar.section.bars / 2 && step % 2 === 0) place(bus, kit.shaker, bar.at(step), 0.14 + 0.1 * Number(!offBeat), 0.3);
  if (bar.kind === 'verse' || (bar.kind === 'outro' && !bar.last)) place(bus, kit.hat, bar.at(step), 0.38 * accent, -0.25);
  if (bar.kind === 'build' && step % 2 === 0) place(bus, kit.hat, bar.at(step), 0.25, -0.25);
  if (bar.kind === 'drop') {
    place(bus, offBeat ? kit.openHat : kit.hat, bar.at(step), offBeat ? 0.42 : 0.4 * accent, -0.2);
    if (step % 2 === 1) place(bus, kit.shaker, bar.at(step), 0.3, 0.45);
  }
}

/** Noise and a tone that rise through the build and the end of the breakdown, and stop a beat before the drop. */
export function playRisers(bus: Bus, form: DemoForm, rate: Hertz): void {
  form.sections.forEach((section, s) => {
    if (form.sections[s + 1]?.kind !== 'drop') return;
    const bars = Math.max(1, section.kind === 'build' ? section.bars : section.bars / 2);
    const endBeat = (section.firstBar + section.bars) * form.metre - 1;
    const start = form.timeOf(endBeat + 1 - bars * form.metre);
    place(bus, makeRiser(form.timeOf(endBeat) - start, form.seed, rate), start * rate, 0.5);
  });
}

function makeRiser(seconds: Seconds, seed: number, rate: Hertz): Float32Array {
  const noise = randomFor(seed, 'demo-riser');
  const sound = new Float32Array(Math.ceil(seconds * rate));
  const table = sawTable(440);
  let filter = bandPass(400, 2, rate);
  let phase = 0;
  for (let i = 0; i < sound.length; i++) {
    const along = i / sound.length;
    if (i % 4096 === 0) filter = carryOn(filter, bandPass(400 * 12 ** along, 2, rate), noise.uniform());
    phase = (phase + (110 * 4 ** along) / rate) % 1;
    const swell = along ** 1.6 * Math.min(1, (sound.length - i) / (0.01 * rate));
    sound[i] = swell * (0.5 * filter(noise.uniform() * 2 - 1) + 0.1 * readTable(table, phase));
  }
  return sound;
}

/** Warms a new filter with the level of the old one, so that the change of band does not click. */
function carryOn(before: (sample: number) => number, after: (sample: number) => number, sample: number): (sample: number) => number {
  after(before(sample));
  return after;
}
