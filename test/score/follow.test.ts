/** Beats that a hand moves while the show plays: what was drawn stays, nothing jumps, and a saved change leads back to the same. */

import { expect, it } from 'vitest';

import { correctTimeline } from '../../src/analysis/corrections.ts';
import { beatsAfter, gridChangeOf, GridHand } from '../../src/control/clock/grid-hand.ts';
import type { GridChange } from '../../src/score/show-file.ts';
import { placeInGrid, type Timeline } from '../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makePreset, makeScore, triggerChange, valueChange } from './helpers.ts';

const FIRST = 1500;
const SECOND = 2700;
const LOG = [valueChange('/walk/speed', 2, 900), triggerChange('/cue/go', [], 1600), valueChange('/patch/routes', '[{"feature":"lfo:sine","to":"walk.speed","gain":1}]', 1700), valueChange('/patch/routes', '', 2900), valueChange('/preset/load', 'Other', 3300)];
const presets = (): ReturnType<typeof makePreset> => makePreset({ name: 'Other', prompts: ['one', 'two'] });

/** Taps at another tempo from a tick on. */
function tapped(timeline: Timeline, tick: number, tempo: number): { timeline: Timeline; change: GridChange } {
  const hand = new GridHand(timeline.grid);
  for (let i = 0; i < 5; i++) hand.act(timeline.grid, tick / 120 - 3 + (i * 60) / tempo, (clock, at) => clock.tap(at));
  const change = gridChangeOf(timeline.grid, hand.beats(timeline.grid, tick / 120, timeline.duration), tick);
  return { change, timeline: correctTimeline(timeline, { beats: beatsAfter(timeline.grid, change) }) };
}

const base = syntheticTimeline();
const first = tapped(base, FIRST, 131);
const second = tapped(first.timeline, SECOND, 118);

it('keeps the ticks before a change and moves on from there without a jump', () => {
  const before = makeScore({ log: LOG, presets });
  const score = makeScore({ log: LOG, presets });
  score.follow(first.timeline, FIRST);
  score.follow(second.timeline, SECOND);
  for (let tick = 0; tick < FIRST; tick += 97) expect(score.modulationAt(tick)).toEqual(before.modulationAt(tick));
  expect(score.modulationAt(2900)).not.toEqual(before.modulationAt(2900));
  for (let tick = FIRST - 5; tick < 3000; tick++) expect(Math.abs(score.modulationAt(tick).orbit - score.modulationAt(tick - 1).orbit)).toBeLessThan(0.02);
});

it('answers the same in any order and after a change was made over', () => {
  const [given, late] = [makeScore({ log: LOG, presets }), makeScore({ log: LOG, presets })];
  given.follow(first.timeline, FIRST);
  given.follow(second.timeline, SECOND);
  late.follow(second.timeline, FIRST);
  late.modulationAt(3600);
  late.follow(first.timeline, FIRST);
  late.modulationAt(FIRST + 30);
  late.follow(second.timeline, SECOND);
  const ticks = [3600, 3000, 2700, 2699, 1700, 1500, 1499];
  const rising = new Map(ticks.toReversed().map((tick) => [tick, given.modulationAt(tick)]));
  for (const tick of ticks) expect(late.modulationAt(tick)).toEqual(rising.get(tick));
});

it('a change as a file keeps it leads to the same beats', () => {
  const kept = JSON.parse(JSON.stringify([first.change, second.change])) as GridChange[];
  const led = kept.reduce<Timeline>((timeline, change) => correctTimeline(timeline, { beats: beatsAfter(timeline.grid, change) }), base);
  expect(led.grid).toEqual(second.timeline.grid);
  expect(led.sections).toEqual(second.timeline.sections);
  expect(placeInGrid(led.grid, 60).tempo).toBeCloseTo(118, 0);
});
