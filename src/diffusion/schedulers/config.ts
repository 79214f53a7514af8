/**
 * scheduler_config.json → settings with every default filled in. A missing key takes the default of its class in
 * diffusers (0.42); a key of the wrong kind or a class that is not known is refused with the key named. `override` keeps
 * what the model was trained with (betas, prediction type, spacing) and changes the sampler, as diffusers' from_config does.
 */

import { UserError } from '../../base/errors.ts';
import type { SchedulerConfig } from './types.ts';
import type { SigmaSpacing, Spacing } from './sigmas.ts';

export interface NoiseScheduleConfig {
  readonly trainSteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2' | 'exp';
  readonly trainedBetas: readonly number[] | undefined;
  readonly rescaleBetasZeroSnr: boolean;
}

export type PredictionType = 'epsilon' | 'v_prediction' | 'sample' | 'flow_prediction';

/** All settings of all samplers; each reads its own. Names are diffusers' in camel case. */
export interface SchedulerSettings extends NoiseScheduleConfig {
  readonly className: SchedulerClass;
  readonly predictionType: PredictionType;
  readonly spacing: Spacing;
  readonly stepsOffset: number;
  readonly sigmaSpacing: SigmaSpacing;
  readonly sigmaMin: number | undefined;
  readonly sigmaMax: number | undefined;
  readonly finalSigmasType: 'zero' | 'sigma_min';
  readonly interpolationType: 'linear' | 'log_linear';
  readonly timestepType: 'discrete' | 'continuous';
  readonly setAlphaToOne: boolean;
  readonly clipSampleRange: number | undefined;
  readonly thresholding: { readonly ratio: number; readonly max: number } | undefined;
  readonly skipPrkSteps: boolean;
  readonly originalInferenceSteps: number;
  readonly timestepScaling: number;
  readonly solverOrder: number;
  readonly algorithmType: 'dpmsolver' | 'dpmsolver++' | 'sde-dpmsolver' | 'sde-dpmsolver++';
  readonly solverType: string;
  readonly lowerOrderFinal: boolean;
  readonly eulerAtFinal: boolean;
  readonly lambdaMinClipped: number;
  readonly predictX0: boolean;
  readonly disableCorrector: readonly number[];
  /** Levels run 0 to 1, as of flow models. */
  readonly flowSigmas: boolean;
  readonly flowShift: number;
  readonly shift: number;
  readonly dynamicShifting: boolean;
  readonly timeShiftType: 'exponential' | 'linear';
  readonly shiftTerminal: number | undefined;
  readonly invertSigmas: boolean;
  readonly stochasticSampling: boolean;
}

export const SCHEDULER_CLASSES = [
  'EulerDiscreteScheduler', 'EulerAncestralDiscreteScheduler', 'DDIMScheduler', 'LCMScheduler', 'TCDScheduler', 'DPMSolverMultistepScheduler', 'DPMSolverSinglestepScheduler',
  'UniPCMultistepScheduler', 'PNDMScheduler', 'HeunDiscreteScheduler', 'LMSDiscreteScheduler', 'DEISMultistepScheduler', 'FlowMatchEulerDiscreteScheduler',
] as const;
export type SchedulerClass = (typeof SCHEDULER_CLASSES)[number];

/** What `--scheduler` takes, and what it changes in the folder's config. */
const SHORT_NAMES: Readonly<Record<string, SchedulerConfig>> = {
  euler: { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: false },
  'euler-karras': { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true },
  'euler-a': { _class_name: 'EulerAncestralDiscreteScheduler' },
  ddim: { _class_name: 'DDIMScheduler' },
  lcm: { _class_name: 'LCMScheduler' },
  tcd: { _class_name: 'TCDScheduler' },
  'dpm++2m': { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver++', use_karras_sigmas: false },
  'dpm++2m-karras': { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver++', use_karras_sigmas: true },
  'dpm++2m-sde': { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++', use_karras_sigmas: false },
  'dpm++2m-sde-karras': { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++', use_karras_sigmas: true },
  'dpm++2s': { _class_name: 'DPMSolverSinglestepScheduler', algorithm_type: 'dpmsolver++' },
  unipc: { _class_name: 'UniPCMultistepScheduler' },
  pndm: { _class_name: 'PNDMScheduler', skip_prk_steps: true },
  heun: { _class_name: 'HeunDiscreteScheduler' },
  lms: { _class_name: 'LMSDiscreteScheduler' },
  deis: { _class_name: 'DEISMultistepScheduler' },
  flow: { _class_name: 'FlowMatchEulerDiscreteScheduler' },
};

export const SCHEDULER_NAMES: readonly string[] = Object.keys(SHORT_NAMES);

/** Samplers that can follow a flow model beside FlowMatchEuler. */
const FLOW_SOLVERS: readonly string[] = ['DPMSolverMultistepScheduler', 'DPMSolverSinglestepScheduler', 'UniPCMultistepScheduler', 'DEISMultistepScheduler'];
/** Classes whose default betas are Stable Diffusion's; the others' are DDPM's (linear, 0.0001 to 0.02). */
const SCALED_LINEAR: readonly string[] = ['LCMScheduler', 'TCDScheduler'];

/** Throws UserError('device') for a config that cannot be followed, UserError('usage') for an `override` that is not known or does not fit. */
export function readSchedulerSettings(config: SchedulerConfig, override?: string): SchedulerSettings {
  const merged = override === undefined ? config : applyOverride(config, override);
  return new ConfigReader(merged).read();
}

function applyOverride(config: SchedulerConfig, override: string): SchedulerConfig {
  const change = SHORT_NAMES[override.toLowerCase()] ?? (isSchedulerClass(override) ? { _class_name: override } : undefined);
  if (change === undefined) throw new UserError('usage', `--scheduler is one of ${SCHEDULER_NAMES.join(', ')}, and "${override}" came.`);
  const wanted = change['_class_name'] as string;
  const isFlowFolder = config['_class_name'] === 'FlowMatchEulerDiscreteScheduler' || config['prediction_type'] === 'flow_prediction';
  if (isFlowFolder && wanted !== 'FlowMatchEulerDiscreteScheduler') {
    // DEIS leaves the noise of its last flow level in the picture, as it does in diffusers.
    if (!FLOW_SOLVERS.includes(wanted) || wanted === 'DEISMultistepScheduler') throw new UserError('usage', `the model predicts a flow, which --scheduler ${override} cannot follow: use flow, dpm++2m, dpm++2s or unipc.`);
    return { ...config, ...change, prediction_type: 'flow_prediction', use_flow_sigmas: true, flow_shift: config['flow_shift'] ?? config['shift'] ?? 1 };
  }
  if (!isFlowFolder && wanted === 'FlowMatchEulerDiscreteScheduler') throw new UserError('usage', '--scheduler flow is for models that predict a flow, and this one does not: leave it out or use another.');
  return { ...config, ...change };
}

function isSchedulerClass(name: string): name is SchedulerClass {
  return (SCHEDULER_CLASSES as readonly string[]).includes(name);
}

class ConfigReader {
  readonly #config: SchedulerConfig;

  constructor(config: SchedulerConfig) {
    this.#config = config;
  }

  read(): SchedulerSettings {
    const name = this.#config['_class_name'];
    if (typeof name !== 'string') throw new UserError('device', `the scheduler_config.json names no "_class_name" (it holds ${JSON.stringify(name)}); copy the model folder again.`);
    if (!isSchedulerClass(name)) throw new UserError('device', `the scheduler ${name} is not supported; choose another with --scheduler (${SCHEDULER_NAMES.join(', ')}).`);
    return { ...this.#training(name), ...this.#levels(name), ...this.#solver(name), ...this.#flow(), ...this.#sampler(name), className: name };
  }

  #training(name: SchedulerClass): NoiseScheduleConfig & Pick<SchedulerSettings, 'predictionType'> {
    const isScaled = SCALED_LINEAR.includes(name);
    const startsAtSd = isScaled || name === 'HeunDiscreteScheduler';
    const trained = this.#config['trained_betas'];
    if (trained !== undefined && trained !== null && !(Array.isArray(trained) && trained.length > 0 && trained.every(Number.isFinite))) this.#refuse('trained_betas', 'a list of numbers');
    return {
      trainSteps: this.#integer('num_train_timesteps', 1000, 1),
      betaStart: this.#number('beta_start', startsAtSd ? 0.00085 : 0.0001),
      betaEnd: this.#number('beta_end', startsAtSd ? 0.012 : 0.02),
      betaSchedule: this.#word('beta_schedule', ['linear', 'scaled_linear', 'squaredcos_cap_v2', ...(name === 'HeunDiscreteScheduler' ? ['exp' as const] : [])], isScaled ? 'scaled_linear' : 'linear'),
      trainedBetas: Array.isArray(trained) ? (trained as number[]) : undefined,
      // PNDM, Heun, LMS, DEIS and DPM++ 2S know no such key in diffusers.
      rescaleBetasZeroSnr: !['PNDMScheduler', 'HeunDiscreteScheduler', 'LMSDiscreteScheduler', 'DEISMultistepScheduler', 'DPMSolverSinglestepScheduler'].includes(name) && this.#flag('rescale_betas_zero_snr', false),
      predictionType: this.#predictionType(name),
    };
  }

  #predictionType(name: SchedulerClass): PredictionType {
    if (name === 'FlowMatchEulerDiscreteScheduler') return 'flow_prediction';
    const value = this.#word('prediction_type', ['epsilon', 'v_prediction', 'sample', 'original_sample', 'flow_prediction'], 'epsilon');
    const known = value === 'original_sample' ? 'sample' : value;
    const cannot = (known === 'flow_prediction' && !FLOW_SOLVERS.includes(name)) || (known === 'sample' && ['EulerAncestralDiscreteScheduler', 'PNDMScheduler'].includes(name));
    if (cannot) throw new UserError('device', `${name} cannot follow a model with "prediction_type": "${value}"; choose another with --scheduler.`);
    return known;
  }

  #levels(name: SchedulerClass): Pick<SchedulerSettings, 'spacing' | 'stepsOffset' | 'sigmaSpacing' | 'sigmaMin' | 'sigmaMax' | 'finalSigmasType' | 'interpolationType' | 'timestepType'> {
    const isLeading = ['DDIMScheduler', 'PNDMScheduler', 'LCMScheduler', 'TCDScheduler'].includes(name);
    return {
      spacing: name === 'DPMSolverSinglestepScheduler' ? 'linspace' : this.#word('timestep_spacing', ['linspace', 'leading', 'trailing'], isLeading ? 'leading' : 'linspace'),
      stepsOffset: this.#integer('steps_offset', 0, 0),
      sigmaSpacing: this.#sigmaSpacing(name),
      sigmaMin: this.#optional('sigma_min'),
      sigmaMax: this.#optional('sigma_max'),
      finalSigmasType: this.#word('final_sigmas_type', ['zero', 'sigma_min'], 'zero'),
      interpolationType: this.#word('interpolation_type', ['linear', 'log_linear'], 'linear'),
      timestepType: this.#word('timestep_type', ['discrete', 'continuous'], 'discrete'),
    };
  }

  #sigmaSpacing(name: SchedulerClass): SigmaSpacing {
    const chosen = (['karras', 'exponential', 'beta'] as const).filter((kind) => this.#flag(`use_${kind}_sigmas`, false));
    if (chosen.length > 1) throw new UserError('device', `the scheduler config asks for ${chosen.join(' and ')} sigmas at once; keep one of them.`);
    if (chosen[0] !== undefined) return chosen[0];
    if (name === 'DPMSolverMultistepScheduler' && this.#flag('use_lu_lambdas', false)) return 'lu';
    return FLOW_SOLVERS.includes(name) && this.#flag('use_flow_sigmas', false) ? 'flow' : 'schedule';
  }

  #solver(name: SchedulerClass): Pick<SchedulerSettings, 'solverOrder' | 'algorithmType' | 'solverType' | 'lowerOrderFinal' | 'eulerAtFinal' | 'lambdaMinClipped' | 'predictX0' | 'disableCorrector'> {
    const algorithm = this.#word('algorithm_type', ['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'], 'dpmsolver++');
    const isDpm = name === 'DPMSolverMultistepScheduler' || name === 'DPMSolverSinglestepScheduler';
    const order = this.#integer('solver_order', 2, 1);
    if (order > 3) this.#refuse('solver_order', 'from 1 to 3');
    if (isDpm && !algorithm.endsWith('++') && algorithm !== 'deis' && this.#word('final_sigmas_type', ['zero', 'sigma_min'], 'zero') === 'zero') {
      throw new UserError('device', `the scheduler config joins "algorithm_type": "${algorithm}" with "final_sigmas_type": "zero", which has no last step; set "sigma_min".`);
    }
    return {
      solverOrder: order,
      algorithmType: algorithm === 'deis' ? 'dpmsolver++' : algorithm,
      solverType: this.#solverType(name),
      lowerOrderFinal: this.#flag('lower_order_final', name !== 'DPMSolverSinglestepScheduler'),
      eulerAtFinal: this.#flag('euler_at_final', false),
      lambdaMinClipped: this.#lambdaMin(),
      predictX0: this.#flag('predict_x0', true),
      disableCorrector: Array.isArray(this.#config['disable_corrector']) ? (this.#config['disable_corrector'] as number[]) : [],
    };
  }

  /** A config made for one solver names types the others do not have; diffusers then takes the default. */
  #solverType(name: SchedulerClass): string {
    const all = ['midpoint', 'heun', 'bh1', 'bh2', 'logrho'] as const;
    if (name === 'UniPCMultistepScheduler') {
      const type = this.#word('solver_type', all, 'bh2');
      return type === 'bh1' ? 'bh1' : 'bh2';
    }
    return this.#word('solver_type', all, 'midpoint') === 'heun' ? 'heun' : 'midpoint';
  }

  #lambdaMin(): number {
    const value = this.#config['lambda_min_clipped'];
    // JSON knows no infinity: files write it as -Infinity (Python), "-Infinity" or null.
    return value === undefined || value === null || value === '-Infinity' || value === '-inf' ? -Infinity : this.#number('lambda_min_clipped', -Infinity);
  }

  #flow(): Pick<SchedulerSettings, 'flowSigmas' | 'flowShift' | 'shift' | 'dynamicShifting' | 'timeShiftType' | 'shiftTerminal' | 'invertSigmas' | 'stochasticSampling'> {
    return {
      flowSigmas: this.#flag('use_flow_sigmas', false),
      flowShift: this.#number('flow_shift', 1),
      shift: this.#number('shift', 1),
      dynamicShifting: this.#flag('use_dynamic_shifting', false),
      timeShiftType: this.#word('time_shift_type', ['exponential', 'linear'], 'exponential'),
      shiftTerminal: this.#optional('shift_terminal'),
      invertSigmas: this.#flag('invert_sigmas', false),
      stochasticSampling: this.#flag('stochastic_sampling', false),
    };
  }

  #sampler(name: SchedulerClass): Pick<SchedulerSettings, 'setAlphaToOne' | 'clipSampleRange' | 'thresholding' | 'skipPrkSteps' | 'originalInferenceSteps' | 'timestepScaling'> {
    const clips = this.#flag('clip_sample', name === 'DDIMScheduler');
    return {
      setAlphaToOne: this.#flag('set_alpha_to_one', name !== 'PNDMScheduler'),
      clipSampleRange: clips ? this.#number('clip_sample_range', 1) : undefined,
      thresholding: this.#flag('thresholding', false) ? { ratio: this.#number('dynamic_thresholding_ratio', 0.995), max: this.#number('sample_max_value', 1) } : undefined,
      skipPrkSteps: this.#flag('skip_prk_steps', false),
      originalInferenceSteps: this.#integer('original_inference_steps', 50, 1),
      timestepScaling: this.#number('timestep_scaling', 10),
    };
  }

  #number(key: string, fallback: number): number {
    const value = this.#config[key] ?? fallback;
    if (typeof value !== 'number' || Number.isNaN(value)) this.#refuse(key, 'a number');
    return value as number;
  }

  #integer(key: string, fallback: number, min: number): number {
    const value = this.#number(key, fallback);
    if (!Number.isInteger(value) || value < min) this.#refuse(key, `a whole number, ${min} or more`);
    return value;
  }

  #optional(key: string): number | undefined {
    return this.#config[key] === undefined || this.#config[key] === null ? undefined : this.#number(key, 0);
  }

  #flag(key: string, fallback: boolean): boolean {
    const value = this.#config[key] ?? fallback;
    if (typeof value !== 'boolean') this.#refuse(key, 'true or false');
    return value === true;
  }

  #word<Word extends string>(key: string, words: readonly Word[], fallback: Word): Word {
    const value = this.#config[key] ?? fallback;
    if (!words.includes(value as Word)) this.#refuse(key, `one of ${words.join(', ')}`);
    return value as Word;
  }

  #refuse(key: string, expected: string): never {
    throw new UserError('device', `the scheduler config's "${key}" should be ${expected}, but is ${JSON.stringify(this.#config[key])}; mend scheduler_config.json or copy the model folder again.`);
  }
}
