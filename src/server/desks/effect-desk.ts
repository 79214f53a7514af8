/**
 * The look effects as they are now: newer than those a show was opened with, where files have changed since. Keeps the
 * tables of parameters in step, and passes on once what a stage could not compile.
 */

import type { Milliseconds } from '../../base/units.ts';
import type { EffectSource } from '../../protocol/messages.ts';
import type { Parameter } from '../../score/parameters.ts';
import type { OpenShow } from '../open-show.ts';

/** Several stages compile the same file. */
const SAID_ONCE_IN: Milliseconds = 3_000;

export class EffectDesk {
  readonly #notice: (text: string) => void;
  #newest: readonly EffectSource[] | null = null;
  #lastText = '';
  #lastAt: Milliseconds = -Infinity;

  constructor(notice: (text: string) => void) {
    this.#notice = notice;
  }

  of(show: OpenShow): readonly EffectSource[] {
    return this.#newest ?? show.effects;
  }

  /** Takes what the files are now. True where the table differs from before. */
  change(effects: readonly EffectSource[], show: OpenShow | null): boolean {
    this.#newest = effects;
    if (show === null) return false;
    // All shows of a run share one table, made by show.ts; only effects come and go in it.
    const table = show.table as Map<string, Parameter>;
    const isEffect = ({ path }: Parameter): boolean => path.startsWith('/look/') && path.split('/').length > 3;
    const before = [...table.values()].filter(isEffect);
    const after = effects.flatMap(({ parameters }) => parameters);
    if (JSON.stringify(before) === JSON.stringify(after)) return false;
    for (const { path } of before) table.delete(path);
    for (const parameter of after) table.set(parameter.path, parameter);
    return true;
  }

  hear({ name, text }: { readonly name: string; readonly text: string }, now: Milliseconds): void {
    const said = `shaders/${name}.frag does not compile: ${text}. Save it again when it is mended.`;
    if (said === this.#lastText && now - this.#lastAt < SAID_ONCE_IN) return;
    [this.#lastText, this.#lastAt] = [said, now];
    this.#notice(said);
  }
}
