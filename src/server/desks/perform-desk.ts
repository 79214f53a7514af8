/**
 * What a performer prepares and fires: snapshots, cues, prompt pads. Controls whose path begins with one of these names end here; what
 * they do becomes ordinary changes in the control log, so that undo, echo and render know them.
 */

import { randomFor } from '../../base/random.ts';
import type { Milliseconds, Seconds, Tick } from '../../base/units.ts';
import type { SnapshotValues } from '../../control/snapshots.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { ControlChange, ControlValue } from '../../score/control.ts';
import { placeFromText, placeOf } from '../../score/place.ts';
import { boundaryTickFrom, isQuantise } from '../../score/quantise.ts';
import { Agenda } from './agenda.ts';
import { CueDesk, type CueMessage } from './cue-desk.ts';
import type { OpenShow } from '../open-show.ts';
import { PadDesk } from './pad-desk.ts';
import { SnapshotDesk } from './snapshot-desk.ts';
import { ValueGlides } from './value-glides.ts';

/** The session's side. */
export interface SessionStage {
  now(): Milliseconds;
  show(): OpenShow;
  values(): Readonly<Record<string, ControlValue>>;
  /** Sets those that differ, as one gesture. */
  setValues(values: SnapshotValues, source: string): void;
  tellPanels(message: ServerMessage): void;
  nowTick(): Tick;
  /** First tick that can still be made anew. */
  nextTick(): Tick;
  instantOf(showTime: Seconds): Milliseconds;
  /** Seconds of play until a show time, negative once it is past. */
  secondsUntil(showTime: Seconds): Seconds;
  /** Where a show time comes that may lie beyond the end of a loop. */
  onward(showTime: Seconds): Seconds;
  /** A tick that can be met: one beyond the end of a loop is its first. */
  reachable(tick: Tick): Tick;
  moving(): boolean;
  /** Show time in hand. */
  bufferSeconds(): Seconds;
  /** Counts jumps of the transport, turns of a loop included. */
  epoch(): number;
  replan(fromTick: Tick): void;
  /** Its look comes on with its walk. */
  loadPreset(name: string, source: string, tick: Tick): void;
  /** The preset's own name. Throws a UserError that suggests the nearest. */
  findPreset(name: string): string;
}

export interface PerformStage extends SessionStage {
  /** First boundary at or after a tick, as `/cue/quantise` says; the tick itself while the show rests. */
  boundary(from: Tick): Tick;
  /** Name of the preset that walks at a tick. */
  presetAt(tick: Tick): string;
  /** Into the control log and the score. */
  log(change: ControlChange): void;
  retract(change: ControlChange): void;
}

export class PerformDesk {
  readonly #stage: PerformStage;
  readonly #agenda: Agenda;
  readonly #snapshots: SnapshotDesk;
  readonly #cues: CueDesk;
  readonly #pads: PadDesk;

  constructor(session: SessionStage) {
    this.#stage = {
      ...session,
      boundary: (from) => this.boundary(from),
      presetAt: (tick) => session.show().score.peekAt(tick).preset.name,
      log: (change) => this.#alter(change, (show) => {
        show.log.add(change);
        show.score.apply(change);
      }),
      retract: (change) => this.#alter(change, (show) => {
        show.log.remove(change);
        show.score.retract(change);
      }),
    };
    this.#agenda = new Agenda(session);
    this.#snapshots = new SnapshotDesk(this.#stage);
    this.#cues = new CueDesk(this.#stage, new ValueGlides(session, this.#agenda));
    this.#pads = new PadDesk(this.#stage);
  }

  boundary(from: Tick): Tick {
    const quantise = this.#stage.values()['/cue/quantise'];
    return this.#stage.moving() ? this.#stage.reachable(boundaryTickFrom(this.#stage.show().timeline.grid, isQuantise(quantise) ? quantise : 'bar', from)) : from;
  }

  /** Does a deed when the show reaches a tick; the same key again replaces it. */
  later(key: string, tick: Tick, deed: () => void): void {
    this.#agenda.at(key, tick, deed);
  }

  /** Another show: what waited for the old one is gone. */
  open(): void {
    this.#agenda.clear();
    this.#pads.open();
  }

  /** Acts on a control that is its own; false for any other. */
  take(path: string, args: readonly ControlValue[], source: string): boolean {
    if (path === '/cue/quantise') return true;
    if (path === '/cue/go') return this.#cues.go(args);
    if (path === '/walk/to') this.#walkTo(args, source);
    else if (path.startsWith('/pad/')) this.#pads.take(path, args);
    // Taken back, a fader stands where it stood, and so does each value that it moved.
    else if (path.startsWith('/snapshot/')) return source === 'undo' || (this.#snapshots.take(path, args, source), true);
    else return false;
    return true;
  }

  /** Prompts of the pads. */
  get prompts(): readonly string[] {
    return this.#pads.prompts;
  }

  /** Pads are drawing now. */
  get isDrawing(): boolean {
    return this.#pads.isDrawing;
  }

  /** JPEG of a pad's picture; null for none. */
  picture(id: string): Uint8Array | null {
    return this.#pads.picture(id);
  }

  receive(message: CueMessage): void {
    this.#cues.receive(message);
  }

  /** Called a few times a second. */
  tend(): void {
    this.#agenda.tend();
    this.#cues.tend();
    this.#pads.tend();
  }

  /** For a panel that joins. */
  greetings(): ServerMessage[] {
    return [this.#snapshots.message(), this.#cues.message(), this.#pads.message()];
  }

  /** A prompt gets a seed that is the same each time. */
  #walkTo([where, beats = 4, way = 'morph']: readonly ControlValue[], source: string): void {
    const text = String(where ?? '').trim();
    const place = placeFromText(text) ?? placeOf(text, randomFor(this.#stage.show().seed, `walk to ${text}`).integer(2_147_483_648));
    const appliesFromTick = this.#stage.boundary(this.#stage.nextTick());
    this.#stage.log({ kind: 'trigger', path: '/walk/to', args: [text === '' ? '' : JSON.stringify(place), beats, way], source, arrival: this.#stage.now(), appliesFromTick });
  }

  #alter({ appliesFromTick }: ControlChange, work: (show: OpenShow) => void): void {
    work(this.#stage.show());
    this.#stage.replan(appliesFromTick);
  }
}
