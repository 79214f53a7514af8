/** Prompt pads through a session: pictures, arming, landing on a boundary, taking back, and the same frames from the log. */

import { afterEach, expect, it } from 'vitest';
import type { PadTile } from '../../../src/protocol/messages.ts';
import { makeShow } from '../show-fixture.ts';
import type { TestPage } from '../fixtures.ts';
import { cleanStages, expectSameFrames, putOnStage, set, trigger } from '../stage-fixture.ts';

const BAR = 240 / 124;

afterEach(cleanStages);

const padOf = (panel: TestPage, id: number): PadTile | undefined => panel.find('pads')?.pads[id - 1];

it('thinks, is ready with four pictures, arms one, lands on a bar and is on; the log draws the same frames', async () => {
  const stage = await putOnStage();
  const { panel, server, session, show } = stage;
  await panel.until(() => session.state().showTimeSeconds > 0.3, 30_000);
  expect(panel.find('pads')?.pads.map(({ state }) => state)).toEqual(['empty', 'empty', 'empty', 'empty']);
  trigger(panel, '/pad/type', 2, '  a red forest ');
  await panel.until(() => padOf(panel, 2)?.state === 'ready', 30_000);
  expect(panel.messages.some((message) => message.type === 'pads' && message.pads[1]?.state === 'thinking')).toBe(true);
  const pictures = padOf(panel, 2)?.pictures ?? [];
  expect(new Set(pictures.map(({ seed }) => seed)).size).toBe(4);
  const fetched = await fetch(`${server.url}${pictures[3]?.url}`);
  expect([fetched.status, fetched.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect((await fetch(`${server.url}/api/pads/1-0.jpg`)).status).toBe(404);

  trigger(panel, '/pad/arm', 2, 3);
  await panel.until(() => padOf(panel, 2)?.state === 'armed');
  const lands = padOf(panel, 2)?.landsAt ?? 0;
  expect(Math.abs(lands / BAR - Math.round(lands / BAR))).toBeLessThan(0.02);
  expect(lands).toBeGreaterThan(session.state().showTimeSeconds);
  const armed = show.log.changes.find(({ source }) => source === 'pad 2');
  expect(armed?.kind === 'trigger' && JSON.parse(String(armed.args[0]))).toEqual({ prompts: [{ text: 'a red forest', weight: 1 }], seed: pictures[2]?.seed });
  await panel.until(() => padOf(panel, 2)?.state === 'on', 30_000);
  expect(session.state().showTimeSeconds).toBeGreaterThanOrEqual(lands - 0.05);
  expect(session.state().lateFrames).toBe(0);
  await expectSameFrames(stage);
}, 120_000);

it('takes an armed place back before the walk sets out, and draws others on a re-roll', async () => {
  const { panel, session, show } = await putOnStage();
  await panel.until(() => session.state().showTimeSeconds > 0.3, 30_000);
  set(panel, '/cue/quantise', '8 bars');
  await panel.until(() => session.values['/cue/quantise'] === '8 bars');
  trigger(panel, '/pad/type', 1, 'a blue sea');
  await panel.until(() => padOf(panel, 1)?.state === 'ready', 30_000);
  const seeds = padOf(panel, 1)?.pictures.map(({ seed }) => seed);
  trigger(panel, '/pad/1');
  await panel.until(() => padOf(panel, 1)?.state === 'armed');
  expect(padOf(panel, 1)).toMatchObject({ chosen: 0 });
  expect((padOf(panel, 1)?.landsAt ?? 0) / (8 * BAR)).toBeCloseTo(1, 2);
  trigger(panel, '/pad/1');
  await panel.until(() => padOf(panel, 1)?.state === 'ready');
  expect([show.log.changes.length, show.score.log.length]).toEqual([0, 0]);
  trigger(panel, '/pad/reroll', 1);
  await panel.until(() => padOf(panel, 1)?.state === 'ready' && padOf(panel, 1)?.pictures[0]?.seed !== seeds?.[0], 30_000);
  trigger(panel, '/pad/arm', 4, 1);
  await panel.until(() => panel.find('notice')?.text.startsWith('Pad 4 has no picture 1') === true);
}, 120_000);

it('comes in the end where the model is slow', async () => {
  const { panel, session } = await putOnStage({}, makeShow({ cost: () => 120 }));
  await panel.until(() => session.state().showTimeSeconds > 0.3, 60_000);
  trigger(panel, '/pad/type', 1, 'a blue sea');
  await panel.until(() => padOf(panel, 1)?.state === 'thinking');
  await panel.until(() => padOf(panel, 1)?.state === 'ready', 60_000);
}, 120_000);
