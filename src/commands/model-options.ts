/** The flags that say how a model is sampled, shared by image, walk, play and render, and what becomes of their values. */

import type { Command } from 'commander';
import type { ModelSettings } from '../diffusion/types.ts';
import { PROVIDERS } from '../onnx/provider-names.ts';
import { checkPromptLength, integerOption, numberOption, oneOf } from './options.ts';

export interface ModelFlags {
  readonly scheduler?: string;
  readonly rng?: string;
  readonly clipSkip?: number;
  readonly guidanceRescale?: number;
  readonly eta?: number;
  readonly provider?: string;
  readonly threads?: number;
  readonly decoder?: string;
  readonly batch?: number;
  readonly streamBatch?: boolean;
  /** False with --no-embedding-cache. */
  readonly embeddingCache?: boolean;
}

/** Names of the flags' values, to tell them from a command's own. */
const NAMES = ['scheduler', 'rng', 'clipSkip', 'guidanceRescale', 'eta', 'provider', 'threads', 'decoder', 'batch', 'streamBatch', 'embeddingCache'] as const;

export function addModelFlags(command: Command): Command {
  return addMachineFlags(command)
    .option('--negative <text>', 'what is not to be drawn', checkPromptLength)
    .option('--scheduler <name>', "a sampler instead of the model's: euler, euler-a, ddim, lcm, tcd, dpm++2m-karras, unipc, … (a wrong name lists them)")
    .option('--rng <kind>', 'whose noise a seed stands for: torch-cpu, torch-cpu-half, nv, numpy, native')
    .option('--clip-skip <n>', 'stop CLIP n − 1 layers early, as the web UI counts', integerOption('--clip-skip', 1, 24))
    .option('--guidance-rescale <n>', 'bring guided pictures back to their contrast, 0 to 1', numberOption('--guidance-rescale', 0, 1))
    .option('--eta <n>', 'fresh noise at each step of ddim and tcd, 0 to 1', numberOption('--eta', 0, 1));
}

/** The flags that say where and how fast a model runs: those of `models bench` too. */
export function addMachineFlags(command: Command): Command {
  return command
    .option('--provider <name>', `what draws: ${PROVIDERS.join(', ')} (auto: the best that works here)`, oneOf('--provider', PROVIDERS))
    .option('--threads <n>', 'threads of the processor for one picture', integerOption('--threads', 1, 256))
    .option('--decoder <which>', "full (the model's VAE), tiny (its TAESD), auto, or the folder of another decoder")
    .option('--batch <n>', 'pictures in one call of the model', integerOption('--batch', 1, 64))
    .option('--stream-batch', 'pictures at different steps share calls, for models of a few steps')
    .option('--no-embedding-cache', 'encode every prompt for every picture');
}

export function modelSettingsOf({ scheduler, rng, clipSkip, guidanceRescale, eta, provider, threads, decoder, batch, streamBatch, embeddingCache }: ModelFlags): ModelSettings {
  return { scheduler, rng, clipSkip, rescale: guidanceRescale, eta, provider, threads, decoder, batch, stream: streamBatch, remember: embeddingCache };
}

/** A command's options without the model's flags, and those as settings. */
export function takeModelFlags<Options extends ModelFlags>(options: Options): { readonly rest: Omit<Options, keyof ModelFlags>; readonly drawing: ModelSettings } {
  const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !(NAMES as readonly string[]).includes(name)));
  return { rest: rest as Omit<Options, keyof ModelFlags>, drawing: modelSettingsOf(options) };
}
