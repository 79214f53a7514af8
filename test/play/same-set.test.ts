/** A set through the whole driver: snapshots, cues, pads and keepers; saved, opened again, and drawn the same, byte for byte. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { startPlaying } from '../../src/play.ts';
import { openShow, type OpenShow } from '../../src/show.ts';
import { TestPage } from '../server/fixtures.ts';
import { set, trigger } from '../server/stage-fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-set-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

const hashOf = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

async function drawAgain(show: OpenShow, ticks: readonly number[]): Promise<Map<number, string>> {
  await show.walk.prepare(Math.min(...ticks), Math.max(...ticks) + 1);
  const drawn = new Map<number, string>();
  for (const tick of ticks) drawn.set(tick, hashOf((await show.pipeline.draw(show.walk.pointAt(tick))).pixels));
  return drawn;
}

it('a saved set opens with its cues and snapshots and draws the frames that were on stage', async () => {
  const playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free', seed: 7 });
  await playing.opened;
  const page = await TestPage.join(playing.url, { canPlaySound: false });
  const { session } = playing;
  const reach = (seconds: number): Promise<void> => page.until(() => session.state().showTimeSeconds > seconds, 60_000);
  try {
    await reach(0.5);
    trigger(page, '/snapshot/store', 1);
    set(page, '/walk/speed', 3);
    set(page, '/walk/noise', 2);
    trigger(page, '/snapshot/store', 2);
    set(page, '/snapshot/mix', 0.5);
    set(page, '/cue/quantise', 'beat');
    page.send({ type: 'cueAdd', of: 'preset', what: 'storm', on: 'hand' });
    page.send({ type: 'cueAdd', of: 'snapshot', what: '1', on: 'hand' });
    await reach(1.5);
    trigger(page, '/cue/go');
    trigger(page, '/cue/go');
    await page.until(() => page.find('show')?.show.presetName === 'Storm');
    trigger(page, '/walk/to', 'a red forest', 2, 'dissolve');
    await reach(session.state().showTimeSeconds + 1.5);
    await page.until(() => session.values['/walk/speed'] === 1);
    const before = session.state().generation;
    trigger(page, '/pad/type', 1, 'a harbour at night');
    trigger(page, '/pad/arm', 1, 2);
    await page.until(() => session.state().generation > before);
    const generation = session.state().generation;
    await reach(session.state().showTimeSeconds + 3);
    page.send({ type: 'saveShow', name: 'set' });
    await page.until(() => page.find('notice')?.text.startsWith('The show is saved as') === true);
    const path = (page.find('notice')?.text ?? '').replace('The show is saved as ', '');
    const seen = new Map(page.frames.filter(({ header }) => header.generation === generation).map(({ header, payload }) => [header.tick, hashOf(payload)]));
    expect(seen.size).toBeGreaterThan(15);
    const show = await openShow({ showFile: path, model: 'fake' });
    try {
      expect(show.cues.list.map(({ name }) => name)).toEqual(['Storm', 'Snapshot 1']);
      expect(show.snapshots.filled.slice(0, 3)).toEqual([true, true, false]);
      expect(show.log.changes.filter(({ path: changed }) => changed === '/walk/to').length).toBeGreaterThan(2);
      expect(await drawAgain(show, [...seen.keys()])).toEqual(seen);
    } finally {
      await show.close();
    }
    await expectAsPlayed(path);
  } finally {
    page.close();
    await playing.close();
  }
}, 180_000);

/** What the governor did counts only in a render as it was played. */
async function expectAsPlayed(path: string): Promise<void> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { log: object[] };
  const slowed = join(folder, 'slowed.show.json');
  writeFileSync(slowed, JSON.stringify({ ...file, log: [...file.log, { kind: 'value', path: '/walk/speed', value: 0.25, source: 'governor', arrival: 0, appliesFromTick: 2400 }] }));
  const clean = await openShow({ showFile: slowed, model: 'fake' });
  const asPlayed = await openShow({ showFile: slowed, model: 'fake', asPlayed: true });
  try {
    expect([clean.score.valuesAt(3000)['/walk/speed'], asPlayed.score.valuesAt(3000)['/walk/speed']]).toEqual([1, 0.25]);
    expect(asPlayed.score.modulationAt(4000).orbit).toBeLessThan(clean.score.modulationAt(4000).orbit - 0.05);
    expect(asPlayed.score.modulationAt(2000)).toEqual(clean.score.modulationAt(2000));
  } finally {
    await Promise.all([clean.close(), asPlayed.close()]);
  }
}
