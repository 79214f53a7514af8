/**
 * Weighted words → the encoder's sequences of 77 tokens: start, 75 words, end, padding. Long prompts take several; a chunk
 * is cut at a comma where one is near its end, as AUTOMATIC1111's web UI cuts.
 */

import { UserError } from '../../base/errors.ts';
import type { ClipTokenizer } from './clip-tokenizer.ts';
import type { PromptPiece } from './parse.ts';

/** Tokens of words in a chunk. */
export const CHUNK_WORDS = 75;
/** With start and end. */
export const CHUNK_LENGTH = CHUNK_WORDS + 2;
/** How far back a comma may lie for the cut to move to it. */
const COMMA_REACH = 20;
/** Longest prompt: 32 chunks, some 1,800 words. */
const MOST_CHUNKS = 32;

export interface TokenChunk {
  /** `CHUNK_LENGTH` ids. */
  readonly ids: Int32Array;
  /** Weight of each token; 1 for start, end and padding. */
  readonly weights: Float32Array;
}

interface Word {
  readonly id: number;
  readonly weight: number;
}

/** At least one chunk. Throws UserError('input') for a prompt that is too long. */
export function chunkPieces(pieces: readonly PromptPiece[], tokenizer: ClipTokenizer): TokenChunk[] {
  const chunks: Word[][] = [];
  let words: Word[] = [];
  let afterComma: number | undefined;
  const close = (): void => {
    chunks.push(words);
    words = [];
    afterComma = undefined;
    if (chunks.length > MOST_CHUNKS) throw new UserError('input', `a prompt is longer than ${MOST_CHUNKS * CHUNK_WORDS} tokens (some 1,800 words), the most that is taken; shorten it.`);
  };
  for (const { text, weight } of pieces) {
    if (text === 'BREAK' && weight < 0) {
      close();
      continue;
    }
    for (const id of tokenizer.encode(text)) {
      const isComma = id === tokenizer.commaId;
      if (!isComma && words.length === CHUNK_WORDS && afterComma !== undefined && words.length - afterComma < COMMA_REACH) {
        const moved = words.splice(afterComma);
        close();
        words = moved;
      }
      if (words.length === CHUNK_WORDS) close();
      words.push({ id, weight });
      if (isComma) afterComma = words.length;
    }
  }
  if (words.length > 0 || chunks.length === 0) close();
  return chunks.map((chunk) => padChunk(chunk, tokenizer));
}

function padChunk(words: readonly Word[], { startId, endId, padId }: ClipTokenizer): TokenChunk {
  const ids = new Int32Array(CHUNK_LENGTH).fill(padId);
  const weights = new Float32Array(CHUNK_LENGTH).fill(1);
  ids[0] = startId;
  words.forEach(({ id, weight }, i) => {
    ids[i + 1] = id;
    weights[i + 1] = weight;
  });
  ids[words.length + 1] = endId;
  return { ids, weights };
}
