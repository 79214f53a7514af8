/**
 * The seam between the walk and the models. A LatentPoint is symbolic: the inference process resolves prompts to
 * embeddings and seeds to noise, caches both, and answers with pixels.
 * Tensor layout: [batch, channels, height, width]; pixels: RGBA, 8-bit sRGB, top row first.
 */

import type { Milliseconds, Turns, Unit } from '../base/units.ts';

export interface PromptWeight {
  readonly text: string;
  /** Weights of a point sum to 1. */
  readonly weight: Unit;
}

/** Where the initial noise lies: on the slerp from one seed's noise to another's, then turned, then pushed. */
export interface NoisePoint {
  readonly from: number;
  readonly to: number;
  /** Slerp position. */
  readonly position: Unit;
  /**
   * Orbit phase. The turn rotates channel pairs: out[2k] = cos·n[2k] − sin·n[2k+1], out[2k+1] = sin·n[2k] + cos·n[2k+1];
   * an odd last channel rotates against an independent station of the same seed. Norm-preserving, closes exactly.
   */
  readonly orbit: Turns;
  /** Slerp of the turned noise toward another seed's by `amount`; 0 = none. */
  readonly pushSeed: number;
  readonly pushAmount: number;
}

export interface LatentPoint {
  readonly prompts: readonly PromptWeight[];
  readonly negative: string;
  readonly noise: NoisePoint;
  readonly guidance: number;
  readonly steps: number;
  /** Pixels. */
  readonly height: number;
  readonly width: number;
}

export interface Picture {
  readonly height: number;
  readonly width: number;
  /** RGBA, `height * width * 4` bytes. */
  readonly pixels: Uint8Array;
  /** Wall time of drawing it. */
  readonly cost: Milliseconds;
}

export interface ModelCard {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly sha256: string;
  readonly provider: string;
  /** Native sizes in pixels, best first. */
  readonly sizes: readonly { readonly height: number; readonly width: number }[];
  readonly steps: number;
  readonly guidance: number;
  readonly examplePrompts: readonly string[];
}

/**
 * Draws pictures. Calls queue up and are answered in order, one at a time; the same point gives the same bytes.
 * A draw whose `signal` aborts before its turn rejects with the signal's reason; one that has begun goes on.
 */
export interface Pipeline {
  readonly card: ModelCard;
  draw(point: LatentPoint, signal?: AbortSignal): Promise<Picture>;
  /** Visible change between neighbours: `points.length - 1` numbers, mean absolute difference of RGB in 0..1 (see difference.ts). */
  measureDifference(points: readonly LatentPoint[]): Promise<number[]>;
  /** Frees sessions and processes; safe to call twice. */
  dispose(): Promise<void>;
}
