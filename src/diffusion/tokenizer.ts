/**
 * Prompt → token ids, by the folder's tokenizer.json. A user's text cannot smuggle in special tokens; what is too long
 * is cut before the closing token.
 */

import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';

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

export async function loadTokenizer(file: string, configFile: string): Promise<PromptTokenizer> {
  const [json, config] = await Promise.all([file, configFile].map(async (path) => JSON.parse(await readFile(path, 'utf8')) as object));
  return new PromptTokenizer(json as object, config as TokenizerConfig);
}
