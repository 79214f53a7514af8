/** The preview: the very picture that will be on air four bars later, only when there is time to draw it. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PreviewDesk, type Preview } from '../../../src/server/desks/preview-desk.ts';
import { encodeJpeg } from '../../../src/server/desks/storyboard-desk.ts';
import { makeShow } from '../show-fixture.ts';

const FOUR_BARS = (16 * 60) / 124;

function deskOf(show: ReturnType<typeof makeShow>) {
  const seen: Preview[] = [];
  const desk = new PreviewDesk((preview) => seen.push(preview));
  desk.open(show);
  return { desk, seen };
}

describe('PreviewDesk', () => {
  it('draws what the walk shows four bars on', async () => {
    const show = makeShow();
    const { desk, seen } = deskOf(show);
    desk.tend(0, 10, 5);
    await expect.poll(() => seen.length, { timeout: 45_000 }).toBe(1);
    expect(seen[0]?.due).toBeCloseTo(10 + FOUR_BARS, 6);
    const drawn = await show.pipeline.draw(show.walk.pointAt(Math.round((10 + FOUR_BARS) * 120)));
    expect(Buffer.from(seen[0]?.jpeg ?? [])).toEqual(Buffer.from(await encodeJpeg(drawn)));
    expect((await sharp(seen[0]?.jpeg).metadata()).format).toBe('jpeg');
  });

  it('rests between two, and while the show has little in hand, and where nothing more comes', async () => {
    const show = makeShow();
    const { desk, seen } = deskOf(show);
    desk.tend(0, 10, 1);
    desk.tend(0, show.timeline.duration, 5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual([]);
    desk.tend(100, 10, 5);
    await expect.poll(() => seen.length, { timeout: 45_000 }).toBe(1);
    desk.tend(200, 11, 5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toHaveLength(1);
    desk.tend(2000, 12, 5);
    await expect.poll(() => seen.length, { timeout: 45_000 }).toBe(2);
  });

  it('sees nothing ahead of live input', async () => {
    const { desk, seen } = deskOf(makeShow({ live: true }));
    desk.tend(0, 10, 5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual([]);
  });
});
