/**
 * Bars → sections: the division into stretches of bars that each sound alike, at the least cost (dynamic programming over
 * the spread within a stretch, a price per boundary and a preference for lengths of 4 and 8 bars), then letters by
 * likeness and kinds by energy. Boundaries lie on downbeats by construction.
 */

import { median, quantile } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import type { Section, SectionKind } from '../timeline/timeline.ts';
import type { Bar } from './bars.ts';
import { dropEvidence } from './drops.ts';

const LONGEST_BARS = 64;
/**
 * Price of a boundary, in the mean square distance of a bar from the song's mean: a fixed part and a part in proportion to
 * how much neighbouring bars differ anyway, since every boundary explains some of that by chance.
 */
const BOUNDARY_PRICE = 0.3;
const CHANCE_PRICE = 2;
/** What an ending or opening of less than 3 bars costs on top: a last chord is no section. */
const SCRAP_PRICE = 1.5;
/** Two stretches with means nearer than this carry the same letter. */
const SAME_LETTER = 0.55;
/** Fall of energy after a drop that makes a breakdown. */
const FALL = 0.15;

/** Index range of bars. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The sections of a track; one for the whole of it when there are no bars. */
export function findSections(bars: readonly Bar[], duration: Seconds): Section[] {
  if (bars.length < 2) return [{ start: 0, end: duration, label: 'A', kind: 'verse', energy: bars[0]?.means.energy ?? 0 }];
  const stretches = divideBars(bars);
  const letters = letterStretches(bars, stretches);
  const kinds = nameKinds(bars, stretches, letters);
  return stretches.map(({ from, to }, i) => ({
    start: from === 0 ? 0 : (bars[from] as Bar).start,
    end: to === bars.length ? duration : (bars[to] as Bar).start,
    label: letters[i] as string,
    kind: kinds[i] as SectionKind,
    energy: meanEnergy(bars, from, to),
  }));
}

/** The cheapest division. */
export function divideBars(bars: readonly Bar[]): Stretch[] {
  const spread = spreadWithin(bars);
  const best = new Float64Array(bars.length + 1).fill(Infinity);
  const from = new Int32Array(bars.length + 1);
  best[0] = 0;
  const boundary = BOUNDARY_PRICE + CHANCE_PRICE * differenceOfNeighbours(bars);
  for (let to = 1; to <= bars.length; to++) {
    for (let start = Math.max(0, to - LONGEST_BARS); start < to; start++) {
      const atEdge = start === 0 || to === bars.length;
      const cost = (best[start] as number) + spread(start, to) + boundary + priceOfLength(to - start, atEdge);
      if (cost < (best[to] as number)) [best[to], from[to]] = [cost, start];
    }
  }
  const stretches: Stretch[] = [];
  for (let to = bars.length; to > 0; to = from[to] as number) stretches.unshift({ from: from[to] as number, to });
  return stretches;
}

/** Music comes in fours and eights; the first and last stretch may have been cut. */
function priceOfLength(length: number, atEdge: boolean): number {
  const price = length % 8 === 0 ? 0 : length % 4 === 0 ? 0.1 : length % 2 === 0 ? 0.5 : 0.8;
  if (atEdge) return 0.5 * price + (length < 3 ? SCRAP_PRICE : 0);
  return price + (length < 4 ? 0.6 : 0);
}

/** Half the median squared distance from bar to bar: the part of the spread that is no section's doing. */
function differenceOfNeighbours(bars: readonly Bar[]): number {
  const steps = bars.slice(1).map(({ features }, i) => features.reduce((sum, value, k) => sum + (value - ((bars[i] as Bar).features[k] as number)) ** 2, 0));
  return median(steps) / 2;
}

/** Sum of squared distances from the stretch's mean, by running sums. */
function spreadWithin(bars: readonly Bar[]): (from: number, to: number) => number {
  const size = bars[0]?.features.length ?? 0;
  const sums = new Float64Array((bars.length + 1) * size);
  const squares = new Float64Array(bars.length + 1);
  bars.forEach(({ features }, bar) => {
    let square = 0;
    for (let i = 0; i < size; i++) {
      const value = features[i] as number;
      square += value * value;
      sums[(bar + 1) * size + i] = (sums[bar * size + i] as number) + value;
    }
    squares[bar + 1] = (squares[bar] as number) + square;
  });
  return (from, to) => {
    let ofMeans = 0;
    for (let i = 0; i < size; i++) ofMeans += ((sums[to * size + i] as number) - (sums[from * size + i] as number)) ** 2;
    return Math.max(0, (squares[to] as number) - (squares[from] as number) - ofMeans / (to - from));
  };
}

/** 'A', 'B' … in order of appearance; a stretch like an earlier one takes its letter. */
function letterStretches(bars: readonly Bar[], stretches: readonly Stretch[]): string[] {
  const means = stretches.map(({ from, to }) => meanFeatures(bars, from, to));
  const groups: number[] = [];
  let next = 0;
  means.forEach((mean, i) => {
    let nearest = -1;
    let distance = SAME_LETTER;
    for (let j = 0; j < i; j++) {
      const away = distanceBetween(mean, means[j] as Float32Array);
      if (away < distance) [nearest, distance] = [j, away];
    }
    groups.push(nearest < 0 ? next++ : (groups[nearest] as number));
  });
  return groups.map(letterOf);
}

function letterOf(group: number): string {
  const letter = String.fromCharCode(65 + (group % 26));
  return group < 26 ? letter : `${letter}${Math.floor(group / 26)}`;
}

function meanFeatures(bars: readonly Bar[], from: number, to: number): Float32Array {
  const mean = new Float32Array((bars[from] as Bar).features.length);
  for (const { features } of bars.slice(from, to)) for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (features[i] as number) / (to - from);
  return mean;
}

function distanceBetween(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0));
}

export function meanEnergy(bars: readonly Bar[], from: number, to: number): number {
  return bars.slice(from, to).reduce((sum, { means }) => sum + means.energy, 0) / Math.max(1, to - from);
}

/** From this evidence on a loud stretch is a drop, and the less where a build-up leads into it. */
const DROP_EVIDENCE = 0.5;
const PREPARED_EVIDENCE = 0.28;
/** Rise of a build-up that makes a drop of what follows though the drums never paused. */
const STEEP = 0.35;

/** What a stretch is for: by its energy among the others, its slope and what follows. */
function nameKinds(bars: readonly Bar[], stretches: readonly Stretch[], letters: readonly string[]): SectionKind[] {
  const energies = stretches.map(({ from, to }) => meanEnergy(bars, from, to));
  const high = quantile(bars.map(({ means }) => means.energy), 0.8);
  const low = quantile(bars.map(({ means }) => means.energy), 0.2);
  const loudLevel = Math.max(low + 0.72 * (high - low), 0.3);
  const calmLevel = low + 0.45 * (high - low);
  const reaching = stretches.map(({ from, to }, i) => (energies[i] as number) >= loudLevel && to - from >= 4);
  const loud = reaching.map((isLoud, i) => isLoud && !(reaching[i + 1] === true && isRiser(bars, stretches, letters, i)));
  const drops = findDropLetters(bars, stretches, letters, loud);
  return stretches.map((stretch, i): SectionKind => {
    const energy = energies[i] as number;
    const before = energies[i - 1];
    const after = energies[i + 1];
    if (loud[i] === true) return drops.has(letters[i] as string) ? 'drop' : 'chorus';
    if (before === undefined) return 'intro';
    if (after === undefined) return energy < before ? 'outro' : 'verse';
    if (before >= loudLevel && before - energy > FALL) return 'breakdown';
    if (loud[i + 1] === true && (reaching[i] === true || (after - energy > 0.04 && riseThrough(bars, stretch) > 0.1))) return 'build';
    return energy < calmLevel && energies.slice(0, i).some((earlier) => earlier > calmLevel) ? 'breakdown' : 'verse';
  });
}

/** A short stretch that grows into what follows and is heard but there: a build-up, as loud as it may have become. */
function isRiser(bars: readonly Bar[], stretches: readonly Stretch[], letters: readonly string[], i: number): boolean {
  const stretch = stretches[i] as Stretch;
  const returns = letters.filter((letter) => letter === letters[i]).length > 1;
  return stretch.to - stretch.from <= 8 && !returns && letters[i] !== letters[i + 1] && riseThrough(bars, stretch) > STEEP / 2;
}

/** Letters of the loud stretches that come in as drops, half of the times or more; the same material is the same kind. */
function findDropLetters(bars: readonly Bar[], stretches: readonly Stretch[], letters: readonly string[], loud: readonly boolean[]): Set<string> {
  const counts = new Map<string, { drops: number; all: number }>();
  stretches.forEach(({ from }, i) => {
    const before = stretches[i - 1];
    if (loud[i] !== true || before === undefined || letters[i - 1] === letters[i]) return;
    const count = counts.get(letters[i] as string) ?? { drops: 0, all: 0 };
    const evidence = dropEvidence(bars, from);
    const rise = riseThrough(bars, before);
    const drop = evidence >= DROP_EVIDENCE || (rise > 0.1 && evidence >= PREPARED_EVIDENCE) || rise > STEEP;
    counts.set(letters[i] as string, { drops: count.drops + Number(drop), all: count.all + 1 });
  });
  return new Set([...counts].filter(([, { drops, all }]) => drops * 2 >= all && drops > 0).map(([letter]) => letter));
}

/** By how much brightness, loudness, onset density, snare and hats together grow from the first to the second half of a short stretch. */
function riseThrough(bars: readonly Bar[], { from, to }: Stretch): number {
  if (to - from < 2 || to - from > 16) return 0;
  const middle = (from + to) >> 1;
  const level = (start: number, end: number): number =>
    bars.slice(start, end).reduce((sum, { means }) => sum + means.brightness + means.loudness + means.onset + means.snare + means.hats, 0) / (end - start);
  return level(middle, to) - level(from, middle);
}
