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

/**
 * Where the initial noise lies: on the slerp from one seed's noise to another's, then turned, then pushed. The noise that
 * some samplers add at their steps (ancestral, LCM, TCD, SDE) lies at the same place between the seeds' later draws, so a
 * walk never jumps.
 */
export interface NoisePoint {
  /** Seeds: whole numbers from 0 to 2^64 − 1. */
  readonly from: number | bigint;
  readonly to: number | bigint;
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

/** A picture to start from instead of pure noise. */
export interface InitPicture {
  /** Path of an image file; it is cropped to the size drawn. */
  readonly image: string;
  /** How much of the way from noise is walked: 0 leaves the picture, 1 nearly forgets it. */
  readonly strength: Unit;
}

/**
 * The previous picture of a chain, moved and partly noised again. A chain is drawn in order: link 0 begins it (from
 * `init` or noise), link n starts from link n − 1 of the same chain.
 */
export interface FeedbackLink {
  readonly chain: string;
  readonly index: number;
  readonly strength: Unit;
  /** Factor; 1.02 comes nearer. */
  readonly zoom: number;
  /** Degrees, counter-clockwise. */
  readonly rotate: number;
  /** Fractions of the width and the height. */
  readonly shift: readonly [across: number, down: number];
}

/** How a picture is moved before it is drawn over. */
export type FeedbackMove = Pick<FeedbackLink, 'zoom' | 'rotate' | 'shift'>;

/** Feedback as it is asked for: how much is drawn anew, and the move of each frame. */
export type FeedbackSettings = Pick<FeedbackLink, 'strength' | 'zoom' | 'rotate' | 'shift'>;

export interface LatentPoint {
  readonly prompts: readonly PromptWeight[];
  readonly negative: string;
  readonly noise: NoisePoint;
  readonly guidance: number;
  readonly steps: number;
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  readonly init?: InitPicture | undefined;
  readonly feedback?: FeedbackLink | undefined;
  /** Another picture that shows through this one, of the same size: a dissolve. `share` 1 is all of it. */
  readonly under?: { readonly point: LatentPoint; readonly share: Unit } | undefined;
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
  /** 1 is none. */
  readonly guidance: number;
  readonly examplePrompts: readonly string[];
  /** False without a vae_encoder: then no picture can start from another. */
  readonly takesPictures?: boolean | undefined;
}

/** How a model is opened and sampled; plain data, so that it can go to another process. */
export interface ModelSettings {
  /** One of PROVIDERS (onnx/provider-names.ts); default 'cpu'. */
  readonly provider?: string | undefined;
  /** Threads within one operator; default 1. */
  readonly threads?: number | undefined;
  /** 'full', 'tiny', 'auto' or a folder (folder-codec.ts); default 'full'. */
  readonly decoder?: string | undefined;
  /** A sampler instead of the folder's (schedulers/config.ts, SCHEDULER_NAMES). */
  readonly scheduler?: string | undefined;
  /** Whose noise a seed stands for (rng/types.ts); default: the embedded model's own, 'torch-cpu' for all others. */
  readonly rng?: string | undefined;
  /** CLIP's layers from the end, as the web UI counts: 1 (default) skips nothing. */
  readonly clipSkip?: number | undefined;
  /** Rescale of guided predictions, 0 to 1; default 0. */
  readonly rescale?: number | undefined;
  /** Stochasticity of DDIM and TCD. */
  readonly eta?: number | undefined;
  /** Pictures in one call of the UNet; default 1. Larger ones may change the last bits. */
  readonly batch?: number | undefined;
  /** Pictures at different steps share calls, one finished with each (stream batch); then `batch` is the number of steps. */
  readonly stream?: boolean | undefined;
  /** Embeddings are kept by prompt; default true. */
  readonly remember?: boolean | undefined;
}

/** What a model makes of a prompt, in the words of its card. */
export interface Heard {
  /** Palette where one is named, subject (or two in their relation), modifier where one is named. */
  readonly words: readonly string[];
  /** Share of the subject among all that the model knows. */
  readonly confidence: Unit;
  /** The model knows nothing like it well; the picture is a guess. */
  readonly weak: boolean;
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
  /** What the model hears in a prompt; null for a model that has no list of what it knows, such as Stable Diffusion. */
  hear?(prompt: string): Promise<Heard | null>;
  /** Frees sessions and processes; safe to call twice. */
  dispose(): Promise<void>;
}
