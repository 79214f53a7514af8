/** Prompts by their properties: chunks, emphasis, lengths, mixes, guidance, clip skip. Encoders here are arithmetic. */

import { describe, expect, it } from 'vitest';
import { chunkPieces, CHUNK_LENGTH } from '../../src/diffusion/prompt/chunks.ts';
import { ClipPromptEncoder } from '../../src/diffusion/prompt/clip-encoder.ts';
import type { ChunkEncoder } from '../../src/diffusion/prompt/clip-encoder.ts';
import { HiddenStateReader } from '../../src/diffusion/prompt/clip-skip.ts';
import { loadClipTokenizer } from '../../src/diffusion/prompt/clip-tokenizer.ts';
import { alignLengths, applyEmphasis } from '../../src/diffusion/prompt/conditioning.ts';
import type { ConditioningPart } from '../../src/diffusion/prompt/conditioning.ts';
import { combineGuidance, needsNegative } from '../../src/diffusion/prompt/guidance.ts';
import { parsePrompt } from '../../src/diffusion/prompt/parse.ts';
import type { Conditioning } from '../../src/diffusion/text-encoder.ts';

const tokenizer = await loadClipTokenizer();
const WIDTH = 6;

/** Tokens to vectors that depend on the id and its place. */
function arithmeticEncoder(width = WIDTH): ChunkEncoder {
  return {
    tokenizer,
    encode: (ids) => Promise.resolve({
      hidden: Float32Array.from({ length: ids.length * width }, (_, i) => 0.5 + Math.sin((ids[Math.floor(i / width)] as number) * (1 + (i % width)) + i)),
      pooled: Float32Array.from({ length: 3 }, (_, i) => (ids[1] as number) + i),
    }),
  };
}
const encoder = (): ClipPromptEncoder => new ClipPromptEncoder([arithmeticEncoder()], { keepMean: true, zeroWhenEmpty: false });
const words = (count: number, word = 'cat'): string => Array.from({ length: count }, () => word).join(' ');
const chunksOf = (text: string) => chunkPieces(parsePrompt(text)[0]?.pieces ?? [], tokenizer);

/** Softmax attention of one query over the tokens, as in the UNet's cross-attention. */
function attend({ hidden, length, width }: Conditioning, query: readonly number[]): number[] {
  const scores = Array.from({ length }, (_, token) => query.reduce((sum, q, i) => sum + q * (hidden[token * width + i] as number), 0));
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  return Array.from({ length: width }, (_, i) => scores.reduce((sum, score, token) => sum + (Math.exp(score) / total) * (hidden[token * width + i] as number), 0));
}
const QUERY = [0.3, -0.2, 0.5, 0.1, -0.4, 0.2];
const only = (parts: readonly ConditioningPart[]): Conditioning => (parts[0] as ConditioningPart).conditioning;

describe('chunks', () => {
  it('are start, words, end, padding', () => {
    const [chunk] = chunksOf('a cat');
    expect([...(chunk?.ids ?? [])].slice(0, 5)).toEqual([49406, 320, 2368, 49407, 49407]);
    expect(chunk?.ids.length).toBe(CHUNK_LENGTH);
  });

  it.each([[0, 1], [1, 1], [75, 1], [76, 2], [150, 2], [151, 3]])('%d words make %d', (count, expected) => expect(chunksOf(words(count)).length).toBe(expected));

  it('are cut at a comma that is near the end, and at BREAK', () => {
    const near = chunksOf(`${words(70)}, ${words(20)}`);
    expect(near[0]?.ids[71]).toBe(tokenizer.commaId);
    expect(near[0]?.ids[72]).toBe(tokenizer.endId);
    const far = chunksOf(`${words(40)}, ${words(50)}`);
    expect(far[0]?.ids[75]).toBe(2368);
    expect(chunksOf('a BREAK b').map(({ ids }) => ids[1])).toEqual([320, 321]);
    expect(chunksOf('(a BREAK b:1.2)').length).toBe(2);
  });

  it('carry weights through to the tokens, 1 elsewhere', () => {
    const [chunk] = chunksOf('a (red:1.5) [cat]');
    expect([...(chunk?.weights ?? [])].slice(0, 5).map((weight) => Number(weight.toFixed(4)))).toEqual([1, 1, 1.5, 0.9091, 1]);
  });

  it('of a book are refused in one sentence', () => expect(() => chunksOf(words(10_000))).toThrow(/longer than 2400 tokens/));
});

describe('AND', () => {
  it('splits, with weights', () => {
    expect(parsePrompt('a cat :1.2 AND a dog:-0.5 AND sand').map(({ weight, pieces }) => [weight, pieces.map(({ text }) => text).join('').trim()])).toEqual([[1.2, 'a cat'], [-0.5, 'a dog'], [1, 'sand']]);
  });

  it('fades its parts in and out along a walk', async () => {
    const clip = encoder();
    const mixAt = (share: number) => clip.encodeMix([{ text: 'a cat AND a dog :0.5', weight: 1 - share }, { text: 'sand', weight: share }].filter(({ weight }) => weight > 0));
    const shares = await Promise.all([0, 0.001, 0.5, 0.999, 1].map(async (share) => (await mixAt(share)).map(({ weight }) => weight)));
    expect(shares.map((list) => list.length)).toEqual([2, 2, 2, 2, 1]);
    expect(shares.map((list) => list[0])).toEqual([1, 1, 1, 1, 1].map((weight) => expect.closeTo(weight, 9) as number));
    expect(shares.slice(0, 4).map((list) => list[1])).toEqual([0.5, 0.4995, 0.25, 0.0005].map((weight) => expect.closeTo(weight, 9) as number));
  });
});

describe('emphasis', () => {
  it('weighs token vectors and keeps the mean where asked', () => {
    const hidden = Float32Array.of(1, 3, 2, 4);
    const weights = Float32Array.of(2, 0.5);
    expect([...applyEmphasis(hidden.slice(), weights, false)]).toEqual([2, 6, 1, 2]);
    const kept = applyEmphasis(hidden.slice(), weights, true);
    expect(kept.reduce((sum, value) => sum + value, 0)).toBeCloseTo(10, 5);
    expect((kept[0] as number) / (kept[2] as number)).toBeCloseTo(2, 5);
  });

  it('of 1 changes nothing', async () => {
    expect(only(await encoder().encode('(cat:1)')).hidden).toEqual(only(await encoder().encode('cat')).hidden);
  });
});

describe('a walk between prompts of different length', () => {
  it('starts and ends at the prompts themselves, for the attention that sees them', async () => {
    const clip = encoder();
    const [short, long] = [words(10), words(100, 'dog')];
    for (const [text, share] of [[short, 1e-6], [long, 1 - 1e-6]] as const) {
      const mixed = only(await clip.encodeMix([{ text: short, weight: 1 - share }, { text: long, weight: share }]));
      expect(mixed.length).toBe(154);
      attend(only(await clip.encode(text)), QUERY).forEach((value, i) => expect(attend(mixed, QUERY)[i]).toBeCloseTo(value, 4));
    }
  });

  it('goes in small steps', async () => {
    const clip = encoder();
    const at = async (share: number) => attend(only(await clip.encodeMix([{ text: words(10), weight: 1 - share }, { text: words(170, 'dog'), weight: share }])), QUERY);
    const path = await Promise.all(Array.from({ length: 21 }, (_, i) => at(i / 20)));
    const steps = path.slice(1).map((point, i) => Math.hypot(...point.map((value, k) => value - (path[i]?.[k] as number))));
    expect(Math.max(...steps)).toBeLessThan(0.25 * steps.reduce((sum, step) => sum + step, 0));
  });

  it('aligns 2 and 3 chunks at 6', () => {
    const make = (length: number): Conditioning => ({ hidden: new Float32Array(length), length, width: 1, pooled: new Float32Array(0) });
    expect(alignLengths([make(154), make(231)]).map(({ length }) => length)).toEqual([462, 462]);
  });
});

describe('two encoders', () => {
  it('lie side by side; the second gives the pooled vector of the first chunk', async () => {
    const both = new ClipPromptEncoder([arithmeticEncoder(4), arithmeticEncoder(5)], { keepMean: false, zeroWhenEmpty: true });
    const conditioning = only(await both.encode(words(80)));
    expect(conditioning).toMatchObject({ length: 154, width: 9 });
    expect([...conditioning.pooled]).toEqual([2368, 2369, 2370]);
    expect((await both.encodeNegative('  ')).hidden.every((value) => value === 0)).toBe(true);
    expect((await both.encodeNegative('blurry')).hidden.some((value) => value !== 0)).toBe(true);
  });
});

describe('guidance', () => {
  const [u, c, d] = [Float32Array.of(1, 2, -1), Float32Array.of(3, -2, 0), Float32Array.of(0, 1, 2)];

  it('goes beyond the negative answer, one part or several', () => {
    expect([...combineGuidance({ negative: u, parts: [{ output: c, weight: 1 }], guidance: 2 }, new Float32Array(3))]).toEqual([5, -6, 1]);
    expect([...combineGuidance({ negative: u, parts: [{ output: c, weight: 1 }, { output: d, weight: -0.5 }], guidance: 2 }, new Float32Array(3))]).toEqual([6, -5, -2]);
  });

  it('asks for the negative only where it counts', () => {
    expect(needsNegative(1, [{ weight: 1 }])).toBe(false);
    expect(needsNegative(0, [{ weight: 1 }])).toBe(false);
    expect(needsNegative(1.5, [{ weight: 1 }])).toBe(true);
    expect(needsNegative(1, [{ weight: 0.5 }, { weight: 0.5 }])).toBe(false);
    expect(needsNegative(1, [{ weight: 1 }, { weight: 1 }])).toBe(true);
  });

  it('rescales to the deviation of the condition', () => {
    const deviation = (values: Float32Array): number => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    };
    const full = combineGuidance({ negative: u, parts: [{ output: c, weight: 1 }], guidance: 7, rescale: 1 }, new Float32Array(3));
    expect(deviation(full)).toBeCloseTo(deviation(c), 5);
    const plain = combineGuidance({ negative: u, parts: [{ output: c, weight: 1 }], guidance: 7 }, new Float32Array(3));
    const part = combineGuidance({ negative: u, parts: [{ output: c, weight: 1 }], guidance: 7, rescale: 0.4 }, new Float32Array(3));
    part.forEach((value, i) => expect(value).toBeCloseTo(0.4 * (full[i] as number) + 0.6 * (plain[i] as number), 5));
  });
});

describe('clip skip', () => {
  const [tokens, width] = [9, 16];
  const state = (layer: number): Float32Array => Float32Array.from({ length: tokens * width }, (_, i) => Math.sin(i * (layer + 1.3)) * (1 + (i % 5)) + 0.2 * layer);
  const normed = (data: Float32Array): Float32Array => data.map((value, i) => {
    const token = data.subarray(Math.floor(i / width) * width, (Math.floor(i / width) + 1) * width);
    const mean = token.reduce((sum, one) => sum + one, 0) / width;
    const deviation = Math.sqrt(token.reduce((sum, one) => sum + (one - mean) ** 2, 0) / width + 1e-5);
    return ((value - mean) / deviation) * (0.5 + (i % width) / 10) + ((i % width) % 3) - 1;
  });
  const dims = [1, tokens, width];
  const outputs = { ...Object.fromEntries([0, 1, 2, 3].map((layer) => [`hidden_states.${layer}`, { data: state(layer), dims }])), last_hidden_state: { data: normed(state(3)), dims } };

  it('1 is the last state', () => expect(new HiddenStateReader({ penultimate: false }).read(outputs).data).toEqual(normed(state(3))));

  it('2 is the one before, through the norm found from the outputs', () => {
    const { data } = new HiddenStateReader({ clipSkip: 2, penultimate: false }).read(outputs);
    normed(state(2)).forEach((value, i) => expect(data[i]).toBeCloseTo(value, 3));
  });

  it('SDXL takes the last but one as it is, and one less for each skip', () => {
    expect(new HiddenStateReader({ penultimate: true }).read(outputs).data).toEqual(state(2));
    expect(new HiddenStateReader({ clipSkip: 2, penultimate: true }).read(outputs).data).toEqual(state(1));
  });

  it('says so where the graph has no earlier states, or no norm leads to its output', () => {
    expect(() => new HiddenStateReader({ clipSkip: 2, penultimate: false }).read({ last_hidden_state: outputs.last_hidden_state })).toThrow(/hidden states 1 layers before/);
    expect(() => new HiddenStateReader({ clipSkip: 2, penultimate: false }).read({ ...outputs, last_hidden_state: { data: state(7).map((value) => value ** 3), dims } })).toThrow(/layer norm/);
  });
});
