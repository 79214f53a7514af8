/**
 * The network's probabilities over a whole track → beats and bars. Beats: the path of highest probability under the
 * bar-pointer model (beats.ts), a frame counting by its log odds as in the observation model of Böck, Krebs and Widmer 2014
 * (a beat fills 1/16 of its period). Bars: the best path through (metre, position) over the beats, metres free to change.
 */

import { clamp } from '../../base/math.ts';
import { followRewards, type PathCosts } from '../beats.ts';
import { tabulate } from '../series.ts';
import { scorePeriods, type TempoRange } from '../tempo.ts';
import { OUTPUT_EVERY, type BeatProbabilities } from './file-analysis.ts';

const LEAST = 0.005;
/** Where no probability near by reaches this, nothing is heard and every frame is no news. */
const AUDIBLE = 0.12;
const NEAR_FRAMES = 150;
/** Added to the log odds of a beat: with more, off-beats come in cheaply; with less, weak beats drop out (tuned on generated music). */
const NO_NEWS = 0.3;
const BEAT_COSTS: PathCosts = { change: 40, slack: 1.1, reach: 10, period: 0.1 };

/** Probabilities at OUTPUT_RATE to the frame rate, `count` values. */
export function toFrames(probabilities: Float32Array, count: number): Float32Array {
  const last = probabilities.length - 1;
  return tabulate(count, (i) => {
    const place = i / OUTPUT_EVERY;
    const low = Math.min(last, Math.floor(place));
    const here = probabilities[low] as number;
    return here + (place - low) * ((probabilities[Math.min(last, low + 1)] as number) - here);
  });
}

/** Beat frames, ascending. `beat`: probabilities at the frame rate. `range`: tempi that are considered. */
export function followBeats(beat: Float32Array, range?: TempoRange): number[] {
  if (beat.length === 0) return [];
  const near = largestNear(beat, NEAR_FRAMES);
  const rewards = beat.map((p, i) => ((near[i] as number) < AUDIBLE ? 0 : logOdds(p) + NO_NEWS));
  return followRewards(rewards, scorePeriods(beat, range), BEAT_COSTS);
}

/** The largest value within about `reach` frames to either side, by blocks of a third of it. */
function largestNear(values: Float32Array, reach: number): Float32Array {
  const size = Math.ceil(reach / 3);
  const blocks = tabulate(Math.ceil(values.length / size), (block) => values.subarray(block * size, (block + 1) * size).reduce((most, value) => Math.max(most, value), 0));
  const near = blocks.map((_, block) => blocks.subarray(Math.max(0, block - 3), block + 4).reduce((most, value) => Math.max(most, value), 0));
  return tabulate(values.length, (i) => near[Math.floor(i / size)] as number);
}

function logOdds(p: number): number {
  const held = clamp(p, LEAST, 1 - LEAST);
  return Math.log(held / (1 - held));
}

/** Beats a bar that are considered, and the log probability of each before anything is heard. */
export interface BarCosts {
  readonly priors: Readonly<Record<number, number>>;
  /** Of a change of metre at a bar's end, and of leaving a bar before its end. */
  readonly change: number;
  readonly slip: number;
}
export const BAR_COSTS: BarCosts = { priors: { 4: 0, 3: -1, 2: -2, 6: -3, 5: -5, 7: -5 }, change: 9, slip: 12 };

/** Probability of each beat being a downbeat: the network's at the beat, of its probability of any beat. */
export function downbeatShares(beats: ArrayLike<number>, { beat, downbeat }: BeatProbabilities, rate: number): Float32Array {
  return Float32Array.from(beats, (time) => {
    const middle = Math.round(time * rate);
    let [most, any] = [0, 0];
    for (let n = Math.max(0, middle - 2); n <= Math.min(beat.length - 1, middle + 2); n++) {
      most = Math.max(most, downbeat[n] as number);
      any = Math.max(any, beat[n] as number);
    }
    return most / Math.max(any, most, 0.1);
  });
}

export interface Bars {
  /** 1 = downbeat, one per beat. */
  readonly positions: Uint8Array;
  /** Beats a bar of the bar that each beat lies in. */
  readonly metres: Uint8Array;
}

/** The best path through (metre, position). `shares`: probability of a downbeat, one a beat. `extra`: log odds on top. */
export function findBarsOf(shares: ArrayLike<number>, costs: BarCosts = BAR_COSTS, extra?: (beat: number, metre: number, position: number) => number): Bars {
  const states = Object.keys(costs.priors).flatMap((metre) => Array.from({ length: Number(metre) }, (_, position) => ({ metre: Number(metre), position })));
  const count = shares.length;
  const back = new Int16Array(count * states.length);
  let scores = states.map(({ metre }) => (costs.priors[metre] as number) - Math.log(metre));
  for (let beat = 0; beat < count; beat++) {
    const share = clamp(shares[beat] as number, 0.02, 0.98);
    const [on, off] = [Math.log(share), Math.log(1 - share)];
    const before = scores;
    const starts = beat === 0 ? undefined : bestStarts(states, before, costs);
    scores = states.map(({ metre, position }, state) => {
      const evidence = (position === 0 ? on : off) + (extra?.(beat, metre, position) ?? 0);
      if (starts === undefined) return (before[state] as number) + evidence;
      if (position > 0) {
        back[beat * states.length + state] = state - 1;
        return (before[state - 1] as number) + evidence;
      }
      const { score, from } = starts.get(metre) as { score: number; from: number };
      back[beat * states.length + state] = from;
      return score + evidence;
    });
  }
  return traceBars(states, scores, back, count);
}

interface State {
  readonly metre: number;
  readonly position: number;
}

/** For each metre: the best state that a new bar of it may follow. */
function bestStarts(states: readonly State[], scores: readonly number[], { priors, change, slip }: BarCosts): Map<number, { score: number; from: number }> {
  const starts = new Map<number, { score: number; from: number }>();
  for (const name of Object.keys(priors)) {
    const metre = Number(name);
    let best = { score: -Infinity, from: 0 };
    states.forEach((state, from) => {
      const cost = (state.metre === metre ? 0 : change) + (state.position === state.metre - 1 ? 0 : slip);
      const score = (scores[from] as number) - cost;
      if (score > best.score) best = { score, from };
    });
    starts.set(metre, best);
  }
  return starts;
}

function traceBars(states: readonly State[], scores: readonly number[], back: Int16Array, count: number): Bars {
  const positions = new Uint8Array(count);
  const metres = new Uint8Array(count);
  let state = scores.indexOf(Math.max(...scores));
  for (let beat = count - 1; beat >= 0; beat--) {
    positions[beat] = (states[state] as State).position + 1;
    metres[beat] = (states[state] as State).metre;
    state = back[beat * states.length + state] as number;
  }
  return { positions, metres };
}
