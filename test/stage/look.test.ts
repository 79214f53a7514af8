/** The look's numbers: smoothing in seconds, routes within ranges, blackout, echo, quality, shader text. */

import { describe, expect, it } from 'vitest';
import { CORE_PARAMETERS, type Parameter } from '../../src/score/parameters.ts';
import { DEFAULT_ROUTES } from '../../src/score/route-types.ts';
import { parseEffectHeader } from '../../src/score/effect-header.ts';
import { Director } from '../../src/stage/director.ts';
import { wrapEffect } from '../../src/stage/isf.ts';
import { LookValues } from '../../src/stage/look-values.ts';
import { LEVELS, Quality } from '../../src/stage/quality.ts';
import { loadEffects } from '../helpers/stage-show.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

const PARAMETER: Parameter = { path: '/look/x/amount', kind: 'number', group: 'look', label: 'x', help: '', unit: '', min: 0, max: 1, default: 0.5, smoothing: 0.2, quantisable: false };

describe('look values', () => {
  it('turn alike at 30 and 60 steps a second', () => {
    const run = (steps: number): number => {
      const values = new LookValues();
      values.setTable([PARAMETER]);
      values.set(PARAMETER.path, 1);
      for (let i = 0; i < steps; i++) values.advance(0.3 / steps);
      return values.get(PARAMETER.path);
    };
    expect(run(18)).toBeCloseTo(run(9), 9);
    expect(run(9)).toBeCloseTo(1 - 0.5 * Math.exp(-1.5), 9);
  });

  it('adds the music within the range', () => {
    const values = new LookValues();
    values.setTable([PARAMETER]);
    values.setRouted({ [PARAMETER.path]: 0.9, 'look.zoom': 0.03 });
    expect([values.get(PARAMETER.path), values.routed('look.zoom'), values.routed('look.hue')]).toEqual([1, 0.03, 0]);
  });
});

function directorOf(): Director {
  const director = new Director();
  director.setTable([...CORE_PARAMETERS, ...loadEffects().flatMap((effect) => effect.parameters)]);
  return director;
}

describe('director', () => {
  const step = (director: Director, time: number) => director.momentAt({ time, elapsed: 1 / 60, starved: false });

  it('zooms with the kicks of the drop, more than in the intro', () => {
    const timeline = syntheticTimeline();
    const director = directorOf();
    director.setMusic(timeline, DEFAULT_ROUTES, false);
    const spread = (from: number): number => {
      const zooms = Array.from({ length: 240 }, (_, i) => step(director, from + i / 60).zoom);
      return Math.max(...zooms) - Math.min(...zooms);
    };
    const intro = spread(2);
    const drop = spread(27);
    expect(drop).toBeGreaterThan(0.02);
    expect(drop).toBeGreaterThan(intro * 2);
  });

  it('is black in one frame and back within 80 ms', () => {
    const director = directorOf();
    expect(step(director, 0).light).toBe(1);
    director.set('/stage/blackout', true);
    expect(step(director, 1 / 60).light).toBe(0);
    director.set('/stage/blackout', false);
    const back = Array.from({ length: 6 }, (_, i) => step(director, (2 + i) / 60).light);
    expect(back[0]).toBeGreaterThan(0);
    expect(back[4]).toBe(1);
  });

  it('fades to black in about two seconds', () => {
    const director = directorOf();
    director.set('/stage/fade', 1);
    const lights = Array.from({ length: 150 }, (_, i) => step(director, i / 60).light);
    expect(lights[60]).toBeGreaterThan(0.1);
    expect(lights[125]).toBeLessThan(0.06);
  });

  it('answers a walk control in the next frame', () => {
    const director = directorOf();
    const before = step(director, 0).zoom;
    director.set('/walk/pulse', 1.5);
    expect(step(director, 1 / 60).zoom - before).toBeGreaterThan(0.004);
  });

  it('drifts visibly while starved, and never stands', () => {
    const director = directorOf();
    for (let i = 0; i < 200; i++) director.momentAt({ time: 1, elapsed: 1 / 60, starved: true });
    const places = Array.from({ length: 300 }, () => director.momentAt({ time: 1, elapsed: 0.1, starved: true }).shift);
    for (let i = 1; i < places.length; i++) expect(Math.hypot((places[i]?.x ?? 0) - (places[i - 1]?.x ?? 0), (places[i]?.y ?? 0) - (places[i - 1]?.y ?? 0))).toBeGreaterThan(0.002);
  });
});

describe('quality', () => {
  it('goes down until the frames are fast, and up again where there is room', () => {
    const quality = new Quality();
    let now = 0;
    const run = (seconds: number, cost: (scale: number) => number): void => {
      for (const end = now + seconds * 1000; now < end; ) {
        const interval = Math.max(16.7, cost(quality.scale));
        now += interval;
        quality.add(2, interval, now);
      }
    };
    run(12, (scale) => 120 * scale * scale);
    expect(quality.scale).toBeLessThanOrEqual(0.375);
    expect(120 * quality.scale ** 2).toBeLessThan(25);
    run(120, (scale) => 6 * scale * scale);
    expect(quality.level).toBe(0);
  });

  it('reaches the floor soon on software GL, and stays within its levels', () => {
    const quality = new Quality();
    for (let now = 0; now < 12_000; now += 900) quality.add(5, 900, now);
    expect(quality.scale).toBe(LEVELS.at(-1));
  });
});

describe('ISF wrapping', () => {
  it('declares inputs, buffers and standard names, and mixes in an effect without amount', () => {
    const source = '/*{ "INPUTS": [{ "NAME": "inputImage", "TYPE": "image" }, { "NAME": "size", "TYPE": "float", "MIN": 0, "MAX": 4, "DEFAULT": 1 }], "PASSES": [{ "TARGET": "memory", "PERSISTENT": true }, {}] }*/\nvoid main() { gl_FragColor = vec4(size); }';
    const text = wrapEffect(source, parseEffectHeader(source, 'x'));
    expect(text).toContain('uniform float size;');
    expect(text).toContain('uniform sampler2D memory;');
    expect(text).toContain('uniform float KICK;');
    expect(text.match(/uniform sampler2D inputImage;/g)).toHaveLength(1);
    expect(text).toContain('if (isf_isPicture) isf_output = mix(');
    expect(text).not.toContain('"INPUTS"');
  });
});
