/**
 * Which files of a repository a run needs: configs, tokenizers and one graph a part with its weights, float16 before
 * float32. PyTorch weights, safety checkers, other precisions and pictures stay where they are.
 */

import { UserError } from '../base/errors.ts';
import type { HubFile, Repository } from './repository.ts';

const PARTS = ['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder'];
/** Parts that are fetched only when asked for. */
export const OPTIONAL_PARTS = ['vae_encoder', 'safety_checker', 'feature_extractor'] as const;
export type OptionalPart = (typeof OPTIONAL_PARTS)[number];
const PLAIN_FOLDERS = ['', 'scheduler', 'tokenizer', 'tokenizer_2', 'feature_extractor'];
const PLAIN_FILES = ['model_index.json', 'card.json', 'scheduler_config.json', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.json', 'merges.txt', 'added_tokens.json', 'preprocessor_config.json'];

/** Throws a UserError 'input' for a repository without graphs. */
export function selectFiles(files: readonly HubFile[], { id }: Pick<Repository, 'id'>, optional: readonly OptionalPart[] = []): HubFile[] {
  const parts = [...PARTS, ...optional];
  const chosen = parts.flatMap((part) => selectPart(files, part));
  if (!chosen.some(({ path }) => path.endsWith('.onnx'))) {
    const saw = files.some(({ path }) => /\.(safetensors|bin|ckpt)$/.test(path)) ? 'only PyTorch weights' : 'no weights';
    throw new UserError('input', `${id} has no ONNX graphs, ${saw}; export it with \`optimum-cli export onnx\` or choose one of \`latentbeat models list\`.`);
  }
  const plain = files.filter(({ path }) => {
    const { folder, name } = split(path);
    return (PLAIN_FOLDERS.includes(folder) && PLAIN_FILES.includes(name) && (folder !== 'feature_extractor' || optional.includes('feature_extractor')));
  });
  return [...plain, ...chosen];
}

function selectPart(files: readonly HubFile[], part: string): HubFile[] {
  const own = files.filter(({ path }) => split(path).folder === part);
  const graphs = own.filter(({ path }) => path.endsWith('.onnx'));
  const flat = files.find(({ path }) => path === `${part}.onnx`);
  const graph = graphs.toSorted((a, b) => rankOf(a, part) - rankOf(b, part))[0] ?? flat;
  if (graph === undefined) return [];
  return [...files.filter((file) => belongsTo(file, graph, graphs.length)), graph, ...own.filter(({ path }) => path === `${part}/config.json`)];
}

/** float16 first, then the plain name, then anything else. */
function rankOf({ path }: HubFile, part: string): number {
  const { name } = split(path);
  if (/fp16|float16|half/i.test(name)) return 0;
  return name === 'model.onnx' || name === `${part}.onnx` ? 1 : 2;
}

/** Weights beside the graph: named after it, or a lone weights.pb. */
function belongsTo({ path }: HubFile, graph: HubFile, graphs: number): boolean {
  const { folder, name } = split(path);
  const own = split(graph.path);
  if (folder !== own.folder || name === own.name) return false;
  const stem = own.name.replace(/\.onnx$/, '');
  return name.startsWith(`${own.name}_data`) || name.startsWith(`${own.name}.data`) || name === `${stem}.data` || name === `${stem}.pb` || (name === 'weights.pb' && graphs <= 1) || (graphs === 1 && /\.(onnx_data|onnx\.data)(_\d+)?$/.test(name));
}

function split(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { folder: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1) };
}
