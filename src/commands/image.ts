/** `image`: one picture as a PNG. The model runs in a process of its own, so that its crash is one sentence here. */

import { resolve } from 'node:path';
import sharp from 'sharp';
import { UserError, messageOf } from '../base/errors.ts';
import { notify } from '../base/log.ts';
import { startInference } from '../ahead/inference.ts';
import { describeHeard } from '../diffusion/hearing.ts';
import type { LatentPoint, ModelCard, Pipeline } from '../diffusion/types.ts';
import { checkOutputFile } from './output.ts';
import { findModel } from './models-folder.ts';
import { modelSettingsOf, type ModelFlags } from './model-options.ts';
import type { Size } from './options.ts';

export interface ImageOptions extends ModelFlags {
  readonly prompt: string;
  readonly negative?: string | undefined;
  /** Up to 2^64 − 1. */
  readonly seed: number | bigint;
  readonly out: string;
  readonly steps?: number | undefined;
  readonly guidance?: number | undefined;
  readonly size?: Size | undefined;
  readonly model?: string | undefined;
  /** An image to start from, and how far to go from it. */
  readonly init?: string | undefined;
  readonly strength?: number | undefined;
  readonly force: boolean;
}

/** Of --init: about half of the picture's shapes stay. */
const DEFAULT_STRENGTH = 0.6;

/** Draws and writes. Throws UserError for a bad output, model or size. */
export async function image(options: ImageOptions): Promise<void> {
  if (!/\.png$/i.test(options.out)) throw new UserError('usage', `--out is a PNG file such as picture.png, and "${options.out}" came.`);
  const out = await checkOutputFile(options.out, options.force);
  if (options.strength !== undefined && options.init === undefined) throw new UserError('usage', '--strength says how far to go from a picture: name that with --init.');
  const pipeline = await startInference({ model: findModel(options.model), drawing: modelSettingsOf(options), onNotice: (text) => notify('warn', text) });
  try {
    await drawTo(out, pipeline, pointOf(options, pipeline.card));
    const heard = await pipeline.hear?.(options.prompt);
    if (heard) notify('info', describeHeard(heard));
  } finally {
    await pipeline.dispose();
  }
}

function pointOf(options: ImageOptions, card: ModelCard): LatentPoint {
  const native = card.sizes[0] ?? { height: 128, width: 128 };
  const { height, width } = options.size ?? native;
  const noise = { from: options.seed, to: options.seed, position: 0, orbit: 0, pushSeed: 0, pushAmount: 0 };
  const init = options.init === undefined ? undefined : { image: resolve(options.init), strength: options.strength ?? DEFAULT_STRENGTH };
  return { init, prompts: [{ text: options.prompt, weight: 1 }], negative: options.negative ?? '', noise, guidance: options.guidance ?? card.guidance, steps: options.steps ?? card.steps, height, width };
}

async function drawTo(out: string, pipeline: Pipeline, point: LatentPoint): Promise<void> {
  const { height, width, pixels, cost } = await pipeline.draw(point);
  await sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha().png().toFile(out).catch((reason: unknown) => {
    throw new UserError('input', `${out} cannot be written: ${messageOf(reason)}.`);
  });
  notify('info', `${out}: ${width}x${height}, ${Math.round(cost)} ms`);
}
