/** Routes as a control value: checked at the border, logged, taken up by the score from their tick on, and oscillators. */

import { describe, expect, it } from 'vitest';
import { TICKS_PER_SECOND } from '../../src/base/units.ts';
import type { ControlChange } from '../../src/score/control.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { route, RouteRunner } from '../../src/score/route.ts';
import { parseRoutes } from '../../src/score/routes-text.ts';
import { Score } from '../../src/score/score.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const PRESET = parsePreset(JSON.stringify({ name: 'one', prompts: ['sea', 'fire'], routes: [{ feature: 'constant', to: 'walk.guidance', gain: 1 }] }), 'one');
const change = (value: string, appliesFromTick: number): ControlChange => ({ kind: 'value', path: '/patch/routes', value, source: 'panel', arrival: 0, appliesFromTick });
const newScore = (log: readonly ControlChange[] = []): Score => new Score({ timeline: syntheticTimeline(), preset: PRESET, seed: 1, table: buildParameterTable(), log });

describe('routes as text', () => {
  it('fills defaults, and says in one sentence what is wrong', () => {
    expect(parseRoutes('[{"feature":"kick","to":"look.zoom","gain":0.1}]')?.[0]).toMatchObject({ shape: 'follow', threshold: 0 });
    expect(parseRoutes(' ')).toBeNull();
    expect(() => parseRoutes('[{"feature":"kik","to":"look.zoom","gain":0.1}]')).toThrow(/kick/);
    expect(() => parseRoutes('{')).toThrow(/The routes is not JSON|The routes/);
  });

  it('take effect from their tick, not before, and give way to the preset\'s own by the empty text', () => {
    const text = JSON.stringify([{ feature: 'constant', to: 'walk.guidance', gain: -0.5 }]);
    const score = newScore();
    score.apply(change(text, 600));
    score.apply(change('', 1800));
    const guidance = [599, 1200, 2600].map((tick) => score.modulationAt(tick).guidance);
    expect(guidance[0]).toBeCloseTo(2, 1);
    expect(guidance[1]).toBeCloseTo(0.5, 1);
    expect(guidance[2]).toBeCloseTo(2, 1);
    expect(newScore([change(text, 600), change('', 1800)]).modulationAt(1200)).toEqual(score.modulationAt(1200));
  });

  it('keep scenes that were set by hand', () => {
    const score = newScore();
    const scenes = score.scenesAt(0).map((scene) => ({ ...scene, prompt: 'glass' }));
    score.setScenes(scenes, 240);
    score.apply(change('[]', 480));
    score.apply(change('', 960));
    expect(score.scenesAt(600)).toEqual(scenes);
    expect(score.scenesAt(1200)).toEqual(scenes);
  });
});

describe('oscillators', () => {
  const at = (feature: 'lfo:sine' | 'lfo:triangle' | 'lfo:saw' | 'lfo:square', amount: number, unit: 's' | 'beat' | 'bar', seconds: number): number => {
    const instant = { amount: 0, unit: 's' } as const;
    const runner = new RouteRunner([route(feature, 'look.hue', 1, { period: { amount, unit }, attack: instant, release: instant })], syntheticTimeline({ bpm: 120 }), false);
    return runner.advanceTo(Math.round(seconds * TICKS_PER_SECOND))['look.hue'] ?? Number.NaN;
  };

  it('keep to the bars', () => {
    for (const bar of [0, 3, 10]) {
      expect(at('lfo:sine', 2, 'bar', bar * 4)).toBeCloseTo(0, 2);
      expect(at('lfo:sine', 2, 'bar', bar * 4 + 2)).toBeCloseTo(1, 2);
      expect(at('lfo:triangle', 4, 'beat', bar * 2 + 0.5)).toBeCloseTo(0.5, 1);
    }
    expect(at('lfo:square', 1, 'beat', 5.1)).toBeCloseTo(1, 2);
    expect(at('lfo:square', 1, 'beat', 5.4)).toBeCloseTo(0, 2);
  });

  it('or to the clock', () => {
    expect(at('lfo:saw', 10, 's', 12.5)).toBeCloseTo(0.25, 1);
  });
});
