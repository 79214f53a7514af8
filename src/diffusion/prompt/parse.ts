/**
 * What a prompt says beside its words, in the notation of AUTOMATIC1111's web UI: (more), [less], (this:1.3) weigh words,
 * BREAK starts a new chunk, "a :1.2 AND b :-0.5" is several prompts that are drawn together. Backslash escapes a bracket.
 */

import { UserError } from '../../base/errors.ts';

export interface PromptPiece {
  readonly text: string;
  /** 1 is plain. A piece 'BREAK' of weight −1 ends the chunk; inside weighted brackets its −1 is multiplied too. */
  readonly weight: number;
}

export interface PromptPart {
  /** The part's share beyond the negative prompt; any number, 1 where none is written. */
  readonly weight: number;
  readonly pieces: readonly PromptPiece[];
}

/** One part for a prompt without AND. Throws UserError('input') for a weight that is no number. */
export function parsePrompt(text: string): PromptPart[] {
  const parts = text.split(wholeWord('AND'));
  return parts.map((part) => {
    const { words, weight } = splitPartWeight(part);
    return { weight, pieces: parseEmphasis(words) };
  });
}

/** "a castle :1.2" → the words and their weight. */
function splitPartWeight(part: string): { readonly words: string; readonly weight: number } {
  const [, words, weight] = /^([\s\S]*?)(?:\s*:\s*([-+]?(?:\d+\.?|\d*\.\d+)))?\s*$/.exec(part) ?? [];
  return { words: words ?? part, weight: weight === undefined ? 1 : Number(weight) };
}

/** Python's \b: a word boundary of any script. */
function wholeWord(word: string, around = ''): RegExp {
  return new RegExp(`${around}(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])${around}`, 'gu');
}

const EMPHASIS = /\\\(|\\\)|\\\[|\\\]|\\\\|\\|\(|\[|:\s*([+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/g;
const ROUND = 1.1;
const SQUARE = 1 / 1.1;

interface Piece {
  text: string;
  weight: number;
}

/** The words of one part with their weights; equal neighbours are one piece. Brackets left open reach to the end. */
export function parseEmphasis(text: string): PromptPiece[] {
  const pieces: Piece[] = [];
  const round: number[] = [];
  const square: number[] = [];
  const multiply = (from: number, factor: number): void => pieces.slice(from).forEach((piece) => (piece.weight *= factor));
  for (const match of text.matchAll(EMPHASIS)) {
    const [token, weight] = match;
    if (token.startsWith('\\')) pieces.push({ text: token.slice(1), weight: 1 });
    else if (token === '(') round.push(pieces.length);
    else if (token === '[') square.push(pieces.length);
    else if (weight !== undefined && round.length > 0) multiply(round.pop() as number, weightOf(weight));
    else if (token === ')' && round.length > 0) multiply(round.pop() as number, ROUND);
    else if (token === ']' && square.length > 0) multiply(square.pop() as number, SQUARE);
    else pushWithBreaks(pieces, token);
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return joinEqual(pieces.length === 0 ? [{ text: '', weight: 1 }] : pieces);
}

function weightOf(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new UserError('input', `a prompt has the weight "${text}", which is no number; write it as in (word:1.2).`);
  return value;
}

function pushWithBreaks(pieces: Piece[], text: string): void {
  text.split(wholeWord('BREAK', '\\s*')).forEach((part, i) => {
    if (i > 0) pieces.push({ text: 'BREAK', weight: -1 });
    pieces.push({ text: part, weight: 1 });
  });
}

function joinEqual(pieces: readonly Piece[]): PromptPiece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && last.weight === piece.weight) last.text += piece.text;
    else joined.push({ ...piece });
  }
  return joined;
}
