/** Address patterns against a slow obvious reference, the spec's own rules, and packets made to hang a matcher. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { matchAddress, MAX_ADDRESS_LENGTH, parsePattern } from '../../../src/control/osc/osc-pattern.ts';

const matches = (pattern: string, address: string): boolean => {
  const parsed = parsePattern(pattern);
  return parsed !== undefined && matchAddress(parsed, address);
};

/** Backtracking over the text of the pattern: exponential, for short inputs only. Knows ? * and literals. */
function matchSlowly(pattern: string, address: string): boolean {
  if (pattern === '') return address === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') {
    if (matchSlowly(rest, address)) return true;
    return address !== '' && address[0] !== '/' && matchSlowly(pattern, address.slice(1));
  }
  const fits = pattern[0] === '?' ? address !== '' && address[0] !== '/' : address !== '' && address[0] === pattern[0];
  return fits && matchSlowly(rest, address.slice(1));
}

describe('address patterns', () => {
  it.each([
    ['/walk/speed', '/walk/speed', true],
    ['/walk/speed', '/walk/speedy', false],
    ['/walk/spee?', '/walk/speed', true],
    ['/walk/speed?', '/walk/speed', false],
    ['/walk/*', '/walk/speed', true],
    ['/walk/*', '/walk/prompt/1', false],
    ['/*/*', '/walk/speed', true],
    ['/*', '/walk/speed', false],
    ['/walk?speed', '/walk/speed', false],
    ['/walk/prompt/[1-3]', '/walk/prompt/2', true],
    ['/walk/prompt/[1-3]', '/walk/prompt/4', false],
    ['/walk/prompt/[!1-3]', '/walk/prompt/4', true],
    ['/walk[!a]speed', '/walk/speed', false],
    ['/walk/prompt/[a-]', '/walk/prompt/-', true],
    ['/walk/prompt/[3-1]', '/walk/prompt/2', true],
    ['/walk/{speed,pulse}', '/walk/pulse', true],
    ['/walk/{speed,pulse}', '/walk/noise', false],
    ['/{walk,look}/{s,sp}eed', '/walk/speed', true],
    ['/w*lk/*p*d', '/walk/speed', true],
    ['/walk/s*', '/walk/s', true],
  ])('%s on %s is %s', (pattern, address, expected) => expect(matches(pattern, address)).toBe(expected));

  it.each(['', 'walk', '/walk/[1-3', '/walk/{a,b', '/walk/a]', '/walk/a}', '/walk/{a,{b}}', '/walk/{a/b}', '/walk/[]', '/walk/[!]', `/${'a'.repeat(MAX_ADDRESS_LENGTH)}`])(
    'refuses %s', (pattern) => expect(parsePattern(pattern)).toBeUndefined());

  it('agrees with the slow reference on random patterns', () => {
    const random = randomFor(7, 'patterns');
    const pick = (letters: string, length: number): string => Array.from({ length }, () => letters[random.integer(letters.length)]).join('');
    let hits = 0;
    for (let i = 0; i < 4000; i++) {
      const pattern = `/${pick('ab/*?', random.integer(7))}`;
      const address = `/${pick('ab/', random.integer(7))}`;
      const expected = matchSlowly(pattern, address);
      if (expected) hits++;
      expect(matches(pattern, address), `${pattern} on ${address}`).toBe(expected);
    }
    expect(hits).toBeGreaterThan(100);
  });

  it('takes bounded work for a pattern that hangs a regular expression', () => {
    let reads = 0;
    const address = new Proxy(new String(`/${'a'.repeat(120)}`), {
      get: (target, key) => {
        reads++;
        const value = Reflect.get(target, key) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }) as unknown as string;
    const pattern = parsePattern(`/${'*a'.repeat(60)}!`);
    expect(pattern).toBeDefined();
    expect(pattern !== undefined && matchAddress(pattern, address)).toBe(false);
    expect(reads).toBeLessThan(4 * 128 * 128 * 128);
  });
});
