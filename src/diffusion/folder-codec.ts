/**
 * The way between latents and pixels: the folder's own VAE, or a tiny autoencoder (TAESD), which takes latents as the
 * UNet gives them. diffusers' formula: decode(latent / scaling_factor + shift_factor).
 */

import { basename, dirname, join, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { inspectGraph } from '../onnx/graph-file.ts';
import { needsConfig, numberIn, readFirstConfig, textIn } from './config-values.ts';
import type { Config } from './config-values.ts';
import { findGraph, needFile, needGraph } from './folder-files.ts';

/** 'full', 'tiny', 'auto' or a folder. */
export type DecoderChoice = string;

export interface Codec {
  readonly kind: 'full' | 'tiny';
  readonly decoder: string;
  /** Undefined where the folder brings none: then no picture can be the start. */
  readonly encoder: string | undefined;
  readonly latentChannels: number;
  /** Pixels per latent cell, a power of two. */
  readonly spatialFactor: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  readonly bytes: number;
}

/** Of the VAEs of Stable Diffusion, whose flat folders bring no config; a decoder that answers otherwise is refused at its first picture. */
const STABLE_DIFFUSION = { scalingFactor: 0.18215, blocks: 4, latentChannels: 4 };

/** Names that folders use for a tiny autoencoder beside the full one. */
const TINY_DECODERS = ['taesd_decoder', 'tiny_decoder', 'taesd/vae_decoder'];
const TINY_ENCODERS = ['taesd_encoder', 'tiny_encoder', 'taesd/vae_encoder'];

/** The codec of the model in `path`. Throws a UserError 'device' for one that is not there or not whole. */
export async function readCodec(path: string, index: Config, choice: DecoderChoice): Promise<Codec> {
  const full = async (): Promise<Codec> => {
    if (needsConfig(index, 'vae_decoder') && (await findGraph(path, ['vae_decoder'])) !== undefined) await needFile(path, 'vae_decoder/config.json');
    return readFrom(path, ['vae_decoder', 'vae'], ['vae_encoder'], 'full');
  };
  switch (choice) {
    case 'full':
      return full();
    case 'auto':
      return (await findGraph(path, TINY_DECODERS)) === undefined ? full() : readFrom(path, TINY_DECODERS, TINY_ENCODERS, 'tiny');
    case 'tiny':
      if ((await findGraph(path, TINY_DECODERS)) === undefined) throw new UserError('device', `${path} has no taesd_decoder, which --decoder tiny asks for; name the folder of a tiny autoencoder instead, or leave the option out.`);
      return readFrom(path, TINY_DECODERS, TINY_ENCODERS, 'tiny');
    default:
      return readOther(resolve(choice), path);
  }
}

/** `--decoder DIR`: a folder with vae_decoder/ (and vae_encoder/), or with the decoder's model.onnx itself. */
async function readOther(folder: string, path: string): Promise<Codec> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw new UserError('device', `the decoder folder ${folder} does not exist; check the path after --decoder, or say full or tiny for those of ${path}.`);
  if ((await findGraph(folder, ['vae_decoder', 'decoder', 'taesd_decoder'])) !== undefined) return readFrom(folder, ['vae_decoder', 'decoder', 'taesd_decoder'], ['vae_encoder', 'encoder', 'taesd_encoder'], 'tiny');
  return readFrom(dirname(folder), [basename(folder)], [], 'tiny');
}

async function readFrom(path: string, decoders: readonly string[], encoders: readonly string[], kind: Codec['kind']): Promise<Codec> {
  const decoder = await needGraph(path, decoders);
  const encoder = await findGraph(path, encoders);
  const own = dirname(decoder);
  const config = (own === path ? undefined : await readFirstConfig(own, ['config.json'])) ?? (await readFirstConfig(path, [`${basename(decoder, '.onnx')}_config.json`, 'vae/config.json', ...(kind === 'tiny' ? ['config.json'] : [])])) ?? {};
  const graph = inspectGraph(decoder, path);
  const encoderBytes = encoder === undefined ? 0 : inspectGraph(encoder, path).bytes;
  const where = join(own, 'config.json');
  const isTiny = textIn(config, '_class_name') === 'AutoencoderTiny' || (kind === 'tiny' && textIn(config, '_class_name') === undefined);
  const channels = graph.inputs[0]?.dims[1];
  return {
    kind: isTiny ? 'tiny' : kind,
    decoder,
    encoder,
    latentChannels: numberIn(config, 'latent_channels', where, typeof channels === 'number' && channels > 0 ? channels : STABLE_DIFFUSION.latentChannels),
    spatialFactor: 2 ** (blocksIn(config, where) - 1),
    scalingFactor: numberIn(config, 'scaling_factor', where, isTiny ? 1 : STABLE_DIFFUSION.scalingFactor),
    shiftFactor: numberIn(config, 'shift_factor', where, 0),
    bytes: graph.bytes + encoderBytes,
  };
}

function blocksIn(config: Config, where: string): number {
  const blocks = config['block_out_channels'] ?? config['decoder_block_out_channels'];
  if (blocks === undefined) return STABLE_DIFFUSION.blocks;
  if (!Array.isArray(blocks) || blocks.length === 0) throw new UserError('device', `${where}: "block_out_channels" should be a list, but is ${JSON.stringify(blocks)}.`);
  return blocks.length;
}
