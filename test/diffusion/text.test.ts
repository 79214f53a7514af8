/** Tokens and prompt mixing, on the tiny model's real tokenizer and text encoder. */

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextEncoder, mixConditionings } from '../../src/diffusion/text-encoder.ts';
import { loadTokenizer } from '../../src/diffusion/tokenizer.ts';
import type { PromptTokenizer } from '../../src/diffusion/tokenizer.ts';
import { createSession } from '../../src/onnx/session.ts';
import { writeTinyModel } from '../helpers/tiny-model.ts';

let tokenizer: PromptTokenizer;
let encoder: TextEncoder;

beforeAll(async () => {
  const folder = await writeTinyModel();
  tokenizer = await loadTokenizer(join(folder, 'tokenizer'));
  encoder = new TextEncoder(await createSession(join(folder, 'text_encoder/model.onnx')), tokenizer);
});

describe('PromptTokenizer', () => {
  it('splits words into the vocabulary', () => expect(tokenizer.encode('Neon JELLYFISH')).toEqual([2, 4, 5, 6, 3]));
  it('cuts what is too long before the closing token', () => expect(tokenizer.encode('neon '.repeat(50))).toEqual([2, 4, 4, 4, 4, 4, 4, 3]));
  it('lets no text smuggle in special tokens', () => expect(tokenizer.encode('neon [SEP] [CLS] glass')).toEqual([2, 4, 8, 3]));
  it('takes an empty prompt', () => expect(tokenizer.encode('')).toEqual([2, 3]));
});

describe('TextEncoder', () => {
  it('pads every prompt to one length', async () => {
    const parts = await Promise.all(['', 'neon', 'neon jellyfish stained glass city'].map((text) => encoder.encode(text)));
    expect(new Set(parts.map((part) => part.hidden.length))).toEqual(new Set([8 * 4]));
    expect([...(parts[0]?.hidden.slice(8) ?? [])].every((value) => value === 0)).toBe(true);
  });

  it('mixes by weight: an end is the prompt itself, the middle keeps the length of one', async () => {
    const one = await encoder.encode('neon');
    const whole = await encoder.encodeMix([{ text: 'neon', weight: 1 }, { text: 'fire', weight: 0 }]);
    expect([...whole.hidden]).toEqual([...one.hidden]);
    whole.pooled.forEach((value, i) => expect(value).toBeCloseTo(one.pooled[i] as number, 6));
    const middle = await encoder.encodeMix([{ text: 'neon', weight: 0.5 }, { text: 'fire', weight: 0.5 }]);
    expect(Math.hypot(...middle.pooled)).toBeCloseTo(1, 5);
  });

  it('takes weights relative to their sum, in any number', async () => {
    const words = ['neon', 'fire', 'glass', 'nebula'];
    const unscaled = await encoder.encodeMix(words.map((text, i) => ({ text, weight: i + 1 })));
    const scaled = await encoder.encodeMix(words.map((text, i) => ({ text, weight: (i + 1) / 10 })));
    scaled.hidden.forEach((value, i) => expect(value).toBeCloseTo(unscaled.hidden[i] as number, 6));
  });

  it('refuses an empty mix', () => expect(() => mixConditionings([], [])).toThrow(/at least one prompt/));
});
