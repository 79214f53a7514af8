/**
 * What a model's configs leave unsaid: which family it is of, how many steps and how much guidance it was made for, and
 * the sampler of a flat folder that brings no config. Sources: model cards of the families (facts of section 1.4 of the
 * project's notes), diffusers' pipelines.
 */

import { UserError } from '../base/errors.ts';
import { hasPart, textIn } from './config-values.ts';
import type { Config } from './config-values.ts';

/** 'plain' is any text encoder with a UNet, the embedded model among them; 'lcm' takes guidance as an input. */
export type Family = 'plain' | 'sd' | 'lcm' | 'sdxl';

export interface FamilyHints {
  readonly index: Config;
  readonly unet: Config;
  readonly text: Config;
  /** Names of the UNet's inputs. */
  readonly inputs: readonly string[];
}

export function familyOf({ index, unet, text, inputs }: FamilyHints): Family {
  if (inputs.includes('time_ids') || hasPart(index, 'text_encoder_2')) return 'sdxl';
  if (inputs.includes('timestep_cond') || typeof unet['time_cond_proj_dim'] === 'number') return 'lcm';
  const names = [classIn(index, 'text_encoder'), textIn(text, 'model_type'), classIn(index, 'tokenizer')].filter((name) => name !== undefined);
  return names.length === 0 || names.some((name) => /clip/i.test(name)) ? 'sd' : 'plain';
}

/** What an index says a part is; diffusers' old script calls all of them OnnxRuntimeModel. */
function classIn(index: Config, part: string): string | undefined {
  const value = index[part];
  return Array.isArray(value) && typeof value[1] === 'string' && value[1] !== 'OnnxRuntimeModel' ? value[1] : undefined;
}

const NEEDED = ['text_encoder', 'tokenizer', 'unet', 'scheduler'] as const;

/** Throws a UserError 'device' that names the kind of model and what was seen where it cannot be run. */
export function checkIsSupported(path: string, index: Config): void {
  const className = textIn(index, '_class_name') ?? 'an unnamed pipeline';
  const refuse = (saw: string): never => {
    throw new UserError('device', `the model in ${path} is ${className} with ${saw}, which is not supported yet; give a folder of Stable Diffusion 1, 2, XL, Turbo or LCM with ${NEEDED.join(', ')}, vae_decoder.`);
  };
  if (hasPart(index, 'transformer')) refuse(`a transformer${describePart(index, 'transformer')} (as in SD3 or Flux)`);
  if (hasPart(index, 'text_encoder_3')) refuse('a third text encoder (as in SD3)');
  if (hasPart(index, 'prior')) refuse('a prior (as in Kandinsky or Cascade)');
  if (hasPart(index, 'text_encoder_2') && !hasPart(index, 'text_encoder')) refuse("a second text encoder alone (as in SDXL's refiner)");
  const missing: string[] = NEEDED.filter((part) => !hasPart(index, part));
  if (!hasPart(index, 'vae_decoder') && !hasPart(index, 'vae')) missing.push('vae_decoder');
  if (missing.length > 0) refuse(`no ${missing.join(' and no ')} in its model_index.json`);
}

function describePart(index: Config, part: string): string {
  const value = index[part];
  return Array.isArray(value) && typeof value[1] === 'string' ? ` ${value[1]}` : '';
}

/** Of a folder without a scheduler config: what the family's first model shipped with. */
export function defaultScheduler(family: Family, name: string): Config {
  const betas = { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012, num_train_timesteps: 1000, steps_offset: 1 };
  if (/turbo/i.test(name)) return { ...betas, _class_name: family === 'sdxl' ? 'EulerAncestralDiscreteScheduler' : 'EulerDiscreteScheduler', timestep_spacing: 'trailing', prediction_type: 'epsilon' };
  if (family === 'lcm') return { ...betas, _class_name: 'LCMScheduler', steps_offset: 0, original_inference_steps: 50, set_alpha_to_one: true };
  if (family === 'sdxl') return { ...betas, _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'leading' };
  return { ...betas, _class_name: 'PNDMScheduler', skip_prk_steps: true, set_alpha_to_one: false };
}

/** Steps and guidance a model draws best with; guidance 1 is none. `names` are its id and its origin. */
export function nativeDrawing(family: Family, scheduler: Config, names: readonly string[]): { readonly steps: number; readonly guidance: number } {
  const named = /(\d+)[-_ ]?steps?\b/i.exec(names.join(' '))?.[1];
  const steps = named === undefined ? undefined : Math.min(50, Math.max(1, Number(named)));
  const className = textIn(scheduler, '_class_name') ?? '';
  if (family === 'plain') return { steps: steps ?? 4, guidance: 1 };
  if (family === 'lcm') return { steps: steps ?? 4, guidance: 8.5 };
  if (className === 'LCMScheduler' || className === 'TCDScheduler') return { steps: steps ?? 4, guidance: 1 };
  // Distilled models ship with trailing steps; a long walk starts its first step at the last timestep otherwise.
  const isDistilled = names.some((name) => /turbo|lightning|hyper|sdxs/i.test(name)) || (className.startsWith('Euler') && scheduler['timestep_spacing'] === 'trailing');
  if (isDistilled) return { steps: steps ?? 1, guidance: 1 };
  return { steps: steps ?? 20, guidance: family === 'sdxl' ? 7 : 7.5 };
}
