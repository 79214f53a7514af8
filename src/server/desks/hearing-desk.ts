/**
 * What the open show's model hears in the prompts on the operator's table. Asked one at a time beside the drawing (a few
 * milliseconds each), kept by prompt, and told to the pages as it comes.
 */

import type { Pipeline } from '../../diffusion/types.ts';
import type { HeardPrompt, ServerMessage } from '../../protocol/messages.ts';

/** Prompts kept; more are forgotten, oldest first. */
const KEPT = 512;

export class HearingDesk {
  readonly #onChange: () => void;
  readonly #heard = new Map<string, HeardPrompt>();
  #pipeline: Pipeline | null = null;
  #busy = false;

  /** `onChange`: `message()` differs. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  message(): ServerMessage {
    return { type: 'heard', prompts: Object.fromEntries(this.#heard) };
  }

  /** Called a few times a second with all prompts in sight. A failure is tried again at the next call. */
  tend(pipeline: Pipeline, prompts: Iterable<string>): void {
    if (pipeline !== this.#pipeline) this.#heard.clear();
    this.#pipeline = pipeline;
    const unheard = [...new Set(prompts)].filter((prompt) => prompt !== '' && !this.#heard.has(prompt));
    if (this.#busy || unheard.length === 0 || pipeline.hear === undefined) return;
    this.#busy = true;
    void this.#hear(pipeline, unheard.slice(0, KEPT)).finally(() => (this.#busy = false));
  }

  async #hear(pipeline: Pipeline, prompts: readonly string[]): Promise<void> {
    try {
      for (const prompt of prompts) {
        const heard = await pipeline.hear?.(prompt);
        if (!heard || pipeline !== this.#pipeline) return;
        this.#heard.set(prompt, { words: heard.words, weak: heard.weak });
        const [oldest] = this.#heard.keys();
        if (this.#heard.size > KEPT && oldest !== undefined) this.#heard.delete(oldest);
      }
      this.#onChange();
    } catch {
      // The process is being replaced; what is not known yet is asked again.
    }
  }
}
