/** Noise as other tools draw it, so that a seed gives the picture a user knows. */

/**
 * torch-cpu: torch's CPU generator (diffusers, ComfyUI, A1111 "CPU"). nv: Philox, as torch on CUDA and A1111's "NV".
 * numpy: RandomState, as the older ONNX pipelines. native: this program's own, the embedded model's.
 */
export type RngKind = 'torch-cpu' | 'nv' | 'numpy' | 'native';
export const RNG_KINDS: readonly RngKind[] = ['torch-cpu', 'nv', 'numpy', 'native'];

/** The type the other tool drew in: torch's float16 draws are unrelated to its float32 draws of the same seed. */
export type DrawType = 'float32' | 'float16';

/** A seeded stream of standard-normal tensors; each call continues it. */
export interface NoiseGenerator {
  /** `count` values in row-major order, as float32 (rounded to half with 'float16'). */
  randn(count: number, type?: DrawType): Float32Array;
}
