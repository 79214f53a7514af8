/** The title over plain frames: where it stands, that it fades and goes, and what lies under it. */

import { describe, expect, it } from 'vitest';
import { CORE_PARAMETERS } from '../../src/score/parameters.ts';
import { titledFrames } from '../../src/render-title.ts';

const [WIDTH, HEIGHT, FPS] = [320, 180, 10];

function framesOf(values: Record<string, string | number | boolean>) {
  const defaults = Object.fromEntries(CORE_PARAMETERS.filter(({ path }) => path.startsWith('/overlay/')).map((parameter) => [parameter.path, parameter.default]));
  const under = new Uint8Array(WIDTH * HEIGHT * 4).fill(60);
  const maker = titledFrames({ frame: () => Promise.resolve(under), close: () => Promise.resolve() }, { width: WIDTH, height: HEIGHT, fps: FPS, title: 'Dawn', values: { ...defaults, ...values } });
  return { under, frame: (index: number) => maker.frame(index) };
}

/** Brightest red of the rows between two fractions of the height. */
function brightest(pixels: Uint8Array, from: number, to: number): number {
  let most = 0;
  for (let at = Math.round(from * HEIGHT) * WIDTH * 4; at < Math.round(to * HEIGHT) * WIDTH * 4; at += 4) most = Math.max(most, pixels[at] as number);
  return most;
}

describe('the title over plain frames', () => {
  it('fades in at its place, stays, and goes after its time', async () => {
    const { under, frame } = framesOf({ '/overlay/show': true, '/overlay/text': 'Hall & Sun\\nlive', '/overlay/hold': 3, '/overlay/fade': 1 });
    expect(await frame(0)).toBe(under);
    const [early, full] = [await frame(5), await frame(20)];
    expect(brightest(full, 0.7, 0.95)).toBeGreaterThan(245);
    expect(brightest(early, 0.7, 0.95)).toBeGreaterThan(120);
    expect(brightest(early, 0.7, 0.95)).toBeLessThan(brightest(full, 0.7, 0.95) - 40);
    expect(brightest(full, 0, 0.7)).toBe(60);
    expect(await frame(45)).toBe(under);
    // Asked for again after a stop: the same bytes.
    expect(await frame(20)).toEqual(full);
  });

  it('says the name of the track where no text is set, and nothing while it is off', async () => {
    const { under, frame } = framesOf({ '/overlay/show': true, '/overlay/y': 0.2 });
    expect(brightest(await frame(30), 0.1, 0.3)).toBeGreaterThan(200);
    const off = framesOf({ '/overlay/text': 'Hidden' });
    expect(await off.frame(30)).toBe(off.under);
    expect(under[0]).toBe(60);
  });
});
