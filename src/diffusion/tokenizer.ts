/**
 * Prompt → token ids, by the folder's tokenizer.json. A user's text cannot smuggle in special tokens; what is too long
 * is cut before the closing token.
 */

import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../base/errors.ts';
import { readConfig, readFirstConfig } from './config-values.ts';

export interface TokenizerConfig {
  readonly model_max_length?: number;
  readonly pad_token?: string | { readonly content: string };
}

export class PromptTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #specials: readonly string[];
  /** Longest sequence, special tokens included. */
  readonly maxLength: number;
  readonly padId: number;

  constructor(json: object, config: TokenizerConfig) {
    this.#tokenizer = new Tokenizer(json, config);
    this.#specials = [...this.#tokenizer.get_added_tokens_decoder().values()].filter((token) => token.special).map((token) => token.content);
    // Configs write "no limit" as a huge number.
    this.maxLength = Math.min(config.model_max_length ?? 77, 512);
    const pad = typeof config.pad_token === 'string' ? config.pad_token : config.pad_token?.content;
    this.padId = pad === undefined ? 0 : (this.#tokenizer.token_to_id(pad) ?? 0);
  }

  /** Token ids with the special tokens, 2 to `maxLength` of them. */
  encode(text: string): number[] {
    const { ids } = this.#tokenizer.encode(this.#withoutSpecials(text));
    return ids.length <= this.maxLength ? ids : [...ids.slice(0, this.maxLength - 1), ids.at(-1) as number];
  }

  #withoutSpecials(text: string): string {
    return this.#specials.reduce((clean, special) => clean.replaceAll(special, ' '), text);
  }
}

/** From a folder's tokenizer.json and tokenizer_config.json. Throws a UserError 'device' for files that cannot be read. */
export async function loadTokenizer(folder: string): Promise<PromptTokenizer> {
  const json = await readConfig(join(folder, 'tokenizer.json'));
  const config = (await readFirstConfig(folder, ['tokenizer_config.json'])) ?? {};
  try {
    return new PromptTokenizer(json, config);
  } catch (reason) {
    throw new UserError('device', `the tokenizer in ${folder} cannot be used (${messageOf(reason)}); copy the model folder again.`);
  }
}
