/** Messages to changes: leniency of numbers, ranges, patterns, pads that send a release. */

import { describe, expect, it } from 'vitest';
import { changesOf } from '../../../src/control/osc/osc-change.ts';
import type { OscArgument } from '../../../src/control/osc/osc-codec.ts';
import { buildParameterTable, PROMPT_FADERS } from '../../../src/score/parameters.ts';

const table = buildParameterTable();
const changes = (address: string, ...args: OscArgument[]): unknown => changesOf({ address, args }, table);
const value = (path: string, expected: unknown): unknown => [{ kind: 'value', path, value: expected, source: 'osc' }];

describe('OSC changes', () => {
  it.each<[OscArgument, number]>([[1.5, 1.5], [3, 3], [true, 1], [false, 0], [99, 4], [-1, 0]])('a number parameter takes %s as %s', (given, expected) =>
    expect(changes('/walk/speed', given)).toEqual(value('/walk/speed', expected)));

  it.each<[OscArgument, boolean]>([[1, true], [0.4, false], [0.5, true], [true, true], [false, false], [127, true]])('a switch takes %s as %s', (given, expected) =>
    expect(changes('/stage/blackout', given)).toEqual(value('/stage/blackout', expected)));

  it.each<[string, OscArgument | undefined]>([['/walk/speed', 'fast'], ['/walk/speed', NaN], ['/walk/speed', Infinity], ['/walk/speed', null], ['/walk/nothing', 1], ['/walk/[', 1]])(
    'refuses %s %s', (address, given) => expect(changes(address, ...(given === undefined ? [] : [given]))).toBeUndefined());

  it('refuses a value without argument', () => expect(changes('/walk/speed')).toBeUndefined());
  it('takes a text', () => expect(changes('/preset/load', 'Deep Nebula')).toEqual(value('/preset/load', 'Deep Nebula')));

  it('fires a trigger, with its arguments, but not on the release of a pad', () => {
    const fired = (args: readonly unknown[]): unknown => [{ kind: 'trigger', path: '/keep/go', args, source: 'osc' }];
    expect(changes('/keep/go', 3, 8)).toEqual(fired([3, 8]));
    expect(changes('/keep/go', 2, 0)).toEqual(fired([2, 0]));
    expect(changes('/keep/go')).toEqual(fired([]));
    expect(changes('/keep/go', 0)).toEqual([]);
    expect(changes('/keep/go', false)).toEqual([]);
  });

  it('a pattern moves everything it names', () => {
    const paths = (changes('/walk/prompt/*', 0.5) as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(Array.from({ length: PROMPT_FADERS }, (_, i) => `/walk/prompt/${i + 1}`));
    expect(changes('/walk/{speed,pulse}', 1)).toHaveLength(2);
  });
});
