/** Keepers through a session: pinned to a drop, looped as an orbit, where panic goes, saved as a preset. */

import { afterEach, expect, it } from 'vitest';
import type { Preset } from '../../../src/score/preset.ts';
import { storyboardOf } from '../../../src/score/storyboard.ts';
import { makeTools } from '../show-fixture.ts';
import { cleanStages, expectSameFrames, putOnStage, trigger, type TestStage } from '../stage-fixture.ts';

afterEach(cleanStages);

/** A keeper of another place than where the walk is. */
async function withKeeper(saved: Preset[] = []): Promise<TestStage> {
  const save = (preset: Preset, name: string): Promise<string> => {
    saved.push({ ...preset, name });
    return Promise.resolve(`${name}.json`);
  };
  const stage = await putOnStage({ tools: makeTools({ savePreset: save }) });
  stage.show.keepers.add({ place: { prompts: [{ text: 'a kept grotto', weight: 0.7 }, { text: 'embers', weight: 0.3 }], seed: 77 }, orbit: 0, look: { '/look/hue': 0.25 }, picture: new Uint8Array() });
  await stage.panel.until(() => stage.session.state().showTimeSeconds > 0.3, 30_000);
  return stage;
}

it('walks to a keeper and stays there in its orbit until it is sent on; the log draws the same frames', async () => {
  const stage = await withKeeper();
  const { panel, session, show } = stage;
  const before = session.state().generation;
  trigger(panel, '/keep/orbit', 1, 1);
  await panel.until(() => show.log.changes.some(({ path }) => path === '/keep/orbit'));
  await panel.until(() => session.values['/look/hue'] === 0.25);
  const from = show.log.changes.find(({ path }) => path === '/keep/orbit')?.appliesFromTick ?? 0;
  const seedAt = (seconds: number): number => show.score.modulationAt(from + seconds * 120).segment.from.seed;
  expect([3, 20, 40, 60].map((seconds) => seedAt(seconds))).toEqual([77, 77, 77, 77]);
  expect(show.score.modulationAt(from + 4800).orbit).toBeGreaterThan(show.score.modulationAt(from + 2400).orbit);
  await panel.until(() => session.state().generation > before);
  await expectSameFrames(stage);
  trigger(panel, '/keep/orbit');
  await panel.until(() => show.log.changes.filter(({ path }) => path === '/keep/orbit').length === 2);
  expect(seedAt(60)).not.toBe(77);
}, 120_000);

it('panic goes to the safe one, a pin to a drop takes its place there', async () => {
  const { panel, server, session, show } = await withKeeper();
  panel.send({ type: 'keeper', action: 'safe', id: 1, sceneId: '' });
  await panel.until(() => panel.find('keepers')?.keepers[0]?.safe === true);
  trigger(panel, '/panic');
  await panel.until(() => show.log.changes.some(({ path }) => path === '/panic'));
  const at = show.log.changes[0]?.appliesFromTick ?? 0;
  expect(show.score.modulationAt(at + 130).segment.from).toMatchObject({ seed: 77 });
  const drop = show.storyboard.find(({ kind }) => kind === 'drop');
  panel.send({ type: 'keeper', action: 'pin', id: 1, sceneId: drop?.id ?? '' });
  await panel.until(() => panel.find('storyboard')?.scenes.some(({ id, locked }) => id === drop?.id && locked) === true);
  expect(show.score.modulationAt(Math.round(((drop?.start ?? 0) + 0.5) * 120)).segment.from).toMatchObject({ seed: 77, prompts: [{ text: 'a kept grotto' }] });
  expect([server.port > 0, session.health().ok]).toEqual([true, true]);
}, 60_000);

it('is saved as a preset that begins at its place', async () => {
  const saved: Preset[] = [];
  const { panel, show } = await withKeeper(saved);
  panel.send({ type: 'keeper', action: 'preset', id: 1, sceneId: 'Grotto' });
  await panel.until(() => panel.find('notice')?.text === 'The keeper is saved as the preset Grotto.json');
  const [preset] = saved;
  expect(preset).toMatchObject({ name: 'Grotto', prompts: [{ text: 'a kept grotto', seed: 77 }, { text: 'embers', seed: 77 }] });
  expect(preset?.look.values['/look/hue']).toBe(0.25);
  expect(storyboardOf(show.timeline, preset as Preset, 1)[0]).toMatchObject({ prompt: 'a kept grotto', seed: 77 });
}, 60_000);
