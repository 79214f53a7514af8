/** From places to symbolic points: the prompt mix of a segment at a position, and where its noise lies. */

import type { LatentPoint, ModelCard } from '../diffusion/types.ts';
import type { Modulation, Place } from '../score/modulation.ts';
import { mixPrompts, promptsOn } from '../score/place.ts';
import type { Turns, Unit } from '../base/units.ts';

/** What stays the same for all points of a walk. */
export interface PointFrame {
  readonly negative: string;
  readonly guidance: number;
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  /** Seed toward which a beat pushes the noise. */
  readonly pushSeed: number;
}

/** The frame of a model at a size, with what the preset asks for. */
export function pointFrame(card: ModelCard, more: { readonly size?: { readonly height: number; readonly width: number } | undefined; readonly negative?: string | undefined; readonly guidance?: number | undefined; readonly steps?: number | undefined; readonly pushSeed?: number }): PointFrame {
  const size = more.size ?? card.sizes[0];
  if (size === undefined) throw new Error(`model ${card.id} names no size`);
  return { negative: more.negative ?? '', guidance: more.guidance ?? card.guidance, steps: more.steps ?? card.steps, height: size.height, width: size.width, pushSeed: more.pushSeed ?? 0 };
}

/** A point between two places; `position` counts in weight, not in visible change. */
export function pointBetween(from: Place, to: Place, position: Unit, frame: PointFrame, orbit: Turns = 0): LatentPoint {
  const prompts = mixPrompts([{ prompts: from.prompts, share: 1 - position }, { prompts: to.prompts, share: position }]);
  return makePoint(prompts, { from: from.seed, to: to.seed, position, orbit, pushSeed: frame.pushSeed, pushAmount: 0 }, frame, frame.guidance);
}

/** The point of a modulation whose segment stands at `position` in weight. */
export function pointOf(modulation: Modulation, position: Unit, frame: PointFrame): LatentPoint {
  const { segment, orbit, pulse, guidance } = modulation;
  const noise = { from: segment.from.seed, to: segment.to.seed, position: segment.from.seed === segment.to.seed ? 0 : position, orbit, pushSeed: frame.pushSeed, pushAmount: pulse };
  return makePoint(promptsOn(modulation, position), noise, frame, frame.guidance * guidance);
}

function makePoint(prompts: LatentPoint['prompts'], noise: LatentPoint['noise'], frame: PointFrame, guidance: number): LatentPoint {
  return { prompts, negative: frame.negative, noise, guidance, steps: frame.steps, height: frame.height, width: frame.width };
}
