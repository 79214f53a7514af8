/** Rule 1 through the whole driver: what was on stage under hands is what the saved show draws again, byte for byte. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { startPlaying } from '../../src/play.ts';
import { openShow } from '../../src/show.ts';
import { TestPage } from '../server/fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-same-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

const hashOf = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

it('a saved performance draws the frames that were on stage', async () => {
  const playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free', seed: 7 });
  await playing.opened;
  const page = await TestPage.join(playing.url, { canPlaySound: false });
  const { session } = playing;
  const reach = (seconds: number): Promise<void> => page.until(() => session.state().showTimeSeconds > seconds, 60_000);
  try {
    await reach(1);
    page.send({ type: 'value', path: '/walk/speed', value: 2.5, source: 'panel' });
    await reach(2);
    page.send({ type: 'trigger', path: '/cue/go', args: [], source: 'panel' });
    page.send({ type: 'value', path: '/walk/noise', value: 3, source: 'panel' });
    await reach(3);
    page.send({ type: 'value', path: '/preset/load', value: 'storm', source: 'panel' });
    await page.until(() => page.find('show')?.show.presetName === 'Storm');
    const generation = session.state().generation;
    await reach(session.state().showTimeSeconds + 2);
    page.send({ type: 'saveShow', name: 'performance' });
    await page.until(() => page.find('notice')?.text.startsWith('The show is saved as') === true);
    const path = (page.find('notice')?.text ?? '').replace('The show is saved as ', '');
    const final = new Map(page.frames.filter(({ header }) => header.generation === generation).map(({ header, payload }) => [header.tick, hashOf(payload)]));
    expect(final.size).toBeGreaterThan(20);
    const show = await openShow({ showFile: path, model: 'fake' });
    try {
      const ticks = [...final.keys()];
      await show.walk.prepare(Math.min(...ticks), Math.max(...ticks) + 1);
      const again = new Map<number, string>();
      for (const tick of ticks) again.set(tick, hashOf((await show.pipeline.draw(show.walk.pointAt(tick))).pixels));
      expect(again).toEqual(final);
    } finally {
      await show.close();
    }
  } finally {
    page.close();
    await playing.close();
  }
}, 180_000);
