/** A CLIP tokenizer of a few hundred entries in the files that models ship: vocab.json, merges.txt, tokenizer.json. */

/** Bytes as the printable characters that byte-level BPE writes them with. */
function byteAlphabet(): string[] {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  const letters = Array.from({ length: 256 }, (_, byte) => (printable(byte) ? String.fromCodePoint(byte) : String.fromCodePoint(next++)));
  // CLIP lists the printable ones first.
  return [...letters.filter((_, byte) => printable(byte)), ...letters.filter((_, byte) => !printable(byte))];
}

/** Pairs joined first to last; enough that common prompts become few tokens. */
const MERGES = ['t h', 'i n', 'a n', 'e r', 'th e</w>', 'o n</w>', 'in g</w>', 'a r', 's t', 'e a', 'o r', 'n e', 'ne on</w>', 'an d</w>', 'l a', 'g la', 's s</w>', 'gla ss</w>', 'f i', 'fi r', 'fir e</w>', 'c a', 'ca t</w>', 'o f</w>'];

export const START = '<|startoftext|>';
export const END = '<|endoftext|>';

export interface TinyTokenizer {
  readonly size: number;
  /** File name → content. */
  files(pad: string, maxLength?: number): Readonly<Record<string, string>>;
}

export function tinyClipTokenizer(): TinyTokenizer {
  const letters = byteAlphabet();
  const entries = [...letters, ...letters.map((letter) => `${letter}</w>`), ...MERGES.map((merge) => merge.replace(' ', '')), START, END];
  const vocab = Object.fromEntries(entries.map((entry, id) => [entry, id]));
  return {
    size: entries.length,
    files: (pad, maxLength = 77) => ({
      'vocab.json': JSON.stringify(vocab),
      'merges.txt': `#version: 0.2\n${MERGES.join('\n')}\n`,
      'tokenizer_config.json': JSON.stringify({ add_prefix_space: false, bos_token: START, do_lower_case: true, eos_token: END, errors: 'replace', model_max_length: maxLength, pad_token: pad, tokenizer_class: 'CLIPTokenizer', unk_token: END }),
      'special_tokens_map.json': JSON.stringify({ bos_token: START, eos_token: END, pad_token: pad, unk_token: END }),
    }),
  };
}
