/** The reader of ISF headers: what becomes a parameter, and one sentence for what is wrong. */

import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseEffectHeader } from '../../src/score/effect-header.ts';
import { loadEffects } from '../helpers/stage-show.ts';

const withInputs = (inputs: unknown[], more: object = {}): string => `/*${JSON.stringify({ INPUTS: inputs, ...more })}*/\nvoid main() {}`;

describe('effect header', () => {
  it('makes a parameter of each number and switch', () => {
    const header = parseEffectHeader(withInputs([
      { NAME: 'inputImage', TYPE: 'image' },
      { NAME: 'amount', TYPE: 'float', MIN: 0, MAX: 2, DEFAULT: 0.5, LABEL: 'Amount' },
      { NAME: 'flip', TYPE: 'bool', DEFAULT: 1 },
      { NAME: 'mode', TYPE: 'long', VALUES: [0, 1, 2], DEFAULT: 1 },
      { NAME: 'tint', TYPE: 'color', DEFAULT: [1, 0, 0, 1] },
    ]), 'my-filter');
    expect(header.parameters.map(({ path, kind, min, max, default: rest }) => [path, kind, min, max, rest])).toEqual([
      ['/look/my-filter/amount', 'number', 0, 2, 0.5], ['/look/my-filter/flip', 'boolean', 0, 1, true], ['/look/my-filter/mode', 'number', 0, 2, 1],
      ...[['r', 1], ['g', 0], ['b', 0], ['a', 1]].map(([part, rest]) => [`/look/my-filter/tint/${part}`, 'number', 0, 1, rest]),
    ]);
    expect(header.label).toBe('My filter');
    expect(header.mixesAmount).toBe(false);
    expect(header.inputs.find(({ name }) => name === 'tint')?.value).toEqual([1, 0, 0, 1]);
  });

  it('makes two numbers of a point, within its own bounds', () => {
    const header = parseEffectHeader(withInputs([{ NAME: 'centre', TYPE: 'point2D', DEFAULT: [0.5, 0.25], MIN: [-1, 0], MAX: [1, 1] }, { NAME: 'amount', TYPE: 'float' }]), 'p');
    expect(header.parameters.map(({ path, min, max, default: rest }) => [path, min, max, rest]).slice(0, 2)).toEqual([['/look/p/centre/x', -1, 1, 0.5], ['/look/p/centre/y', 0, 1, 0.25]]);
    expect(header.inputs[0]?.paths).toEqual(['/look/p/centre/x', '/look/p/centre/y']);
  });

  it('computes the size of a pass', () => {
    const sizeOf = (WIDTH: unknown): number => parseEffectHeader(withInputs([], { PASSES: [{ TARGET: 'a', WIDTH }] }), 'p').passes[0]?.width({ width: 640, height: 360 }) ?? 0;
    expect(['$WIDTH/16.0', 'floor(max($WIDTH, $HEIGHT) * 0.1)', '($HEIGHT + 4) / 2 - 2', 512, '1'].map(sizeOf)).toEqual([40, 64, 180, 512, 1]);
  });

  it('knows the buffers of the older header', () => {
    expect(parseEffectHeader(withInputs([], { PERSISTENT_BUFFERS: ['memory'], PASSES: [{ TARGET: 'memory' }, {}] }), 'p').passes[0]?.persistent).toBe(true);
  });

  it('adds an amount to a filter that has none', () => {
    const header = parseEffectHeader(withInputs([]), 'plain');
    expect(header.mixesAmount).toBe(true);
    expect(header.parameters.map(({ path }) => path)).toEqual(['/look/plain/amount']);
  });

  it('reads passes, and ends with one that draws the picture', () => {
    const header = parseEffectHeader(withInputs([], { PASSES: [{ TARGET: 'small', WIDTH: '$WIDTH/4' }, { TARGET: 'memory', PERSISTENT: true }] }), 'passes');
    const picture = { width: 640, height: 360 };
    expect(header.passes.map(({ target, persistent, width, height, index }) => [target, persistent, width(picture), height(picture), index])).toEqual([['small', false, 160, 360, 0], ['memory', true, 640, 360, 1], ['', false, 640, 360, 1]]);
  });

  it.each([
    ['no comment', 'void main() {}', /does not begin with/],
    ['broken JSON', '/*{ "INPUTS": [ }*/', /not JSON/],
    ['unknown type', withInputs([{ NAME: 'a', TYPE: 'flaot' }]), /INPUTS\[0\].*"flaot", expected one of float/],
    ['upside-down range', withInputs([{ NAME: 'a', TYPE: 'float', MIN: 2, MAX: 1 }]), /MIN < MAX, found MIN 2, MAX 1/],
    ['default outside', withInputs([{ NAME: 'a', TYPE: 'float', MIN: 0, MAX: 1, DEFAULT: 3 }]), /DEFAULT 3 outside its range 0 to 1/],
    ['second image', withInputs([{ NAME: 'other', TYPE: 'image' }]), /effects get one image/],
    ['list that is none', '/*{ "INPUTS": 3 }*/', /not a list/],
    ['size too large', withInputs([], { PASSES: [{ TARGET: 'a', WIDTH: '$WIDTH*20' }] }), /expected 1 to 4096/],
    ['size that is none', withInputs([], { PASSES: [{ TARGET: 'a', WIDTH: 'floor($WIDTH' }] }), /a bracket is not closed/],
  ])('says what is wrong: %s', (_name, source, sentence) => {
    const read = (): unknown => parseEffectHeader(source, 'bad');
    expect(read).toThrow(UserError);
    expect(read).toThrow(sentence);
    expect(read).toThrow(/^shaders\/bad\.frag[^\n]*\.$/);
  });

  it('reads the effects that ship, each with an amount', () => {
    const effects = loadEffects();
    expect(effects.length).toBeGreaterThanOrEqual(10);
    for (const effect of effects) expect(effect.parameters.map(({ path }) => path)).toContain(`/look/${effect.name}/amount`);
  });
});
