/** Prompt pads, set list and snapshots joined to the desk: hands become triggers and messages, messages become tiles. */

import type { ClientMessage, CueTile, ServerMessage } from '../protocol/messages.ts';
import type { Board } from './board.ts';
import { CuesView } from './cues-view.ts';
import { PromptPadsView } from './prompt-pads-view.ts';
import { SnapshotsView } from './snapshots-view.ts';

export class PerformViews {
  readonly pads: PromptPadsView;
  readonly cues: CuesView;
  readonly snapshots: SnapshotsView;
  #cues: readonly CueTile[] = [];

  constructor(board: Board, send: (message: ClientMessage) => void) {
    this.pads = new PromptPadsView({
      type: (id, prompt) => board.trigger('/pad/type', id, prompt),
      arm: (id, index) => board.trigger('/pad/arm', id, index + 1),
      disarm: (id) => board.trigger('/pad/disarm', id),
      reroll: (id) => board.trigger('/pad/reroll', id),
    });
    this.cues = new CuesView({
      go: (id) => board.trigger('/cue/go', id),
      next: () => board.trigger('/cue/go'),
      add: (on) => send({ type: 'cueAdd', of: 'air', what: '', on }),
      edit: (id, change) => {
        const cue = this.#cues.find((one) => one.id === id);
        if (cue !== undefined) send({ type: 'cueEdit', id, name: cue.name, transition: change.transition ?? cue.transition, beats: change.beats ?? cue.beats });
      },
      remove: (id) => send({ type: 'cue', action: 'remove', id }),
      move: (id, by) => send({ type: 'cue', action: by < 0 ? 'earlier' : 'later', id }),
    });
    this.snapshots = new SnapshotsView({
      store: (slot) => board.trigger('/snapshot/store', slot + 1),
      recall: (slot) => board.trigger('/snapshot/recall', slot + 1),
      pair: (from, to) => {
        board.set('/snapshot/from', from + 1);
        board.set('/snapshot/to', to + 1);
      },
      fade: (mix) => board.set('/snapshot/mix', mix),
    });
  }

  receive(message: Extract<ServerMessage, { type: 'pads' | 'cues' | 'snapshots' }>): void {
    if (message.type === 'pads') this.pads.setPads(message.pads);
    else if (message.type === 'snapshots') this.snapshots.setFilled(message.filled);
    else {
      this.#cues = message.cues;
      this.cues.setCues(message.cues);
    }
  }

  /** Prompts of the preset, as greyed suggestions. */
  suggest(prompts: readonly string[]): void {
    this.pads.setSuggestions(prompts);
  }
}

