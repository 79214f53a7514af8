/** Noise as other tools draw it, so that a seed gives the picture a user knows. */

/**
 * torch-cpu: torch's CPU generator (diffusers, ComfyUI, A1111 "CPU"). torch-cpu-half: the same as older torch draws float16
 * (see DrawType). nv: Philox, as torch on CUDA and A1111's "NV".
 * numpy: RandomState, as the older ONNX pipelines. native: this program's own, the embedded model's.
 */
export type RngKind = 'torch-cpu' | 'torch-cpu-half' | 'nv' | 'numpy' | 'native';
export const RNG_KINDS: readonly RngKind[] = ['torch-cpu', 'torch-cpu-half', 'nv', 'numpy', 'native'];

/**
 * The type the other tool drew in. Older torch (seen in 1.13) draws float16 by a way of its own, unrelated to its float32
 * draws of the same seed: that is 'float16' here. Newer torch (seen in 2.15) rounds its float32 draws.
 */
export type DrawType = 'float32' | 'float16';

/** A seeded stream of standard-normal tensors; each call continues it. */
export interface NoiseGenerator {
  /** `count` values in row-major order, as float32 (rounded to half with 'float16'). */
  randn(count: number, type?: DrawType): Float32Array;
}
