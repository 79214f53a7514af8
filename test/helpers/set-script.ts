/**
 * A set as a VJ plays it, in acts of some seconds: each is a list of deeds with their times in the act. `round` counts the
 * times that an act comes back, so that no two are alike. Everything that a hand can reach comes once a round.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { PlayedSet } from './played-set.ts';

type Deed = (set: PlayedSet) => void;
type Act = (round: number) => readonly (readonly [seconds: number, deed: Deed])[];

const PRESETS = ['storm', 'tidal', 'ember', 'neon-drive', 'deep-nebula'];
const PROMPTS = ['a harbour at night', 'a red forest', 'green fire', 'a city of glass'];
const TAP_SECONDS = 60 / 126;
const CC = 0xb0;
const NOTE_ON = 0x90;

/** Faders by OSC: alone, as a bundle, by a pattern, and packets that are none. */
const faders: Act = (round) => [
  [0, (set) => set.osc('/walk/speed', 0.5 + (round % 4) * 0.7)],
  [0.2, (set) => set.bundle(['/walk/noise', 1 + (round % 3)], ['/walk/pulse', 0.3 * (1 + (round % 5))], ['/look/hue', 0.1])],
  [0.4, (set) => set.osc('/walk/prompt/{1,2}', 0.2 + 0.1 * (round % 6))],
  [0.6, (set) => set.packet(Uint8Array.of(47, 1, 2, 3))],
  [0.8, (set) => set.osc('/walk/prompt/[12]', 0)],
];

/** A controller: two sweeps of faders, running status, a button, and a byte that has no place. */
const controller: Act = (round) => [
  ...Array.from({ length: 8 }, (_, i) => [i * 0.05, (set: PlayedSet) => set.midi(CC, 0, 16 + ((8 * i + 5 * round) % 100))] as const),
  [0.45, (set) => set.midi(CC, 2, 20 + round, 2, 40 + round, 2, 60)],
  [0.6, (set) => set.midi(0x7f, 0x7f, NOTE_ON, 60, 100)],
  [0.7, (set) => set.midi(CC, 48, 127, CC, 48, 0)],
  [0.9, (set) => set.midi(CC, 48, 127, CC, 48, 0)],
];

const snapshots: Act = (round) => [
  [0, (set) => set.osc('/snapshot/store', 1)],
  [0.1, (set) => set.bundle(['/walk/speed', 3], ['/walk/noise', 2 + (round % 2)])],
  [0.2, (set) => set.osc('/snapshot/store', 2)],
  [0.4, (set) => set.osc('/snapshot/mix', 0.5)],
  [0.7, (set) => set.osc('/snapshot/mix', 0.1)],
  [0.9, (set) => set.osc('/snapshot/1')],
];

const cues: Act = (round) => [
  [0, (set) => set.osc('/cue/quantise', round % 2 === 0 ? 'beat' : 'bar')],
  [0.1, (set) => set.press({ type: 'cueAdd', of: 'preset', what: PRESETS[round % PRESETS.length] as string, on: 'hand' })],
  [0.2, (set) => set.press({ type: 'cueAdd', of: 'snapshot', what: '1', on: 'hand' })],
  [0.5, (set) => set.press({ type: 'trigger', path: '/cue/go', args: [], source: 'panel' })],
  [1, (set) => set.press({ type: 'trigger', path: '/cue/go', args: [], source: 'panel' })],
];

const keepers: Act = (round) => [
  [0, (set) => set.osc('/keep')],
  [0.4, (set) => set.osc('/keep/go', 1, 2)],
  [0.9, (set) => set.osc('/keep/orbit', 1 + round, 2)],
  [1.5, (set) => set.osc('/keep/orbit')],
];

const pads: Act = (round) => [
  [0, (set) => set.press({ type: 'trigger', path: '/pad/type', args: [1 + (round % 4), PROMPTS[round % PROMPTS.length] as string], source: 'panel' })],
  [0.5, (set) => set.osc('/pad/arm', 1 + (round % 4), 1 + (round % 3))],
];

const ways: Act = (round) => [
  [0, (set) => set.osc('/walk/to', PROMPTS[(round + 1) % PROMPTS.length] as string, 2, ['dissolve', 'morph', 'cut'][round % 3] as string)],
  [1, (set) => set.osc('/walk/to', '', 2, 'morph')],
];

/** Oscillators by a route of one's own, and back to the preset's. */
const routes: Act = (round) => [
  [0, (set) => set.press({ type: 'value', path: '/patch/routes', value: JSON.stringify([{ feature: 'lfo:sine', to: 'walk.speed', gain: 1, offset: 1, period: { amount: 1 + (round % 2), unit: 'bar' } }, { feature: 'kick', to: 'walk.pulse', gain: 1 }]), source: 'panel' })],
  [1, (set) => set.osc('/patch/routes', '')],
];

const undoAndPanic: Act = (round) => [
  [0, (set) => set.osc('/walk/speed', 2.5)],
  [0.2, (set) => set.osc('/undo')],
  [0.5, (set) => set.osc('/panic')],
  [1, (set) => set.osc('/preset/load', PRESETS[(round + 2) % PRESETS.length] as string)],
];

/** Taps lay another grid under what comes. */
const taps: Act = (round) => [
  ...Array.from({ length: 5 }, (_, i) => [i * (TAP_SECONDS + 0.004 * (round % 3)), (set: PlayedSet) => set.osc('/tempo/tap')] as const),
  [2.4, (set) => set.osc('/tempo/later')],
];

/** Black, frozen, and the picture again. */
const stage: Act = () => [
  [0, (set) => set.osc('/stage/blackout', true)],
  [0.2, (set) => set.osc('/stage/blackout', false)],
  [0.3, (set) => set.osc('/stage/freeze', 1)],
  [0.5, (set) => set.bundle(['/stage/freeze', 0], ['/stage/master', 0.9])],
];

/** A hold, and a step back: what is drawn a second time carries what came since. */
const transport: Act = () => [
  [0, (set) => set.osc('/transport/play', false)],
  [0.01, (set) => set.osc('/walk/speed', 1.5)],
  [0.02, (set) => set.osc('/transport/play', true)],
  [0.4, (set) => set.osc('/transport/position', Math.max(0.2, set.time - 1))],
];

export const ACTS = { faders, controller, snapshots, cues, keepers, pads, ways, routes, undoAndPanic, stage, transport, taps } as const;

/** Plays acts round after round until the show stands at `seconds`; at least one whole round. */
export async function playSet(set: PlayedSet, seconds: number, restSeconds: number): Promise<{ acts: number; rounds: number }> {
  let [acts, rounds] = [0, 0];
  while (rounds === 0 || set.time < seconds) {
    const wanted = Object.values(ACTS);
    acts += await playActs(set, wanted, rounds, restSeconds, rounds === 0 ? Infinity : seconds);
    rounds++;
  }
  return { acts, rounds };
}

/** Plays acts with a rest after each, until the show has passed `end`. Answers how many. */
export async function playActs(set: PlayedSet, acts: readonly Act[], round: number, restSeconds: number, end = Infinity): Promise<number> {
  let played = 0;
  for (const act of acts) {
    if (set.time >= end) break;
    await playSteps(set, act(round));
    await set.reach(set.time + restSeconds);
    played++;
  }
  return played;
}

/** Deeds at their times by the wall, since a hand knows no other. */
async function playSteps(set: PlayedSet, steps: ReturnType<Act>): Promise<void> {
  const began = performance.now();
  for (const [seconds, deed] of steps) {
    await sleep(Math.max(0, began + 1000 * seconds - performance.now()));
    deed(set);
  }
}
