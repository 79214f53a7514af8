/** The beat network's folder in the package, and what is there: without it (or its runtime) beats come from the signal alone. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../base/entry.ts';
import { readWeights, type CausalWeights } from './beat-network/causal.ts';
import { BeatNetwork } from './beat-network/file-analysis.ts';

export const BEAT_MODEL = join(fileURLToPath(packageRoot(import.meta.url)), 'models', 'beat');

/** The network for whole tracks; undefined where the file is missing, damaged or onnxruntime cannot run here. */
export async function openBeatNetwork(folder: string = BEAT_MODEL): Promise<BeatNetwork | undefined> {
  if (!existsSync(join(folder, 'file-analysis.onnx'))) return undefined;
  return BeatNetwork.open(folder).catch(() => undefined);
}

let kept: { readonly weights: CausalWeights | undefined } | undefined;

/** Weights of the causal form, read once; undefined where they are missing or damaged. */
export function causalWeights(): CausalWeights | undefined {
  kept ??= { weights: tryReading(join(BEAT_MODEL, 'causal.safetensors')) };
  return kept.weights;
}

function tryReading(path: string): CausalWeights | undefined {
  try {
    return existsSync(path) ? readWeights(path) : undefined;
  } catch {
    return undefined;
  }
}
