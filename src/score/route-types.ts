/**
 * A route says which feature of the music moves what, how strongly and how fast. Plain data with every default filled;
 * it travels to the stage as JSON. Source of the vocabulary and the default depths: motion.md.
 */

import { CURVE_NAMES, STEM_CURVE_NAMES } from '../timeline/timeline.ts';
import type { CurveName, StemCurveName } from '../timeline/timeline.ts';
import type { Seconds, Unit } from '../base/units.ts';

/**
 * Features beside the curves, all 0..1:
 * - beat, bar, phrase: 1 at its start, falling to 0 at its end (a phrase is 8 bars); as the feature of a beat shape: every beat
 * - event:build-up: 0 → 1 along a build-up; event:drop: 1 at a drop, falling to 0 over 8 bars; event:silence: 1 inside one
 * - section: picks `values[n]` for the n-th label of the song (palettes)
 * - constant: 1
 * - lfo:sine, lfo:triangle, lfo:saw, lfo:square: an oscillator that turns once a `period` (in beats and bars it keeps to the grid: it starts on downbeats)
 * and `<stem>.<curve>` of a part given with --stem (drums.kick, vocals.level), 0 where the show has no such part.
 */
export const FEATURES = [...CURVE_NAMES, 'beat', 'bar', 'phrase', 'event:build-up', 'event:drop', 'event:silence', 'section', 'constant', 'lfo:sine', 'lfo:triangle', 'lfo:saw', 'lfo:square'] as const;
/** Features that are worked out from the grid, the events and the sections. */
export type MomentFeature = 'beat' | 'bar' | 'phrase' | 'event:build-up' | 'event:drop' | 'event:silence' | 'section' | 'constant' | LfoFeature;
export type LfoFeature = 'lfo:sine' | 'lfo:triangle' | 'lfo:saw' | 'lfo:square';
export type StemFeature = `${string}.${StemCurveName}`;
export type RouteFeature = CurveName | MomentFeature | StemFeature;

/** 'drums.kick': the name of a stem, a dot, one of its curves. */
export function isStemFeature(name: string): name is StemFeature {
  const at = name.indexOf('.');
  return /^[a-z][a-z0-9-]{0,31}$/.test(name.slice(0, Math.max(0, at))) && (STEM_CURVE_NAMES as readonly string[]).includes(name.slice(at + 1));
}

/** A time constant in seconds, beats or bars of the music. */
export interface RouteTime {
  readonly amount: number;
  readonly unit: 's' | 'beat' | 'bar';
}

/**
 * - follow: attack/release follower of the feature
 * - hit: an envelope that jumps when the feature crosses the threshold and falls with `release`
 * - beat: a bump on every beat that eases in before it, is fastest on it, overshoots and settles within the beat
 * - sway: steps on every beat, to and fro, each fastest on the beat, with no way back in between
 */
export const SHAPES = ['follow', 'hit', 'beat', 'sway'] as const;
export type RouteShape = (typeof SHAPES)[number];

/** Targets inside the walk. */
export const WALK_TARGETS = ['walk.speed', 'walk.orbit', 'walk.pulse', 'walk.sister', 'walk.guidance', 'walk.groove'] as const;
/** Targets the stage's own shader understands. */
export const STAGE_TARGETS = ['look.zoom', 'look.rotate', 'look.shift', 'look.hue', 'look.contrast', 'look.saturation', 'look.light', 'look.sharpen'] as const;

export interface RouteSpec {
  readonly feature: RouteFeature;
  /** One of WALK_TARGETS, STAGE_TARGETS, or an effect's uniform `/look/<effect>/<uniform>`. */
  readonly to: string;
  /** Target units at feature 1. */
  readonly gain: number;
  /** Target units at feature 0. */
  readonly offset: number;
  /** Exponent on the feature: above 1 favours the loud. */
  readonly curve: number;
  readonly attack: RouteTime;
  readonly release: RouteTime;
  /** Below it the feature counts as 0. */
  readonly threshold: Unit;
  /** Rest after firing (hit). */
  readonly refractory: Seconds;
  readonly shape: RouteShape;
  /** Every other firing goes to the other side (hit, beat). */
  readonly alternate: boolean;
  /** One turn of an oscillator. */
  readonly period: RouteTime;
  /** For the feature `section`. */
  readonly values: readonly number[];
}

const seconds = (amount: number): RouteTime => ({ amount, unit: 's' });
const beats = (amount: number): RouteTime => ({ amount, unit: 'beat' });
const bars = (amount: number): RouteTime => ({ amount, unit: 'bar' });

/** A route with the defaults filled. */
export function route(feature: RouteFeature, to: string, gain: number, more: Partial<RouteSpec> = {}): RouteSpec {
  return {
    feature, to, gain, offset: 0, curve: 1, attack: seconds(0.02), release: seconds(0.3),
    threshold: 0, refractory: 0.15, shape: 'follow', alternate: false, period: bars(1), values: [], ...more,
  };
}

/** motion.md's table. A preset that states `routes` replaces the whole set. */
export const DEFAULT_ROUTES: readonly RouteSpec[] = [
  route('kick', 'walk.pulse', 1, { shape: 'sway' }),
  route('kick', 'look.zoom', 0.03, { shape: 'beat', release: beats(0.5), attack: seconds(0.015) }),
  route('snare', 'look.rotate', 1.5, { shape: 'hit', alternate: true, threshold: 0.35, release: beats(1) }),
  route('hats', '/look/grain/amount', 0.06, { attack: seconds(0.005), release: seconds(0.08) }),
  route('bass', '/look/displace/amount', 0.3, { attack: seconds(0.12), release: bars(1) }),
  route('voice', 'walk.sister', 0.25, { attack: seconds(0.25), release: bars(1) }),
  route('voice', '/look/bloom/amount', 0.15, { attack: seconds(0.25), release: bars(1) }),
  route('energy', 'walk.speed', 1, { attack: beats(1), release: bars(2) }),
  route('energy', 'walk.groove', 1, { attack: beats(1), release: bars(1) }),
  route('brightness', 'look.contrast', 0.3, { offset: -0.15, attack: bars(1), release: bars(2) }),
  route('brightness', 'look.sharpen', 0.15, { attack: bars(1), release: bars(2) }),
  route('chroma', 'look.hue', 0.044, { offset: -0.022, attack: bars(2), release: bars(4) }),
  route('event:build-up', 'walk.orbit', 1.5, { attack: seconds(0), release: seconds(0.05) }),
  route('event:build-up', 'look.zoom', 0.15, { attack: seconds(0), release: seconds(0.05) }),
  route('event:build-up', 'look.saturation', -0.3, { attack: seconds(0), release: seconds(0.05) }),
  route('event:silence', 'look.light', -0.3, { attack: seconds(4), release: beats(1) }),
];
