/** The score: same answers in any order, changes alter only what follows, the walk dwells, glides and lands. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import type { ControlChange } from '../../src/score/control.ts';
import { placeOn } from '../../src/score/place.ts';
import type { Score } from '../../src/score/score.ts';
import { editScene, storyboardOf } from '../../src/score/storyboard.ts';
import { DEMO_FORM, syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makePreset, makeScore, triggerChange, valueChange } from './helpers.ts';

const timeline = syntheticTimeline();
const END = Math.floor(timeline.duration * 120);
const BAR = (4 * 60 * 120) / 124;
const tickOfBar = (bar: number): number => Math.round(bar * BAR);

/** A log of random gestures over the track. */
function randomLog(seed: number, count: number): ControlChange[] {
  const random = randomFor(seed, 'gestures');
  const paths = ['/walk/speed', '/walk/pulse', '/walk/noise', '/walk/prompt/2', '/walk/sister', '/look/hue'];
  return Array.from({ length: count }, () => {
    const tick = random.integer(END);
    const kind = random.integer(10);
    if (kind === 0) return triggerChange('/cue/go', [], tick);
    if (kind === 1) return triggerChange('/panic', [], tick);
    if (kind === 2 && random.integer(2) === 0) return triggerChange('/walk/to', [JSON.stringify({ prompts: [{ text: 'sought', weight: 1 }], seed: 98 }), 1 + random.integer(8), ['cut', 'dissolve', 'morph'][random.integer(3)] ?? ''], tick);
    if (kind === 2) return triggerChange('/keep/go', [JSON.stringify({ prompts: [{ text: 'kept', weight: 1 }], seed: 99 }), 1 + random.integer(8)], tick);
    return valueChange(paths[random.integer(paths.length)] as string, random.uniform() * 2, tick);
  });
}

function landings(score: Score): number[] {
  const found: number[] = [];
  for (let tick = 1; tick <= END; tick++) if (Math.floor(score.modulationAt(tick).position) > Math.floor(score.modulationAt(tick - 1).position)) found.push(tick);
  return found;
}

describe('random access', () => {
  it.each(['anchored', 'free'] as const)('answers the same in any order (%s)', (mode) => {
    const log = randomLog(3, 60);
    const preset = makePreset({ mode });
    const sequential = makeScore({ preset, log });
    const truth = Array.from({ length: 400 }, (_, i) => JSON.stringify(sequential.modulationAt(i * 22)));
    const jumping = makeScore({ preset, log });
    const random = randomFor(4, 'order');
    for (let i = 0; i < 400; i++) {
      const at = random.integer(400);
      expect(JSON.stringify(jumping.modulationAt(at * 22))).toBe(truth[at]);
    }
  });

  it('gives the same show when a log is replayed as when it was played', () => {
    const log = randomLog(8, 40).toSorted((a, b) => a.appliesFromTick - b.appliesFromTick);
    const live = makeScore();
    for (const change of log) {
      live.modulationAt(change.appliesFromTick + 200);
      live.apply(change);
    }
    const replay = makeScore({ log: live.log });
    for (let tick = 0; tick < END; tick += 37) expect(JSON.stringify(replay.modulationAt(tick))).toBe(JSON.stringify(live.modulationAt(tick)));
  });

  it('leaves everything before a change as it was', () => {
    const score = makeScore();
    const before = Array.from({ length: 100 }, (_, i) => JSON.stringify(score.modulationAt(i * 40)));
    const after = JSON.stringify(score.modulationAt(5000));
    score.apply(valueChange('/walk/noise', 3, 4000));
    before.forEach((text, i) => expect(JSON.stringify(score.modulationAt(i * 40))).toBe(text));
    expect(JSON.stringify(score.modulationAt(5000))).not.toBe(after);
  });
});

describe('the anchored walk', () => {
  it('lands on downbeats, never two within two bars, and on every section start with another place', () => {
    const ticks = landings(makeScore());
    expect(ticks.length).toBeGreaterThan(5);
    for (const tick of ticks) expect(Math.abs(tick / BAR - Math.round(tick / BAR)) * BAR).toBeLessThanOrEqual(1);
    ticks.forEach((tick, i) => expect(tick - (ticks[i - 1] ?? -Infinity)).toBeGreaterThanOrEqual(2 * BAR - 2));
    for (const bar of [4, 12, 20, 28, 36]) expect(ticks.some((tick) => Math.abs(tick - tickOfBar(bar)) <= 1)).toBe(true);
  });

  it('travels more often where it is loud', () => {
    const bars = landings(makeScore()).map((tick) => Math.round(tick / BAR));
    const within = (from: number, to: number): number => bars.filter((bar) => bar > from && bar < to).length;
    expect(within(12, 20)).toBeGreaterThan(within(20, 28));
  });

  it('dwells for most of the time and passes the middle within two beats', () => {
    const score = makeScore({ preset: makePreset({ walk: { cut: false } }) });
    let dwelling = 0;
    let middle = 0;
    let longest = 0;
    for (let tick = 0; tick < END; tick++) {
      const { fraction } = score.modulationAt(tick).segment;
      if (fraction < 0.15 || fraction > 0.85) dwelling++;
      middle = fraction > 0.35 && fraction < 0.65 ? middle + 1 : 0;
      longest = Math.max(longest, middle);
    }
    expect(dwelling / END).toBeGreaterThan(0.6);
    expect(longest).toBeGreaterThan(10);
    expect(longest).toBeLessThanOrEqual((2 * 60 * 120) / 124);
  });

  it('cuts into a drop with an unlike prompt, once, on the downbeat', () => {
    const score = makeScore();
    const cut = tickOfBar(12);
    expect(score.isCutAt(cut - 3, cut + 1)).toBe(true);
    expect(score.isCutAt(cut + 1, cut + 200)).toBe(false);
    const cuts = Array.from({ length: END }, (_, tick) => score.modulationAt(tick).cut).filter(Boolean);
    expect(cuts.length).toBe(2);
    expect(score.modulationAt(cut - 2).segment.fraction).toBe(0);
  });

  it('comes back to the same place when a label returns', () => {
    const score = makeScore();
    expect(score.modulationAt(tickOfBar(28) + 2).segment.from).toEqual(score.modulationAt(tickOfBar(12) + 2).segment.from);
    expect(score.modulationAt(tickOfBar(36) + 2).segment.from).toEqual(score.modulationAt(5).segment.from);
  });

  it('stays at speed 0 and lands more often at speed 2', () => {
    const still = makeScore({ log: [valueChange('/walk/speed', 0, 0)] });
    expect(still.modulationAt(END).position).toBe(0);
    const steady = syntheticTimeline({ sections: [{ bars: 64, kind: 'verse', label: 'A', energy: 0.5 }] });
    const end = Math.floor(steady.duration * 120);
    const once = makeScore({ timeline: steady }).modulationAt(end).position;
    const twice = makeScore({ timeline: steady, log: [valueChange('/walk/speed', 2, 0)] }).modulationAt(end).position;
    expect(twice).toBeGreaterThan(1.7 * once);
  });
});

describe('joining', () => {
  it.each(['anchored', 'free'] as const)('no gesture makes a jump (%s)', (mode) => {
    const score = makeScore({ preset: makePreset({ mode, walk: { cut: false } }), log: randomLog(21, 80).filter((change) => change.kind === 'value' || change.path !== '/walk/to' || change.args[2] === 'morph') });
    let before = score.modulationAt(0);
    for (let tick = 1; tick < END; tick++) {
      const now = score.modulationAt(tick);
      expect(Math.abs(now.position - before.position)).toBeLessThan(0.1);
      expect(Math.abs(now.pulse - before.pulse)).toBeLessThan(0.1);
      expect(now.orbit - before.orbit).toBeLessThan(0.02);
      // A glide of half a beat curves by 6/L² a tick; a jump would show as more than 12 waypoints a second.
      expect(Math.abs(now.speed - before.speed), `tick ${tick}`).toBeLessThan(3.5);
      before = now;
    }
  });

  it('goes to a keeper in the beats asked for and stays there', () => {
    const kept = { prompts: [{ text: 'kept', weight: 1 }], seed: 99 };
    const at = tickOfBar(6);
    const score = makeScore({ log: [triggerChange('/keep/go', [1, 4], at)], keepers: (id) => (id === 1 ? kept : undefined) });
    expect(placeOn(score.modulationAt(at + Math.round(BAR) + 1))).toEqual(kept);
    expect(placeOn(score.modulationAt(at + Math.round(2 * BAR)))).toEqual(kept);
  });

  it('a cue lands within a beat and a half', () => {
    const at = tickOfBar(6) + 17;
    const plain = makeScore().modulationAt(at + 90).position;
    expect(makeScore({ log: [triggerChange('/cue/go', [], at)] }).modulationAt(at + 90).position).toBe(plain + 1);
  });

  it('another preset joins on a downbeat without a jump', () => {
    const other = makePreset({ name: 'Other', prompts: ['stars', 'moon'], pulse: 0.05 });
    const at = tickOfBar(14);
    const score = makeScore({ log: [valueChange('/preset/load', 'Other', at)], presets: (name) => (name === 'Other' ? other : undefined) });
    for (let tick = at - 5; tick < at + 600; tick++) {
      expect(Math.abs(score.modulationAt(tick).pulse - score.modulationAt(tick - 1).pulse)).toBeLessThan(0.06);
      expect(score.modulationAt(tick).position - score.modulationAt(tick - 1).position).toBeLessThan(0.05);
    }
    expect(['stars', 'moon']).toContain(placeOn(score.modulationAt(at + 500)).prompts[0]?.text);
    expect(score.presetAt(at)).toBe(other);
  });

  it('an edited scene takes the stage at the next downbeat', () => {
    const score = makeScore();
    const scenes = storyboardOf(timeline, makePreset(), 7);
    score.setScenes(editScene(scenes, 'B1', 'whales'), tickOfBar(6));
    expect(placeOn(score.modulationAt(tickOfBar(5))).prompts[0]?.text).not.toBe('whales');
    expect(placeOn(score.modulationAt(tickOfBar(8))).prompts[0]?.text).toBe('whales');
  });
});

describe('hands', () => {
  it('a prompt fader pulls the mix and lets go', () => {
    const score = makeScore({ log: [valueChange('/walk/prompt/4', 0.8, 100), valueChange('/walk/prompt/4', 0, 1000)] });
    const lean = score.modulationAt(900).lean.find(({ text }) => text === 'fire');
    expect(lean?.weight).toBeCloseTo(0.8, 3);
    expect(score.modulationAt(2000).lean.some(({ text }) => text === 'fire')).toBe(false);
  });

  it('values turn to their target with their time constant and never leave their range', () => {
    const score = makeScore({ log: [valueChange('/walk/noise', 99, 120), valueChange('/nowhere', 1, 120), valueChange('/walk/noise', Number.NaN, 500)] });
    const kept = Math.exp(-30 / 120 / 0.25);
    expect(score.valuesAt(119)['/walk/noise']).toBe(1);
    expect(score.valuesAt(149)['/walk/noise']).toBeCloseTo(4 - 3 * kept, 6);
    expect(score.valuesAt(499)['/walk/noise']).toBeCloseTo(4, 3);
    expect(score.valuesAt(1500)['/walk/noise']).toBe(1);
  });

  it('sister prompts lean in with the voice, never more than a quarter', () => {
    const score = makeScore();
    const weights = Array.from({ length: END / 10 }, (_, i) => score.modulationAt(i * 10).lean.reduce((sum, { weight }) => sum + weight, 0));
    expect(Math.max(...weights)).toBeGreaterThan(0.1);
    expect(Math.max(...weights)).toBeLessThanOrEqual(0.251);
  });
});

describe('how loud moves', () => {
  it('the orbit of the loudest section is 4 to 8 times as fast as that of the quietest', () => {
    const score = makeScore();
    const turns = (fromBar: number, toBar: number): number => score.modulationAt(tickOfBar(toBar)).orbit - score.modulationAt(tickOfBar(fromBar)).orbit;
    const ratio = turns(29, 35) / 6 / (turns(1, 3) / 2);
    expect(ratio).toBeGreaterThan(4);
    expect(ratio).toBeLessThan(12);
  });

  it('a build-up spins up and holds its breath on its last beat', () => {
    const score = makeScore();
    const speed = (beat: number): number => {
      const at = tickOfBar(12) + Math.round((beat * BAR) / 4);
      return score.modulationAt(at + 10).orbit - score.modulationAt(at - 10).orbit;
    };
    expect(speed(-0.4)).toBeLessThan(0.2 * speed(-2));
  });

  it('runs on any form: 3/4, odd offsets, no sections, no beats', () => {
    const waltz = syntheticTimeline({ metre: 3, bpm: 97, offset: 0.31 });
    const bare = { ...timeline, sections: [], events: [], grid: { ...timeline.grid, beats: new Float64Array(0), positions: new Uint8Array(0), tempo: new Float32Array(0), confidence: 0 } };
    for (const odd of [waltz, bare]) {
      const score = makeScore({ timeline: odd });
      const last = score.modulationAt(Math.floor(odd.duration * 120));
      expect(Number.isFinite(last.position + last.orbit + last.pulse)).toBe(true);
      expect(last.position).toBeGreaterThan(1);
    }
    expect(DEMO_FORM.length).toBe(6);
  });
});
