/**
 * What the score says at one tick: where on the walk, how the noise lies, what the look does.
 * Pure numbers; the walk (latent/) turns it into a LatentPoint, the stage reads `look`.
 */

import type { Tick, Turns, Unit } from '../base/units.ts';
import type { Preset } from './preset.ts';

export interface WeightedPrompt {
  readonly text: string;
  /** Weights of a place sum to 1. */
  readonly weight: Unit;
}

/** A place where the walk can stand: a prompt mix and a seed. */
export interface Place {
  readonly prompts: readonly WeightedPrompt[];
  readonly seed: number;
}

/** The stretch of walk at a tick: between two places, with a fraction measured in *visible change*. */
export interface WalkSegment {
  readonly from: Place;
  readonly to: Place;
  /** 0 = at `from`, 1 = at `to`, in visible change when step sizing is on. */
  readonly fraction: Unit;
  /** The change of place happens as a cut at fraction 0.5: nothing interpolates across it. */
  readonly cut: boolean;
}

export interface Modulation {
  readonly tick: Tick;
  /** Continuous count of waypoints passed (index + eased fraction). */
  readonly position: number;
  /** Derivative of `position` (waypoints per second), for telemetry and in-between motion. */
  readonly speed: number;
  readonly segment: WalkSegment;
  /** Prompts that pull over the segment's mix: faders by hand, the sister prompt. Weights sum to at most 1. */
  readonly lean: readonly WeightedPrompt[];
  /** Phase of the noise orbit in turns; whole numbers are the same picture. */
  readonly orbit: Turns;
  /** Latent pulse: how far the noise is pushed aside, in waypoints (about -0.4..0.4); the sign is the side. */
  readonly pulse: number;
  readonly guidance: number;
  /** True on the first tick after a cut. */
  readonly cut: boolean;
  /** What still shows through from before a dissolve. */
  readonly dissolve?: Dissolve;
}

/** The moment a dissolve began, standing still, and how much of the picture it still is (1 → 0). */
export interface Dissolve {
  readonly under: Modulation;
  /** The preset that walked then. */
  readonly preset: Preset;
  readonly share: Unit;
}
