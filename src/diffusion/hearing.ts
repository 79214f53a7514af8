/**
 * What a model makes of a prompt, in words: which of the subjects, palettes and modifiers of its card it hears. A model
 * with a small vocabulary says so by a graph of its own in the folder, which takes the pooled embedding `text_embeds` and
 * gives shares per row: first [1, subjects], second [1, subjects] (the rest: no second), relation [1, relations],
 * palette [1, palettes + 1] (the last: none named) and modifier [1, modifiers].
 */

import type { OnnxSession } from '../onnx/session.ts';
import type { Heard } from './types.ts';

/** Names as they are shown, in the order of the graph's outputs. An empty name is: none. */
export interface Vocabulary {
  readonly subjects: readonly string[];
  /** Forms with {A} and {B}, such as "{A} over {B}"; the first is empty. */
  readonly relations: readonly string[];
  readonly palettes: readonly string[];
  readonly modifiers: readonly string[];
  /** A prompt whose subject gets a smaller share than this (0..1) is heard weakly. */
  readonly weakBelow: number;
}

/** A second subject, a palette or a modifier is named from this share on. */
const NAMED = 0.5;

/** `pooled` is a sentence's embedding of unit length. */
export async function hearIn(session: OnnxSession, { subjects, relations, palettes, modifiers, weakBelow }: Vocabulary, pooled: Float32Array): Promise<Heard> {
  const outputs = await session.run({ text_embeds: { data: pooled, dims: [1, pooled.length] } });
  const best = (name: string): Share => largest(outputs[name]?.data as Float32Array);
  const [first, second] = [best('first'), best('second')];
  const isPair = second.share >= NAMED && second.index !== first.index;
  const form = isPair ? relations[best('relation').index] || '{A} and {B}' : '{A}';
  const words = [
    nameOf(palettes, best('palette')),
    form.replace('{A}', subjects[first.index] ?? '').replace('{B}', subjects[second.index] ?? ''),
    nameOf(modifiers, best('modifier')),
  ].filter((word) => word !== '');
  return { words, confidence: first.share, weak: first.share < weakBelow };
}

interface Share {
  readonly index: number;
  readonly share: number;
}

function largest(shares: Float32Array): Share {
  let index = 0;
  for (let i = 1; i < shares.length; i++) if ((shares[i] as number) > (shares[index] as number)) index = i;
  return { index, share: shares[index] ?? 0 };
}

function nameOf(names: readonly string[], { index, share }: Share): string {
  return share < NAMED ? '' : (names[index] ?? '');
}

/** "Heard as: red · ribbons · night", with a mark where the match is weak. */
export function describeHeard({ words, weak }: Heard): string {
  return `Heard as: ${words.join(' · ')}${weak ? ' (weak match: the model knows nothing like it well)' : ''}`;
}
