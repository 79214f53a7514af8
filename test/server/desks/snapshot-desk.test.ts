/** Snapshots and undo through a session: stored, recalled, crossfaded as ordinary changes, taken back as one. */

import { afterEach, expect, it } from 'vitest';
import { cleanStages, putOnStage, set, trigger } from '../stage-fixture.ts';

afterEach(cleanStages);

it('stores, recalls and crossfades by logged changes that all hear of, and undo takes each back whole', async () => {
  const { panel, session, show, echoes } = await putOnStage();
  const value = (path: string): unknown => session.values[path];
  expect(panel.messages.some(({ type }) => type === 'snapshots')).toBe(true);
  trigger(panel, '/snapshot/store', 1);
  set(panel, '/walk/speed', 3);
  set(panel, '/look/zoom', 2);
  trigger(panel, '/snapshot/store', 2);
  await panel.until(() => panel.find('snapshots')?.filled[1] === true);
  expect(panel.find('snapshots')?.filled).toEqual([true, true, false, false, false, false, false, false]);

  trigger(panel, '/snapshot/1');
  await panel.until(() => value('/walk/speed') === 1 && value('/look/zoom') === 1);
  trigger(panel, '/undo');
  await panel.until(() => value('/walk/speed') === 3 && value('/look/zoom') === 2);

  for (const mix of [0.25, 0.5]) set(panel, '/snapshot/mix', mix);
  await panel.until(() => value('/walk/speed') === 2 && value('/look/zoom') === 1.5);
  expect(echoes).toContainEqual(['/look/zoom', 1.25]);
  expect(show.log.changes.filter(({ path, source }) => path === '/walk/speed' && source === 'snapshot').length).toBeGreaterThan(0);
  expect(show.score.valuesAt(session.state().showTimeSeconds * 120 + 1200)['/walk/speed']).toBeCloseTo(2, 3);
  trigger(panel, '/undo');
  await panel.until(() => value('/walk/speed') === 3 && value('/look/zoom') === 2 && value('/snapshot/mix') === 0);

  trigger(panel, '/snapshot/recall', 7);
  await panel.until(() => panel.find('notice')?.text === 'Snapshot 7 is empty: store one there first.');
});

it('undo says when there is nothing left', async () => {
  const { panel, session } = await putOnStage();
  set(panel, '/walk/speed', 2);
  await panel.until(() => session.values['/walk/speed'] === 2);
  trigger(panel, '/undo');
  await panel.until(() => session.values['/walk/speed'] === 1);
  trigger(panel, '/undo');
  await panel.until(() => panel.find('notice')?.text === 'There is nothing to take back.');
});
