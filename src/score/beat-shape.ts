/**
 * How a beat looks as a movement. What looking ahead is for: it eases in before the beat, is fastest on it, overshoots
 * a little and settles within the beat (motion.md). All times in seconds from the beat, negative before it.
 */

import { clamp } from '../base/math.ts';
import type { Seconds, Unit } from '../base/units.ts';
import { barInPhrase } from './moment.ts';
import type { Moment } from './moment.ts';

/** The longest ease-in before a beat (s); a quarter beat where that is shorter. */
export const PRE_ROLL: Seconds = 0.1;
/** Rise after the beat (s); 0.3 beat where that is shorter. */
const FOLLOW_THROUGH: Seconds = 0.14;
/** By when everything has settled, in beats after the beat: the next pre-roll may begin then. */
const SETTLED_BEATS = 0.75;
/** How far a step goes beyond its goal. */
export const OVERSHOOT: Unit = 0.06;

/** Seconds before a beat at which its movement begins. */
export function preRollOf(beatSeconds: Seconds): Seconds {
  return Math.min(PRE_ROLL, beatSeconds / 4);
}

/** A step from 0 to 1: steepest at 0, 6 % too far, settled by three quarters of a beat. */
export function stepShape(since: Seconds, beatSeconds: Seconds): number {
  const before = preRollOf(beatSeconds);
  const after = Math.min(FOLLOW_THROUGH, beatSeconds * 0.3);
  const scale = (1 + OVERSHOOT) / ((before + after) / 2);
  if (since <= -before) return 0;
  if (since <= 0) return scale * (before / 2 + hannIntegral(since, before));
  if (since <= after) return scale * (before / 2 + hannIntegral(since, after));
  const back = clamp((since - after) / (SETTLED_BEATS * beatSeconds - after), 0, 1);
  return 1 + OVERSHOOT - OVERSHOOT * settle(back);
}

/** A bump from 0 to 1 and back: the same rise, then a fall that goes 6 % below and settles. */
export function bumpShape(since: Seconds, beatSeconds: Seconds): number {
  const after = Math.min(FOLLOW_THROUGH, beatSeconds * 0.3);
  if (since <= after) return stepShape(since, beatSeconds) / (1 + OVERSHOOT);
  const along = clamp((since - after) / (SETTLED_BEATS * beatSeconds - after), 0, 1);
  if (along < 0.75) return 1 - (1 + OVERSHOOT) * settle(along / 0.75);
  return -OVERSHOOT * (1 - settle((along - 0.75) / 0.25));
}

/** Integral from 0 of cos²(π/2 · x/width) for |x| ≤ width. */
function hannIntegral(x: number, width: number): number {
  return x / 2 + (width / (2 * Math.PI)) * Math.sin((Math.PI * x) / width);
}

/** From 0 to 1 with no speed at either end. */
function settle(x: Unit): Unit {
  return 0.5 - 0.5 * Math.cos(Math.PI * x);
}

/** Weight of a beat: 1 / .4 / .6 / .4 in four, more on the first bar of a phrase. */
export function accentOf(positionInBar: number, metre: number, bar: number): number {
  const half = metre % 2 === 0 && positionInBar === metre / 2 + 1;
  const weight = positionInBar === 1 ? 1 : half ? 0.6 : 0.4;
  return barInPhrase(bar) === 0 ? weight * 1.5 : weight;
}

/** Accent of the beat that comes next. */
export function accentOfNextBeat(moment: Moment): number {
  const wraps = moment.positionInBar >= moment.metre;
  return accentOf(wraps ? 1 : moment.positionInBar + 1, moment.metre, wraps ? moment.bar + 1 : moment.bar);
}

/** Mean of the groove's bump (3/8) times the mean accent of a bar in four (0.6). */
const GROOVE_MEAN = 0.225;

/**
 * How fast time itself dances at a moment: mean about 1, highest on accents, `1 - depth` between beats. Smooth, so that
 * nothing moves faster than a beat.
 */
export function grooveSpeed(moment: Moment, depth: Unit): number {
  if (!moment.trusted) return 1;
  const bump = (0.5 + 0.5 * Math.cos(2 * Math.PI * moment.phase)) ** 2;
  const accent = moment.phase < 0.5 ? accentOf(moment.positionInBar, moment.metre, moment.bar) : accentOfNextBeat(moment);
  return 1 - depth + (depth * bump * accent) / GROOVE_MEAN;
}
