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
/** Of any change within the slack. */
const SLACK_COST = 0.15;

/** How the path is scored. */
export interface PathCosts {
  /** Of a change of period, per unit of its natural log. */
  readonly change: number;
  /** Frames of a change that are nearly free: periods are whole frames, tempi are not. */
  readonly slack: number;
  /** Frames by which a period may change from beat to beat. */
  readonly reach: number;
  /** Weight of a period's own score, per half second. */
  readonly period: number;
}

/** Beat frames, ascending. `activation` >= 0 at the frame rate; empty when it is flat. */
export function trackBeats(activation: Float32Array, periods: PeriodScores, changeCost = CHANGE_COST): number[] {
  const reward = centreActivation(activation);
  if (reward === undefined) return [];
  // A beat of a slower pulse stands for more time.
  const rewardOf = (frame: number, period: number): number => BEAT_WEIGHT * (reward[frame] as number) * Math.sqrt(period / 50);
  return tracePath(scorePaths(reward.length, rewardOf, periods, { change: changeCost, slack: 0, reach: REACH, period: PERIOD_WEIGHT }), reward.length, periods);
}

/** Beat frames, ascending, of the path with the highest sum of `rewards` (log odds of a beat at each frame). */
export function followRewards(rewards: Float32Array, periods: PeriodScores, costs: PathCosts): number[] {
  return tracePath(scorePaths(rewards.length, (frame) => rewards[frame] as number, periods, costs), rewards.length, periods);
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

function scorePaths(length: number, rewardOf: (frame: number, period: number) => number, { shortest, scores: periodScores }: PeriodScores, costs: PathCosts): Paths {
  const count = periodScores.length;
  const rows = shortest + count;
  const scores = new Float64Array(rows * count);
  const steps = new Int8Array(length * count);
  const { reach } = costs;
  const changes = changeCosts(shortest, count, costs);
  for (let t = 0; t < length; t++) {
    for (let k = 0; k < count; k++) {
      const period = shortest + k;
      const own = periodScores[k] as number;
      let best = own * 2;
      let step = START;
      if (t >= period) {
        best = -Infinity;
        const row = ((t - period) % rows) * count;
        for (let j = Math.max(0, k - reach); j <= Math.min(count - 1, k + reach); j++) {
          const candidate = (scores[row + j] as number) - (changes[k * (2 * reach + 1) + j - k + reach] as number);
          if (candidate > best) {
            best = candidate;
            step = j - k;
          }
        }
        best += (own * costs.period * period) / 50;
      }
      scores[(t % rows) * count + k] = best + rewardOf(t, period);
      steps[t * count + k] = step;
    }
  }
  return { steps, scores, rows };
}

function changeCosts(shortest: number, count: number, { change, slack, reach }: PathCosts): Float64Array {
  const costs = new Float64Array(count * (2 * reach + 1));
  for (let k = 0; k < count; k++) {
    for (let d = -reach; d <= reach; d++) {
      const logs = Math.abs(Math.log(Math.max(1, shortest + k + d) / (shortest + k)));
      costs[k * (2 * reach + 1) + d + reach] = change * Math.max(0, logs - slack / (shortest + k)) + (slack > 0 && d !== 0 ? SLACK_COST : 0);
    }
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
