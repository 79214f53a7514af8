/** Pictures of the presets: drawn once in comfort, kept on disk, drawn anew for another model. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenShow } from '../../../src/server/open-show.ts';
import { ThumbnailDesk } from '../../../src/server/desks/thumbnail-desk.ts';
import { makeShow, PRESETS } from '../show-fixture.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'latentbeat-thumbnails-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function counted(): { readonly show: OpenShow; readonly drawn: string[] } {
  const show = makeShow();
  const drawn: string[] = [];
  const draw = show.pipeline.draw.bind(show.pipeline);
  show.pipeline.draw = (point, ...rest) => {
    drawn.push(point.prompts[0]?.text ?? '');
    return draw(point, ...rest);
  };
  return { show, drawn };
}

const deskFor = (show: OpenShow): ThumbnailDesk => {
  const desk = new ThumbnailDesk({ folder, presets: () => PRESETS, onChange: () => undefined });
  desk.open(show);
  return desk;
};

/** Tends as the session does until all pictures are there. */
async function tendUntilAll(desk: ThumbnailDesk, buffer = 5): Promise<Record<string, string>> {
  let now = 1000;
  await expect.poll(() => {
    desk.tend((now += 250), buffer);
    return Object.keys(namesOf(desk)).length;
  }, { timeout: 45_000, interval: 10 }).toBe(PRESETS.length);
  return namesOf(desk);
}

function namesOf(desk: ThumbnailDesk): Record<string, string> {
  const message = desk.message();
  return message.type === 'thumbnails' ? message.presets : {};
}

describe('ThumbnailDesk', () => {
  it('draws each preset\'s middle prompt once and serves it as JPEG', async () => {
    const { show, drawn } = counted();
    const desk = deskFor(show);
    const urls = await tendUntilAll(desk);
    expect(drawn.toSorted()).toEqual(['First fire', 'Second fire']);
    expect(urls['First']).toMatch(/^\/api\/presets\/first\.jpg\?v=[0-9a-f]{24}$/);
    expect((await sharp(desk.picture('first') ?? undefined).metadata()).format).toBe('jpeg');
    expect(desk.picture('nobody')).toBeNull();
  });

  it('takes them from disk the next time, and draws anew for another model', async () => {
    await tendUntilAll(deskFor(makeShow()));
    const again = counted();
    await tendUntilAll(deskFor(again.show), 0);
    expect(again.drawn).toEqual([]);
    const other = counted();
    const card = { ...other.show.pipeline.card, sha256: 'another' };
    await tendUntilAll(deskFor({ ...other.show, pipeline: { ...other.show.pipeline, card } }));
    expect(other.drawn).toHaveLength(2);
    expect(readdirSync(folder)).toHaveLength(4);
  });

  it('waits while the show has little in hand', async () => {
    const { show, drawn } = counted();
    const desk = deskFor(show);
    for (let now = 0; now < 30_000; now += 250) {
      desk.tend(now, 0.5);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(drawn).toEqual([]);
  });
});
