/** The streams: every beat once and in time, values thinned to 30 a second, colours of known pictures. */

import { describe, expect, it } from 'vitest';
import { dominantColours } from '../../../src/control/osc/colours.ts';
import { OUT_SIGNALS, OutFeed, type OutMoment } from '../../../src/control/osc/out-signals.ts';

const at = (beat: number, more: Partial<OutMoment> = {}): OutMoment => {
  const whole = Math.floor(beat);
  return { beat, positionInBar: (((whole % 4) + 4) % 4) + 1, bar: Math.floor(whole / 4), phase: beat - whole, tempo: 120, source: 'track', moving: true, energy: 0.5, section: 'A', colours: [], ...more };
};

describe('streams', () => {
  it('tells every beat once, and the bar on downbeats', () => {
    const feed = new OutFeed();
    const heard: [string, unknown][] = [];
    for (let ms = 0; ms <= 4200; ms += 5) for (const { path, args } of feed.update(ms, at(ms / 500))) if (path === '/out/beat' || path === '/out/bar') heard.push([path, args[0]]);
    expect(heard).toEqual([['/out/beat', 2], ['/out/beat', 3], ['/out/beat', 4], ['/out/beat', 1], ['/out/bar', 1], ['/out/beat', 2], ['/out/beat', 3], ['/out/beat', 4], ['/out/beat', 1], ['/out/bar', 2]]);
  });

  it('is silent about beats while the track rests', () => {
    const feed = new OutFeed();
    feed.update(0, at(0));
    expect(feed.update(10, at(5, { moving: false })).map(({ path }) => path)).not.toContain('/out/beat');
  });

  it('sends values on change, at most 30 a second', () => {
    const feed = new OutFeed();
    let phases = 0;
    let tempi = 0;
    for (let ms = 0; ms < 1000; ms++) for (const { path } of feed.update(ms, at(ms / 500))) { phases += Number(path === '/out/phase'); tempi += Number(path === '/out/tempo'); }
    expect(phases).toBeGreaterThan(25);
    expect(phases).toBeLessThanOrEqual(31);
    expect(tempi).toBe(1);
  });

  it('speaks only of declared outputs, with as many arguments as declared', () => {
    const feed = new OutFeed();
    const declared = new Map(OUT_SIGNALS.map(({ path, types }) => [path, types]));
    feed.update(0, at(0));
    const messages = feed.update(1000, at(4, { energy: 1, tempo: 90, section: 'B', source: 'tap', colours: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }));
    expect(messages.map(({ path, args }) => [path, declared.get(path)?.length === args.length]).every(([, fits]) => fits)).toBe(true);
    expect(messages.map(({ path }) => path)).toContain('/out/colour/3');
  });
});

describe('dominant colours', () => {
  const stripes = (colours: readonly (readonly number[])[], shares: readonly number[], size = 64): Uint8Array => {
    const pixels = new Uint8Array(size * size * 4);
    for (let i = 0; i < size * size; i++) {
      const along = (i % size) / size;
      let sum = 0;
      const index = shares.findIndex((share) => (sum += share) > along);
      pixels.set([...(colours[index] as number[]), 255], i * 4);
    }
    return pixels;
  };

  it('finds the colours of a picture that has three, heaviest first, black last', () => {
    const found = dominantColours(stripes([[255, 0, 0], [0, 0, 255], [0, 0, 0]], [0.5, 0.25, 0.25]), 64, 64, 3);
    expect(found.map((colour) => colour.map((value) => Math.round(value * 255)))).toEqual([[255, 0, 0], [0, 0, 255], [0, 0, 0]]);
  });

  it('keeps the order of the colours before', () => {
    const first = dominantColours(stripes([[255, 0, 0], [0, 0, 255], [0, 255, 0]], [0.5, 0.3, 0.2]), 64, 64, 3);
    const second = dominantColours(stripes([[230, 0, 0], [0, 0, 230], [0, 230, 0]], [0.2, 0.3, 0.5]), 64, 64, 3, first);
    expect(second.map((colour) => colour.indexOf(Math.max(...colour)))).toEqual(first.map((colour) => colour.indexOf(Math.max(...colour))));
  });

  it('answers for a picture of one colour and for one pixel', () => {
    expect(dominantColours(new Uint8Array([10, 20, 30, 255]), 1, 1, 3)).toHaveLength(3);
    expect(dominantColours(new Uint8Array(0), 0, 0, 2)).toEqual([[0, 0, 0], [0, 0, 0]]);
  });
});
