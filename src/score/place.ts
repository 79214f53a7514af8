/** Places of the walk: comparing, naming and mixing prompt mixes. Weights of a place sum to 1; order is that of first appearance. */

import type { Modulation, Place, WeightedPrompt } from './modulation.ts';

/** A place with one prompt. */
export function placeOf(text: string, seed: number): Place {
  return { prompts: [{ text, weight: 1 }], seed };
}

/** Mixes lists of prompts by share: equal texts are merged, nothings dropped, weights scaled to sum 1. */
export function mixPrompts(parts: readonly { readonly prompts: readonly WeightedPrompt[]; readonly share: number }[]): WeightedPrompt[] {
  const weights = new Map<string, number>();
  for (const { prompts, share } of parts) {
    for (const { text, weight } of prompts) weights.set(text, (weights.get(text) ?? 0) + weight * share);
  }
  const kept = [...weights].filter(([, weight]) => weight > 1e-6);
  const sum = kept.reduce((total, [, weight]) => total + weight, 0);
  return kept.map(([text, weight]) => ({ text, weight: sum === 0 ? 0 : weight / sum }));
}

/** The prompts on screen: the segment's mix at its fraction, pulled by hand and by the sister prompt. */
export function promptsOn(modulation: Modulation, fraction: number = modulation.segment.fraction): WeightedPrompt[] {
  const { from, to } = modulation.segment;
  const pull = modulation.lean.reduce((sum, { weight }) => sum + weight, 0);
  return mixPrompts([
    { prompts: from.prompts, share: (1 - fraction) * (1 - pull) },
    { prompts: to.prompts, share: fraction * (1 - pull) },
    { prompts: modulation.lean, share: 1 },
  ]);
}

/** The place on screen as one to come back to: its prompt mix and the seed of the nearer end. */
export function placeOn(modulation: Modulation): Place {
  const { from, to, fraction } = modulation.segment;
  return { prompts: promptsOn(modulation), seed: fraction < 0.5 ? from.seed : to.seed };
}

export function samePlace(a: Place, b: Place): boolean {
  return a === b || placeKey(a) === placeKey(b);
}

/** The same text for the same place. */
export function placeKey(place: Place): string {
  return `${place.seed}:${place.prompts.map(({ text, weight }) => `${weight.toFixed(6)} ${text}`).join('|')}`;
}

/** Reads a place from a trigger's text argument; undefined for anything else. */
export function placeFromText(text: unknown): Place | undefined {
  if (typeof text !== 'string' || !text.startsWith('{')) return undefined;
  try {
    return checkedPlace(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function checkedPlace(value: unknown): Place | undefined {
  if (typeof value !== 'object' || value === null || !('prompts' in value) || !('seed' in value)) return undefined;
  const { prompts, seed } = value;
  if (!Array.isArray(prompts) || typeof seed !== 'number' || !Number.isFinite(seed)) return undefined;
  const good = prompts.filter((item: unknown): item is WeightedPrompt =>
    typeof item === 'object' && item !== null && 'text' in item && typeof item.text === 'string' && 'weight' in item && typeof item.weight === 'number' && item.weight > 0);
  return good.length === 0 ? undefined : { prompts: mixPrompts([{ prompts: good, share: 1 }]), seed };
}
