/** Parts beside a track: how they are named, laid on its time line, carried as bytes and read by routes. */

import { describe, expect, it } from 'vitest';
import { attachStems, parseStem } from '../../src/analysis/stems.ts';
import { UserError } from '../../src/base/errors.ts';
import { presetFromData } from '../../src/score/preset.ts';
import { route, RouteRunner } from '../../src/score/route.ts';
import { decodeTimeline, encodeTimeline } from '../../src/timeline/binary.ts';
import { STEM_CURVE_NAMES, type Timeline } from '../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const track = syntheticTimeline();

/** A part whose level is 0.75 from 10 s on, and that is shorter than the track. */
function part(): Timeline {
  const level = new Float32Array(3000).fill(0.75, 1000);
  return { ...track, curves: { ...track.curves, level } };
}

describe('stems', () => {
  it('are named NAME=FILE', () => {
    expect(parseStem('Drums= a/b=c.wav')).toEqual({ name: 'drums', path: 'a/b=c.wav' });
    for (const text of ['drums', '=x.wav', 'drums=', 'dr ums=x.wav', '1=x.wav']) expect(() => parseStem(text)).toThrow(UserError);
  });

  it('have the length of the track, silence where they end', () => {
    const { stems } = attachStems(track, [{ name: 'vocals', timeline: part() }]);
    for (const name of STEM_CURVE_NAMES) expect(stems?.[0]?.curves[name]).toHaveLength(track.curves.energy.length);
    expect(stems?.[0]?.curves.level[2999]).toBe(0.75);
    expect(stems?.[0]?.curves.level[3000]).toBe(0);
    expect(attachStems(track, [])).toBe(track);
  });

  it('travel as bytes, with lines and all', () => {
    const whole: Timeline = { ...attachStems(track, [{ name: 'vocals', timeline: part() }]), lines: [{ start: 1, end: 2, text: 'ä' }], knownUntil: 30 };
    expect(decodeTimeline(encodeTimeline(whole))).toEqual(whole);
  });

  it('move what routes name them for; a part that is not there moves nothing', () => {
    const whole = attachStems(track, [{ name: 'vocals', timeline: part() }]);
    const instant = { attack: { amount: 0, unit: 's' }, release: { amount: 0, unit: 's' } } as const;
    const specs = [route('vocals.level', 'look.hue', 2, instant), route('drums.kick', 'look.light', 1, instant)];
    const runner = new RouteRunner(specs, whole);
    expect(runner.advanceTo(5 * 120)['look.hue']).toBe(0);
    expect(runner.advanceTo(15 * 120)['look.hue']).toBeCloseTo(1.5, 6);
    expect(runner.advanceTo(15 * 120 + 1)['look.light']).toBe(0);
  });

  it('are features that a preset may name, and only their curves', () => {
    const preset = (feature: string): unknown => presetFromData({ name: 'p', prompts: ['x'], routes: [{ feature, to: 'look.hue', gain: 1 }] }, 'test');
    expect(() => preset('drums.kick')).not.toThrow();
    expect(() => preset('roughness')).not.toThrow();
    expect(() => preset('drums.nose')).toThrow(/drums\.kick/);
  });
});
