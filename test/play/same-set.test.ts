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
  await expectAsPrepared(path);
}, 180_000);

/** What was prepared is there, and what the governor did counts only in a render as it was played. */
async function expectAsPrepared(path: string): Promise<void> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { log: { appliesFromTick: number; source: string }[] };
  const log = file.log.filter(({ source }) => source !== 'governor');
  const from = 1 + Math.max(...log.map(({ appliesFromTick }) => appliesFromTick));
  const slowed = join(dirname(path), 'slowed.show.json');
  writeFileSync(slowed, JSON.stringify({ ...file, log: [...log, { kind: 'value', path: '/walk/speed', value: 0.05, source: 'governor', arrival: 0, appliesFromTick: from }] }));
  const clean = await openShow({ showFile: slowed, model: 'fake' });
  const asPlayed = await openShow({ showFile: slowed, model: 'fake', asPlayed: true });
  try {
    expect(clean.cues.list.map(({ name }) => name)).toEqual(['Storm', 'Snapshot 1']);
    expect(clean.snapshots.filled.slice(0, 3)).toEqual([true, true, false]);
    expect(clean.keepers.list.length).toBe(1);
    expect(clean.score.valuesAt(from + 600)['/walk/speed']).toBeGreaterThan(0.2);
    expect(asPlayed.score.valuesAt(from + 600)['/walk/speed']).toBe(0.05);
    expect(asPlayed.score.modulationAt(from + 1600).orbit).toBeLessThan(clean.score.modulationAt(from + 1600).orbit - 0.05);
    expect(asPlayed.score.modulationAt(from - 1)).toEqual(clean.score.modulationAt(from - 1));
  } finally {
    await Promise.all([clean.close(), asPlayed.close()]);
  }
}
