/** A set through the whole driver, under every kind of hand; saved, opened again, and drawn the same, byte for byte. */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { openShow } from '../../src/show.ts';
import { PlayedSet } from '../helpers/played-set.ts';
import { playSet } from '../helpers/set-script.ts';

let set: PlayedSet;
afterEach(() => set.close());

it('a saved set opens with all that was prepared and draws the frames that were on stage', async () => {
  set = await PlayedSet.start();
  await set.reach(0.5);
  await playSet(set, 12, 0.1);
  const sent = set.framesSent;
  await set.until(() => set.framesSent > sent + 30);
  const path = await set.save();
  const log = set.show.log.changes;
  const heard = new Set(log.map(({ path: changed }) => changed));
  for (const changed of ['/walk/speed', '/walk/noise', '/walk/prompt/1', '/walk/to', '/cue/on', '/keep/go', '/keep/orbit', '/preset/load', '/patch/routes', '/panic', '/stage/blackout']) expect(heard).toContain(changed);
  expect(new Set(log.map(({ source }) => source.split(' ')[0]).filter((source) => source !== 'governor'))).toEqual(new Set(['osc', 'midi', 'panel', 'snapshot', 'keep', 'cue', 'pad', 'undo']));
  expect(set.show.beatsByHand).toBe(true);
  const { settled, differing } = await set.compare(path);
  expect(differing).toEqual([]);
  expect(settled.size).toBeGreaterThan(40);
  expect(set.shown.count).toBeGreaterThan(40);
  expect(set.shown.foreign).toBe(0);
  const show = await openShow({ showFile: path, model: 'fake' });
  try {
    expect(show.cues.list.map(({ name }) => name)).toEqual(['Storm', 'Snapshot 1']);
    expect(show.snapshots.filled.slice(0, 3)).toEqual([true, true, false]);
    expect(show.keepers.list.length).toBe(1);
  } finally {
    await show.close();
  }
  await expectAsPlayed(path);
}, 180_000);

/** What the governor did counts only in a render as it was played. */
async function expectAsPlayed(path: string): Promise<void> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { log: object[] };
  const slowed = join(dirname(path), 'slowed.show.json');
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
