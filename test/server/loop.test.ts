/** Loops of a show on stage, with no panel open: set by controls, turned by the server, through pause, seek, another track and a restart. */

import { afterEach, describe, expect, it } from 'vitest';
import { cleanStages, putOnStage, set, trigger, type TestStage } from './stage-fixture.ts';
import { makeShow } from './show-fixture.ts';

afterEach(cleanStages);

/** 124 BPM in four. */
const BAR = 240 / 124;
const LONG = { timeout: 30_000 };

const timeOf = ({ session }: TestStage): number => session.state().showTimeSeconds;

/** Waits until the show has turned so often, and sees that it never leaves the loop. */
async function seeTurns(stage: TestStage, count: number, start: number, end: number): Promise<void> {
  let before = timeOf(stage);
  for (let turns = 0; turns < count;) {
    await expect.poll(() => Math.abs(timeOf(stage) - before), LONG).toBeGreaterThan(0.02);
    const time = timeOf(stage);
    expect(time).toBeGreaterThanOrEqual(start);
    expect(time).toBeLessThan(end);
    if (time < before) turns++;
    before = time;
  }
}

describe('a loop on stage', () => {
  it('turns by the server alone, is heard of by all, and goes through pause, a seek and its own end', async () => {
    const stage = await putOnStage();
    stage.panel.close();
    stage.session.control([{ kind: 'trigger', path: '/transport/loop/bars', args: [1, 3], source: 'osc' }]);
    expect(stage.session.values).toMatchObject({ '/transport/loop': true, '/transport/loop/in': expect.closeTo(2 * BAR, 6) as number, '/transport/loop/out': expect.closeTo(3 * BAR, 6) as number });
    expect(stage.echoes.filter(([path]) => path.startsWith('/transport/loop')).map(([path]) => path)).toEqual(['/transport/loop/in', '/transport/loop/out', '/transport/loop']);
    const [start, end] = [2 * BAR, 2 * BAR + 0.6];
    const set = (path: string, value: number | boolean): void => stage.session.control([{ kind: 'value', path: `/transport/${path}`, value, source: 'osc' }]);
    set('loop/out', end);
    set('position', start);
    await seeTurns(stage, 2, start, end);
    set('play', false);
    await expect.poll(() => stage.session.welcome()?.transport.playing, LONG).toBe(false);
    set('play', true);
    await seeTurns(stage, 1, start, end);
    set('position', end + 0.5);
    await expect.poll(() => timeOf(stage), LONG).toBeGreaterThan(end + 0.6);
    set('position', start + 0.1);
    await seeTurns(stage, 1, start, end);
    set('loop', false);
    await expect.poll(() => timeOf(stage), LONG).toBeGreaterThan(end);
  }, 60_000);

  it('is told to pages, ends with the track, and comes back after a restart', async () => {
    const stage = await putOnStage();
    for (const [path, value] of [['in', 1], ['out', 3]] as const) set(stage.panel, `/transport/loop/${path}`, value);
    set(stage.panel, '/transport/loop', true);
    await stage.panel.until(() => stage.panel.find('transport')?.transport.loop?.end === 3);
    const state = stage.session.toRemember()?.state;
    set(stage.panel, '/transport/loop/out', 1);
    await stage.panel.until(() => stage.panel.find('transport')?.transport.loop === null);
    stage.session.open(makeShow());
    expect(stage.session.values['/transport/loop']).toBe(false);
    expect(stage.session.welcome()?.transport.loop).toBeNull();
    if (state === undefined) throw new Error('nothing to remember');
    stage.session.restore(state);
    expect(stage.session.welcome()?.transport.loop).toEqual({ start: 1, end: 3 });
    trigger(stage.panel, '/transport/loop/bars', 2, 4000);
    await stage.panel.until(() => stage.panel.find('notice')?.text === 'The track has no such bars to loop.');
  }, 60_000);

  it('keeps what hands set over its turns, and the log has it from the loop\'s start on', async () => {
    const stage = await putOnStage();
    const { score, log } = stage.show;
    const [from, to] = [1, 2];
    for (const [path, value] of [['loop/in', from], ['loop/out', to], ['loop', true], ['position', from]] as const) set(stage.panel, `/transport/${path}`, value);
    await stage.panel.until(() => timeOf(stage) > from + 0.1);
    set(stage.panel, '/walk/noise', 3);
    set(stage.panel, '/cue/quantise', 'off');
    set(stage.panel, '/preset/load', 'Second');
    await stage.panel.until(() => log.changes.some(({ path }) => path === '/preset/load'), 30_000);
    await seeTurns(stage, 1, from, to);
    const start = from * 120;
    await stage.panel.until(() => score.presetAt(start).name === 'Second', 30_000);
    expect(log.changes.filter(({ appliesFromTick }) => appliesFromTick > start && appliesFromTick < to * 120).map(({ path }) => path)).toEqual([]);
    expect(log.changes.filter(({ appliesFromTick }) => appliesFromTick === start).map(({ path }) => path).toSorted()).toEqual(['/preset/load', '/walk/noise']);
    expect(score.presetAt(start - 1).name).toBe('First');
    await seeTurns(stage, 1, from, to);
    expect(log.changes.length).toBe(2);
  }, 60_000);

  it('lands at its start what waits for a bar beyond its end', async () => {
    const stage = await putOnStage();
    await stage.session.buffered(1);
    stage.session.control([{ kind: 'trigger', path: '/transport/loop/bars', args: [1, 1], source: 'osc' }]);
    await stage.panel.until(() => timeOf(stage) > 0.2);
    set(stage.panel, '/preset/load', 'Second');
    await stage.panel.until(() => stage.show.log.changes.some(({ path }) => path === '/preset/load'), 30_000);
    expect(stage.show.log.changes.find(({ path }) => path === '/preset/load')?.appliesFromTick).toBe(0);
    await stage.panel.until(() => stage.panel.find('show')?.show.presetName === 'Second', 30_000);
  }, 60_000);
});
