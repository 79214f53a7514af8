/** The flags that say how a model is sampled, shared by image, walk, play and render, and what becomes of their values. */

import type { Command } from 'commander';
import type { ModelSettings } from '../diffusion/types.ts';
import { checkPromptLength, integerOption, numberOption } from './options.ts';

export interface ModelFlags {
  readonly scheduler?: string;
  readonly rng?: string;
  readonly clipSkip?: number;
  readonly guidanceRescale?: number;
  readonly eta?: number;
}

/** Names of the flags' values, to tell them from a command's own. */
const NAMES = ['scheduler', 'rng', 'clipSkip', 'guidanceRescale', 'eta'] as const;

export function addModelFlags(command: Command): Command {
  return command
    .option('--negative <text>', 'what is not to be drawn', checkPromptLength)
    .option('--scheduler <name>', "a sampler instead of the model's: euler, euler-a, ddim, lcm, tcd, dpm++2m-karras, unipc, … (a wrong name lists them)")
    .option('--rng <kind>', 'whose noise a seed stands for: torch-cpu, nv, numpy, native')
    .option('--clip-skip <n>', 'stop CLIP n − 1 layers early, as the web UI counts', integerOption('--clip-skip', 1, 24))
    .option('--guidance-rescale <n>', 'bring guided pictures back to their contrast, 0 to 1', numberOption('--guidance-rescale', 0, 1))
    .option('--eta <n>', 'fresh noise at each step of ddim and tcd, 0 to 1', numberOption('--eta', 0, 1));
}

export function modelSettingsOf({ scheduler, rng, clipSkip, guidanceRescale, eta }: ModelFlags): ModelSettings {
  return { scheduler, rng, clipSkip, rescale: guidanceRescale, eta };
}

/** A command's options without the model's flags, and those as settings. */
export function takeModelFlags<Options extends ModelFlags>(options: Options): { readonly rest: Omit<Options, keyof ModelFlags>; readonly drawing: ModelSettings } {
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !(NAMES as readonly string[]).includes(name)));
  return { rest: rest as Omit<Options, keyof ModelFlags>, drawing: modelSettingsOf(options) };
}
