/** Undo of what is no number: a preset, a text. Numbers and snapshots: snapshot-desk.test.ts. */

import { afterEach, expect, it } from 'vitest';
import { cleanStages, putOnStage, set, trigger } from './stage-fixture.ts';

afterEach(cleanStages);

it('takes back the first preset that was loaded, with its look, and a text to none', async () => {
  const { session, panel } = await putOnStage();
  expect(session.values).toMatchObject({ '/preset/load': 'First', '/look/hue': 0.1 });
  set(panel, '/cue/quantise', 'off');
  set(panel, '/overlay/text', 'hello');
  set(panel, '/preset/load', 'Second');
  await panel.until(() => panel.find('show')?.show.presetName === 'Second');
  expect(session.values['/look/hue']).toBe(0.2);
  trigger(panel, '/undo');
  await panel.until(() => panel.find('show')?.show.presetName === 'First');
  expect(session.values).toMatchObject({ '/preset/load': 'First', '/look/hue': 0.1, '/overlay/text': 'hello' });
  trigger(panel, '/undo');
  await panel.until(() => session.values['/overlay/text'] === '');
  trigger(panel, '/undo');
  await panel.until(() => session.values['/cue/quantise'] === 'bar');
  trigger(panel, '/undo');
  await panel.until(() => panel.find('notice')?.text === 'There is nothing to take back.');
}, 60_000);
