/** Preset and show files: defaults filled, faults in one sentence with path, range and the key that was meant. */

import { describe, expect, it } from 'vitest';
import { nearestWord } from '../../src/base/nearest.ts';
import { UserError } from '../../src/base/errors.ts';
import { DEFAULT_ROUTES } from '../../src/score/route-types.ts';
import { parsePreset, presetFromData, presetFromPrompts, presetToJson } from '../../src/score/preset.ts';
import { parseShow, serializeShow } from '../../src/score/show-file.ts';
import type { Show } from '../../src/score/show-file.ts';
import { editScene, lockScene, pinScene, rerollScene, storyboardOf } from '../../src/score/storyboard.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';
import { makePreset, triggerChange, valueChange } from './helpers.ts';

function faultOf(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as UserError).exitCode).toBe(3);
    return (thrown as UserError).message;
  }
  throw new Error('nothing was thrown');
}
const minimal = { name: 'X', prompts: ['a'] };

describe('preset files', () => {
  it('fill every default and read back what they wrote', () => {
    const preset = parsePreset(JSON.stringify(minimal), 'x.json');
    expect(preset.prompts).toEqual([{ text: 'a', weight: 1 }]);
    expect(preset.routes).toEqual(DEFAULT_ROUTES);
    expect(preset.walk.bars).toEqual({ quiet: 16, normal: 8, loud: 4 });
    expect(presetFromData(presetToJson(preset), 'again')).toEqual(preset);
    expect(() => ((preset.walk as { groove: number }).groove = 0)).toThrow();
  });

  it('read times as people write them', () => {
    const preset = parsePreset(JSON.stringify({ ...minimal, routes: [{ feature: 'kick', to: 'look.zoom', gain: 0.1, attack: '15 ms', release: '2 bars' }] }), 'x.json');
    expect(preset.routes[0]).toMatchObject({ attack: { amount: 0.015, unit: 's' }, release: { amount: 2, unit: 'bar' }, shape: 'follow' });
  });

  it.each([
    [{ ...minimal, wlak: {} }, ['x.json', 'wlak', 'did you mean walk?']],
    [{ ...minimal, walk: { bars: { loud: 400 } } }, ['walk.bars.loud', '0 to 64', '400']],
    [{ ...minimal, walk: { grooove: 1 } }, ['walk.grooove', 'groove']],
    [{ ...minimal, noise: { orbitBars: 5 } }, ['noise.orbitBars', '5']],
    [{ ...minimal, mode: 'anchorred' }, ['mode', 'anchored']],
    [{ ...minimal, prompts: [{ txt: 'a' }] }, ['prompts[0].txt', 'text']],
    [{ ...minimal, routes: [{ feature: 'kik', to: 'look.zoom', gain: 1 }] }, ['routes[0].feature', 'kick']],
    [{ ...minimal, routes: [{ feature: 'kick', to: 'look.zom', gain: 1 }] }, ['routes[0].to', 'look.zoom']],
    [{ ...minimal, routes: [{ feature: 'kick', to: 'look.zoom', gain: 1, attack: 'soon' }] }, ['routes[0].attack', 'soon']],
    [{ name: 'X' }, ['prompts', 'missing']],
    [{ ...minimal, seed: Number.NaN }, ['seed']],
  ])('%j is refused in one sentence', (data, parts) => {
    const fault = faultOf(() => parsePreset(JSON.stringify(data), 'x.json'));
    for (const part of parts) expect(fault).toContain(part);
    expect(fault).not.toContain('\n');
  });

  it('that are no JSON say so', () => {
    expect(faultOf(() => parsePreset('{ name: ', 'x.json'))).toContain('x.json is not JSON');
  });

  it('take a person\'s own prompts in their order', () => {
    const own = presetFromPrompts(makePreset(), [' neon jellyfish ', 'stained glass']);
    expect(storyboardOf(syntheticTimeline(), own, 1).map(({ prompt }) => prompt).slice(0, 2)).toEqual(['neon jellyfish', 'stained glass']);
    expect(presetFromPrompts(own, [])).toBe(own);
  });
});

describe('the storyboard', () => {
  const timeline = syntheticTimeline();
  const scenes = storyboardOf(timeline, makePreset(), 5);

  it('gives a returning label its prompt and seed, and the loudest label the peak', () => {
    expect(scenes.map(({ id }) => id)).toEqual(['A1', 'B1', 'C1', 'D1', 'C2', 'A2']);
    expect(scenes[4]).toMatchObject({ prompt: scenes[2]?.prompt, seed: scenes[2]?.seed });
    expect(scenes[2]?.prompt).toBe('fire');
    expect(scenes[0]?.prompt).toBe('calm lake');
    expect(storyboardOf(timeline, makePreset(), 6)[0]?.seed).not.toBe(scenes[0]?.seed);
    expect(storyboardOf({ ...timeline, sections: [] }, makePreset(), 5).length).toBe(1);
  });

  it('edits one scene, locks it, and keeps it when the rest is made anew', () => {
    const edited = editScene(scenes, 'B1', ' whales ');
    expect(edited[1]).toMatchObject({ prompt: 'whales', locked: true });
    expect(edited.filter((scene, i) => scene !== scenes[i]).length).toBe(1);
    expect(storyboardOf(timeline, makePreset({ prompts: ['x', 'y'] }), 5, edited)[1]?.prompt).toBe('whales');
    expect(editScene(scenes, 'B1', ' ')).toEqual(scenes);
    expect(rerollScene(edited, 'B1', 5, 1)).toEqual(edited);
    expect(rerollScene(lockScene(edited, 'B1', false), 'B1', 5, 1)[1]?.seed).not.toBe(edited[1]?.seed);
    expect(rerollScene(scenes, 'B1', 5, 1)).toEqual(rerollScene(scenes, 'B1', 5, 1));
    expect(rerollScene(scenes, 'B1', 5, 2)[1]?.seed).not.toBe(rerollScene(scenes, 'B1', 5, 1)[1]?.seed);
    expect(pinScene(scenes, 'D1', 'kept', 9)[3]).toMatchObject({ prompt: 'kept', seed: 9, locked: true });
  });
});

describe('show files', () => {
  const show: Show = {
    version: 1, title: 'Song', track: { path: '../song.mp3', sha256: 'a'.repeat(64) }, preset: makePreset(), seed: 4, model: { id: 'embedded', sha256: 'b'.repeat(64) }, analysis: 1,
    corrections: { bpm: 124, beats: [{ time: 0.5, position: 1 }] }, storyboard: storyboardOf(syntheticTimeline(), makePreset(), 4), keepers: [], snapshots: [{ '/walk/speed': 2 }, null], cues: [{ id: 1, name: 'one' }],
    mappings: [{ from: 'midi:1', to: '/walk/speed', min: 0, max: 4 }], log: [valueChange('/walk/speed', 2, 30), triggerChange('/cue/go', [], 60)],
  };

  it('read back what they wrote', () => {
    expect(parseShow(serializeShow(show), 'a.show.json')).toEqual(show);
    expect(parseShow(serializeShow({ ...show, track: null }), 'live.show.json').track).toBeNull();
  });

  it.each([
    [{ ...show, storybord: [] }, ['storybord', 'storyboard']],
    [{ ...show, version: 9 }, ['version 9']],
    [{ ...show, log: [{ ...show.log[0], tick: 3 }] }, ['log[0].tick']],
    [{ ...show, preset: { name: 'X', prompts: [] } }, ['preset.prompts', 'at least one']],
    [{ ...show, track: { path: 'x', sha256: 'zz' } }, ['track.sha256']],
  ])('refuse what is not theirs', (data, parts) => {
    const fault = faultOf(() => parseShow(JSON.stringify(data), 'a.show.json'));
    for (const part of ['a.show.json', ...parts]) expect(fault).toContain(part);
  });
});

describe('nearestWord', () => {
  it('guesses near words only', () => {
    expect(nearestWord('neon-drvie', ['neon-drive', 'ember'])).toBe('neon-drive');
    expect(nearestWord('xyzzy', ['neon-drive', 'ember'])).toBeUndefined();
  });
});
