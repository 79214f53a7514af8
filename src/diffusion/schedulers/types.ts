/**
 * The seam of the schedulers: how a sampler turns model outputs into the next sample. Samples and outputs are flat
 * float32 tensors of one picture ([channels, height, width], any shape works); batch items need a scheduler each, since
 * multistep samplers remember earlier outputs.
 */

/** A folder's scheduler_config.json, parsed and not yet checked. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

export interface TimestepOptions {
  /** Image to image: 0 to 1, how much of the way is walked; the first n − floor(n · strength) steps are left out. */
  readonly strength?: number | undefined;
  /** FlowMatchEuler: the sigma grid before the shift, descending (Flux passes 1, 1−1/n … 1/n). */
  readonly sigmas?: readonly number[] | undefined;
  /** Dynamic shift of flow models: ln of the shift. */
  readonly mu?: number | undefined;
  /** Explicit timesteps, descending, for schedulers that take them (1-step Hyper-SD passes [800]). */
  readonly timesteps?: readonly number[] | undefined;
}

export interface Schedule {
  /** What the model is told, one per model call; more than `steps` for Heun and PNDM, fewer with strength < 1. */
  readonly timesteps: readonly number[];
  /** Noise levels, one more than the model calls where the sampler works on sigmas; empty for DDIM, PNDM, LCM, TCD. */
  readonly sigmas: readonly number[];
  /** The initial unit noise is multiplied by this. */
  readonly initNoiseSigma: number;
}

export interface Scheduler {
  /** diffusers' class name. */
  readonly className: string;
  /** What the model predicts: 'epsilon', 'v_prediction', 'sample' or 'flow_prediction'. */
  readonly predictionType: string;
  /** Begins a picture: forgets earlier outputs. `steps` ≥ 1. Throws UserError('usage') for a number of steps the sampler cannot do. */
  setTimesteps(steps: number, options?: TimestepOptions): Schedule;
  /** What the model is given for `sample` at model call `index`. May return `sample` itself; else writes to `out`. */
  scaleModelInput(sample: Float32Array, index: number, out?: Float32Array): Float32Array;
  /** True where call `index` wants a fresh standard-normal tensor. */
  needsNoise(index: number): boolean;
  /** Moves `sample` one model call on, in place, and returns it. `modelOutput` may be overwritten. Calls go in order from 0. */
  step(modelOutput: Float32Array, index: number, sample: Float32Array, stepNoise?: Float32Array): Float32Array;
  /** Tensors drawn after the initial noise in a run of `steps` (those that would be multiplied by 0 included, as diffusers draws them). */
  noiseStepsNeeded(steps: number, options?: TimestepOptions): number;
  /** Image to image: the latent `original` noised to the level of model call `index`; writes to `out`. */
  addNoise(original: Float32Array, noise: Float32Array, index: number, out?: Float32Array): Float32Array;
}

/** Settings that a pipeline, not the folder, gives to a sampler. */
export interface SamplerSettings {
  /** Stochasticity of DDIM (default 0) and TCD (default 0.3), 0 to 1. */
  readonly eta?: number | undefined;
}
