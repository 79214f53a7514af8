/** A parameter declared once, in a shader's header, is everywhere: OSC, OSCQuery, the panel, the score, presets, uniforms, docs. */

import { describe, expect, it } from 'vitest';
import { parametersPage } from '../../src/commands/docs.ts';
import { MidiMap } from '../../src/control/midi/midi-map.ts';
import { changesOf } from '../../src/control/osc/osc-change.ts';
import { answerQuery, buildTree, hostInfo } from '../../src/control/osc/oscquery-tree.ts';
import { groupsOf } from '../../src/panel/mix-view.ts';
import { ControlBank } from '../../src/score/control-state.ts';
import { parseEffectHeader } from '../../src/score/effect-header.ts';
import { buildParameterTable, CORE_PARAMETERS } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { checkLook } from '../../src/show.ts';
import { wrapEffect } from '../../src/stage/isf.ts';
import { LookValues } from '../../src/stage/look-values.ts';

const source = `/*${JSON.stringify({ LABEL: 'Ripple', INPUTS: [{ NAME: 'inputImage', TYPE: 'image' }, { NAME: 'depth', TYPE: 'float', MIN: -2, MAX: 6, DEFAULT: 1, LABEL: 'Depth', HELP: 'How deep the ripples go.' }] })}*/\nvoid main() { gl_FragColor = IMG_THIS_PIXEL(inputImage) * depth; }`;
const PATH = '/look/ripple/depth';
const header = parseEffectHeader(source, 'ripple');
const table = buildParameterTable(header.parameters);

describe('a parameter declared once', () => {
  it('is in the table and was not there before', () => {
    expect(CORE_PARAMETERS.some(({ path }) => path === PATH)).toBe(false);
    expect(table.get(PATH)).toMatchObject({ kind: 'number', group: 'look', min: -2, max: 6, default: 1 });
  });

  it('answers to OSC, by name and by pattern, clamped to its range', () => {
    expect(changesOf({ address: PATH, args: [99] }, table)).toEqual([{ kind: 'value', path: PATH, value: 6, source: 'osc' }]);
    expect(changesOf({ address: '/look/rip*/dep[a-z]h', args: [2] }, table)?.map(({ path }) => path)).toEqual([PATH]);
    expect(changesOf({ address: PATH, args: [1] }, buildParameterTable())).toBeUndefined();
  });

  it('is an OSCQuery node', () => {
    const tree = buildTree({ table, values: {}, outs: new Map() });
    expect(answerQuery(tree, hostInfo('x', 1, 2), PATH, '').body).toMatchObject({ FULL_PATH: PATH, TYPE: 'f', VALUE: [1], RANGE: [{ MIN: -2, MAX: 6 }] });
  });

  it('is something that MIDI can learn and move', () => {
    const moved: unknown[] = [];
    const map = new MidiMap({ table: () => table, values: () => ({ [PATH]: 1 }), onChanges: (changes) => moved.push(...changes), onSend: () => undefined });
    map.plug('x', 0);
    map.arm(PATH);
    for (let value = 0; value < 20; value++) map.receive('x', [0xb0, 7, value], value * 10);
    map.tend(2000);
    map.receive('x', [0xb0, 7, 64], 3000);
    map.receive('x', [0xb0, 7, 127], 3010);
    expect(moved.at(-1)).toEqual({ kind: 'value', path: PATH, value: 6, source: 'midi' });
  });

  it('has a widget on the panel, in the box of its effect', () => {
    expect(groupsOf([...table.values()], ['ripple']).find(({ title }) => title === 'Ripple')).toMatchObject({ title: 'Ripple', isOn: true });
    expect(groupsOf([...table.values()], []).flatMap(({ members }) => members.map(({ path }) => path))).toContain(PATH);
  });

  it('moves in the score and on the stage', () => {
    const bank = new ControlBank(table);
    let state = bank.change(bank.createState({ [PATH]: 2 }), PATH, 4);
    for (let i = 0; i < 600; i++) state = bank.step(state);
    expect(bank.number(state, PATH)).toBe(4);
    const values = new LookValues();
    values.setTable([...table.values()]);
    values.set(PATH, 3, true);
    expect(values.get(PATH)).toBe(3);
  });

  it('is what presets may name', () => {
    const preset = parsePreset(JSON.stringify({ name: 'x', prompts: [{ text: 'a fern' }], look: { values: { [PATH]: 2 } } }), 'x');
    expect(() => checkLook(preset, table, 'x')).not.toThrow();
    expect(() => checkLook(preset, buildParameterTable(), 'x')).toThrow(/x: look.values names \/look\/ripple\/depth, which no effect/);
  });

  it('is a uniform of its shader', () => expect(wrapEffect(source, header)).toContain('uniform float depth;'));

  it('is on the reference page', () => expect(parametersPage(table)).toContain(`| \`${PATH}\` | Ripple: depth | -2 … 6 | 1 | How deep the ripples go. |`));
});
