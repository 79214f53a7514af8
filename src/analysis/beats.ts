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
  return findPath(reward, weights, periods, { change: changeCost, slack: 0, reach: REACH, period: PERIOD_WEIGHT });
}

/** Beat frames, ascending, of the path with the highest sum of `rewards` (log odds of a beat at each frame). */
export function followRewards(rewards: Float32Array, periods: PeriodScores, costs: PathCosts): number[] {
  return findPath(rewards, new Float64Array(periods.scores.length).fill(1), periods, costs);
}

/** The activation, widened by a frame to either side, less its mean. */
function centreActivation(activation: Float32Array): Float32Array | undefined {
  const wide = activation.map((value, i) => Math.max(value, 0.6 * (activation[i - 1] ?? 0), 0.6 * (activation[i + 1] ?? 0)));
  const mean = wide.reduce((sum, value) => sum + value, 0) / Math.max(1, wide.length);
  return mean > 1e-6 ? wide.map((value) => value - mean) : undefined;
}

/** Frames after which the paths are looked at for what they have in common. */
const SETTLE_EVERY = 8192;

/** Beat frames of the best path; `weights`: of the reward of a beat, one a period. */
function findPath(rewards: Float32Array, weights: Float64Array, { shortest, scores: own }: PeriodScores, costs: PathCosts): number[] {
  const count = own.length;
  const rows = shortest + count;
  const scores = new Float64Array(rows * count);
  const trail = new PathTrail(shortest, count, Math.min(rewards.length, 2 * SETTLE_EVERY));
  const kept = own.map((score, k) => (score * costs.period * (shortest + k)) / 50);
  const changes = changeCosts(shortest, count, costs);
  const { reach } = costs;
  for (let t = 0; t < rewards.length; t++) {
    const reward = rewards[t] as number;
    const now = t % rows;
    const steps = trail.open(t);
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
      trail.steps[steps + k] = step;
    }
    if (t % SETTLE_EVERY === SETTLE_EVERY - 1) trail.settle(t);
  }
  return trail.follow(bestEnd(scores, rewards.length, shortest, count));
}

/** A beat at a frame, reached with the period of index k. */
interface PathState {
  readonly frame: number;
  readonly k: number;
}

/** The best of the last frames in which a path may end; undefined where there are none. */
function bestEnd(scores: Float64Array, length: number, shortest: number, count: number): PathState | undefined {
  const rows = shortest + count;
  let best = -Infinity;
  let end: PathState | undefined;
  for (let t = Math.max(0, length - rows); t < length; t++) {
    for (let k = Math.max(0, length - t - shortest); k < count; k++) {
      const score = scores[(t % rows) * count + k] as number;
      if (score > best) [best, end] = [score, { frame: t, k }];
    }
  }
  return end;
}

/**
 * The way back from each state. All paths that may still go on soon have the same past: the beats of it are settled, and the
 * way to them is forgotten, so that hours take as little memory as minutes.
 */
class PathTrail {
  /** steps[(t - first) * count + k]: change of the period index on the beat before the one at t with period k; START: no beat before. */
  steps: Int8Array;
  private readonly shortest: number;
  private readonly count: number;
  private first = 0;
  private readonly settled: number[] = [];
  private anchor: PathState | undefined;

  constructor(shortest: number, count: number, frames: number) {
    this.shortest = shortest;
    this.count = count;
    this.steps = new Int8Array(frames * count);
  }

  /** Index of frame `t`'s steps, for which there is room. */
  open(t: number): number {
    const at = (t - this.first) * this.count;
    if (at + this.count > this.steps.length) {
      const larger = new Int8Array(2 * this.steps.length);
      larger.set(this.steps);
      this.steps = larger;
    }
    return at;
  }

  /** Settles the beats that all states of the frames up to `last` have in common. */
  settle(last: number): void {
    const common = this.commonPast(last);
    if (common === undefined || common.frame === this.anchor?.frame) return;
    this.settled.push(...this.beatsTo(common));
    this.anchor = common;
    this.steps.copyWithin(0, (common.frame - this.first) * this.count);
    this.first = common.frame;
  }

  /** All beats up to a state. */
  follow(end: PathState | undefined): number[] {
    return end === undefined ? [] : [...this.settled, ...this.beatsTo(end)];
  }

  /** The latest state through which every path to the frames of the last and longest period leads. */
  private commonPast(last: number): PathState | undefined {
    const { count, shortest, steps, first } = this;
    const reached = new Uint8Array((last + 1 - first) * count);
    const from = Math.max(first, last + 1 - shortest - count);
    reached.fill(1, (from - first) * count);
    let pending = (last + 1 - from) * count;
    for (let t = last; t >= first; t--) {
      for (let k = 0, at = (t - first) * count; k < count; k++, at++) {
        if (reached[at] === 0) continue;
        if (pending === 1) return { frame: t, k };
        const step = steps[at] as number;
        const before = at - (shortest + k) * count + step;
        if (step === START || before < 0) return undefined;
        pending--;
        if (reached[before] === 0) pending++;
        reached[before] = 1;
      }
    }
    return undefined;
  }

  /** Beats after the anchor up to a state, ascending. */
  private beatsTo({ frame, k }: PathState): number[] {
    const beats: number[] = [];
    for (let [at, index] = [frame, k]; at !== this.anchor?.frame; ) {
      beats.push(at);
      const step = this.steps[(at - this.first) * this.count + index] as number;
      if (step === START) break;
      at -= this.shortest + index;
      index += step;
    }
    return beats.reverse();
  }
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
