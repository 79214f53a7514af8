/**
 * Numbers of the enlarging, shared by the shaders and by the reference in test/helpers/reference-upscale.ts. Found on walks of all
 * presets (test/bench/upscale.bench.ts) and by eye at 1920 x 1080. Colours 0..1, lengths in pixels of the generated picture.
 */

/** Sharpening at full sharpness: how many times the detail is added again. Half of it is what the eye likes, a third the truest. */
export const STRONGEST_SHARPENING = 1.6;
/** Slope (per pixel, all channels) below which nothing is sharpened, since it is noise, and above which everything is. */
export const NOISE_SLOPE = 0.02;
export const DETAIL_SLOPE = 0.1;
/** How far a place may leave the range of the nine pixels around it, as a share of that range: no halos, no ringing. */
export const OVERSHOOT = 0.05;
/** Added to a place's squared slopes: below it there is no direction to speak of. */
export const FLAT_ENERGY = 0.0008;
/** How much of an edge a place must be (0 = slopes go everywhere, 1 = one way) to be led along it, and to be led as far as can be. */
export const EDGE_FROM = 0.5;
export const EDGE_TO = 0.95;
/** Share of the kernel along the edge where there is one: takes away the steps of slanted edges. */
export const ALONG_EDGE = 0.35;
