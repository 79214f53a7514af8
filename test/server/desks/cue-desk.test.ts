/** Cues through a session: by hand at a boundary, by the track on its tick, and drawn again from the log. */

import { afterEach, expect, it } from 'vitest';
import { CueList } from '../../../src/control/cues.ts';
import type { TestPage } from '../fixtures.ts';
import { cleanStages, expectSameFrames, putOnStage, set, trigger } from '../stage-fixture.ts';

const BAR = (240 * 120) / 124;

afterEach(cleanStages);

const add = (panel: TestPage, of: 'air' | 'preset' | 'keeper' | 'snapshot', what: string, on: 'hand' | 'bar' | 'section' | 'time' = 'hand'): void => panel.send({ type: 'cueAdd', of, what, on });
const cuesOf = (panel: TestPage): readonly { readonly id: number; readonly isNext: boolean; readonly isOn: boolean; readonly trigger: string }[] => panel.find('cues')?.cues ?? [];

it('fires cues by hand in their order, at the boundary asked for, and replays them to the same frames', async () => {
  const stage = await putOnStage();
  const { panel, session, show } = stage;
  await panel.until(() => session.state().showTimeSeconds > 0.3, 30_000);
  set(panel, '/cue/quantise', 'bar');
  add(panel, 'air', '');
  add(panel, 'preset', 'Second');
  await panel.until(() => cuesOf(panel).length === 2);
  expect(cuesOf(panel).map(({ isNext, isOn }) => [isNext, isOn])).toEqual([[true, false], [false, false]]);
  panel.send({ type: 'cueEdit', id: 2, name: '', transition: 'dissolve', beats: 2 });
  trigger(panel, '/cue/go', 2);
  await panel.until(() => cuesOf(panel)[1]?.isOn === true && panel.find('show')?.show.presetName === 'Second', 30_000);
  const fired = show.log.changes.filter(({ source }) => source === 'cue 2');
  expect(fired.map(({ path }) => path)).toEqual(['/cue/on', '/preset/load', '/walk/to']);
  for (const { appliesFromTick } of fired) expect(Math.abs(appliesFromTick / BAR - Math.round(appliesFromTick / BAR))).toBeLessThan(0.01);
  expect(show.score.modulationAt((fired[0]?.appliesFromTick ?? 0) + 20).dissolve?.share).toBeGreaterThan(0);
  await expectSameFrames(stage);
  trigger(panel, '/cue/go');
  await panel.until(() => panel.find('notice')?.text.startsWith('That was the last cue') === true);
  trigger(panel, '/cue/go', 1);
  await panel.until(() => cuesOf(panel)[0]?.isOn === true && cuesOf(panel)[1]?.isNext === true, 30_000);
  await expectSameFrames(stage);
  expect(CueList.fromJson(JSON.parse(JSON.stringify(show.cues.toJson())), 'x').list).toEqual(show.cues.list);
}, 120_000);

it('fires by bar exactly on the tick, takes back what nobody has seen when it is edited, and moves the values too', async () => {
  const stage = await putOnStage();
  const { panel, session, show } = stage;
  set(panel, '/walk/speed', 3);
  trigger(panel, '/snapshot/store', 1);
  set(panel, '/walk/speed', 1);
  const at = (bar: number): number => Math.round(bar * BAR);
  show.cues.add({ name: 'cut', preset: null, place: { prompts: [{ text: 'a lighthouse', weight: 1 }], seed: 5 }, snapshot: 1, values: null, transition: 'cut', beats: 4, trigger: { on: 'bar', bar: 3 } });
  show.cues.add({ name: 'later', preset: null, place: { prompts: [{ text: 'a harbour', weight: 1 }], seed: 6 }, snapshot: null, values: null, transition: 'morph', beats: 2, trigger: { on: 'bar', bar: 5 } });
  await panel.until(() => show.log.changes.some(({ source }) => source === 'cue 1'), 30_000);
  expect(show.log.changes.find(({ source, path }) => source === 'cue 1' && path === '/walk/to')?.appliesFromTick).toBe(at(2));
  await panel.until(() => show.log.changes.some(({ source }) => source === 'cue 2'), 30_000);
  panel.send({ type: 'cue', action: 'hand', id: 2 });
  await panel.until(() => !show.log.changes.some(({ source }) => source === 'cue 2'));
  expect(show.score.log.some(({ source }) => source === 'cue 2')).toBe(false);
  await panel.until(() => session.state().showTimeSeconds > 2.2 * (BAR / 120) && session.values['/walk/speed'] === 3, 30_000);
  await panel.until(() => panel.frames.some(({ header }) => header.cut));
  expect(show.score.modulationAt(at(2)).segment.from.seed).toBe(5);
  await expectSameFrames(stage);
}, 120_000);

it('walks to a typed prompt, and without a list /cue/go is the walk\'s own', async () => {
  const { panel, session, show } = await putOnStage();
  await panel.until(() => session.state().showTimeSeconds > 0.3, 30_000);
  trigger(panel, '/cue/go');
  trigger(panel, '/walk/to', 'a red forest', 2, 'morph');
  await panel.until(() => show.log.changes.some(({ path }) => path === '/walk/to'));
  expect(show.log.changes.map(({ path }) => path)).toContain('/cue/go');
  const walkTo = show.log.changes.find(({ path }) => path === '/walk/to');
  expect(walkTo?.kind === 'trigger' && String(walkTo.args[0])).toContain('a red forest');
  await panel.until(() => show.score.modulationAt(Math.round(session.state().showTimeSeconds * 120)).segment.from.prompts[0]?.text === 'a red forest', 30_000);
}, 60_000);
