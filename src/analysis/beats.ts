/**
 * Activation → beats: the most probable path through the states (period, phase) of a bar-pointer model (Whiteley, Cemgil and
 * Godsill 2006; Krebs, Böck and Widmer 2015). The period changes on beats only, so the phase is implicit: the
 * best score of "a beat at frame t, reached with period p" follows from that of a beat p frames earlier.
 */

import type { PeriodScores } from './tempo.ts';

/** Cost of a change of period, per unit of its natural log, where the caller says nothing else. */
const CHANGE_COST = 200;
/** A period may change by this many frames from beat to beat. */
const REACH = 6;
/** Weight of the activation on a beat, and of a period's own score. */
const BEAT_WEIGHT = 8;
const PERIOD_WEIGHT = 0.3;
const START = -128;

/** Beat frames, ascending. `activation` >= 0 at the frame rate; empty when it is flat. */
export function trackBeats(activation: Float32Array, periods: PeriodScores, changeCost = CHANGE_COST): number[] {
  const reward = centreActivation(activation);
  if (reward === undefined) return [];
  const path = scorePaths(reward, periods, changeCost);
  return tracePath(path, activation.length, periods);
}

/** The activation, widened by a frame to either side, less its mean. */
function centreActivation(activation: Float32Array): Float32Array | undefined {
  const wide = activation.map((value, i) => Math.max(value, 0.6 * (activation[i - 1] ?? 0), 0.6 * (activation[i + 1] ?? 0)));
  const mean = wide.reduce((sum, value) => sum + value, 0) / Math.max(1, wide.length);
  return mean > 1e-6 ? wide.map((value) => value - mean) : undefined;
}

interface Paths {
  /** steps[t * count + k]: change of the period index on the beat before the one at t with period k; START: no beat before. */
  readonly steps: Int8Array;
  /** Scores of the last frames, in a ring of `rows`. */
  readonly scores: Float64Array;
  readonly rows: number;
}

function scorePaths(reward: Float32Array, { shortest, scores: periodScores }: PeriodScores, changeCost: number): Paths {
  const count = periodScores.length;
  const rows = shortest + count;
  const scores = new Float64Array(rows * count);
  const steps = new Int8Array(reward.length * count);
  const costs = changeCosts(shortest, count, changeCost);
  for (let t = 0; t < reward.length; t++) {
    for (let k = 0; k < count; k++) {
      const period = shortest + k;
      const own = periodScores[k] as number;
      let best = own * 2;
      let step = START;
      if (t >= period) {
        best = -Infinity;
        const row = ((t - period) % rows) * count;
        for (let j = Math.max(0, k - REACH); j <= Math.min(count - 1, k + REACH); j++) {
          const candidate = (scores[row + j] as number) - (costs[k * (2 * REACH + 1) + j - k + REACH] as number);
          if (candidate > best) {
            best = candidate;
            step = j - k;
          }
        }
        best += (own * PERIOD_WEIGHT * period) / 50;
      }
      scores[(t % rows) * count + k] = best + BEAT_WEIGHT * (reward[t] as number) * Math.sqrt(period / 50);
      steps[t * count + k] = step;
    }
  }
  return { steps, scores, rows };
}

function changeCosts(shortest: number, count: number, cost: number): Float64Array {
  const costs = new Float64Array(count * (2 * REACH + 1));
  for (let k = 0; k < count; k++) {
    for (let d = -REACH; d <= REACH; d++) costs[k * (2 * REACH + 1) + d + REACH] = cost * Math.abs(Math.log((shortest + k + d) / (shortest + k)));
  }
  return costs;
}

/** Follows the best path back from the last frames in which it may end. */
function tracePath({ steps, scores, rows }: Paths, length: number, { shortest, scores: periodScores }: PeriodScores): number[] {
  const count = periodScores.length;
  let best = -Infinity;
  let frame = -1;
  let k = 0;
  for (let t = Math.max(0, length - rows); t < length; t++) {
    for (let j = Math.max(0, length - t - shortest); j < count; j++) {
      const score = scores[(t % rows) * count + j] as number;
      if (score > best) [best, frame, k] = [score, t, j];
    }
  }
  const beats: number[] = [];
  while (frame >= 0) {
    beats.push(frame);
    const step = steps[frame * count + k] as number;
    if (step === START) break;
    frame -= shortest + k;
    k += step;
  }
  return beats.reverse();
}
