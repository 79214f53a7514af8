/** The ways to controllers (OSC, OSCQuery, MIDI): everything that changes and everything the show tells goes to all of them. */

import type { OscCounters } from '../control/osc/osc-inlet.ts';
import type { OutMessage } from '../control/osc/out-signals.ts';
import type { ControlValue } from '../score/control.ts';

export interface ControlLink {
  /** A control has a new value, whoever moved it. */
  echo(path: string, value: ControlValue): void;
  sendOut?(messages: readonly OutMessage[]): void;
  /** What is under this path differs (names, words), not its value. */
  pathChanged?(path: string): void;
  /** Only OSC counts packets. */
  readonly counters?: Partial<OscCounters>;
}

export class ControlLinks {
  readonly #links: ControlLink[] = [];

  add(link: ControlLink): void {
    this.#links.push(link);
  }

  echo(path: string, value: ControlValue): void {
    for (const link of this.#links) link.echo(path, value);
  }

  sendOut(messages: readonly OutMessage[]): void {
    if (messages.length > 0) for (const link of this.#links) link.sendOut?.(messages);
  }

  pathChanged(path: string): void {
    for (const link of this.#links) link.pathChanged?.(path);
  }

  /** Messages understood and not, of all links. */
  get counters(): { readonly received: number; readonly bad: number } {
    const sum = (key: 'received' | 'bad'): number => this.#links.reduce((total, { counters }) => total + (counters?.[key] ?? 0), 0);
    return { received: sum('received'), bad: sum('bad') };
  }
}
