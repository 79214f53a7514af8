/**
 * Numbers of the in-betweens, shared by the shaders and by the reference in test/helpers/reference-flow.ts. Found on walks of
 * all presets (test/bench/inbetween.bench.ts). Colours 0..1; lengths in pixels of the level they are used at.
 */

/** The finest flow is found at half the picture's size: motion is smooth, and noise is not motion. */
export const FINEST_HALVINGS = 1;
/** The coarsest level keeps at least this many rows and columns. */
export const LEAST_SIDE = 16;
/** Linearised steps a level. */
export const STEPS_PER_LEVEL = 3;
/** Gaussian window over which motion is taken to be one, and over which it is smoothed after each step (sigma, radius). */
export const WINDOW_SIGMA = 2;
export const WINDOW_RADIUS = 4;
/** Residual at which a pixel counts half (of 1, root of the channels' squares): dissolving light must not pull. */
export const ROBUST = 0.03;
/** Pull toward no further step, against flat surfaces. */
export const DAMPING = 0.033;
/** Longest correction of one step (px). */
export const LONGEST_STEP = 1;
/** Motion is believed where it explains the difference: full below half of this share of the squared residual, none above it. */
export const BELIEVED_RESIDUAL = 0.6;
/** Root mean square difference of the two pictures below which a cross-fade is as good (left) and above which motion rules (right). */
export const STILL_DIFFERENCE = 0.045;
export const MOVING_DIFFERENCE = 0.07;

/** Sizes of the flow's pyramid for a picture, finest first. */
export function flowLevels(width: number, height: number): { readonly width: number; readonly height: number }[] {
  const levels: { readonly width: number; readonly height: number }[] = [];
  for (let halvings = FINEST_HALVINGS; ; halvings++) {
    const level = { width: Math.max(1, Math.floor(width / 2 ** halvings)), height: Math.max(1, Math.floor(height / 2 ** halvings)) };
    if (levels.length > 0 && Math.min(level.width, level.height) < LEAST_SIDE) return levels;
    levels.push(level);
  }
}
