/** clip_tokenizer.json and a1111_prompt_attention.json. */

import { UserError } from '../../src/base/errors.ts';
import { loadClipTokenizer } from '../../src/diffusion/prompt/clip-tokenizer.ts';
import { chunkPieces } from '../../src/diffusion/prompt/chunks.ts';
import { parseEmphasis } from '../../src/diffusion/prompt/parse.ts';
import { expectNear, expectSame } from './report.ts';
import type { Case } from './report.ts';

interface TokenizerFile {
  readonly vocab_size?: number;
  readonly bos?: number;
  readonly eos?: number;
  readonly cases?: readonly { readonly prompt: string; readonly repeat?: number | null; readonly ids_no_special: readonly number[]; readonly sd1_padded77?: readonly number[] | null }[];
}

export async function tokenizerCases(file: TokenizerFile): Promise<Case[]> {
  const tokenizer = await loadClipTokenizer();
  return (file.cases ?? []).map(({ prompt, repeat, ids_no_special: expected, sd1_padded77: padded }, i) => ({
    name: `prompt ${i} ${JSON.stringify(prompt).slice(0, 40)}`,
    check: () => {
      const text = typeof repeat === 'number' ? prompt.repeat(repeat) : prompt;
      const ids = tokenizer.encode(text);
      expectSame('ids', ids, expected);
      if (file.bos !== undefined) expectSame('start', tokenizer.startId, file.bos);
      if (file.eos !== undefined) expectSame('end', tokenizer.endId, file.eos);
      // A prompt of more than one chunk is cut differently here (at a comma) than a single padded sequence is.
      if (Array.isArray(padded) && ids.length <= 75) expectSame('padded', [...(chunkPieces([{ text, weight: 1 }], tokenizer)[0]?.ids ?? [])], padded);
    },
  }));
}

interface EmphasisFile {
  readonly cases?: readonly { readonly input: string; readonly expected?: readonly (readonly [string, number])[]; readonly error?: string }[];
}

export function emphasisCases(file: EmphasisFile): Case[] {
  return (file.cases ?? []).map(({ input, expected, error }) => ({
    name: JSON.stringify(input),
    check: () => {
      if (error !== undefined) return expectRefusal(input);
      const came = parseEmphasis(input);
      expectSame('texts', came.map(({ text }) => text), (expected ?? []).map(([text]) => text));
      came.forEach(({ weight }, i) => expectNear(`weight ${i}`, weight, expected?.[i]?.[1] ?? NaN, { relative: 1e-9 }));
    },
  }));
}

function expectRefusal(input: string): void {
  try {
    parseEmphasis(input);
  } catch (thrown) {
    if (thrown instanceof UserError) return;
    throw thrown;
  }
  throw new Error('expected an error, came a result');
}
