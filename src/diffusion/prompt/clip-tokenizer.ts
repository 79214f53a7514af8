/**
 * CLIP's byte-pair tokenizer by @huggingface/tokenizers: from a folder's tokenizer.json, from its vocab.json and merges.txt,
 * or, where it brings none, from the merges that ship with this package (models/clip-tokenizer).
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Tokenizer } from '@huggingface/tokenizers';
import { UserError, messageOf } from '../../base/errors.ts';

/** Three levels above this module, in src as in dist. */
const SHIPPED_MERGES = new URL('../../../models/clip-tokenizer/merges.txt.gz', import.meta.url);
const START = '<|startoftext|>';
const END = '<|endoftext|>';
/** What is left of a token that ends a word. */
const WORD_END = '</w>';
const SPLIT = String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;

export class ClipTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly startId: number;
  readonly endId: number;
  /** Fills a sequence up after its end: the end token (SD 1, SDXL's first encoder) or 0, "!" (SD 2, SDXL's second). */
  readonly padId: number;
  readonly commaId: number;

  /** `json` is a tokenizer.json; `padToken` the text of the padding token. Throws UserError('device') for one that is not CLIP's. */
  constructor(json: object, padToken: string = END) {
    this.#tokenizer = new Tokenizer(json, {});
    const idOf = (token: string): number => {
      const id = this.#tokenizer.token_to_id(token);
      if (id === undefined) throw new UserError('device', `the tokenizer has no token ${token}, so it is not CLIP's; copy the model folder again.`);
      return id;
    };
    this.startId = idOf(START);
    this.endId = idOf(END);
    this.padId = idOf(padToken);
    this.commaId = idOf(`,${WORD_END}`);
  }

  /** Token ids without start, end or padding. */
  encode(text: string): number[] {
    // The tokenizer CLIP was trained with lowers each letter by itself; JavaScript knows a final sigma.
    return this.#tokenizer.encode(text.replaceAll('Σ', 'σ'), { add_special_tokens: false }).ids;
  }
}

/** From a tokenizer folder of a model; `folder` left out: CLIP's own vocabulary. Throws UserError('device') for files that cannot be read. */
export async function loadClipTokenizer(folder?: string): Promise<ClipTokenizer> {
  if (folder === undefined) return new ClipTokenizer(buildTokenizerJson(await shippedMerges()));
  const read = (name: string): Promise<string | undefined> => readFile(join(folder, name), 'utf8').catch(() => undefined);
  const [json, vocabulary, merges, config, specials] = await Promise.all(['tokenizer.json', 'vocab.json', 'merges.txt', 'tokenizer_config.json', 'special_tokens_map.json'].map(read));
  try {
    return new ClipTokenizer(tokenizerJson(json, vocabulary, merges) ?? buildTokenizerJson(await shippedMerges()), padTokenOf(config) ?? padTokenOf(specials) ?? END);
  } catch (reason) {
    if (reason instanceof UserError) throw reason;
    throw new UserError('device', `the tokenizer in ${folder} cannot be read (${messageOf(reason)}); copy the model folder again.`);
  }
}

function tokenizerJson(json: string | undefined, vocabulary: string | undefined, merges: string | undefined): object | undefined {
  if (json !== undefined) return JSON.parse(json) as object;
  if (merges === undefined) return undefined;
  return buildTokenizerJson(merges, vocabulary === undefined ? undefined : (JSON.parse(vocabulary) as Readonly<Record<string, number>>));
}

function padTokenOf(config: string | undefined): string | undefined {
  if (config === undefined) return undefined;
  const { pad_token: token } = JSON.parse(config) as { readonly pad_token?: string | { readonly content?: string } | null };
  return typeof token === 'string' ? token : (token?.content ?? undefined);
}

async function shippedMerges(): Promise<string> {
  return (await promisify(gunzip)(await readFile(SHIPPED_MERGES))).toString('utf8');
}

/** A tokenizer.json of CLIP's kind from a merges.txt; the vocabulary follows from the merges where none is given. */
export function buildTokenizerJson(mergesText: string, vocabulary?: Readonly<Record<string, number>>): object {
  const merges = mergesText.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version')).map((line) => line.split(' '));
  const vocab = vocabulary ?? vocabularyOf(merges);
  const special = (content: string): object => ({ id: vocab[content], content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  return {
    version: '1.0',
    added_tokens: [START, END].map(special),
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: String.raw`\s+` }, content: ' ' }, { type: 'Lowercase' }] },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { Regex: SPLIT }, behavior: 'Removed', invert: true }, { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
    model: { type: 'BPE', dropout: null, unk_token: END, continuing_subword_prefix: '', end_of_word_suffix: WORD_END, fuse_unk: false, vocab, merges },
  };
}

/** 256 byte symbols, the same at the end of a word, one token a merge, then start and end. */
function vocabularyOf(merges: readonly (readonly string[])[]): Record<string, number> {
  const bytes = byteSymbols();
  const tokens = [...bytes, ...bytes.map((symbol) => symbol + WORD_END), ...merges.map((pair) => pair.join('')), START, END];
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

/** Every byte as a printable character, in CLIP's order: printable Latin-1 first, the others from U+0100 on. */
function byteSymbols(): string[] {
  const isPrintable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const others = all.filter((byte) => !isPrintable(byte));
  return [...all.filter(isPrintable).map((byte) => String.fromCodePoint(byte)), ...others.map((_, i) => String.fromCodePoint(256 + i))];
}
