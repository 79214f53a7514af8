/** binary16 against its definition: every word there is, and rounding against a slow search. */

import { expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { floatToHalf, halfToFloat } from '../../src/onnx/half.ts';

const allWords = Uint16Array.from({ length: 65_536 }, (_, i) => i);
const allValues = halfToFloat(allWords);

it('gives every word back', () => {
  const back = floatToHalf(allValues);
  const wrong = [...allWords].filter((word, i) => back[i] !== word && !Number.isNaN(allValues[i]));
  expect(wrong).toEqual([]);
});

it('knows the landmarks', () => {
  expect([...halfToFloat(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00))]).toEqual([1, -2, 65_504, 2 ** -24, Infinity]);
  expect([...floatToHalf(Float32Array.of(65_520, 1e-9, -0, 2 ** -25))]).toEqual([0x7c00, 0, 0x8000, 0]);
});

it('rounds to the nearest', () => {
  const finite = allValues.slice(0, 0x7c00);
  const random = randomFor(1, 'half');
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround(Math.exp(20 * random.uniform() - 14));
    const [word = 0] = floatToHalf(Float32Array.of(value));
    const error = Math.abs((finite[word] as number) - value);
    for (const near of [word - 1, word + 1]) if (near >= 0 && near < finite.length) expect(error).toBeLessThanOrEqual(Math.abs((finite[near] as number) - value));
  }
});
