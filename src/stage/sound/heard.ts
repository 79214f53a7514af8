/** "Heard as: red · ribbons · night" beside a prompt: lines that wait for what the model says about their prompt. */

import type { HeardPrompt } from '../../protocol/messages.ts';
import { h } from '../page/dom.ts';

/** An empty line that `showHeard` fills. */
export function heardLine(prompt: string): HTMLElement {
  return h('small', { class: 'heard', 'data-heard': prompt, hidden: true });
}

/** Fills every line under `root` whose prompt is known, with a mark where the match is weak. */
export function showHeard(root: ParentNode, heard: Readonly<Record<string, HeardPrompt>>): void {
  for (const line of root.querySelectorAll<HTMLElement>('[data-heard]')) {
    const found = heard[line.dataset['heard'] ?? ''];
    line.hidden = found === undefined || found.words.length === 0;
    if (found === undefined) continue;
    line.textContent = `Heard as: ${found.words.join(' · ')}`;
    line.classList.toggle('weak', found.weak);
    line.title = found.weak ? 'A weak match: the model knows nothing like it well. `latentbeat models list` shows what it knows.' : '';
  }
}
