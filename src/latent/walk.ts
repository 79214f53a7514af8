/**
 * The walk: what to draw at a tick. Turns the score's modulation into a symbolic point, with steps sized by measured image
 * difference. `prepare` measures ahead of need; a stretch that is not measured yet is walked by weight.
 */

import type { WalkPlan } from '../ahead/types.ts';
import { randomFor } from '../base/random.ts';
import { TICKS_PER_SECOND } from '../base/units.ts';
import type { Tick } from '../base/units.ts';
import type { LatentPoint, ModelCard } from '../diffusion/types.ts';
import type { Modulation, Place } from '../score/modulation.ts';
import { placeKey, samePlace } from '../score/place.ts';
import type { Preset } from '../score/preset.ts';
import { pointFrame, pointOf } from './point.ts';
import type { PointFrame } from './point.ts';
import { SegmentTables } from './segments.ts';
import type { MeasureDifference } from './segments.ts';

/** Modulations are looked at this often to find the stretches ahead; no glide is shorter. */
const SCAN_TICKS: Tick = TICKS_PER_SECOND / 8;

/** What the walk needs of a score. */
export interface WalkScore {
  /** The music is heard while it plays. */
  readonly live: boolean;
  modulationAt(tick: Tick): Modulation;
  isCutAt(fromTick: Tick, toTick: Tick): boolean;
  presetAt(tick: Tick): Preset;
  /** A guess that binds nobody: live ticks stay open to what will be heard. */
  peekAt(tick: Tick): { readonly modulation: Modulation; readonly preset: Preset };
}

export interface WalkOptions {
  readonly score: WalkScore;
  readonly card: ModelCard;
  readonly measureDifference: MeasureDifference;
  /** Off: fractions are weights. */
  readonly sizing?: boolean;
  /** Pixels; left out: the model's best. */
  readonly size?: { readonly height: number; readonly width: number } | undefined;
  readonly steps?: number | undefined;
  /** Decides the side to which beats push. */
  readonly seed?: number;
}

export interface Walk extends WalkPlan {
  /** True if `prepare` has nothing left to measure between the ticks. */
  isPrepared(fromTick: Tick, toTick: Tick): boolean;
  /** Control has changed the walk from this tick on. Measured stretches stay: they depend on their places alone. */
  invalidate(fromTick: Tick): void;
  /** What is on screen in words, for telemetry. */
  describe(tick: Tick): string;
}

export function createWalk(options: WalkOptions): Walk {
  const { score, sizing = true } = options;
  // By what alters a picture: presets that differ in routes alone share what was measured.
  const frames = new Map<string, { readonly frame: PointFrame; readonly tables: SegmentTables }>();
  const toolsFor = (preset: Preset): { readonly frame: PointFrame; readonly tables: SegmentTables } => {
    const key = JSON.stringify([preset.negative, preset.guidance, preset.steps]);
    const known = frames.get(key);
    if (known !== undefined) return known;
    const frame = frameFor(preset, options);
    const made = { frame, tables: new SegmentTables(options.measureDifference, frame) };
    frames.set(key, made);
    return made;
  };
  const missing = (fromTick: Tick, toTick: Tick): Stretch[] =>
    sizing ? stretchesBetween(score, fromTick, toTick).filter(({ preset, from, to }) => !toolsFor(preset).tables.isMeasured(from, to)) : [];
  const unsized = new Set<string>();
  const pointFor = (modulation: Modulation, preset: Preset): LatentPoint => {
    const { from, to, fraction } = modulation.segment;
    const { frame, tables } = toolsFor(preset);
    // Live, a glide that set out before it was measured stays unsized: a table that came half way would make a jump.
    const glide = `${Math.floor(modulation.position)} ${placeKey(to)}`;
    if (score.live && fraction > 0 && !tables.isMeasured(from, to)) unsized.add(glide);
    const sized = sizing && !unsized.has(glide);
    const point = pointOf(modulation, sized ? tables.positionAt(from, to, fraction) : fraction, frame);
    const { dissolve } = modulation;
    return dissolve === undefined ? point : { ...point, under: { point: pointFor(dissolve.under, dissolve.preset), share: dissolve.share } };
  };

  return {
    async prepare(fromTick, toTick) {
      for (const { preset, from, to } of missing(fromTick, toTick)) await toolsFor(preset).tables.measure(from, to);
    },
    isPrepared: (fromTick, toTick) => missing(fromTick, toTick).length === 0,
    pointAt: (tick) => pointFor(score.modulationAt(tick), score.presetAt(tick)),
    isCutAt: (fromTick, toTick) => score.isCutAt(fromTick, toTick),
    invalidate: () => undefined,
    describe: (tick) => describePoint(score.modulationAt(tick)),
  };
}

interface Stretch {
  readonly preset: Preset;
  readonly from: Place;
  readonly to: Place;
}

/** The different stretches that are walked between two ticks, in order. */
function stretchesBetween(score: WalkScore, fromTick: Tick, toTick: Tick): Stretch[] {
  const found: Stretch[] = [];
  for (let tick = Math.max(0, fromTick); ; tick = Math.min(tick + SCAN_TICKS, toTick)) {
    const { modulation, preset } = score.peekAt(tick);
    for (const { segment: { from, to }, preset: walked } of partsOf(modulation, preset)) {
      const isKnown = found.slice(-2).some((one) => one.from === from && one.to === to);
      if (!isKnown && !samePlace(from, to)) found.push({ preset: walked, from, to });
    }
    if (tick >= toTick) return found;
  }
}

/** What is on screen, and what shows through from below it. */
function partsOf(modulation: Modulation, preset: Preset): { readonly segment: Modulation['segment']; readonly preset: Preset }[] {
  const { segment, dissolve } = modulation;
  return [...(dissolve === undefined ? [] : partsOf(dissolve.under, dissolve.preset)), { segment, preset }];
}

function frameFor(preset: Preset, { card, size, steps, seed = 0 }: WalkOptions): PointFrame {
  const guidance = preset.guidance === undefined ? card.guidance : 1;
  return pointFrame(card, { size, negative: preset.negative, guidance, steps: steps ?? preset.steps, pushSeed: randomFor(seed, 'push').integer(2_147_483_648) });
}

function describePoint({ segment, position, orbit }: Modulation): string {
  const name = (place: Place): string => place.prompts.map(({ text, weight }) => (weight > 0.99 ? text : `${text} ${Math.round(weight * 100)} %`)).join(' + ');
  const where = samePlace(segment.from, segment.to) ? name(segment.from) : `${name(segment.from)} → ${name(segment.to)} ${Math.round(segment.fraction * 100)} %`;
  return `${position.toFixed(2)} ${where}, orbit ${(orbit % 1).toFixed(2)}`;
}
