/**
 * How well sections agree with the truth, after mir_eval.segment: boundaries hit within a window (the track's start and end
 * are no boundaries), and pairs of moments that carry the same label in both. Events by one-to-one hits.
 */

export interface LabelledSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface HitScore {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/** One-to-one hits within `window` (s), nearest pairs first; 1 where both lists are empty. */
export function scoreHits(truth: readonly number[], found: readonly number[], window: number): HitScore {
  if (truth.length === 0 && found.length === 0) return { precision: 1, recall: 1, f: 1 };
  const pairs = truth.flatMap((time, i) => found.map((other, k) => ({ i, k, away: Math.abs(other - time) }))).filter(({ away }) => away <= window);
  pairs.sort((a, b) => a.away - b.away);
  const [usedTruth, usedFound] = [new Set<number>(), new Set<number>()];
  for (const { i, k } of pairs) {
    if (usedTruth.has(i) || usedFound.has(k)) continue;
    usedTruth.add(i);
    usedFound.add(k);
  }
  const precision = found.length === 0 ? 0 : usedFound.size / found.length;
  const recall = truth.length === 0 ? 0 : usedTruth.size / truth.length;
  return { precision, recall, f: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

export function scoreBoundaries(truth: readonly LabelledSpan[], found: readonly LabelledSpan[], window: number): number {
  const inner = (spans: readonly LabelledSpan[]): number[] => spans.slice(1).map(({ start }) => start);
  return scoreHits(inner(truth), inner(found), window).f;
}

const STEP = 0.25;

/** F of the pairs of moments (every 0.25 s of the truth's span) that have the same label. */
export function scoreLabels(truth: readonly LabelledSpan[], found: readonly LabelledSpan[]): number {
  const [from, to] = [truth[0]?.start ?? 0, truth.at(-1)?.end ?? 0];
  const times = Array.from({ length: Math.floor((to - from) / STEP) }, (_, i) => from + (i + 0.5) * STEP);
  const labelsOf = (spans: readonly LabelledSpan[]): string[] => times.map((time) => spans.findLast(({ start }) => start <= time)?.label ?? '');
  const [a, b] = [labelsOf(truth), labelsOf(found)];
  const pairs = (keys: readonly string[]): number => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  };
  const both = pairs(a.map((label, i) => `${label}|${b[i] as string}`));
  const [ofTruth, ofFound] = [pairs(a), pairs(b)];
  return ofTruth + ofFound === 0 ? 1 : (2 * both) / (ofTruth + ofFound);
}
