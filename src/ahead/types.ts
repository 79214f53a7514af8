/** Frames and what surrounds them: made by ahead/, carried by server/, shown by stage/, written by video/. */

import type { LatentPoint } from '../diffusion/types.ts';
import type { Milliseconds, Seconds, Tick } from '../base/units.ts';

/** Fractions of the way from one frame's picture to the next one's, at equal steps of time between them. */
export interface Travel {
  readonly fromTick: Tick;
  readonly fractions: readonly number[];
}

export interface Frame {
  readonly tick: Tick;
  /** Show time (s) at which it is due: `tick / 120`. */
  readonly due: Seconds;
  readonly height: number;
  readonly width: number;
  /** RGBA, `height * width * 4` bytes. */
  readonly pixels: Uint8Array;
  readonly cost: Milliseconds;
  /** Counts re-plans; a frame of an older generation is stale, not gone. */
  readonly generation: number;
  /** Nothing may interpolate from the frame before it. */
  readonly cut: boolean;
  /** Where the walk is between the keyframe before and this one (latent/travel.ts); left out: even. */
  readonly travel?: Travel | undefined;
  /** An earlier picture shown again while nothing new exists (design rule 4): keeps the stage moving, is never recorded. */
  readonly loop?: true;
}

/** Says what to draw at a tick. Random access; a later call may answer differently after a control change. */
export interface WalkPlan {
  /** Ready to give points at this tick at their final step sizes (probes measured). */
  prepare(fromTick: Tick, toTick: Tick): Promise<void>;
  pointAt(tick: Tick): LatentPoint;
  isCutAt(fromTick: Tick, toTick: Tick): boolean;
}

export interface AheadTelemetry {
  readonly bufferSeconds: Seconds;
  readonly picturesPerSecond: number;
  readonly lateFrames: number;
  readonly generation: number;
  /** Generated frames a beat (or the spacing in ticks where there is no grid). */
  readonly subdivision: number;
  readonly spacingTicks: number;
  readonly inferenceAlive: boolean;
}
