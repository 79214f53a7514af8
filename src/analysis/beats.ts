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
  const weights = Float64Array.from(periods.scores, (_, k) => BEAT_WEIGHT * Math.sqrt((periods.shortest + k) / 50));
  return tracePath(scorePaths(reward, weights, periods, { change: changeCost, slack: 0, reach: REACH, period: PERIOD_WEIGHT }), reward.length, periods);
}

/** Beat frames, ascending, of the path with the highest sum of `rewards` (log odds of a beat at each frame). */
export function followRewards(rewards: Float32Array, periods: PeriodScores, costs: PathCosts): number[] {
  return tracePath(scorePaths(rewards, new Float64Array(periods.scores.length).fill(1), periods, costs), rewards.length, periods);
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

/** `weights`: of the reward of a beat, one a period. */
function scorePaths(rewards: Float32Array, weights: Float64Array, { shortest, scores: own }: PeriodScores, costs: PathCosts): Paths {
  const count = own.length;
  const rows = shortest + count;
  const scores = new Float64Array(rows * count);
  const steps = new Int8Array(rewards.length * count);
  const kept = own.map((score, k) => (score * costs.period * (shortest + k)) / 50);
  const changes = changeCosts(shortest, count, costs);
  const { reach } = costs;
  for (let t = 0; t < rewards.length; t++) {
    const reward = rewards[t] as number;
    const now = t % rows;
    for (let k = 0; k < count; k++) {
      const period = shortest + k;
      let best = 2 * (own[k] as number);
      let step = START;
      if (t >= period) {
        const row = (now >= period ? now - period : now - period + rows) * count;
        const cost = k * (2 * reach + 1) + reach - k;
        const first = k > reach ? k - reach : 0;
        const last = k + reach < count ? k + reach : count - 1;
        best = -Infinity;
        for (let j = first; j <= last; j++) {
          const candidate = (scores[row + j] as number) - (changes[cost + j] as number);
          if (candidate > best) {
            best = candidate;
            step = j - k;
          }
        }
        best += kept[k] as number;
      }
      scores[now * count + k] = best + reward * (weights[k] as number);
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
